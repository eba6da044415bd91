//! All ports together.

use std::sync::Arc;

use crate::port::{
    AccountStore, AnalysisPool, AuditLog, AuditStore, Clock, CostBook, DocumentStore, EventBus,
    FilingAnalyst, FilingParser, FilingSource, FilingStore, IdSource, ImportStore, Imports, Ledger,
    Notifier, Outbox, OwnModels, PaymentStore, QuotaStore, QuoteStore, ReportStore, SessionStore,
    Settlement, SignIn, TaskQueue, TaskStore,
};

/// Everything the domain asks of the world. A plain struct: a forgotten port does not compile.
#[derive(Debug, Clone)]
pub struct Ports {
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// New ids.
    pub ids: Arc<dyn IdSource>,
    /// Where filings come from.
    pub source: Arc<dyn FilingSource>,
    /// Takes filings apart.
    pub parser: Arc<dyn FilingParser>,
    /// Draw claims; the first of a quality is used.
    pub analysts: Vec<Arc<dyn FilingAnalyst>>,
    /// Draw claims with customers' own keys; none if customers cannot bring keys.
    pub own_models: Option<Arc<dyn OwnModels>>,
    /// Keeps raw documents and results.
    pub documents: Arc<dyn DocumentStore>,
    /// Messages for workers.
    pub queue: Arc<dyn TaskQueue>,
    /// Wakes those who wait.
    pub events: Arc<dyn EventBus>,
    /// What signing in needs beside the database.
    pub sign_in: SignIn,
    /// Tells accounts what happened.
    pub notifier: Arc<dyn Notifier>,
    /// The stores of the database.
    pub stores: Stores,
}

/// The stores that one database keeps.
#[derive(Debug, Clone)]
pub struct Stores {
    /// Accounts and keys.
    pub accounts: Arc<dyn AccountStore>,
    /// Filings and access.
    pub filings: Arc<dyn FilingStore>,
    /// Analyses.
    pub pool: Arc<dyn AnalysisPool>,
    /// Tasks.
    pub tasks: Arc<dyn TaskStore>,
    /// Credits.
    pub ledger: Arc<dyn Ledger>,
    /// Commits that span several of them.
    pub settlement: Arc<dyn Settlement>,
    /// Bulk imports and their items.
    pub import_store: Arc<dyn ImportStore>,
    /// Commits of bulk imports.
    pub imports: Arc<dyn Imports>,
    /// Requests per window.
    pub quota: Arc<dyn QuotaStore>,
    /// What is to be sent.
    pub outbox: Arc<dyn Outbox>,
    /// Payments.
    pub payments: Arc<dyn PaymentStore>,
    /// Books, for proving them.
    pub audit: Arc<dyn AuditStore>,
    /// Sessions, passwords, one-time tokens.
    pub sessions: Arc<dyn SessionStore>,
    /// Prices that were promised.
    pub quotes: Arc<dyn QuoteStore>,
    /// What models cost us.
    pub costs: Arc<dyn CostBook>,
    /// What was done, and by whom.
    pub audit_log: Arc<dyn AuditLog>,
    /// Usage in aggregate.
    pub reports: Arc<dyn ReportStore>,
}
