#![doc = include_str!("../README.md")]
#![warn(missing_docs)]

#[macro_use]
mod transaction;

mod account_store;
mod analysis_pool;
mod audit_log;
mod audit_store;
mod config;
mod database;
mod entity;
mod error;
mod filing_store;
mod import_store;
mod imports;
mod ledger;
mod outbox;
mod payment_store;
#[cfg(test)]
mod plans;
mod queue;
mod quota_store;
mod read;
mod report_store;
mod run;
mod session_store;
mod settlement;
mod shape;
mod stored;
mod task_store;

// The tests of this crate share what its integration tests use, which speaks of it by name.
#[cfg(test)]
extern crate self as aperilex_sea_orm;
#[cfg(test)]
#[path = "../tests/support/mod.rs"]
#[allow(
    dead_code,
    clippy::panic,
    clippy::print_stderr,
    reason = "each test binary uses some of it; a test fails by panicking, and says what it skips"
)]
mod support;

pub use config::DatabaseConfig;
pub use database::Database;
pub use error::DatabaseError;
pub use queue::{QueueSettings, SeaOrmQueue};
