//! Why the application cannot be put together, and what to do.

use aperilex_core::ports::BoxError;

/// Why the application cannot be put together.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum WiringError {
    /// A setting is wrong. The message names its path and never its value.
    #[error("setting `{path}`: {reason}")]
    Setting {
        /// The path, such as `worker.concurrency`.
        path: String,
        /// What is wrong and what would be right.
        reason: String,
    },
    /// A provider is known but cannot be used here.
    #[error("setting `{port}.provider`: `{provider}` is not in this build; use {instead}")]
    NotInBuild {
        /// The port.
        port: &'static str,
        /// The provider.
        provider: &'static str,
        /// What is in this build.
        instead: &'static str,
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

impl WiringError {
    pub(crate) fn setting(path: impl Into<String>, reason: impl Into<String>) -> Self {
        Self::Setting {
            path: path.into(),
            reason: reason.into(),
        }
    }

    pub(crate) fn start(part: &'static str) -> impl FnOnce(BoxError) -> Self {
        move |source| Self::Start { part, source }
    }
}
