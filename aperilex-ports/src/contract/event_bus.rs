//! Clauses of [`EventBus`].

use async_trait::async_trait;
use futures_util::StreamExt;

use super::support::at;
use super::*;
use crate::{AnalysisStatus, EventBus, EventStream, TaskEvent, TaskId, TaskStatus};

/// How a contract test gets at event buses.
#[async_trait]
pub trait EventBusFixture: Send + Sync + 'static {
    /// Whether the bus can be had. Must not connect: it is asked while tests are listed.
    fn backend(&self) -> Backend;

    /// A bus that nobody else uses.
    async fn fresh(&self) -> Arc<dyn EventBus>;

    /// Drives a scenario to its end, on whatever runtime the adapter needs.
    fn block_on(&self, scenario: Running<'_>);
}

/// The trials of an event bus.
#[must_use]
pub fn event_bus(name: &str, fixture: impl EventBusFixture) -> Vec<Trial> {
    let fixture: Arc<dyn EventBusFixture> = Arc::new(fixture);
    let backend = fixture.backend();
    let trials = SCENARIOS.iter().map(|scenario| {
        let fixture = Arc::clone(&fixture);
        let path = format!("event_bus::{}_{}", scenario.id, scenario.name);
        trial(name, backend, &path, true, move || {
            play(&*fixture, scenario)
        })
    });
    trials.collect()
}

/// The clauses these buses break.
pub fn event_bus_failures(fixture: &dyn EventBusFixture) -> Vec<&'static str> {
    let results = SCENARIOS.iter();
    failed(results.map(|scenario| (scenario.id, passes(|| play(fixture, scenario)))))
}

fn play(fixture: &dyn EventBusFixture, scenario: &'static Scenario<Arc<dyn EventBus>>) {
    fixture.block_on(Box::pin(async {
        (scenario.run)(fixture.fresh().await).await;
    }));
}

/// The scenarios.
pub const SCENARIOS: &[Scenario<Arc<dyn EventBus>>] = &[
    scenario!(id: "EB-1", every_subscriber_hears_in_order),
    scenario!(id: "EB-1", a_waiting_subscriber_is_woken),
    scenario!(id: "EB-2", nobody_needs_to_listen),
    scenario!(id: "EB-3", who_does_not_read_delays_nobody),
];

/// An event with everything in it.
fn event(seq: u64) -> TaskEvent {
    TaskEvent {
        task: TaskId::from_uuid(uuid::Uuid::from_u128(7)),
        seq,
        status: TaskStatus::Failed,
        progress: AnalysisStatus::Error,
        analysis: Some(crate::AnalysisId::from_uuid(uuid::Uuid::from_u128(8))),
        failure: Some(super::support::failure()),
        at: at(5),
    }
}

async fn next(stream: &mut EventStream) -> TaskEvent {
    stream.next().await.expect("the stream goes on")
}

async fn every_subscriber_hears_in_order(bus: Arc<dyn EventBus>) {
    bus.publish(&event(1)).await.unwrap();
    let mut early = bus.subscribe().await.unwrap();
    for seq in 2..=20 {
        bus.publish(&event(seq)).await.unwrap();
    }
    let mut late = bus.subscribe().await.unwrap();
    for seq in 21..=30 {
        bus.publish(&event(seq)).await.unwrap();
    }
    for seq in 2..=30 {
        assert_eq!(next(&mut early).await, event(seq));
    }
    for seq in 21..=30 {
        assert_eq!(next(&mut late).await, event(seq));
    }
}

async fn a_waiting_subscriber_is_woken(bus: Arc<dyn EventBus>) {
    let mut stream = bus.subscribe().await.unwrap();
    for seq in 1..=20 {
        // The reader waits first, so the event has to wake it.
        let event = event(seq);
        let (heard, told) = futures_util::future::join(stream.next(), bus.publish(&event)).await;
        told.unwrap();
        assert_eq!(heard, Some(event));
    }
}

async fn nobody_needs_to_listen(bus: Arc<dyn EventBus>) {
    bus.publish(&event(1)).await.unwrap();
    drop(bus.subscribe().await.unwrap());
    for seq in 2..=5 {
        bus.publish(&event(seq)).await.unwrap();
    }
    let mut stream = bus.subscribe().await.unwrap();
    bus.publish(&event(6)).await.unwrap();
    assert_eq!(
        next(&mut stream).await,
        event(6),
        "only what comes after it"
    );
}

async fn who_does_not_read_delays_nobody(bus: Arc<dyn EventBus>) {
    let _idle = bus.subscribe().await.unwrap();
    let mut reader = bus.subscribe().await.unwrap();
    for seq in 1..=5000 {
        bus.publish(&event(seq)).await.unwrap();
        assert_eq!(next(&mut reader).await, event(seq));
    }
}
