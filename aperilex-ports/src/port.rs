//! The ports: what the domain asks of the world.

mod filing_parser;
mod filing_source;

pub use filing_parser::{FilingParser, MAX_FILING_BYTES, ParseFilingError};
pub use filing_source::{FilingSource, FilingSourceError};
