//! Where bytes are kept: raw documents and results.

use std::fmt::Debug;

use async_trait::async_trait;
use bytes::Bytes;

use crate::error::{BoxError, Retry};
use crate::model::Digest;

/// Largest object that is kept: 64 MiB.
pub const MAX_OBJECT_BYTES: usize = 64 * 1024 * 1024;

/// Why the store cannot serve.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DocumentStoreError {
    /// No such object.
    #[error("no object {digest}")]
    NotFound {
        /// What was asked for.
        digest: Digest,
    },
    /// The bytes read are not those that were written: they are never handed out.
    #[error("object {digest} is damaged")]
    Damaged {
        /// What was asked for.
        digest: Digest,
    },
    /// More than [`MAX_OBJECT_BYTES`].
    #[error("an object of {bytes} bytes is larger than the {MAX_OBJECT_BYTES} that are kept")]
    TooLarge {
        /// Its size.
        bytes: usize,
    },
    /// No room.
    #[error("the document store is full")]
    Full {
        /// The adapter's own error.
        #[source]
        source: BoxError,
    },
    /// Anything else.
    #[error("the document store cannot be reached")]
    Unavailable {
        /// The adapter's own error.
        #[source]
        source: BoxError,
    },
}

impl DocumentStoreError {
    /// Whether the same call may succeed later.
    #[must_use]
    pub const fn retry(&self) -> Retry {
        match self {
            Self::NotFound { .. } | Self::Damaged { .. } | Self::TooLarge { .. } => Retry::Never,
            _ => Retry::Backoff,
        }
    }
}

/// Keeps bytes under their SHA-256: a key can hold one content only, so nothing is ever overwritten.
///
/// # Contract
/// - **DS-1** what was put is got, byte for byte, the empty object included.
/// - **DS-2** putting the same bytes again succeeds and changes nothing.
/// - **DS-3** an object that is not there is `NotFound`, from `get` and as `false` from `contains`.
/// - **DS-4** damaged bytes are `Damaged`, never handed out.
/// - **DS-5** after a crash an object is there whole or not at all.
/// - **DS-6** deleting a missing object succeeds.
/// - **DS-7** an object over the limit is refused before anything is written.
/// - **DS-8** puts of the same bytes by many at once all succeed.
#[async_trait]
pub trait DocumentStore: Debug + Send + Sync + 'static {
    /// Keeps `bytes`; durable when it returns.
    ///
    /// # Errors
    /// [`DocumentStoreError`].
    async fn put(&self, bytes: Bytes) -> Result<Digest, DocumentStoreError>;

    /// Reads an object and checks its digest.
    ///
    /// # Errors
    /// [`DocumentStoreError`].
    async fn get(&self, digest: &Digest) -> Result<Bytes, DocumentStoreError>;

    /// Whether the object is there; does not read it.
    ///
    /// # Errors
    /// [`DocumentStoreError`].
    async fn contains(&self, digest: &Digest) -> Result<bool, DocumentStoreError>;

    /// Removes an object.
    ///
    /// # Errors
    /// [`DocumentStoreError`].
    async fn delete(&self, digest: &Digest) -> Result<(), DocumentStoreError>;
}
