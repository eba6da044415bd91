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
    select::source(&settings.source).map_err(|error| error.from_layer(&settings.origins))
}

/// A part of the settings that the caller's own crate knows the type of, such as those of the API.
///
/// # Errors
/// [`WiringError::Setting`] with the path of the mistake, and never its value.
pub fn part_of<T: serde::de::DeserializeOwned>(
    settings: &Settings,
    name: &str,
    part: &serde_json::Value,
) -> Result<T, WiringError> {
    serde_path_to_error::deserialize(part).map_err(|error| {
        let inner = error.path().to_string();
        let path = match inner.as_str() {
            "." => name.to_owned(),
            inner => format!("{name}.{inner}"),
        };
        let wrong = WiringError::setting(path, settings::reason(&error));
        wrong.from_layer(&settings.origins)
    })
}
