//! The contract of every port, on memory.

use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use aperilex_memory::{
    Faults, MemoryDocuments, MemoryEvents, MemoryNotifier, MemoryQueue, MemoryStores, VirtualClock,
};
use aperilex_ports::contract::{
    self, Backend, DocumentBench, DocumentStoreFixture, EventBusFixture, NotifierBench,
    NotifierFixture, QueueBench, QueueFixture, Running, StoresFixture,
};
use aperilex_ports::{
    Digest, DocumentStore, EventBus, NoticeId, Notifier, QueueCapabilities, Stores, TaskQueue,
    Timestamp,
};
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

#[async_trait]
impl QueueFixture for Memory {
    fn capabilities(&self) -> QueueCapabilities {
        MemoryQueue::CAPABILITIES
    }

    fn backend(&self) -> Backend {
        Backend::Ready
    }

    async fn fresh(&self) -> Box<dyn QueueBench> {
        let clock = Arc::new(VirtualClock::new(Timestamp::UNIX_EPOCH));
        let queue = Arc::new(MemoryQueue::new(clock.clone(), Faults::default()));
        Box::new(Queue { clock, queue })
    }

    fn block_on(&self, scenario: Running<'_>) {
        futures_executor::block_on(scenario);
    }
}

struct Queue {
    clock: Arc<VirtualClock>,
    queue: Arc<MemoryQueue>,
}

#[async_trait]
impl QueueBench for Queue {
    fn queue(&self) -> Arc<dyn TaskQueue> {
        self.queue.clone()
    }

    async fn advance(&self, by: Duration) {
        self.clock.advance(by);
    }
}

#[async_trait]
impl DocumentStoreFixture for Memory {
    fn backend(&self) -> Backend {
        Backend::Ready
    }

    async fn fresh(&self) -> Box<dyn DocumentBench> {
        Box::new(Documents(Arc::default()))
    }

    fn block_on(&self, scenario: Running<'_>) {
        futures_executor::block_on(scenario);
    }
}

struct Documents(Arc<MemoryDocuments>);

#[async_trait]
impl DocumentBench for Documents {
    fn store(&self) -> Arc<dyn DocumentStore> {
        self.0.clone()
    }

    async fn damage(&self, digest: &Digest) {
        assert!(self.0.damage(digest), "there is nothing to damage");
    }
}

#[async_trait]
impl EventBusFixture for Memory {
    fn backend(&self) -> Backend {
        Backend::Ready
    }

    async fn fresh(&self) -> Arc<dyn EventBus> {
        Arc::new(MemoryEvents::default())
    }

    fn block_on(&self, scenario: Running<'_>) {
        futures_executor::block_on(scenario);
    }
}

#[async_trait]
impl NotifierFixture for Memory {
    fn backend(&self) -> Backend {
        Backend::Ready
    }

    async fn fresh(&self) -> Box<dyn NotifierBench> {
        let faults = Faults::default();
        let notifier = Arc::new(MemoryNotifier::new(faults.clone()));
        Box::new(Notices { faults, notifier })
    }

    fn block_on(&self, scenario: Running<'_>) {
        futures_executor::block_on(scenario);
    }
}

struct Notices {
    faults: Faults,
    notifier: Arc<MemoryNotifier>,
}

#[async_trait]
impl NotifierBench for Notices {
    fn notifier(&self) -> Arc<dyn Notifier> {
        self.notifier.clone()
    }

    async fn received(&self) -> Vec<NoticeId> {
        let told = self.notifier.told();
        told.into_iter().map(|notice| notice.id).collect()
    }

    async fn fail(&self, failing: bool) -> bool {
        self.faults.clear();
        if failing {
            (1..=99).for_each(|n| self.faults.fail_nth("notifier.notify", n));
        }
        true
    }
}

fn main() -> ExitCode {
    let suites = [
        contract::stores("memory", Memory),
        contract::task_queue("memory", Memory),
        contract::document_store("memory", Memory),
        contract::event_bus("memory", Memory),
        contract::notifier("memory", Memory),
    ];
    contract::run(suites.into_iter().flatten().collect())
}
