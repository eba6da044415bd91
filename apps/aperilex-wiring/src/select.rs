//! From a selection to an adapter. The adapter reads its own settings, so that a mistake is named
//! by its full path; a provider that is not in this build is refused with a sentence.

mod database;
mod documents;
mod sign_in;
mod small;
mod source;

use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use crate::error::WiringError;

pub(crate) use database::database;
pub(crate) use documents::documents;
pub(crate) use sign_in::{check_sign_in, sign_in};
pub(crate) use small::{analysts, check_queue, events, notifier};
pub(crate) use source::source;

/// Reads an adapter's settings.
fn own<T: DeserializeOwned>(
    port: &'static str,
    settings: Option<&Value>,
) -> Result<T, WiringError> {
    let value = settings
        .cloned()
        .unwrap_or_else(|| Value::Object(Map::new()));
    serde_path_to_error::deserialize(value).map_err(|error| {
        let inner = error.path().to_string();
        let path = if inner == "." {
            String::new()
        } else {
            format!(".{inner}")
        };
        WiringError::setting(format!("{port}.settings{path}"), error.inner().to_string())
    })
}

const fn absent(port: &'static str, provider: &'static str, instead: &'static str) -> WiringError {
    WiringError::NotInBuild {
        port,
        provider,
        instead,
    }
}
