//! Where filings come from.

use std::sync::Arc;

use aperilex_core::ports::FilingSource;
use aperilex_edgar::{ConfigError, EdgarClient, EdgarConfig};

use super::{absent, own};
use crate::error::WiringError;
use crate::settings::SourceSelection;

pub(crate) fn source(selection: &SourceSelection) -> Result<Arc<dyn FilingSource>, WiringError> {
    let provider = match selection {
        SourceSelection::Edgar(settings) => {
            let config: EdgarConfig = own("source", settings.as_deref())?;
            let source = EdgarClient::new(&config)
                .map_err(|error| WiringError::setting(path_of(&error), error.to_string()))?;
            return Ok(Arc::new(source));
        }
        SourceSelection::Refinitiv(_) => "refinitiv",
        SourceSelection::Bloomberg(_) => "bloomberg",
        SourceSelection::CustomApi(_) => "custom_api",
    };
    Err(absent("source", provider, "`edgar`"))
}

/// The setting that is wrong.
fn path_of(error: &ConfigError) -> String {
    let key = match error {
        ConfigError::UserAgent => "user_agent",
        ConfigError::Rate { .. } => "requests_per_second",
        ConfigError::BaseUrl { key, .. } | ConfigError::Number { key, .. } => key,
        ConfigError::Folder(_) => "folder",
        _ => return "source.settings".to_owned(),
    };
    format!("source.settings.{key}")
}
