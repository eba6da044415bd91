//! Clauses of [`TaskQueue`].

use std::collections::BTreeSet;
use std::time::Duration;

use async_trait::async_trait;
use futures_util::future::join_all;

use super::support::MOST_PAGES;
use super::*;
use crate::{
    DeadLetter, Delivery, LetterId, MAX_BATCH, MAX_MESSAGE_BYTES, MAX_OVERTAKING, MAX_VISIBILITY,
    NewMessage, Priority, QueueCapabilities, QueueError, TaskQueue,
};

/// How a contract test gets at queues.
#[async_trait]
pub trait QueueFixture: Send + Sync + 'static {
    /// What the queues can do: data, known without connecting.
    fn capabilities(&self) -> QueueCapabilities;

    /// Whether the queue service can be had. Must not connect: it is asked while tests are listed.
    fn backend(&self) -> Backend;

    /// An empty queue that nobody else uses, and its time.
    async fn fresh(&self) -> Box<dyn QueueBench>;

    /// Drives a scenario to its end, on whatever runtime the adapter needs.
    fn block_on(&self, scenario: Running<'_>);
}

/// A queue under test.
#[async_trait]
pub trait QueueBench: Send + Sync + 'static {
    /// The queue.
    fn queue(&self) -> Arc<dyn TaskQueue>;

    /// Lets time pass for this queue: a virtual clock, or sleep.
    async fn advance(&self, by: Duration);
}

/// The trials of a queue.
#[must_use]
pub fn task_queue(name: &str, fixture: impl QueueFixture) -> Vec<Trial> {
    let fixture: Arc<dyn QueueFixture> = Arc::new(fixture);
    let (backend, capabilities) = (fixture.backend(), fixture.capabilities());
    let trials = SCENARIOS.iter().map(|scenario| {
        let fixture = Arc::clone(&fixture);
        let path = format!("task_queue::{}_{}", scenario.id, scenario.name);
        let capable = (scenario.needs)(&capabilities);
        trial(name, backend, &path, capable, move || {
            play(&*fixture, scenario)
        })
    });
    trials.collect()
}

/// The clauses these queues break.
pub fn task_queue_failures(fixture: &dyn QueueFixture) -> Vec<&'static str> {
    let capabilities = fixture.capabilities();
    let due = SCENARIOS
        .iter()
        .filter(|scenario| (scenario.needs)(&capabilities));
    failed(due.map(|scenario| (scenario.id, passes(|| play(fixture, scenario)))))
}

fn play(fixture: &dyn QueueFixture, scenario: &'static QueueScenario) {
    fixture.block_on(Box::pin(async {
        let bench = fixture.fresh().await;
        assert_eq!(bench.queue().capabilities(), fixture.capabilities());
        (scenario.run)(bench).await;
    }));
}

type QueueScenario = Scenario<Box<dyn QueueBench>, QueueCapabilities>;

/// The scenarios.
pub const SCENARIOS: &[QueueScenario] = &[
    scenario!(id: "TQ-1", a_delivered_message_is_hidden),
    scenario!(id: "TQ-2", an_unsettled_message_comes_again),
    scenario!(id: "TQ-3", an_old_receipt_settles_nothing),
    scenario!(id: "TQ-4", an_acknowledged_message_never_comes_again),
    scenario!(id: "TQ-5", extend_counts_from_now),
    scenario!(id: "TQ-5", extend_by_nothing_shows_the_message_at_once),
    scenario!(id: "TQ-6", receivers_never_share_a_message),
    scenario!(id: "TQ-7", bodies_arrive_unchanged),
    scenario!(id: "TQ-8", a_repeated_id_is_dropped, if |it| it.dedup_window.is_some()),
    scenario!(id: "TQ-8", of_many_with_one_id_one_is_sent, if |it| it.dedup_window.is_some()),
    scenario!(id: "TQ-9", the_urgent_overtake, if |it| it.priorities),
    scenario!(id: "TQ-9", the_least_urgent_has_its_turn, if |it| it.priorities),
    scenario!(id: "TQ-10", what_is_never_settled_dies, if |it| it.max_receives.is_some()),
    scenario!(id: "TQ-11", an_empty_queue_answers),
    scenario!(id: "TQ-12", what_is_over_a_limit_is_refused),
    scenario!(id: "TQ-13", a_delayed_message_appears_in_its_time, if |it| it.delays),
    scenario!(id: "TQ-14", a_rejected_message_is_dead_at_once),
    scenario!(id: "TQ-15", a_redriven_letter_comes_again),
    scenario!(id: "TQ-15", of_many_redrives_one_sends),
];

const VISIBILITY: Duration = Duration::from_secs(30);

const fn seconds(n: u64) -> Duration {
    Duration::from_secs(n)
}

fn message(text: &str) -> NewMessage {
    NewMessage {
        body: text.into(),
        dedup_id: format!("{text}:1"),
        priority: Priority::new(5),
        delay: Duration::ZERO,
    }
}

async fn receive(bench: &dyn QueueBench) -> Vec<Delivery> {
    bench.queue().receive(MAX_BATCH, VISIBILITY).await.unwrap()
}

/// Receives exactly one message.
async fn one(bench: &dyn QueueBench) -> Delivery {
    let mut deliveries = receive(bench).await;
    assert_eq!(deliveries.len(), 1, "{deliveries:?}");
    deliveries.remove(0)
}

async fn a_delivered_message_is_hidden(bench: Box<dyn QueueBench>) {
    bench.queue().send(&message("a")).await.unwrap();
    assert_eq!(one(&*bench).await.body, b"a");
    assert!(receive(&*bench).await.is_empty());
    bench.advance(seconds(20)).await;
    assert!(receive(&*bench).await.is_empty());
    assert_eq!(bench.queue().depth().await.unwrap(), 1, "in flight");
}

async fn an_unsettled_message_comes_again(bench: Box<dyn QueueBench>) {
    bench.queue().send(&message("a")).await.unwrap();
    let turns = bench
        .queue()
        .capabilities()
        .max_receives
        .unwrap_or(3)
        .min(3);
    for count in 1..=turns {
        let delivery = one(&*bench).await;
        assert_eq!(
            (delivery.body.as_slice(), delivery.receive_count),
            (&b"a"[..], count)
        );
        bench.advance(seconds(31)).await;
    }
}

async fn an_old_receipt_settles_nothing(bench: Box<dyn QueueBench>) {
    let queue = bench.queue();
    queue.send(&message("a")).await.unwrap();
    let old = one(&*bench).await.receipt;
    bench.advance(seconds(31)).await;
    let new = one(&*bench).await.receipt;
    for refused in [
        queue.acknowledge(&old).await,
        queue.extend(&old, seconds(600)).await,
        queue.reject(&old, "no").await,
    ] {
        assert!(
            matches!(refused, Err(QueueError::LeaseExpired)),
            "{refused:?}"
        );
    }
    queue.acknowledge(&new).await.unwrap();
    let settled = queue.acknowledge(&new).await;
    assert!(
        matches!(settled, Err(QueueError::LeaseExpired)),
        "{settled:?}"
    );
    assert!(queue.dead_letters(9).await.unwrap().is_empty());
}

async fn an_acknowledged_message_never_comes_again(bench: Box<dyn QueueBench>) {
    let queue = bench.queue();
    for text in ["a", "b"] {
        queue.send(&message(text)).await.unwrap();
    }
    let deliveries = receive(&*bench).await;
    assert_eq!(deliveries.len(), 2);
    queue.acknowledge(&deliveries[0].receipt).await.unwrap();
    bench.advance(seconds(31)).await;
    assert_eq!(one(&*bench).await.body, deliveries[1].body);
    assert_eq!(queue.depth().await.unwrap(), 1);
}

async fn extend_counts_from_now(bench: Box<dyn QueueBench>) {
    let queue = bench.queue();
    queue.send(&message("a")).await.unwrap();
    let receipt = one(&*bench).await.receipt;
    bench.advance(seconds(20)).await;
    queue.extend(&receipt, seconds(60)).await.unwrap();
    bench.advance(seconds(50)).await;
    assert!(
        receive(&*bench).await.is_empty(),
        "60 s from the call, not from the delivery"
    );
    queue.extend(&receipt, seconds(30)).await.unwrap();
    bench.advance(seconds(31)).await;
    assert_eq!(one(&*bench).await.receive_count, 2);
}

async fn extend_by_nothing_shows_the_message_at_once(bench: Box<dyn QueueBench>) {
    bench.queue().send(&message("a")).await.unwrap();
    let receipt = one(&*bench).await.receipt;
    bench
        .queue()
        .extend(&receipt, Duration::ZERO)
        .await
        .unwrap();
    assert_eq!(one(&*bench).await.receive_count, 2);
}

async fn receivers_never_share_a_message(bench: Box<dyn QueueBench>) {
    let queue = bench.queue();
    for n in 0..40 {
        queue.send(&message(&format!("m{n}"))).await.unwrap();
    }
    let receivers = join_all((0..32).map(|_| queue.receive(3, VISIBILITY)));
    let mut bodies: Vec<_> = Vec::new();
    for batch in receivers.await {
        let batch = batch.unwrap();
        assert!(batch.len() <= 3);
        bodies.extend(batch.into_iter().map(|delivery| delivery.body));
    }
    for _ in 0..MOST_PAGES {
        let rest = receive(&*bench).await;
        if rest.is_empty() {
            break;
        }
        bodies.extend(rest.into_iter().map(|delivery| delivery.body));
    }
    let distinct: BTreeSet<_> = bodies.iter().collect();
    assert_eq!((bodies.len(), distinct.len()), (40, 40));
}

async fn bodies_arrive_unchanged(bench: Box<dyn QueueBench>) {
    let bytes: Vec<u8> = (0..=u8::MAX).collect();
    let large: Vec<u8> = bytes
        .iter()
        .copied()
        .cycle()
        .take(MAX_MESSAGE_BYTES)
        .collect();
    let json = br#"{"schema_version":1,"text":"\u00fc \n"}"#.to_vec();
    for (n, body) in [bytes, large, json].into_iter().enumerate() {
        let dedup_id = format!("body {n}");
        let sent = NewMessage {
            body,
            dedup_id,
            ..message("")
        };
        bench.queue().send(&sent).await.unwrap();
        let delivery = one(&*bench).await;
        assert!(
            delivery.body == sent.body,
            "body {n} of {} bytes",
            sent.body.len()
        );
        bench.queue().acknowledge(&delivery.receipt).await.unwrap();
    }
}

async fn a_repeated_id_is_dropped(bench: Box<dyn QueueBench>) {
    let queue = bench.queue();
    let window = queue.capabilities().dedup_window.unwrap();
    for _ in 0..2 {
        queue.send(&message("a")).await.unwrap();
    }
    let other = NewMessage {
        dedup_id: "a:2".into(),
        ..message("a")
    };
    queue.send(&other).await.unwrap();
    let deliveries = receive(&*bench).await;
    assert_eq!(deliveries.len(), 2, "one of each id");
    for delivery in &deliveries {
        queue.acknowledge(&delivery.receipt).await.unwrap();
    }
    queue.send(&message("a")).await.unwrap();
    assert!(
        receive(&*bench).await.is_empty(),
        "also after it was acknowledged"
    );
    bench.advance(window + seconds(1)).await;
    queue.send(&message("a")).await.unwrap();
    assert_eq!(one(&*bench).await.body, b"a", "the window has passed");
}

async fn of_many_with_one_id_one_is_sent(bench: Box<dyn QueueBench>) {
    let queue = bench.queue();
    let message = message("a");
    for sent in join_all((0..32).map(|_| queue.send(&message))).await {
        sent.unwrap();
    }
    one(&*bench).await;
    assert_eq!(queue.depth().await.unwrap(), 1);
}

async fn the_urgent_overtake(bench: Box<dyn QueueBench>) {
    let queue = bench.queue();
    for level in [7, 9, 0, 5, 2] {
        let text = format!("p{level}");
        let sent = NewMessage {
            priority: Priority::new(level),
            ..message(&text)
        };
        queue.send(&sent).await.unwrap();
    }
    for expected in ["p0", "p2", "p5", "p7", "p9"] {
        let batch = queue.receive(1, VISIBILITY).await.unwrap();
        assert_eq!(batch.len(), 1);
        assert_eq!(batch[0].body, expected.as_bytes());
    }
}

async fn the_least_urgent_has_its_turn(bench: Box<dyn QueueBench>) {
    let queue = bench.queue();
    let level = |text: &str, level| NewMessage {
        priority: Priority::new(level),
        ..message(text)
    };
    queue.send(&level("background", 9)).await.unwrap();
    // A thousand of the most urgent, ten each half minute: all that can be worked off.
    let batch = u64::try_from(MAX_BATCH).unwrap();
    let mut waited = Duration::ZERO;
    for round in 0..1000 / batch {
        for n in 0..batch {
            let urgent = level(&format!("urgent {round} {n}"), 0);
            queue.send(&urgent).await.unwrap();
        }
        let deliveries = queue.receive(MAX_BATCH, MAX_VISIBILITY).await.unwrap();
        assert_eq!(deliveries.len(), MAX_BATCH);
        if deliveries.iter().any(|it| it.body == b"background") {
            assert!(round > 1, "it was not less urgent");
            assert!(waited <= MAX_OVERTAKING, "it waited {waited:?}");
            return;
        }
        bench.advance(seconds(30)).await;
        waited += seconds(30);
    }
    panic!("a thousand went before it");
}

async fn what_is_never_settled_dies(bench: Box<dyn QueueBench>) {
    let queue = bench.queue();
    let most = queue.capabilities().max_receives.unwrap();
    queue.send(&message("poison")).await.unwrap();
    for count in 1..=most {
        assert!(
            queue.dead_letters(9).await.unwrap().is_empty(),
            "after {} receives",
            count - 1
        );
        assert_eq!(one(&*bench).await.receive_count, count);
        bench.advance(seconds(31)).await;
    }
    assert!(receive(&*bench).await.is_empty(), "given up");
    let dead = queue.dead_letters(9).await.unwrap();
    assert_eq!(dead.len(), 1);
    assert_eq!(dead[0].body, b"poison");
    assert_eq!(queue.depth().await.unwrap(), 0);
}

async fn an_empty_queue_answers(bench: Box<dyn QueueBench>) {
    assert!(receive(&*bench).await.is_empty());
    assert_eq!(bench.queue().depth().await.unwrap(), 0);
    assert!(bench.queue().dead_letters(9).await.unwrap().is_empty());
}

async fn what_is_over_a_limit_is_refused(bench: Box<dyn QueueBench>) {
    let queue = bench.queue();
    let too_long = MAX_VISIBILITY + seconds(1);
    let large = NewMessage {
        body: vec![b'x'; MAX_MESSAGE_BYTES + 1],
        ..message("a")
    };
    let late = NewMessage {
        delay: too_long,
        ..message("a")
    };
    for refused in [queue.send(&large).await, queue.send(&late).await] {
        assert!(
            matches!(refused, Err(QueueError::OverLimit { .. })),
            "{refused:?}"
        );
    }
    assert_eq!(queue.depth().await.unwrap(), 0, "nothing was sent");
    queue.send(&message("a")).await.unwrap();
    for refused in [
        queue.receive(MAX_BATCH + 1, VISIBILITY).await,
        queue.receive(1, too_long).await,
    ] {
        assert!(
            matches!(refused, Err(QueueError::OverLimit { .. })),
            "{refused:?}"
        );
    }
    let delivery = one(&*bench).await;
    assert_eq!(delivery.receive_count, 1, "nothing was received");
    let refused = queue.extend(&delivery.receipt, too_long).await;
    assert!(
        matches!(refused, Err(QueueError::OverLimit { .. })),
        "{refused:?}"
    );
}

async fn a_delayed_message_appears_in_its_time(bench: Box<dyn QueueBench>) {
    let delayed = NewMessage {
        delay: seconds(60),
        ..message("a")
    };
    bench.queue().send(&delayed).await.unwrap();
    assert!(receive(&*bench).await.is_empty());
    bench.advance(seconds(50)).await;
    assert!(receive(&*bench).await.is_empty());
    bench.advance(seconds(11)).await;
    assert_eq!(one(&*bench).await.receive_count, 1);
}

async fn a_rejected_message_is_dead_at_once(bench: Box<dyn QueueBench>) {
    let queue = bench.queue();
    for text in ["a", "b", "c"] {
        queue.send(&message(text)).await.unwrap();
        let delivery = one(&*bench).await;
        queue
            .reject(&delivery.receipt, &format!("{text} is poison"))
            .await
            .unwrap();
        let settled = queue.acknowledge(&delivery.receipt).await;
        assert!(
            matches!(settled, Err(QueueError::LeaseExpired)),
            "{settled:?}"
        );
    }
    bench.advance(seconds(31)).await;
    assert!(receive(&*bench).await.is_empty());
    assert_eq!(queue.depth().await.unwrap(), 0);
    let dead = queue.dead_letters(9).await.unwrap();
    let told: BTreeSet<_> = dead.into_iter().map(|it| (it.body, it.reason)).collect();
    let expected = ["a", "b", "c"].map(|text| (text.into(), Some(format!("{text} is poison"))));
    assert_eq!(told, BTreeSet::from(expected));
    assert_eq!(
        queue.dead_letters(2).await.unwrap().len(),
        2,
        "at most the limit"
    );
}

/// Sends messages that become dead letters, and gives them, newest first.
async fn bury(bench: &dyn QueueBench, texts: &[&str]) -> Vec<DeadLetter> {
    let queue = bench.queue();
    for text in texts {
        queue.send(&message(text)).await.unwrap();
        let delivery = one(bench).await;
        queue.reject(&delivery.receipt, "poison").await.unwrap();
    }
    queue.dead_letters(9).await.unwrap()
}

async fn a_redriven_letter_comes_again(bench: Box<dyn QueueBench>) {
    let queue = bench.queue();
    let dead = bury(&*bench, &["a", "b"]).await;
    let letter = dead.iter().find(|letter| letter.body == b"a").unwrap();
    assert!(queue.redrive(&letter.id).await.unwrap());
    let again = one(&*bench).await;
    assert_eq!((again.body.as_slice(), again.receive_count), (&b"a"[..], 1));
    assert!(receive(&*bench).await.is_empty(), "once");
    let left = queue.dead_letters(9).await.unwrap();
    assert_eq!(left.len(), 1);
    assert_eq!(left[0].body, b"b");

    assert!(!queue.redrive(&letter.id).await.unwrap(), "it is gone");
    for unknown in ["", "x", "-1", "999999999"] {
        let sent = queue.redrive(&LetterId(unknown.into())).await.unwrap();
        assert!(!sent, "{unknown}");
    }
    queue.acknowledge(&again.receipt).await.unwrap();
    assert_eq!(queue.depth().await.unwrap(), 0);
    assert_eq!(queue.dead_letters(9).await.unwrap(), left);
}

async fn of_many_redrives_one_sends(bench: Box<dyn QueueBench>) {
    let queue = bench.queue();
    let dead = bury(&*bench, &["a"]).await;
    let redrives = (0..8).map(|_| queue.redrive(&dead[0].id));
    let sent = join_all(redrives).await;
    assert_eq!(
        sent.into_iter().filter(|it| *it.as_ref().unwrap()).count(),
        1
    );
    assert_eq!(queue.depth().await.unwrap(), 1);
}
