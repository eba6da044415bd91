//! The ports: what the domain asks of the world.

mod account_store;
mod analysis_pool;
mod audit_log;
mod audit_store;
mod clock;
mod cost_book;
mod document_store;
mod event_bus;
mod filing_analyst;
mod filing_parser;
mod filing_source;
mod filing_store;
mod import_store;
mod imports;
mod ledger;
mod notifier;
mod outbox;
mod own_models;
mod payment_store;
mod quota_store;
mod quote_store;
mod report_store;
mod session_store;
mod settlement;
mod sign_in;
mod store;
mod task_queue;
mod task_store;

pub use account_store::{
    AccountStore, AccountStoreError, AdoptAccount, ArrangeTier, ChangeAccount, CloseAccount,
    KeyOwner, OpenAccount, SetContract,
};
pub use analysis_pool::{AnalysisPool, FindAnalysis};
pub use audit_log::AuditLog;
pub use audit_store::AuditStore;
pub use clock::{Clock, IdSource};
pub use cost_book::CostBook;
pub use document_store::{DocumentStore, DocumentStoreError, MAX_OBJECT_BYTES};
pub use event_bus::{EventBus, EventBusError, EventStream};
pub use filing_analyst::{AnalysisOrder, AnalystError, AnalystProfile, CostMeter, FilingAnalyst};
pub use filing_parser::{FilingParser, MAX_FILING_BYTES, ParseFilingError};
pub use filing_source::{FilingSource, FilingSourceError};
pub use filing_store::{FilingRecord, FilingStore};
pub use import_store::{ClaimItem, ImportStore};
pub use imports::{
    ImportError, ImportOutcome, Imports, NewImportItem, PutBackItem, SettleItem, SubmitImport,
    SubmittedImport,
};
pub use ledger::{
    CapturePart, Ledger, LedgerError, PlaceHold, PostEntry, Refund, ReverseCredit, Reversed,
};
pub use notifier::{MAX_NOTIFY_TIME, Notifier, NotifyError};
pub use outbox::{Outbox, OutboxItem, OutboxMessage};
pub use own_models::OwnModels;
pub use payment_store::{
    MAX_PAYMENT, MAX_PAYMENT_ID, OddEvent, PaymentStore, RecordPayment, RecordedEvent,
};
pub use quota_store::{QuotaOutcome, QuotaStore, QuotaUse, QuotaWindow};
pub use quote_store::QuoteStore;
pub use report_store::ReportStore;
pub use session_store::{Letter, Redeem, RotateSession, SessionStore};
pub use settlement::{
    AbandonTask, Answer, CancelTask, CompleteTask, GrantAccess, Guard, IdempotentRequest,
    RetractAnalysis, Retracted, RetryTask, Settlement, SettlementError, SubmitTask, Submitted,
};
pub use sign_in::{
    AccessTokens, Challenge, IdentityProvider, Journey, PasswordMatch, Passwords, SignIn,
    SignInError, Vouched,
};
pub use store::{MAX_PAGE, StoreError};
pub use task_queue::{
    DeadLetter, Delivery, LetterId, MAX_BATCH, MAX_MESSAGE_BYTES, MAX_OVERTAKING, MAX_VISIBILITY,
    NewMessage, QueueCapabilities, QueueError, ReceiptHandle, TaskQueue,
};
pub use task_store::{AdvanceTask, ClaimTask, TaskStore, TaskStoreError};
