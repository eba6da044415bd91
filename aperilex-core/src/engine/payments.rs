//! Payments, as their provider tells of them.

use aperilex_ports::{
    Actor, AuditRecord, EntryId, OddEvent, PaymentEvent, RecordPayment, RecordedEvent, StoredEvent,
};

use serde_json::json;

use super::Engine;
use crate::error::EngineError;

impl Engine {
    /// Takes an event of a payment in, once: credits the account, takes its credits back, or does nothing
    /// if it is older than what is known or makes no sense. The caller has made sure of who sent it.
    ///
    /// # Errors
    /// A port's failure: nothing was done, and the same event may be sent again.
    pub async fn record_payment(&self, event: PaymentEvent) -> Result<RecordedEvent, EngineError> {
        self.take_in(event, None).await
    }

    /// The same of an event that somebody enters by hand, because it never came: that they did is in the
    /// audit log. Should the provider send it after all, it is the same event.
    ///
    /// # Errors
    /// As [`Engine::record_payment`].
    pub async fn record_payment_by(
        &self,
        actor: Actor,
        event: PaymentEvent,
    ) -> Result<RecordedEvent, EngineError> {
        let audit = AuditRecord {
            actor,
            action: "payment.record".to_owned(),
            subject: format!("account {}", event.user),
            detail: json!({
                "event": event.id,
                "payment": event.payment,
                "version": event.version,
                "state": event.state.as_str(),
                "amount_usd": event.amount.to_string(),
            }),
            at: self.now(),
        };
        self.take_in(event, Some(audit)).await
    }

    async fn take_in(
        &self,
        event: PaymentEvent,
        audit: Option<AuditRecord>,
    ) -> Result<RecordedEvent, EngineError> {
        let now = self.now();
        let command = RecordPayment {
            event,
            entry: EntryId::from_uuid(self.id(now)),
            audit,
            now,
        };
        Ok(self.ports.stores.payments.record(&command).await?)
    }

    /// Keeps an event that says nothing that is understood here, for somebody to look at.
    ///
    /// # Errors
    /// A port's failure.
    pub async fn note_payment_event(
        &self,
        id: String,
        payment: Option<String>,
        reason: String,
    ) -> Result<RecordedEvent, EngineError> {
        let event = OddEvent {
            id,
            payment,
            reason,
            now: self.now(),
        };
        Ok(self.ports.stores.payments.note(&event).await?)
    }

    /// The newest events of payments.
    ///
    /// # Errors
    /// A port's failure.
    pub async fn payment_events(&self, limit: usize) -> Result<Vec<StoredEvent>, EngineError> {
        Ok(self.ports.stores.payments.events(limit).await?)
    }
}
