#![doc = include_str!("../README.md")]
#![warn(missing_docs)]

mod config;
mod document_store;
mod error;
mod local;

pub use config::ObjectStoreConfig;
pub use document_store::ObjectDocuments;
pub use error::OpenError;
