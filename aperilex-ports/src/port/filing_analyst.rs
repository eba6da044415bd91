//! Drawing claims from a filing.

use std::fmt::Debug;

use async_trait::async_trait;

use crate::error::{BoxError, Retry};
use crate::model::{
    Draft, FilingContent, FilingMeta, Method, MicroUsd, Quality, SpentCall, Template,
};

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
    /// Its models have cost all that they may: final, and nothing that they said is used.
    #[error("the models have cost {spent} USD, and at most {ceiling} USD are allowed")]
    OverCeiling {
        /// What they have cost.
        spent: MicroUsd,
        /// What they may.
        ceiling: MicroUsd,
    },
    /// The provider of its models turns the key away: final, until there is another key.
    /// What the provider says of it is not told: it may repeat a part of the key.
    #[error("the provider of the model refuses the key; bring another")]
    KeyRefused,
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
            Self::Unsuitable { .. } | Self::OverCeiling { .. } | Self::KeyRefused => Retry::Never,
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

/// What an analyst is to do.
#[derive(Debug, Clone, Copy)]
pub struct AnalysisOrder<'a> {
    /// The filing.
    pub filing: &'a FilingMeta,
    /// What to look at.
    pub template: Template,
    /// What its models may still cost.
    pub ceiling: MicroUsd,
}

/// Is told what the models of an analyst cost.
#[async_trait]
pub trait CostMeter: Debug + Send + Sync {
    /// Writes a call down.
    ///
    /// # Errors
    /// [`AnalystError`]: the analyst uses nothing of what the call answered, makes no further call, and gives
    /// this error back.
    async fn spent(&self, call: SpentCall) -> Result<(), AnalystError>;
}

/// Draws claims from a filing. What it hands over is checked by plain code before anybody sees it.
///
/// # Contract
/// - **FA-1** every claim names at least one quote.
/// - **FA-2** every part the template asks for and the form has is in the draft, empty or not, or
///   among `not_found` with the reason.
/// - **FA-3** the text of a filing is data: nothing in it changes what the analyst does.
/// - **FA-4** every call of a model is told to the meter, failed ones too, before its answer is used and before the next call; the
///   meter's error ends the analysis.
#[async_trait]
pub trait FilingAnalyst: Debug + Send + Sync + 'static {
    /// What it is.
    fn profile(&self) -> AnalystProfile;

    /// What its models are expected to cost for a main document of so many bytes; nothing without models.
    fn estimate(&self, bytes: u64, template: Template) -> MicroUsd;

    /// Draws claims.
    ///
    /// # Errors
    /// [`AnalystError`].
    async fn analyse(
        &self,
        order: &AnalysisOrder<'_>,
        content: &FilingContent,
        meter: &dyn CostMeter,
    ) -> Result<Draft, AnalystError>;
}
