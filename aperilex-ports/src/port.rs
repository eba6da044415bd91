//! The ports: what the domain asks of the world.

mod account_store;
mod analysis_pool;
mod audit_store;
mod clock;
mod document_store;
mod event_bus;
mod filing_analyst;
mod filing_parser;
mod filing_source;
mod filing_store;
mod ledger;
mod notifier;
mod outbox;
mod payment_store;
mod quota_store;
mod settlement;
mod store;
mod task_queue;
mod task_store;

pub use account_store::{AccountStore, AccountStoreError};
pub use analysis_pool::{AnalysisPool, FindAnalysis};
pub use audit_store::AuditStore;
pub use clock::{Clock, IdSource};
pub use document_store::{DocumentStore, DocumentStoreError, MAX_OBJECT_BYTES};
pub use event_bus::{EventBus, EventBusError, EventStream};
pub use filing_analyst::{AnalystError, AnalystProfile, FilingAnalyst};
pub use filing_parser::{FilingParser, MAX_FILING_BYTES, ParseFilingError};
pub use filing_source::{FilingSource, FilingSourceError};
pub use filing_store::{FilingRecord, FilingStore};
pub use ledger::{Ledger, LedgerError, PlaceHold, PostEntry, Refund, ReverseCredit, Reversed};
pub use notifier::{MAX_NOTIFY_TIME, Notifier, NotifyError};
pub use outbox::{Outbox, OutboxItem, OutboxMessage};
pub use payment_store::{
    MAX_PAYMENT, MAX_PAYMENT_ID, OddEvent, PaymentStore, RecordPayment, RecordedEvent,
};
pub use quota_store::{QuotaOutcome, QuotaStore, QuotaUse, QuotaWindow};
pub use settlement::{
    AbandonTask, Answer, CompleteTask, GrantAccess, Guard, IdempotentRequest, RetryTask,
    Settlement, SettlementError, SubmitTask, Submitted,
};
pub use store::{MAX_PAGE, StoreError};
pub use task_queue::{
    DeadLetter, Delivery, MAX_BATCH, MAX_MESSAGE_BYTES, MAX_VISIBILITY, NewMessage,
    QueueCapabilities, QueueError, ReceiptHandle, TaskQueue,
};
pub use task_store::{AdvanceTask, ClaimTask, TaskStore, TaskStoreError};
