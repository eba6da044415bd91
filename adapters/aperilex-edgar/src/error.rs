//! What can go wrong, and how it is told to the port.

use std::time::Duration;

use aperilex_ports::FilingSourceError;

/// Why EDGAR, or its mirror, cannot answer. `what` is the address or name that was asked for.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum EdgarError {
    /// There is no such company, filing or file.
    #[error("not found: {what}")]
    NotFound {
        /// What was looked for.
        what: String,
    },
    /// The address is not one that may be fetched; nothing was sent.
    #[error("this address is not allowed: {reason}")]
    UrlNotAllowed {
        /// What is wrong with it and what would be right.
        reason: String,
    },
    /// EDGAR has blocked us for sending too much; nothing is sent until the pause is over.
    #[error("EDGAR has blocked requests; the pause lasts {} s more", after.as_secs())]
    Blocked {
        /// What is left of the pause.
        after: Duration,
    },
    /// EDGAR refuses us for a reason that settings can mend.
    #[error("EDGAR refuses our requests: {reason}")]
    Misconfigured {
        /// What to do.
        reason: String,
    },
    /// More bytes than the cap, counted after decompression.
    #[error("more than {limit} bytes")]
    TooLarge {
        /// The cap in bytes.
        limit: u64,
    },
    /// The answer is not what EDGAR gives for such a request.
    #[error("unusable answer for {what}: {reason}")]
    BadAnswer {
        /// What was asked for.
        what: String,
        /// What was wrong with it.
        reason: String,
    },
    /// This source cannot do that (a mirror folder has no full-text search).
    #[error("{operation} is not offered by this source")]
    Unsupported {
        /// The operation.
        operation: &'static str,
    },
    /// A status that stands for a fault, mostly the server's.
    #[error("status {status} for {what}")]
    Status {
        /// HTTP status.
        status: u16,
        /// What was asked for.
        what: String,
    },
    /// The connection failed, was cut or took too long.
    #[error("no answer for {what}")]
    Network {
        /// What was asked for.
        what: String,
        /// The HTTP client's error, without the address.
        #[source]
        source: reqwest::Error,
    },
    /// A file of a mirror folder cannot be read.
    #[error("cannot read {what}")]
    File {
        /// Path below the mirror folder.
        what: String,
        /// The system's error.
        #[source]
        source: std::io::Error,
    },
}

impl EdgarError {
    pub(crate) fn not_found(what: impl Into<String>) -> Self {
        Self::NotFound { what: what.into() }
    }

    pub(crate) fn bad(what: impl Into<String>, reason: impl Into<String>) -> Self {
        Self::BadAnswer {
            what: what.into(),
            reason: reason.into(),
        }
    }

    /// Whether sending the same again soon may help. A block is never answered with more traffic.
    pub(crate) const fn is_transient(&self) -> bool {
        match self {
            Self::Status { status, .. } => *status >= 500 || *status == 408,
            Self::Network { .. } | Self::BadAnswer { .. } => true,
            _ => false,
        }
    }

    /// Whether the source simply does not have it, so that another place may be tried.
    pub(crate) const fn is_absent(&self) -> bool {
        matches!(self, Self::NotFound { .. } | Self::Unsupported { .. })
    }
}

impl From<EdgarError> for FilingSourceError {
    fn from(error: EdgarError) -> Self {
        match error {
            EdgarError::NotFound { what } => Self::NotFound { what },
            EdgarError::UrlNotAllowed { reason } => Self::UrlNotAllowed { reason },
            EdgarError::Blocked { after } => Self::Throttled { after },
            EdgarError::Misconfigured { reason } => Self::Misconfigured { reason },
            EdgarError::TooLarge { limit } => Self::TooLarge { limit },
            EdgarError::Unsupported { operation } => Self::Unsupported { operation },
            EdgarError::BadAnswer { what, reason } => Self::BadAnswer {
                reason: format!("{what}: {reason}"),
            },
            other => Self::Unavailable {
                source: Box::new(other),
            },
        }
    }
}

/// `Ok(None)` for what the source does not have.
pub(crate) fn absent_is_none<T>(result: Result<T, EdgarError>) -> Result<Option<T>, EdgarError> {
    match result {
        Ok(value) => Ok(Some(value)),
        Err(error) if error.is_absent() => Ok(None),
        Err(error) => Err(error),
    }
}
