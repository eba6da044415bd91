#![doc = include_str!("../README.md")]
#![warn(missing_docs)]

mod address;
mod cache;
mod client;
mod config;
mod directory;
mod error;
mod feed;
mod fetch;
mod filing_source;
mod find;
mod header;
mod index_files;
mod index_page;
mod limiter;
mod locate;
mod mirror;
mod request;
#[cfg(test)]
mod robust;
mod search;
mod submissions;
mod text;
mod tickers;
mod transport;

pub use client::EdgarClient;
pub use config::{ConfigError, EdgarConfig};
pub use directory::FolderEntry;
pub use error::EdgarError;
pub use feed::FeedEntry;
pub use index_files::{IndexEntry, IndexKind, Quarter};
pub use index_page::{IndexPage, IndexedDocument};
pub use search::{FullTextQuery, SearchHit, SearchResult};
pub use submissions::{OlderPage, Submissions, SubmittedFiling};
pub use tickers::TickerEntry;
