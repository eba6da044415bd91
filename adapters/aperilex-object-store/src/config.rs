//! Settings.

use std::path::PathBuf;

use serde::Deserialize;

/// Where objects are kept.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ObjectStoreConfig {
    /// The directory; made if it is not there.
    pub path: PathBuf,
}
