//! Broken stores of payments.

use std::sync::Arc;

use aperilex_ports::{
    OddEvent, PaymentOutcome, PaymentState, PaymentStore, RecordPayment, RecordedEvent, StoreError,
    StoredEvent, Stores,
};
use async_trait::async_trait;

use super::{failures, fresh_number};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Flaw {
    TakesEveryEventForNew,
    TakesTheLastForTheNewest,
    KeepsTakenBackCredits,
    PassesOddEventsOver,
    ListsOldestFirst,
}

pub(crate) const FLAWS: &[(Flaw, &str)] = &[
    (Flaw::TakesEveryEventForNew, "PY-1"),
    (Flaw::TakesTheLastForTheNewest, "PY-2"),
    (Flaw::KeepsTakenBackCredits, "PY-3"),
    (Flaw::PassesOddEventsOver, "PY-4"),
    (Flaw::ListsOldestFirst, "PY-5"),
];

pub(crate) fn caught(flaw: Flaw) -> Vec<&'static str> {
    failures(move |stores| {
        let inner = stores.payments.clone();
        Stores {
            payments: Arc::new(Broken { inner, flaw }),
            ..stores
        }
    })
}

#[derive(Debug)]
struct Broken {
    inner: Arc<dyn PaymentStore>,
    flaw: Flaw,
}

#[async_trait]
impl PaymentStore for Broken {
    async fn record(&self, command: &RecordPayment) -> Result<RecordedEvent, StoreError> {
        let mut command = command.clone();
        let event = &mut command.event;
        match self.flaw {
            Flaw::TakesEveryEventForNew => {
                event.id = format!("{} {}", event.id, fresh_number());
                event.payment = format!("{} {}", event.payment, fresh_number());
            }
            Flaw::TakesTheLastForTheNewest => event.version += fresh_number() * 1000,
            Flaw::KeepsTakenBackCredits if event.state == PaymentState::Reversed => {
                let outcome = PaymentOutcome::Reversed;
                return Ok(RecordedEvent {
                    outcome,
                    reason: None,
                    repeated: false,
                });
            }
            Flaw::PassesOddEventsOver if !event.amount.is_positive() => {
                return Ok(RecordedEvent {
                    outcome: PaymentOutcome::Odd,
                    reason: Some("odd".into()),
                    repeated: false,
                });
            }
            _ => {}
        }
        self.inner.record(&command).await
    }

    async fn note(&self, event: &OddEvent) -> Result<RecordedEvent, StoreError> {
        self.inner.note(event).await
    }

    async fn events(&self, limit: usize) -> Result<Vec<StoredEvent>, StoreError> {
        let mut events = self.inner.events(limit).await?;
        if self.flaw == Flaw::ListsOldestFirst {
            events.reverse();
        }
        Ok(events)
    }
}
