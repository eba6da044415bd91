//! Payments and the events that tell of them.

use std::fmt::Debug;

use async_trait::async_trait;

use super::{PostEntry, ReverseCredit, StoreError};
use crate::model::{
    AuditRecord, EntryId, EntryKind, MicroUsd, PaymentEvent, PaymentOutcome, StoredEvent, Timestamp,
};

/// An event of a payment is taken in.
#[derive(Debug, Clone, PartialEq)]
pub struct RecordPayment {
    /// The event.
    pub event: PaymentEvent,
    /// Id of the entry that it may make.
    pub entry: EntryId,
    /// Who entered it, if it was not the provider; stored in the same commit.
    pub audit: Option<AuditRecord>,
    /// The time.
    pub now: Timestamp,
}

impl RecordPayment {
    /// The credit that the event asks for.
    #[must_use]
    pub fn credit(&self) -> PostEntry {
        let event = &self.event;
        PostEntry {
            id: self.entry,
            user: event.user,
            kind: EntryKind::TopUp,
            amount: event.amount,
            key: self.key(),
            expires_at: None,
            description: format!("payment {}", event.payment),
            now: self.now,
        }
    }

    /// The same, taken back.
    #[must_use]
    pub fn take_back(&self, entry: EntryId) -> ReverseCredit {
        let event = &self.event;
        ReverseCredit {
            id: self.entry,
            user: event.user,
            entry,
            amount: event.amount,
            key: self.key(),
            description: format!("payment {} was taken back", event.payment),
            now: self.now,
        }
    }

    fn key(&self) -> String {
        format!("payment:{}:{}", self.event.payment, self.event.version)
    }
}

/// An event that nothing can be done about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OddEvent {
    /// The provider's id of the event.
    pub id: String,
    /// The payment, if it could be read.
    pub payment: Option<String>,
    /// What is odd.
    pub reason: String,
    /// The time.
    pub now: Timestamp,
}

/// What became of an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordedEvent {
    /// What was done when it came first.
    pub outcome: PaymentOutcome,
    /// What was odd.
    pub reason: Option<String>,
    /// Whether it came before.
    pub repeated: bool,
}

/// Longest ids of events and payments.
pub const MAX_PAYMENT_ID: usize = 200;

/// What is lawful as the amount of one payment: more than nothing, and at most a million dollars.
pub const MAX_PAYMENT: MicroUsd = MicroUsd::new(1_000_000_000_000);

/// Keeps payments, and every event that tells of them.
///
/// # Contract
/// - **PY-1** a payment that is paid tops its account up, in the commit that keeps the event, and its record
///   in the audit log if it has one. The same event again, by however many at once, is `repeated` and
///   changes nothing.
/// - **PY-2** of a payment's versions the newest counts, in whatever order they come: an older or equal
///   one is `Stale`, kept, and changes nothing.
/// - **PY-3** a payment that was taken back has its credits taken back as by `Ledger::reverse`, or is
///   never credited if that is the first that is heard of it; paid after all, it is credited anew.
/// - **PY-4** an event that contradicts what is known, is for an unknown account, or that the ledger
///   refuses, is `Odd`: kept with what is odd, it changes nothing. So does `note`, of what nobody can
///   read. One with a record for the audit log, which somebody entered by hand, is not kept: they can mend it.
/// - **PY-5** `events` gives what came, the newest first.
#[async_trait]
pub trait PaymentStore: Debug + Send + Sync + 'static {
    /// Takes an event in.
    ///
    /// # Errors
    /// [`StoreError`].
    async fn record(&self, command: &RecordPayment) -> Result<RecordedEvent, StoreError>;

    /// Keeps an event that nothing can be done about.
    ///
    /// # Errors
    /// [`StoreError`].
    async fn note(&self, event: &OddEvent) -> Result<RecordedEvent, StoreError>;

    /// The newest events.
    ///
    /// # Errors
    /// [`StoreError`].
    async fn events(&self, limit: usize) -> Result<Vec<StoredEvent>, StoreError>;
}
