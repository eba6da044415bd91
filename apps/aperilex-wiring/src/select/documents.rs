//! Where documents are kept.

use std::path::Path;
use std::sync::Arc;

use aperilex_core::ports::DocumentStore;
use aperilex_object_store::{ObjectDocuments, ObjectStoreConfig};

use serde_json::{Value, json};

use super::{absent, own};
use crate::error::WiringError;
use crate::settings::DocumentsSelection;

/// A folder of the data directory, unless the settings name another.
pub(crate) async fn documents(
    selection: &DocumentsSelection,
    data_dir: &Path,
) -> Result<Arc<dyn DocumentStore>, WiringError> {
    let provider = match selection {
        DocumentsSelection::Local(settings) => {
            let settings = with_default_path(settings.as_deref(), data_dir);
            let config: ObjectStoreConfig = own("documents", Some(&settings))?;
            let documents = ObjectDocuments::open(&config)
                .await
                .map_err(|e| WiringError::start("document store")(e.into()))?;
            return Ok(Arc::new(documents));
        }
        DocumentsSelection::S3(_) => "s3",
        DocumentsSelection::Gcs(_) => "gcs",
        DocumentsSelection::AzureBlob(_) => "azure_blob",
    };
    Err(absent("documents", provider, "`local`"))
}

fn with_default_path(settings: Option<&Value>, data_dir: &Path) -> Value {
    let mut settings = settings.cloned().unwrap_or_else(|| json!({}));
    if let Some(map) = settings.as_object_mut() {
        map.entry("path")
            .or_insert_with(|| json!(data_dir.join("documents")));
    }
    settings
}
