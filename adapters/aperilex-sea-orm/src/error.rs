//! The database's errors, and what they mean to the ports.

use std::borrow::Cow;

use aperilex_ports::{
    ImportError, LedgerError, QueueError, SettlementError, StoreError, TaskStoreError,
};
use sea_orm::{DbErr, RuntimeErr, SqlErr, sqlx};

/// Why a database cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DatabaseError {
    /// The URL is of no kind that is spoken.
    #[error(
        "the database URL is not understood: expected sqlite:PATH or postgres://USER:PASSWORD@HOST/DATABASE"
    )]
    Url,
    /// It does not answer.
    #[error("the database cannot be reached")]
    Unreachable(#[source] DbErr),
}

/// What is stored cannot be read.
#[derive(Debug)]
pub(crate) struct Unreadable(pub(crate) String);

impl From<Unreadable> for StoreError {
    fn from(Unreadable(what): Unreadable) -> Self {
        Self::Unreadable { what }
    }
}

/// Why a transaction stops.
#[derive(Debug)]
pub(crate) enum Stop<R> {
    /// The database says so; nothing was committed.
    Database(DbErr),
    /// The connection was lost while committing: whether it was committed is not known.
    Unknown(DbErr),
    /// What was read has changed meanwhile: from the start.
    Again,
    /// A row cannot be read.
    Unreadable(String),
    /// The command is refused.
    Refused(R),
}

impl<R> From<DbErr> for Stop<R> {
    fn from(error: DbErr) -> Self {
        Self::Database(error)
    }
}

impl<R> From<Unreadable> for Stop<R> {
    fn from(Unreadable(what): Unreadable) -> Self {
        Self::Unreadable(what)
    }
}

impl<R> Stop<R> {
    /// Whether the whole transaction, run again, may end better.
    pub(crate) fn is_passing(&self) -> bool {
        match self {
            Self::Database(error) => is_passing(error) || is_taken(error),
            Self::Again => true,
            Self::Unknown(_) | Self::Unreadable(_) | Self::Refused(_) => false,
        }
    }

    pub(crate) fn map<S>(self, refusal: impl FnOnce(R) -> S) -> Stop<S> {
        match self {
            Self::Database(error) => Stop::Database(error),
            Self::Unknown(error) => Stop::Unknown(error),
            Self::Again => Stop::Again,
            Self::Unreadable(what) => Stop::Unreadable(what),
            Self::Refused(refused) => Stop::Refused(refusal(refused)),
        }
    }
}

impl<R: From<StoreError>> Stop<R> {
    /// The port's error.
    pub(crate) fn into_refusal(self) -> R {
        match self {
            Self::Database(error) if is_taken(&error) => StoreError::Conflict.into(),
            Self::Database(error) | Self::Unknown(error) => store_error(error).into(),
            Self::Again => StoreError::Conflict.into(),
            Self::Unreadable(what) => StoreError::Unreadable { what }.into(),
            Self::Refused(refusal) => refusal,
        }
    }
}

impl From<Stop<LedgerError>> for Stop<SettlementError> {
    fn from(stop: Stop<LedgerError>) -> Self {
        stop.map(SettlementError::from)
    }
}

impl From<Stop<LedgerError>> for Stop<ImportError> {
    fn from(stop: Stop<LedgerError>) -> Self {
        stop.map(ImportError::from)
    }
}

impl From<Stop<SettlementError>> for Stop<ImportError> {
    fn from(stop: Stop<SettlementError>) -> Self {
        stop.map(ImportError::from)
    }
}

impl From<Stop<TaskStoreError>> for Stop<SettlementError> {
    fn from(stop: Stop<TaskStoreError>) -> Self {
        stop.map(|error| match error {
            TaskStoreError::Store(store) => SettlementError::Store(store),
            other => SettlementError::Task(other),
        })
    }
}

/// An error of the database as every store port has it.
pub(crate) fn store_error(error: DbErr) -> StoreError {
    if is_unreadable(&error) {
        let what = error.to_string();
        return StoreError::Unreadable { what };
    }
    StoreError::Unavailable {
        source: Box::new(error),
    }
}

/// Whether a column has another type than its entity: of another version, or damaged. SQLite lets any value be
/// stored.
pub(crate) fn is_unreadable(error: &DbErr) -> bool {
    let decoded = matches!(
        sqlx_error(error),
        Some(sqlx::Error::ColumnDecode { .. } | sqlx::Error::Decode(_))
    );
    let read = matches!(
        error,
        DbErr::Type(_) | DbErr::TryIntoErr { .. } | DbErr::Json(_)
    );
    decoded || read
}

/// The same for the queue.
pub(crate) fn queue_error(error: DbErr) -> QueueError {
    QueueError::Unavailable {
        source: Box::new(error),
    }
}

/// Whether a unique value was taken.
pub(crate) fn is_taken(error: &DbErr) -> bool {
    matches!(error.sql_err(), Some(SqlErr::UniqueConstraintViolation(_)))
}

/// Whether a commit that failed this way was certainly not done: the database itself refused it, and
/// not because it was shutting down (class 57P), losing the connection (08) or failing (58, XX).
pub(crate) fn is_refused(error: &DbErr) -> bool {
    let doubtful = |code: &str| {
        ["57P", "08", "58", "XX"]
            .iter()
            .any(|class| code.starts_with(class))
    };
    database_code(error).is_some_and(|code| !doubtful(&code))
}

/// Whether the same statement may succeed shortly.
pub(crate) fn is_passing(error: &DbErr) -> bool {
    match sqlx_error(error) {
        Some(sqlx::Error::Io(_) | sqlx::Error::WorkerCrashed) => true,
        _ => database_code(error).is_some_and(|code| is_passing_code(&code)),
    }
}

/// Whether the database does not answer: it cannot be reached, or it is only starting.
pub(crate) fn is_away(error: &DbErr) -> bool {
    if matches!(error, DbErr::ConnectionAcquire(_)) {
        return true;
    }
    match sqlx_error(error) {
        Some(
            sqlx::Error::Io(_)
            | sqlx::Error::Tls(_)
            | sqlx::Error::PoolTimedOut
            | sqlx::Error::PoolClosed,
        ) => true,
        _ => database_code(error).is_some_and(|code| code == "57P03" || code.starts_with("08")),
    }
}

fn database_code(error: &DbErr) -> Option<Cow<'_, str>> {
    match sqlx_error(error) {
        Some(sqlx::Error::Database(error)) => error.code(),
        _ => None,
    }
}

fn sqlx_error(error: &DbErr) -> Option<&sqlx::Error> {
    match error {
        DbErr::Conn(RuntimeErr::SqlxError(error))
        | DbErr::Exec(RuntimeErr::SqlxError(error))
        | DbErr::Query(RuntimeErr::SqlxError(error)) => Some(error),
        _ => None,
    }
}

/// Codes of Postgres (SQLSTATE, five characters) and SQLite (numbers).
fn is_passing_code(code: &str) -> bool {
    match code {
        // serialization_failure, deadlock_detected: another transaction was in the way
        "40001" | "40P01" => true,
        // admin_shutdown, crash_shutdown, cannot_connect_now: it restarts
        "57P01" | "57P02" | "57P03" => true,
        // SQLITE_BUSY, _LOCKED, _BUSY_RECOVERY, _BUSY_SNAPSHOT: another process was in the way
        "5" | "6" | "261" | "517" => true,
        // connection_exception
        _ => code.len() == 5 && code.starts_with("08"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_passes_is_tried_again() {
        for code in ["40001", "40P01", "57P01", "08006", "5", "517"] {
            assert!(is_passing_code(code), "{code}");
        }
        // A broken rule, a full disk, a statement that took too long.
        for code in ["23514", "53100", "57014", "13", "8", "787"] {
            assert!(!is_passing_code(code), "{code}");
        }
    }
}
