//! Payments, as their provider tells of them.

use aperilex_ports::{EntryId, OddEvent, PaymentEvent, RecordPayment, RecordedEvent, StoredEvent};

use super::Engine;
use crate::error::EngineError;

impl Engine {
    /// Takes an event of a payment in, once: credits the account, takes its credits back, or does nothing
    /// if it is older than what is known or makes no sense. The caller has made sure of who sent it.
    ///
    /// # Errors
    /// A port's failure: nothing was done, and the same event may be sent again.
    pub async fn record_payment(&self, event: PaymentEvent) -> Result<RecordedEvent, EngineError> {
        let now = self.now();
        let command = RecordPayment {
            event,
            entry: EntryId::from_uuid(self.id(now)),
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
