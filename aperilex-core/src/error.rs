//! What a use case can end in, besides well.

use aperilex_ports::{
    AccountStoreError, BoxError, DocumentStoreError, FilingSourceError, LedgerError,
    ParseFilingError, QueueError, Retry, SettlementError, SignInError, StoreError, TaskStoreError,
};

use crate::refusal::Refusal;

/// Why a use case did not end well.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum EngineError {
    /// The business said no.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// There is no such thing, or this account may not know of it.
    #[error("not found: {what}")]
    NotFound {
        /// What was looked for.
        what: String,
    },
    /// The address of a filing is not one that may be fetched.
    #[error("this address is not allowed: {reason}")]
    UrlNotAllowed {
        /// What would be right.
        reason: String,
    },
    /// The filing cannot be read.
    #[error(transparent)]
    Filing(#[from] ParseFilingError),
    /// The worker's lease is lost: it must stop and write nothing.
    #[error("the lease is lost")]
    LeaseLost,
    /// A port failed.
    #[error("{port} failed")]
    Port {
        /// Which one.
        port: &'static str,
        /// Whether the same call may succeed later.
        retry: Retry,
        /// Its own error.
        #[source]
        source: BoxError,
    },
}

impl EngineError {
    pub(crate) fn not_found(what: impl Into<String>) -> Self {
        Self::NotFound { what: what.into() }
    }
}

impl From<StoreError> for EngineError {
    fn from(error: StoreError) -> Self {
        Self::Port {
            port: "database",
            retry: error.retry(),
            source: error.into(),
        }
    }
}

impl From<DocumentStoreError> for EngineError {
    fn from(error: DocumentStoreError) -> Self {
        Self::Port {
            port: "document store",
            retry: error.retry(),
            source: error.into(),
        }
    }
}

impl From<QueueError> for EngineError {
    fn from(error: QueueError) -> Self {
        Self::Port {
            port: "queue",
            retry: error.retry(),
            source: error.into(),
        }
    }
}

impl From<FilingSourceError> for EngineError {
    fn from(error: FilingSourceError) -> Self {
        match error {
            FilingSourceError::NotFound { what } => Self::NotFound { what },
            FilingSourceError::UrlNotAllowed { reason } => Self::UrlNotAllowed { reason },
            error => Self::Port {
                port: "filing source",
                retry: error.retry(),
                source: error.into(),
            },
        }
    }
}

impl From<LedgerError> for EngineError {
    fn from(error: LedgerError) -> Self {
        match error {
            LedgerError::InsufficientCredits { needed, available } => {
                Self::Refused(Refusal::InsufficientCredits { needed, available })
            }
            LedgerError::AccountClosed => Self::Refused(Refusal::AccountSuspended),
            LedgerError::KeyReused => Self::Refused(Refusal::KeyReused),
            LedgerError::BadAmount => Self::Refused(Refusal::BadAmount),
            LedgerError::OverCapture { held } => Self::Refused(Refusal::OverRefund { left: held }),
            LedgerError::PastDue { debt } => Self::Refused(Refusal::PastDue { debt }),
            LedgerError::Unknown => Self::not_found("account"),
            LedgerError::Store(store) => store.into(),
            error => Self::Port {
                port: "ledger",
                retry: Retry::Never,
                source: error.into(),
            },
        }
    }
}

impl From<TaskStoreError> for EngineError {
    fn from(error: TaskStoreError) -> Self {
        match error {
            TaskStoreError::Unknown => Self::not_found("task"),
            TaskStoreError::LeaseLost => Self::LeaseLost,
            TaskStoreError::Store(store) => store.into(),
            error => Self::Port {
                port: "task store",
                retry: Retry::Never,
                source: error.into(),
            },
        }
    }
}

impl From<AccountStoreError> for EngineError {
    fn from(error: AccountStoreError) -> Self {
        match error {
            AccountStoreError::EmailTaken => Self::Refused(Refusal::EmailTaken),
            AccountStoreError::Credit(error) => error.into(),
            // Two came back from the identity provider at once: the next attempt finds the account.
            AccountStoreError::IdentityTaken => StoreError::Conflict.into(),
            AccountStoreError::Store(store) => store.into(),
            _ => Self::not_found("account"),
        }
    }
}

impl From<SignInError> for EngineError {
    fn from(error: SignInError) -> Self {
        match error {
            SignInError::Refused { .. } => Self::Refused(Refusal::SignInFailed),
            error => Self::Port {
                port: "sign-in",
                retry: error.retry(),
                source: error.into(),
            },
        }
    }
}

impl From<SettlementError> for EngineError {
    fn from(error: SettlementError) -> Self {
        if let Some(refusal) = Refusal::of(&error) {
            return Self::Refused(refusal);
        }
        match error {
            SettlementError::Task(task) => task.into(),
            SettlementError::Store(store) => store.into(),
            error => Self::Port {
                port: "settlement",
                retry: Retry::Never,
                source: error.into(),
            },
        }
    }
}
