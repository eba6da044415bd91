//! Payments.

use aperilex_ports::{
    LedgerError, MAX_PAGE, OddEvent, PaymentOutcome, PaymentStep, PaymentStore, RecordPayment,
    RecordedEvent, StoreError, StoredEvent,
};
use async_trait::async_trait;

use crate::state::State;
use crate::stores::MemoryStores;

#[async_trait]
impl PaymentStore for MemoryStores {
    async fn record(&self, command: &RecordPayment) -> Result<RecordedEvent, StoreError> {
        self.commit("payments.record", |state| state.record(command))
    }

    async fn note(&self, event: &OddEvent) -> Result<RecordedEvent, StoreError> {
        self.commit("payments.note", |state| {
            if let Some(first) = state.repeated(&event.id) {
                return Ok(first);
            }
            let event = event.clone();
            Ok(state.keep(StoredEvent {
                id: event.id,
                payment: event.payment,
                user: None,
                outcome: PaymentOutcome::Odd,
                reason: Some(event.reason),
                received_at: event.now,
            }))
        })
    }

    async fn events(&self, limit: usize) -> Result<Vec<StoredEvent>, StoreError> {
        self.read("payments.events", |state| {
            let mut events: Vec<_> = state.payment_events.values().cloned().collect();
            events.sort_by(|a, b| (b.received_at, &b.id).cmp(&(a.received_at, &a.id)));
            events.truncate(limit.min(MAX_PAGE));
            events
        })
    }
}

impl State {
    fn repeated(&self, id: &str) -> Option<RecordedEvent> {
        let first = self.payment_events.get(id)?;
        Some(RecordedEvent {
            outcome: first.outcome,
            reason: first.reason.clone(),
            repeated: true,
        })
    }

    fn keep(&mut self, event: StoredEvent) -> RecordedEvent {
        let recorded = RecordedEvent {
            outcome: event.outcome,
            reason: event.reason.clone(),
            repeated: false,
        };
        self.payment_events.insert(event.id.clone(), event);
        recorded
    }

    fn record(&mut self, command: &RecordPayment) -> Result<RecordedEvent, StoreError> {
        let event = &command.event;
        if let Some(first) = self.repeated(&event.id) {
            return Ok(first);
        }
        let (outcome, reason) = match self.apply(command) {
            Ok(done) => done,
            Err(LedgerError::Store(error)) => return Err(error),
            Err(refused) => (PaymentOutcome::Odd, Some(refused.to_string())),
        };
        match &command.audit {
            Some(_) if outcome == PaymentOutcome::Odd => {
                return Ok(RecordedEvent {
                    outcome,
                    reason,
                    repeated: false,
                });
            }
            Some(audit) => {
                self.log(audit);
            }
            None => {}
        }
        Ok(self.keep(StoredEvent {
            id: event.id.clone(),
            payment: Some(event.payment.clone()),
            user: Some(event.user),
            outcome,
            reason,
            received_at: command.now,
        }))
    }

    fn apply(
        &mut self,
        command: &RecordPayment,
    ) -> Result<(PaymentOutcome, Option<String>), LedgerError> {
        let event = &command.event;
        self.wallet(event.user)?;
        if !event.amount.is_positive() {
            return Err(LedgerError::BadAmount);
        }
        let known = self.payments.get(&event.payment);
        let entry = known.and_then(|known| known.entry);
        let (outcome, entry) = match event.step(known) {
            PaymentStep::Credit => {
                let credit = self.post(&command.credit())?;
                (PaymentOutcome::Credited, Some(credit.id))
            }
            PaymentStep::TakeBack(entry) => {
                self.reverse(&command.take_back(entry))?;
                (PaymentOutcome::Reversed, Some(entry))
            }
            PaymentStep::Remember => (PaymentOutcome::Unchanged, entry),
            PaymentStep::Skip => return Ok((PaymentOutcome::Stale, None)),
            PaymentStep::Refuse(odd) => return Ok((PaymentOutcome::Odd, Some(odd.to_owned()))),
        };
        let payment = event.payment(entry);
        self.payments.insert(payment.id.clone(), payment);
        Ok((outcome, None))
    }
}
