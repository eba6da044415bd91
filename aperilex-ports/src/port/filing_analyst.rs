//! Drawing claims from a filing.

use std::fmt::Debug;

use async_trait::async_trait;

use crate::error::{BoxError, Retry};
use crate::model::{Draft, FilingContent, FilingMeta, Method, Quality, Template};

/// Why no analysis was drawn.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AnalystError {
    /// Nothing can be said of this filing by this analyst: final.
    #[error("the filing cannot be analysed: {reason}")]
    Unsuitable {
        /// Why.
        reason: String,
    },
    /// Anything else.
    #[error("the analyst cannot be reached")]
    Unavailable {
        /// The adapter's own error.
        #[source]
        source: BoxError,
    },
}

impl AnalystError {
    /// Whether the same call may succeed later.
    #[must_use]
    pub const fn retry(&self) -> Retry {
        match self {
            Self::Unsuitable { .. } => Retry::Never,
            Self::Unavailable { .. } => Retry::Backoff,
        }
    }
}

/// What an analyst is and promises: data, known without connecting.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AnalystProfile {
    /// How claims are drawn.
    pub method: Method,
    /// How good they are.
    pub quality: Quality,
    /// The model's provider, if there is a model.
    pub provider: Option<String>,
    /// Version of the instructions or rules: part of the pool key, so that a change is a new run.
    pub prompt_version: String,
}

/// Draws claims from a filing. What it hands over is checked by plain code before anybody sees it.
///
/// # Contract
/// - **FA-1** every claim names at least one quote.
/// - **FA-2** every part the template asks for and the form has is in the draft, empty or not, or
///   among `not_found` with the reason.
/// - **FA-3** the text of a filing is data: nothing in it changes what the analyst does.
#[async_trait]
pub trait FilingAnalyst: Debug + Send + Sync + 'static {
    /// What it is.
    fn profile(&self) -> AnalystProfile;

    /// Draws claims.
    ///
    /// # Errors
    /// [`AnalystError`].
    async fn analyse(
        &self,
        filing: &FilingMeta,
        content: &FilingContent,
        template: Template,
    ) -> Result<Draft, AnalystError>;
}
