//! What the stores of one database have in common.

use crate::error::{BoxError, Retry};

/// Why a store cannot answer. What a command may be refused for is in that port's own error.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// Another command got there first: read again and decide again.
    #[error("the record has changed meanwhile")]
    Conflict,
    /// What is stored cannot be read by this build.
    #[error("a stored record cannot be read: {what}")]
    Unreadable {
        /// Which one.
        what: String,
    },
    /// Anything else.
    #[error("the store cannot be reached")]
    Unavailable {
        /// The adapter's own error.
        #[source]
        source: BoxError,
    },
}

impl StoreError {
    /// Whether the same call may succeed later.
    #[must_use]
    pub const fn retry(&self) -> Retry {
        match self {
            Self::Unavailable { .. } => Retry::Backoff,
            Self::Conflict | Self::Unreadable { .. } => Retry::Never,
        }
    }
}

/// Most rows a list gives at once.
pub const MAX_PAGE: usize = 500;
