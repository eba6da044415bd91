//! The port.

use std::sync::Arc;

use aperilex_ports::{Digest, DocumentStore, DocumentStoreError, MAX_OBJECT_BYTES};
use async_trait::async_trait;
use bytes::Bytes;
use object_store::path::Path;
use object_store::{Error, ObjectStore, ObjectStoreExt, PutMode};
use tokio::task::spawn_blocking;

use crate::error::{translate, unavailable};
use crate::local::LocalDirectory;
use crate::{ObjectStoreConfig, OpenError};

/// The folder of keys that are SHA-256.
pub(crate) const FOLDER: &str = "sha256";

/// How often an object is read before it is called damaged.
const READS: usize = 3;

/// Above this many bytes, hashing leaves the threads that serve requests.
const HASH_INLINE: usize = 64 * 1024;

/// Objects under their SHA-256 in an object store.
#[derive(Debug, Clone)]
pub struct ObjectDocuments {
    store: Arc<dyn ObjectStore>,
    local: Option<Arc<LocalDirectory>>,
}

impl ObjectDocuments {
    /// Opens the directory of `config`, making it if need be.
    ///
    /// # Errors
    /// [`OpenError`].
    pub async fn open(config: &ObjectStoreConfig) -> Result<Self, OpenError> {
        let path = config.path.clone();
        let opened = spawn_blocking(move || LocalDirectory::open(&path)).await;
        let (local, store) = opened.map_err(|source| OpenError::Store {
            path: config.path.clone(),
            source: source.into(),
        })??;
        Ok(Self {
            store: Arc::new(store),
            local: Some(Arc::new(local)),
        })
    }

    /// On any object store that can create an object only if it is not there.
    #[must_use]
    pub fn new(store: Arc<dyn ObjectStore>) -> Self {
        Self { store, local: None }
    }

    /// An object's bytes as they are now, whole or damaged.
    async fn read(&self, digest: &Digest) -> Result<Option<Bytes>, DocumentStoreError> {
        let result = self.store.get(&key(digest)).await;
        let found = result.map_err(|error| translate(digest, error))?;
        if found.meta.size > MAX_OBJECT_BYTES as u64 {
            return Ok(None);
        }
        let bytes = found.bytes().await;
        let bytes = bytes.map_err(|error| translate(digest, error))?;
        let whole = digest_of(bytes.clone()).await? == *digest;
        Ok(whole.then_some(bytes))
    }

    /// The name is taken: by these bytes, or by what is left of them.
    async fn confirm(&self, digest: Digest, bytes: Bytes) -> Result<Digest, DocumentStoreError> {
        match self.get(&digest).await {
            Ok(_) => {}
            Err(DocumentStoreError::Damaged { .. } | DocumentStoreError::NotFound { .. }) => {
                let written = self.write(&digest, bytes, PutMode::Overwrite).await;
                written.map_err(|error| translate(&digest, error))?;
            }
            Err(error) => return Err(error),
        }
        if let Some(local) = self.local.clone() {
            let synced = spawn_blocking(move || local.sync_name(&digest)).await;
            synced.map_err(unavailable)?.map_err(unavailable)?;
        }
        Ok(digest)
    }

    async fn write(&self, digest: &Digest, bytes: Bytes, mode: PutMode) -> Result<(), Error> {
        let put = self
            .store
            .put_opts(&key(digest), bytes.into(), mode.into())
            .await;
        put.map(|_| ())
    }
}

#[async_trait]
impl DocumentStore for ObjectDocuments {
    async fn put(&self, bytes: Bytes) -> Result<Digest, DocumentStoreError> {
        if bytes.len() > MAX_OBJECT_BYTES {
            return Err(DocumentStoreError::TooLarge { bytes: bytes.len() });
        }
        let digest = digest_of(bytes.clone()).await?;
        match self.write(&digest, bytes.clone(), PutMode::Create).await {
            Ok(()) => Ok(digest),
            Err(Error::AlreadyExists { .. }) => self.confirm(digest, bytes).await,
            Err(error) => Err(translate(&digest, error)),
        }
    }

    async fn get(&self, digest: &Digest) -> Result<Bytes, DocumentStoreError> {
        for _ in 0..READS {
            if let Some(bytes) = self.read(digest).await? {
                return Ok(bytes);
            }
        }
        Err(DocumentStoreError::Damaged { digest: *digest })
    }

    async fn contains(&self, digest: &Digest) -> Result<bool, DocumentStoreError> {
        match self.store.head(&key(digest)).await {
            Ok(_) => Ok(true),
            Err(Error::NotFound { .. }) => Ok(false),
            Err(error) => Err(translate(digest, error)),
        }
    }

    async fn delete(&self, digest: &Digest) -> Result<(), DocumentStoreError> {
        match self.store.delete(&key(digest)).await {
            Ok(()) | Err(Error::NotFound { .. }) => Ok(()),
            Err(error) => Err(translate(digest, error)),
        }
    }
}

/// `sha256/ab/cdef…`: 256 folders, so that none grows too large.
fn key(digest: &Digest) -> Path {
    let digits = digest.to_string();
    let (shard, rest) = digits.split_at(2);
    Path::from_iter([FOLDER, shard, rest])
}

async fn digest_of(bytes: Bytes) -> Result<Digest, DocumentStoreError> {
    if bytes.len() <= HASH_INLINE {
        return Ok(Digest::of(&bytes));
    }
    let hashed = spawn_blocking(move || Digest::of(&bytes)).await;
    hashed.map_err(unavailable)
}
