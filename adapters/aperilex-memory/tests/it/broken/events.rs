//! Broken event buses.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use aperilex_memory::MemoryEvents;
use aperilex_ports::contract::{Backend, EventBusFixture, Running, event_bus_failures};
use aperilex_ports::{EventBus, EventBusError, EventStream, TaskEvent};
use async_trait::async_trait;

use super::{broken, drive};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Flaw {
    DropsEverySecondEvent,
    NeedsASubscriber,
    WaitsForTheSlowest,
}

pub(crate) const FLAWS: &[(Flaw, &str)] = &[
    (Flaw::DropsEverySecondEvent, "EB-1"),
    (Flaw::NeedsASubscriber, "EB-2"),
    (Flaw::WaitsForTheSlowest, "EB-3"),
];

pub(crate) fn caught(flaw: Flaw) -> Vec<&'static str> {
    event_bus_failures(&Fixture(flaw))
}

struct Fixture(Flaw);

#[async_trait]
impl EventBusFixture for Fixture {
    fn backend(&self) -> Backend {
        Backend::Ready
    }

    async fn fresh(&self) -> Arc<dyn EventBus> {
        Arc::new(Broken {
            inner: MemoryEvents::default(),
            published: AtomicUsize::new(0),
            subscribed: AtomicUsize::new(0),
            flaw: self.0,
        })
    }

    fn block_on(&self, scenario: Running<'_>) {
        drive(scenario);
    }
}

#[derive(Debug)]
struct Broken {
    inner: MemoryEvents,
    published: AtomicUsize,
    subscribed: AtomicUsize,
    flaw: Flaw,
}

#[async_trait]
impl EventBus for Broken {
    async fn publish(&self, event: &TaskEvent) -> Result<(), EventBusError> {
        let before = self.published.fetch_add(1, Ordering::Relaxed);
        match self.flaw {
            Flaw::DropsEverySecondEvent if before % 2 == 1 => return Ok(()),
            Flaw::NeedsASubscriber if self.subscribed.load(Ordering::Relaxed) == 0 => {
                return Err(EventBusError(broken()));
            }
            // The idle subscriber's buffer of a thousand is full: wait until it reads.
            Flaw::WaitsForTheSlowest if before > 1000 => std::future::pending().await,
            _ => {}
        }
        self.inner.publish(event).await
    }

    async fn subscribe(&self) -> Result<EventStream, EventBusError> {
        self.subscribed.fetch_add(1, Ordering::Relaxed);
        self.inner.subscribe().await
    }
}
