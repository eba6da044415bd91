#![doc = include_str!("../README.md")]
#![warn(missing_docs)]

#[macro_use]
mod transaction;

mod account_store;
mod analysis_pool;
mod config;
mod database;
mod entity;
mod error;
mod filing_store;
mod ledger;
mod outbox;
mod queue;
mod quota_store;
mod read;
mod run;
mod settlement;
mod shape;
mod stored;
mod task_store;

pub use config::DatabaseConfig;
pub use database::Database;
pub use error::DatabaseError;
pub use queue::{QueueSettings, SeaOrmQueue};
