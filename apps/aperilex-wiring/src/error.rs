//! Why the application cannot be put together, and what to do.

use aperilex_core::ports::BoxError;

use crate::settings::Origins;

/// Why the application cannot be put together.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum WiringError {
    /// A setting is wrong. The message names its path and where it comes from, and never its value.
    #[error("setting `{path}`{}: {reason}", told(origin.as_deref()))]
    Setting {
        /// The path, such as `worker.concurrency`.
        path: String,
        /// What is wrong and what would be right.
        reason: String,
        /// The file, variable or flag it comes from; none for a default.
        origin: Option<String>,
    },
    /// A provider is known but cannot be used here.
    #[error("setting `{port}.provider`{}: `{provider}` is not in this build; use {instead}", told(origin.as_deref()))]
    NotInBuild {
        /// The port.
        port: &'static str,
        /// The provider.
        provider: &'static str,
        /// What is in this build.
        instead: &'static str,
        /// The file, variable or flag it comes from; none for a default.
        origin: Option<String>,
    },
    /// The settings file cannot be read.
    #[error("cannot read the settings file {path}")]
    File {
        /// Which file.
        path: String,
        /// Why.
        #[source]
        source: BoxError,
    },
    /// A service does not answer: nothing is wrong with the settings, and later it may.
    #[error("the {part} does not answer; start again when it does")]
    Away {
        /// Which service.
        part: &'static str,
        /// Why.
        #[source]
        source: BoxError,
    },
    /// A part cannot be started.
    #[error("cannot start the {part}")]
    Start {
        /// Which part.
        part: &'static str,
        /// Why.
        #[source]
        source: BoxError,
    },
}

fn told(origin: Option<&str>) -> String {
    origin.map_or_else(String::new, |origin| format!(" (from {origin})"))
}

impl WiringError {
    /// A wrong setting.
    pub fn setting(path: impl Into<String>, reason: impl Into<String>) -> Self {
        Self::Setting {
            path: path.into(),
            reason: reason.into(),
            origin: None,
        }
    }

    pub(crate) fn start(part: &'static str) -> impl FnOnce(BoxError) -> Self {
        move |source| Self::Start { part, source }
    }

    /// The same, saying where the setting comes from.
    #[must_use]
    pub fn from_layer(mut self, origins: &Origins) -> Self {
        match &mut self {
            Self::Setting { path, origin, .. } if origin.is_none() => {
                *origin = origins.of(path);
            }
            Self::NotInBuild { port, origin, .. } if origin.is_none() => {
                *origin = origins.of(&format!("{port}.provider"));
            }
            _ => {}
        }
        self
    }
}
