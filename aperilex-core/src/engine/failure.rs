//! How a run fails: for good, for now, or not at all because it is another's.

use std::time::Duration;

use aperilex_ports::{
    AnalystError, BoxError, DocumentStoreError, Failure, FilingSourceError, ParseFilingError,
    Retry, SettlementError, StoreError, TaskStoreError,
};

use crate::error::EngineError;

/// Why a run stopped.
#[derive(Debug)]
pub(super) enum Stop {
    /// The same work fails the same way.
    Final(Failure),
    /// It may succeed later.
    Later(Failure),
    /// The other side asked for a wait: this is no attempt.
    Asked { failure: Failure, wait: Duration },
    /// The lease is lost: another works on it, or it is finished.
    LeaseLost,
}

pub(super) fn failure(code: &str, message: impl Into<String>) -> Failure {
    Failure {
        code: code.to_owned(),
        message: message.into(),
    }
}

/// Failures that are nobody's here: what was asked for is not to be had, or cannot be used. For credits that
/// lapsed while they were held for these nothing comes: else inventing filings would carry credits over a
/// reset day.
const NOT_OURS: &[&str] = &[
    "filing_not_found",
    "filing_too_large",
    "filing_unusable",
    "not_entitled",
    "nothing_to_analyse",
    "url_not_allowed",
];

/// Whether a failure is ours, so that who asked must not lose anything by it.
pub(super) fn is_ours(failure: &Failure) -> bool {
    !NOT_OURS.contains(&failure.code.as_str())
}

/// The same of an error.
pub(super) fn is_our_error(error: &EngineError) -> bool {
    match error {
        EngineError::Refused(_)
        | EngineError::NotFound { .. }
        | EngineError::UrlNotAllowed { .. }
        | EngineError::Filing(_) => false,
        EngineError::Port { source, .. } => !is_too_large(source),
        EngineError::LeaseLost => true,
    }
}

/// Whether it is the filing that is too large.
pub(super) fn is_too_large(error: &BoxError) -> bool {
    matches!(
        error.downcast_ref(),
        Some(FilingSourceError::TooLarge { .. })
    )
}

impl Stop {
    pub(super) fn last(code: &str, message: impl Into<String>) -> Self {
        Self::Final(failure(code, message))
    }

    pub(super) fn of(retry: Retry, failure: Failure) -> Self {
        match retry {
            Retry::Never => Self::Final(failure),
            Retry::After(wait) => Self::Asked { failure, wait },
            _ => Self::Later(failure),
        }
    }
}

impl From<FilingSourceError> for Stop {
    fn from(error: FilingSourceError) -> Self {
        let code = match &error {
            FilingSourceError::NotFound { .. } => "filing_not_found",
            FilingSourceError::TooLarge { .. } => "filing_too_large",
            FilingSourceError::BadAnswer { .. } => "source_bad_answer",
            FilingSourceError::Throttled { .. } => "source_throttled",
            FilingSourceError::Misconfigured { .. } => "source_misconfigured",
            _ => "source_unavailable",
        };
        Self::of(error.retry(), failure(code, error.to_string()))
    }
}

impl From<ParseFilingError> for Stop {
    fn from(error: ParseFilingError) -> Self {
        let code = match &error {
            ParseFilingError::TooLarge { .. } => "filing_too_large",
            _ => "filing_unusable",
        };
        Self::last(code, error.to_string())
    }
}

impl From<DocumentStoreError> for Stop {
    fn from(error: DocumentStoreError) -> Self {
        let code = match &error {
            DocumentStoreError::NotFound { .. } | DocumentStoreError::Damaged { .. } => {
                "integrity_error"
            }
            DocumentStoreError::TooLarge { .. } => "filing_too_large",
            DocumentStoreError::Full { .. } => "storage_full",
            _ => "storage_unavailable",
        };
        Self::of(error.retry(), failure(code, error.to_string()))
    }
}

impl From<AnalystError> for Stop {
    fn from(error: AnalystError) -> Self {
        let code = match &error {
            // What models cost us is not for users.
            AnalystError::OverCeiling { .. } => {
                let message = "the analysis would take more than is planned for one; nothing was charged for it";
                return Self::last("cost_ceiling", message);
            }
            AnalystError::KeyRefused => "own_key_refused",
            AnalystError::Unsuitable { .. } => "nothing_to_analyse",
            _ => "analyst_unavailable",
        };
        Self::of(error.retry(), failure(code, error.to_string()))
    }
}

impl From<StoreError> for Stop {
    fn from(error: StoreError) -> Self {
        Self::of(
            error.retry(),
            failure("database_unavailable", error.to_string()),
        )
    }
}

impl From<TaskStoreError> for Stop {
    fn from(error: TaskStoreError) -> Self {
        match error {
            TaskStoreError::Store(store) => store.into(),
            _ => Self::LeaseLost,
        }
    }
}

impl From<SettlementError> for Stop {
    fn from(error: SettlementError) -> Self {
        match error {
            SettlementError::Task(task) => task.into(),
            SettlementError::Store(store) => store.into(),
            // Holds were placed when the task was accepted; that one is gone is our fault.
            error => Self::last("settlement_refused", error.to_string()),
        }
    }
}
