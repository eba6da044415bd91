//! The bus of one process.

use aperilex_events::InProcessEvents;
use aperilex_ports::{AnalysisStatus, EventBus, TaskEvent, TaskId, TaskStatus, Timestamp};
use futures_util::{FutureExt, StreamExt};

fn event(seq: u64) -> TaskEvent {
    TaskEvent {
        task: TaskId::from_uuid(uuid::Uuid::from_u128(1)),
        seq,
        status: TaskStatus::Running,
        progress: AnalysisStatus::ALL[0],
        analysis: None,
        failure: None,
        at: Timestamp::UNIX_EPOCH,
    }
}

#[tokio::test]
async fn every_subscriber_hears_what_follows_in_order() {
    let bus = InProcessEvents::new();
    bus.publish(&event(0)).await.unwrap();
    let subscribers = [
        bus.subscribe().await.unwrap(),
        bus.subscribe().await.unwrap(),
    ];
    for seq in 1..=100 {
        bus.clone().publish(&event(seq)).await.unwrap();
    }
    drop(bus);
    for subscriber in subscribers {
        let heard: Vec<u64> = subscriber.map(|event| event.seq).collect().await;
        assert_eq!(heard, (1..=100).collect::<Vec<_>>());
    }
}

#[tokio::test]
async fn a_subscriber_that_sleeps_delays_nobody_and_hears_the_newest() {
    let bus = InProcessEvents::new();
    let mut sleeper = bus.subscribe().await.unwrap();
    for seq in 1..=10_000 {
        bus.publish(&event(seq))
            .now_or_never()
            .expect("waits for nobody")
            .unwrap();
    }
    let first = sleeper.next().await.unwrap().seq;
    assert!(first > 1, "some are lost");
    let rest: Vec<u64> = sleeper
        .take((10_000 - first) as usize)
        .map(|e| e.seq)
        .collect()
        .await;
    assert_eq!(rest, (first + 1..=10_000).collect::<Vec<_>>());
}
