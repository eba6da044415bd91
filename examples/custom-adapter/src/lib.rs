//! A document store of your own: here, an append-only log in memory. The contract in
//! `tests/contract.rs` shows that it is one; `docs/adding-an-adapter.md` has the steps.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::{Mutex, MutexGuard, PoisonError};

use aperilex_ports::{Digest, DocumentStore, DocumentStoreError, MAX_OBJECT_BYTES};
use async_trait::async_trait;
use bytes::Bytes;

/// Objects one behind the other in a single buffer.
#[derive(Debug, Default)]
pub struct LogStore(Mutex<Log>);

#[derive(Debug, Default)]
struct Log {
    bytes: Vec<u8>,
    places: HashMap<Digest, Range<usize>>,
}

impl LogStore {
    fn log(&self) -> MutexGuard<'_, Log> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Spoils what is kept for an object, as a failing disk would. For tests.
    pub fn damage(&self, digest: &Digest) {
        let mut log = self.log();
        let end = log.bytes.len();
        log.bytes.push(b'!');
        if let Some(place) = log.places.get_mut(digest) {
            *place = end..end + 1;
        }
    }
}

#[async_trait]
impl DocumentStore for LogStore {
    async fn put(&self, bytes: Bytes) -> Result<Digest, DocumentStoreError> {
        if bytes.len() > MAX_OBJECT_BYTES {
            return Err(DocumentStoreError::TooLarge { bytes: bytes.len() });
        }
        let digest = Digest::of(&bytes);
        let mut log = self.log();
        if !log.places.contains_key(&digest) {
            let start = log.bytes.len();
            log.bytes.extend_from_slice(&bytes);
            let end = log.bytes.len();
            log.places.insert(digest, start..end);
        }
        Ok(digest)
    }

    async fn get(&self, digest: &Digest) -> Result<Bytes, DocumentStoreError> {
        let log = self.log();
        let place = log.places.get(digest).cloned();
        let kept = place.and_then(|place| log.bytes.get(place));
        let kept = kept.ok_or(DocumentStoreError::NotFound { digest: *digest })?;
        if Digest::of(kept) != *digest {
            return Err(DocumentStoreError::Damaged { digest: *digest });
        }
        Ok(Bytes::copy_from_slice(kept))
    }

    async fn contains(&self, digest: &Digest) -> Result<bool, DocumentStoreError> {
        Ok(self.log().places.contains_key(digest))
    }

    async fn delete(&self, digest: &Digest) -> Result<(), DocumentStoreError> {
        self.log().places.remove(digest);
        Ok(())
    }
}
