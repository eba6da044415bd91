//! Broken document stores.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use aperilex_ports::contract::{
    Backend, DocumentBench, DocumentStoreFixture, Running, document_store_failures,
};
use aperilex_ports::{Digest, DocumentStore, DocumentStoreError, MAX_OBJECT_BYTES};
use async_trait::async_trait;
use bytes::Bytes;

use super::{broken, drive, pause};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Flaw {
    ForgetsTheEmptyObject,
    CountsPuts,
    GivesNothingForMissing,
    HandsOutDamage,
    WritesInPlace,
    DeletesOnlyWhatIsThere,
    KeepsLargeObjects,
    RefusesOneOfTwoWriters,
}

pub(crate) const FLAWS: &[(Flaw, &str)] = &[
    (Flaw::ForgetsTheEmptyObject, "DS-1"),
    (Flaw::CountsPuts, "DS-2"),
    (Flaw::GivesNothingForMissing, "DS-3"),
    (Flaw::HandsOutDamage, "DS-4"),
    (Flaw::WritesInPlace, "DS-5"),
    (Flaw::DeletesOnlyWhatIsThere, "DS-6"),
    (Flaw::KeepsLargeObjects, "DS-7"),
    (Flaw::RefusesOneOfTwoWriters, "DS-8"),
];

pub(crate) fn caught(flaw: Flaw) -> Vec<&'static str> {
    document_store_failures(&Fixture(flaw))
}

struct Fixture(Flaw);

#[async_trait]
impl DocumentStoreFixture for Fixture {
    fn backend(&self) -> Backend {
        Backend::Ready
    }

    async fn fresh(&self) -> Box<dyn DocumentBench> {
        Box::new(Bench(Arc::new(Broken {
            objects: Mutex::default(),
            flaw: self.0,
        })))
    }

    fn block_on(&self, scenario: Running<'_>) {
        drive(scenario);
    }
}

struct Bench(Arc<Broken>);

#[async_trait]
impl DocumentBench for Bench {
    fn store(&self) -> Arc<dyn DocumentStore> {
        self.0.clone()
    }

    async fn damage(&self, digest: &Digest) {
        let mut objects = self.0.objects.lock().unwrap();
        objects.get_mut(digest).unwrap().bytes = Bytes::from_static(b"damage");
    }
}

/// A store of its own: a wrapper could not look between the steps of a put.
#[derive(Debug)]
struct Broken {
    objects: Mutex<BTreeMap<Digest, Object>>,
    flaw: Flaw,
}

#[derive(Debug, Clone)]
struct Object {
    bytes: Bytes,
    puts: usize,
    whole: bool,
}

impl Broken {
    fn write(&self, digest: Digest, bytes: Bytes, whole: bool) {
        let mut objects = self.objects.lock().unwrap();
        let puts = objects.get(&digest).map_or(0, |object| object.puts) + usize::from(whole);
        objects.insert(digest, Object { bytes, puts, whole });
    }
}

#[async_trait]
impl DocumentStore for Broken {
    async fn put(&self, bytes: Bytes) -> Result<Digest, DocumentStoreError> {
        if bytes.len() > MAX_OBJECT_BYTES && self.flaw != Flaw::KeepsLargeObjects {
            let bytes = bytes.len();
            return Err(DocumentStoreError::TooLarge { bytes });
        }
        let digest = Digest::of(&bytes);
        match self.flaw {
            Flaw::ForgetsTheEmptyObject if bytes.is_empty() => return Ok(digest),
            Flaw::WritesInPlace => {
                self.write(digest, bytes.slice(..bytes.len() / 2), false);
                pause().await;
            }
            Flaw::RefusesOneOfTwoWriters => {
                let busy = self.objects.lock().unwrap().get(&digest).cloned();
                if busy.is_some_and(|object| !object.whole) {
                    return Err(DocumentStoreError::Unavailable { source: broken() });
                }
                self.write(digest, bytes.clone(), false);
                pause().await;
            }
            _ => {}
        }
        self.write(digest, bytes, true);
        Ok(digest)
    }

    async fn get(&self, digest: &Digest) -> Result<Bytes, DocumentStoreError> {
        let digest = *digest;
        let object = self.objects.lock().unwrap().get(&digest).cloned();
        let careless = matches!(self.flaw, Flaw::HandsOutDamage | Flaw::WritesInPlace);
        match object {
            None if self.flaw == Flaw::GivesNothingForMissing => Ok(Bytes::new()),
            None => Err(DocumentStoreError::NotFound { digest }),
            Some(object) if careless || Digest::of(&object.bytes) == digest => Ok(object.bytes),
            Some(_) => Err(DocumentStoreError::Damaged { digest }),
        }
    }

    async fn contains(&self, digest: &Digest) -> Result<bool, DocumentStoreError> {
        Ok(self.objects.lock().unwrap().contains_key(digest))
    }

    async fn delete(&self, digest: &Digest) -> Result<(), DocumentStoreError> {
        let mut objects = self.objects.lock().unwrap();
        match objects.get_mut(digest) {
            Some(object) if self.flaw == Flaw::CountsPuts && object.puts > 1 => object.puts -= 1,
            Some(_) => drop(objects.remove(digest)),
            None if self.flaw == Flaw::DeletesOnlyWhatIsThere => {
                let digest = *digest;
                return Err(DocumentStoreError::NotFound { digest });
            }
            None => {}
        }
        Ok(())
    }
}
