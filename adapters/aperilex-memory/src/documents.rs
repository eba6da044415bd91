//! A document store.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use aperilex_ports::{BoxError, Digest, DocumentStore, DocumentStoreError, MAX_OBJECT_BYTES};
use async_trait::async_trait;
use bytes::Bytes;

use crate::faults::Faults;

/// Objects in a map.
#[derive(Debug, Default)]
pub struct MemoryDocuments {
    faults: Faults,
    objects: Mutex<BTreeMap<Digest, Bytes>>,
}

impl MemoryDocuments {
    /// An empty store that fails as `faults` says.
    #[must_use]
    pub fn new(faults: Faults) -> Self {
        Self {
            faults,
            ..Self::default()
        }
    }

    /// Changes what is kept for an object, as a failing disk would; false if it is not there.
    pub fn damage(&self, digest: &Digest) -> bool {
        match self.objects().get_mut(digest) {
            Some(bytes) => {
                *bytes = [&bytes[..], b"damage"].concat().into();
                true
            }
            None => false,
        }
    }

    /// How many objects are kept.
    #[must_use]
    pub fn count(&self) -> usize {
        self.objects().len()
    }

    fn objects(&self) -> MutexGuard<'_, BTreeMap<Digest, Bytes>> {
        self.objects.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

const fn unavailable(source: BoxError) -> DocumentStoreError {
    DocumentStoreError::Unavailable { source }
}

#[async_trait]
impl DocumentStore for MemoryDocuments {
    async fn put(&self, bytes: Bytes) -> Result<Digest, DocumentStoreError> {
        if bytes.len() > MAX_OBJECT_BYTES {
            let bytes = bytes.len();
            return Err(DocumentStoreError::TooLarge { bytes });
        }
        self.faults.around("documents.put", unavailable, || {
            let digest = Digest::of(&bytes);
            self.objects().entry(digest).or_insert(bytes);
            Ok(digest)
        })
    }

    async fn get(&self, digest: &Digest) -> Result<Bytes, DocumentStoreError> {
        let digest = *digest;
        self.faults.around("documents.get", unavailable, || {
            let bytes = self.objects().get(&digest).cloned();
            let bytes = bytes.ok_or(DocumentStoreError::NotFound { digest })?;
            if Digest::of(&bytes) == digest {
                Ok(bytes)
            } else {
                Err(DocumentStoreError::Damaged { digest })
            }
        })
    }

    async fn contains(&self, digest: &Digest) -> Result<bool, DocumentStoreError> {
        self.faults.around("documents.contains", unavailable, || {
            Ok(self.objects().contains_key(digest))
        })
    }

    async fn delete(&self, digest: &Digest) -> Result<(), DocumentStoreError> {
        self.faults.around("documents.delete", unavailable, || {
            self.objects().remove(digest);
            Ok(())
        })
    }
}
