//! The contract of the document store, on ours.

use std::process::ExitCode;
use std::sync::Arc;

use aperilex_ports::contract::{self, Backend, DocumentBench, DocumentStoreFixture, Running};
use aperilex_ports::{Digest, DocumentStore};
use async_trait::async_trait;
use custom_adapter::LogStore;

struct Fixture;

#[async_trait]
impl DocumentStoreFixture for Fixture {
    fn backend(&self) -> Backend {
        Backend::Ready
    }

    async fn fresh(&self) -> Box<dyn DocumentBench> {
        Box::new(Bench(Arc::default()))
    }

    fn block_on(&self, scenario: Running<'_>) {
        futures_executor::block_on(scenario);
    }
}

struct Bench(Arc<LogStore>);

#[async_trait]
impl DocumentBench for Bench {
    fn store(&self) -> Arc<dyn DocumentStore> {
        self.0.clone()
    }

    async fn damage(&self, digest: &Digest) {
        self.0.damage(digest);
    }
}

fn main() -> ExitCode {
    contract::run(contract::document_store("log", Fixture))
}
