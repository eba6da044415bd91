//! Where documents are kept.

use std::path::Path;
use std::sync::Arc;

use aperilex_core::ports::DocumentStore;
use aperilex_object_store::{LocalConfig, ObjectDocuments};

use super::{absent, own};
use crate::error::WiringError;
use crate::settings::DocumentsSelection;

/// A folder of the data directory, unless the settings name another.
pub(crate) fn documents(
    selection: &DocumentsSelection,
    data_dir: &Path,
) -> Result<Arc<dyn DocumentStore>, WiringError> {
    let provider = match selection {
        DocumentsSelection::Local(settings) => {
            let mut config: LocalConfig = own("documents", settings.as_ref())?;
            config.path.get_or_insert_with(|| data_dir.join("documents"));
            let documents = ObjectDocuments::local(&config)
                .map_err(|e| WiringError::start("document store")(e.into()))?;
            return Ok(Arc::new(documents));
        }
        DocumentsSelection::S3(_) => "s3",
        DocumentsSelection::Gcs(_) => "gcs",
        DocumentsSelection::AzureBlob(_) => "azure_blob",
    };
    Err(absent("documents", provider, "`local`"))
}
