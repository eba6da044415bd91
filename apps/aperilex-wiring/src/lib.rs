#![doc = include_str!("../README.md")]

mod error;
mod graph;
mod importer;
mod local;
mod no_source;
mod off_runtime;
mod runtime;
mod select;
pub mod settings;
mod system;
mod universe;
mod worker;

pub use error::WiringError;
pub use graph::Graph;
pub use local::{LocalFiling, Owner, local_filing, owner};
pub use runtime::{Loops, Runtime, WakeProbe};
pub use settings::Settings;

/// The source of filings that the settings choose, without the rest of the application.
///
/// # Errors
/// [`WiringError`]: what is wrong and what to do.
pub fn source(
    settings: &Settings,
) -> Result<std::sync::Arc<dyn aperilex_core::ports::FilingSource>, WiringError> {
    graph::install_tls_provider();
    select::source(&settings.source)
}
