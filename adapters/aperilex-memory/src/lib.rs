#![doc = include_str!("../README.md")]
#![warn(missing_docs)]

mod accounts;
mod analyst;
mod audit;
mod audit_log;
mod clock;
mod costs;
mod documents;
mod events;
mod faults;
mod filings;
mod imports;
mod ledger;
mod memory;
mod notifier;
mod outbox;
mod own_models;
mod parser;
mod payments;
mod planted;
mod pool;
mod queue;
mod quota;
mod quotes;
mod reports;
mod sessions;
mod settlement;
mod sign_in;
mod source;
mod state;
mod stores;
mod tasks;

pub use analyst::{ScriptEnded, ScriptedAnalyst};
pub use clock::{SequentialIds, VirtualClock};
pub use documents::MemoryDocuments;
pub use events::MemoryEvents;
pub use faults::{Fault, Faults};
pub use memory::Memory;
pub use notifier::MemoryNotifier;
pub use own_models::MemoryOwnModels;
pub use parser::PlainParser;
#[cfg(feature = "planted")]
pub use planted::Bug;
pub use queue::MemoryQueue;
pub use sign_in::{OpenTokens, QuickPasswords, WordChallenge};
pub use source::MemorySource;
pub use stores::MemoryStores;
