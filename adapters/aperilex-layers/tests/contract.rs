//! The contract of the ports that have layers, around the memory adapter.

#[allow(dead_code, reason = "each test binary uses some of it")]
mod support;

use std::process::ExitCode;
use std::sync::Arc;

use aperilex_layers::FirstLine;
use aperilex_memory::{Faults, MemoryStores};
use aperilex_ports::Stores;
use aperilex_ports::contract::{self, Backend, Running, StoresFixture};
use async_trait::async_trait;
use support::Behind;

/// All stores run, so that a layer also shows to get on with the others.
struct Layered;

#[async_trait]
impl StoresFixture for Layered {
    fn backend(&self) -> Backend {
        Backend::Ready
    }

    async fn fresh(&self) -> Stores {
        let stores = MemoryStores::new(Faults::default()).stores();
        Stores {
            quota: Arc::new(FirstLine::new(stores.quota.clone())),
            ..stores
        }
    }

    fn block_on(&self, scenario: Running<'_>) {
        futures_executor::block_on(scenario);
    }
}

/// The same while the store behind does not answer: the windows of the process keep the contract too.
struct OnItsOwn;

#[async_trait]
impl StoresFixture for OnItsOwn {
    fn backend(&self) -> Backend {
        Backend::Ready
    }

    async fn fresh(&self) -> Stores {
        Stores {
            quota: Arc::new(FirstLine::new(Behind::new(true))),
            ..MemoryStores::new(Faults::default()).stores()
        }
    }

    fn block_on(&self, scenario: Running<'_>) {
        futures_executor::block_on(scenario);
    }
}

fn main() -> ExitCode {
    let suites = [
        contract::stores("first_line", Layered),
        contract::stores("first_line_without_store", OnItsOwn),
    ];
    let trials = suites.into_iter().flatten();
    // What a layer does not touch is tested where it is implemented.
    let layered = trials.filter(|trial| trial.name().contains("::quota_store::"));
    contract::run(layered.collect())
}
