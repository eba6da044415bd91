//! The rows, one module per table. They do not leave this crate.

pub(crate) mod account;
pub(crate) mod analysis;
pub(crate) mod api_key;
pub(crate) mod audit_entry;
pub(crate) mod audit_head;
pub(crate) mod credit_lot;
pub(crate) mod daily_count;
pub(crate) mod filing;
pub(crate) mod filing_access;
pub(crate) mod hold;
pub(crate) mod idempotency;
pub(crate) mod ledger_entry;
pub(crate) mod ledger_posting;
pub(crate) mod ledger_root;
pub(crate) mod ledger_tx;
pub(crate) mod live_run;
pub(crate) mod model_call;
pub(crate) mod outbox;
pub(crate) mod queue_dead_letter;
pub(crate) mod queue_dedup;
pub(crate) mod queue_message;
pub(crate) mod quota_log;
pub(crate) mod quote;
pub(crate) mod task;
pub(crate) mod task_event;
