//! The contract of the event bus, inside one process.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::process::ExitCode;
use std::sync::Arc;

use aperilex_events::InProcessEvents;
use aperilex_ports::EventBus;
use aperilex_ports::contract::{self, Backend, EventBusFixture, Running};
use async_trait::async_trait;

struct InProcess;

#[async_trait]
impl EventBusFixture for InProcess {
    fn backend(&self) -> Backend {
        Backend::Ready
    }

    async fn fresh(&self) -> Arc<dyn EventBus> {
        Arc::new(InProcessEvents::new())
    }

    fn block_on(&self, scenario: Running<'_>) {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .enable_time()
            .build();
        runtime.unwrap().block_on(scenario);
    }
}

fn main() -> ExitCode {
    contract::run(contract::event_bus("in_process", InProcess))
}
