//! Where filings come from.

use std::sync::Arc;

use aperilex_core::ports::FilingSource;
use aperilex_edgar::{EdgarClient, EdgarConfig};

use super::{absent, own};
use crate::error::WiringError;
use crate::settings::SourceSelection;

pub(crate) fn source(selection: &SourceSelection) -> Result<Arc<dyn FilingSource>, WiringError> {
    let provider = match selection {
        SourceSelection::Edgar(settings) => {
            let config: EdgarConfig = own("source", settings.as_ref())?;
            let source = EdgarClient::new(&config)
                .map_err(|error| WiringError::setting("source.settings", error.to_string()))?;
            return Ok(Arc::new(source));
        }
        SourceSelection::Refinitiv(_) => "refinitiv",
        SourceSelection::Bloomberg(_) => "bloomberg",
        SourceSelection::CustomApi(_) => "custom_api",
    };
    Err(absent("source", provider, "`edgar`"))
}
