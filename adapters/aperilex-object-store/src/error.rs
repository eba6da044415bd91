//! What went wrong, in the words of the port.

use std::error::Error as StdError;
use std::io;
use std::path::PathBuf;

use aperilex_ports::{BoxError, Digest, DocumentStoreError};
use object_store::Error;

/// Why the directory cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OpenError {
    /// There is something else in its place.
    #[error("{path} is a symbolic link or no directory: name the directory itself")]
    NotADirectory {
        /// The path.
        path: PathBuf,
    },
    /// The file system refused.
    #[error("cannot prepare {path} for objects")]
    Io {
        /// The path.
        path: PathBuf,
        /// Its answer.
        #[source]
        source: io::Error,
    },
    /// The object store refused.
    #[error("cannot open the object store at {path}")]
    Store {
        /// The path.
        path: PathBuf,
        /// Its answer.
        #[source]
        source: BoxError,
    },
}

/// The port's word for an error of the object store.
pub(crate) fn translate(digest: &Digest, error: Error) -> DocumentStoreError {
    match error {
        Error::NotFound { .. } => DocumentStoreError::NotFound { digest: *digest },
        error if is_full(&error) => DocumentStoreError::Full {
            source: error.into(),
        },
        error => unavailable(error),
    }
}

/// The port's word for everything else.
pub(crate) fn unavailable(error: impl Into<BoxError>) -> DocumentStoreError {
    DocumentStoreError::Unavailable {
        source: error.into(),
    }
}

/// Whether the cause is a full disk or a used-up quota.
fn is_full(error: &(dyn StdError + 'static)) -> bool {
    let mut cause = Some(error);
    while let Some(error) = cause {
        let io = error.downcast_ref::<io::Error>();
        let kind = io.map(io::Error::kind);
        if let Some(io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded) = kind {
            return true;
        }
        // What an `io::Error` wraps is not its source.
        let wrapped = io.and_then(io::Error::get_ref);
        cause = wrapped
            .map(|e| e as &dyn StdError)
            .or_else(|| error.source());
    }
    false
}
