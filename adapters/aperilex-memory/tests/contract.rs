//! The contract of every port, on memory.

use std::process::ExitCode;

use aperilex_memory::{Faults, MemoryStores};
use aperilex_ports::Stores;
use aperilex_ports::contract::{self, Backend, Running, StoresFixture};
use async_trait::async_trait;

struct Memory;

#[async_trait]
impl StoresFixture for Memory {
    fn backend(&self) -> Backend {
        Backend::Ready
    }

    async fn fresh(&self) -> Stores {
        MemoryStores::new(Faults::default()).stores()
    }

    fn block_on(&self, scenario: Running<'_>) {
        futures_executor::block_on(scenario);
    }
}

fn main() -> ExitCode {
    contract::run(contract::stores("memory", Memory))
}
