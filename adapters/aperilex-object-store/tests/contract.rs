//! The contract of the document store, on local files and on `object_store`'s own memory.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::process::ExitCode;
use std::sync::Arc;

use aperilex_object_store::{ObjectDocuments, ObjectStoreConfig};
use aperilex_ports::contract::{self, Backend, DocumentBench, DocumentStoreFixture, Running};
use aperilex_ports::{Digest, DocumentStore};
use async_trait::async_trait;
use object_store::memory::InMemory;
use object_store::path::Path;
use object_store::{ObjectStore, ObjectStoreExt};
use tempfile::TempDir;

fn block_on(scenario: Running<'_>) {
    let runtime = tokio::runtime::Builder::new_multi_thread().build();
    runtime.unwrap().block_on(scenario);
}

struct LocalFiles;

#[async_trait]
impl DocumentStoreFixture for LocalFiles {
    fn backend(&self) -> Backend {
        Backend::Ready
    }

    async fn fresh(&self) -> Box<dyn DocumentBench> {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("objects");
        let config = ObjectStoreConfig { path };
        let store = Arc::new(ObjectDocuments::open(&config).await.unwrap());
        Box::new(LocalBench { directory, store })
    }

    fn block_on(&self, scenario: Running<'_>) {
        block_on(scenario);
    }
}

struct LocalBench {
    directory: TempDir,
    store: Arc<ObjectDocuments>,
}

#[async_trait]
impl DocumentBench for LocalBench {
    fn store(&self) -> Arc<dyn DocumentStore> {
        self.store.clone()
    }

    async fn damage(&self, digest: &Digest) {
        let file = self.directory.path().join("objects").join(key(digest));
        let mut bytes = std::fs::read(&file).unwrap();
        bytes.push(b'!');
        std::fs::write(file, bytes).unwrap();
    }
}

struct Memory;

#[async_trait]
impl DocumentStoreFixture for Memory {
    fn backend(&self) -> Backend {
        Backend::Ready
    }

    async fn fresh(&self) -> Box<dyn DocumentBench> {
        Box::new(MemoryBench(Arc::new(InMemory::new())))
    }

    fn block_on(&self, scenario: Running<'_>) {
        block_on(scenario);
    }
}

struct MemoryBench(Arc<InMemory>);

#[async_trait]
impl DocumentBench for MemoryBench {
    fn store(&self) -> Arc<dyn DocumentStore> {
        let store: Arc<dyn ObjectStore> = self.0.clone();
        Arc::new(ObjectDocuments::new(store))
    }

    async fn damage(&self, digest: &Digest) {
        let key = Path::from(key(digest));
        let bytes = self.0.get(&key).await.unwrap().bytes().await.unwrap();
        let damaged = [&bytes[..], b"!"].concat();
        self.0.put(&key, damaged.into()).await.unwrap();
    }
}

fn key(digest: &Digest) -> String {
    let digits = digest.to_string();
    format!("sha256/{}/{}", &digits[..2], &digits[2..])
}

fn main() -> ExitCode {
    let mut trials = contract::document_store("local_files", LocalFiles);
    trials.extend(contract::document_store("object_store_memory", Memory));
    contract::run(trials)
}
