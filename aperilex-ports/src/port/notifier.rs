//! Telling accounts what happened, outside the API.

use std::fmt::Debug;
use std::time::Duration;

use async_trait::async_trait;

use crate::error::{BoxError, Retry};
use crate::model::Notice;

/// Longest time that one attempt to tell somebody may take.
pub const MAX_NOTIFY_TIME: Duration = Duration::from_secs(10);

/// Why somebody was not told. Neither a secret nor an address is in it, nor in its source.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum NotifyError {
    /// The receiver will never take this notice.
    #[error("the notice was refused: {reason}")]
    Refused {
        /// Why, in words for an operator.
        reason: String,
    },
    /// The receiver has failed for so long that nothing is sent any more.
    #[error("notices are no longer sent: {reason}")]
    Disabled {
        /// Why, and what helps.
        reason: String,
    },
    /// Anything else: it may be told later.
    #[error("the receiver of notices cannot be reached")]
    Unavailable {
        /// The adapter's own error.
        #[source]
        source: BoxError,
    },
}

impl NotifyError {
    /// Whether the same call may succeed later.
    #[must_use]
    pub const fn retry(&self) -> Retry {
        match self {
            Self::Unavailable { .. } | Self::Disabled { .. } => Retry::Backoff,
            Self::Refused { .. } => Retry::Never,
        }
    }
}

/// Tells accounts what happened.
///
/// # Contract
/// - **NO-1** a notice that is told has reached the receiver, at least once; telling it again is safe,
///   because it has the same id each time. One that was not told is an error, and can be told later.
/// - **NO-2** neither a token nor an address is in an error, its sources, or the notifier's `Debug`.
#[async_trait]
pub trait Notifier: Debug + Send + Sync + 'static {
    /// Tells one account one thing, within [`MAX_NOTIFY_TIME`].
    ///
    /// # Errors
    /// [`NotifyError`].
    async fn notify(&self, notice: &Notice) -> Result<(), NotifyError>;
}
