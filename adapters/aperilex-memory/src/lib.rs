#![doc = include_str!("../README.md")]
#![warn(missing_docs)]

mod accounts;
mod faults;
mod filings;
mod ledger;
mod outbox;
mod pool;
mod quota;
mod settlement;
mod state;
mod stores;
mod tasks;

pub use faults::{Fault, Faults};
pub use stores::MemoryStores;
