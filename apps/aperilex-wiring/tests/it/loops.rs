//! What the loops promise: work keeps its lease, stops hand back, breakdowns are mended.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};

use aperilex_core::ports::{
    Notice, NoticeKind, NoticePreferences, Notifier, NotifyError, OutboxItem, PendingNotice, Stores,
};
use aperilex_core::{
    Engine, FilingLocator, ImportRequest, ImportSelection, ImportStatus, NoProbe, TaskStatus,
};
use aperilex_wiring::{Loops, Runtime, WakeProbe};

use crate::world::{FragileOutbox, World, worker};

fn wired(world: &World) -> (Engine, Arc<WakeProbe>) {
    let wake = WakeProbe::new(Arc::new(NoProbe));
    (world.engine().with_probe(wake.clone()), wake)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn work_that_computes_longer_than_its_lease_keeps_it() {
    let world = World::new().slow(Duration::from_millis(1500), 0);
    let (engine, wake) = wired(&world);
    let (_, one) = world.submit(&engine, 1).await;
    let (_, two) = world.submit(&engine, 2).await;
    let runtime = Runtime::start(&engine, &wake, &worker(), Loops::All);
    for id in [one.id, two.id] {
        let task = world.until(id, TaskStatus::Completed).await;
        assert_eq!((task.attempts, task.generation), (1, 1));
    }
    runtime.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn others_are_served_while_work_computes() {
    let world = World::new().slow(Duration::from_secs(2), 0);
    let (engine, wake) = wired(&world);
    let (account, task) = world.submit(&engine, 1).await;
    let runtime = Runtime::start(&engine, &wake, &worker(), Loops::All);
    world.until(task.id, TaskStatus::Running).await;
    let begun = Instant::now();
    for _ in 0..20 {
        engine.task(&account, task.id).await.unwrap();
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    assert!(begun.elapsed() < Duration::from_secs(1), "{begun:?}");
    runtime.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_beyond_its_limit_is_tried_again_and_given_up() {
    let mut world = World::new().slow(Duration::from_millis(2500), 0);
    world.settings.timings.run_limit_s = 1;
    world.settings.timings.max_attempts = 2;
    let (engine, wake) = wired(&world);
    let (_, task) = world.submit(&engine, 1).await;
    let runtime = Runtime::start(&engine, &wake, &worker(), Loops::All);
    let task = world.until(task.id, TaskStatus::Failed).await;
    assert_eq!((task.attempts, task.generation), (2, 2));
    assert_eq!(task.failure.unwrap().code, "timed_out");
    runtime.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stop_hands_work_back_uncounted() {
    let world = World::new().slow(Duration::from_secs(2), 0);
    let (engine, wake) = wired(&world);
    let (_, task) = world.submit(&engine, 1).await;
    for _ in 0..2 {
        let runtime = Runtime::start(&engine, &wake, &worker(), Loops::All);
        world.until(task.id, TaskStatus::Running).await;
        let begun = Instant::now();
        runtime.stop().await;
        assert!(begun.elapsed() < Duration::from_secs(1), "{begun:?}");
        let task = world.task(task.id).await;
        assert!(task.lease.is_none() && task.attempts == 0, "{task:?}");
        // The relay goes last: the message for the next worker is on the queue already.
        assert_eq!(task.status, TaskStatus::Queued);
        assert_eq!(world.ports.queue.depth().await.unwrap(), 1);
    }
    let runtime = Runtime::start(&engine, &wake, &worker(), Loops::All);
    let task = world.until(task.id, TaskStatus::Completed).await;
    assert_eq!((task.attempts, task.generation), (1, 3));
    runtime.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_breaks_down_is_an_attempt_and_is_tried_again() {
    let world = World::new().slow(Duration::ZERO, 1);
    let (engine, wake) = wired(&world);
    let (_, task) = world.submit(&engine, 1).await;
    let runtime = Runtime::start(&engine, &wake, &worker(), Loops::All);
    let task = world.until(task.id, TaskStatus::Completed).await;
    assert_eq!(task.attempts, 2);
    runtime.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_loop_that_breaks_down_begins_again() {
    let mut world = World::new();
    world.ports.stores = Stores {
        outbox: Arc::new(FragileOutbox {
            inner: world.ports.stores.outbox.clone(),
            broke: AtomicBool::new(false),
        }),
        ..world.ports.stores
    };
    let (engine, wake) = wired(&world);
    let (_, task) = world.submit(&engine, 1).await;
    let runtime = Runtime::start(&engine, &wake, &worker(), Loops::All);
    world.until(task.id, TaskStatus::Completed).await;
    runtime.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_shot_work_leaves_everything_else_to_others() {
    let world = World::new();
    let (engine, wake) = wired(&world);
    let (_, first) = world.submit(&engine, 1).await;
    let (_, second) = world.submit(&engine, 2).await;
    let only = Loops::Only(second.key.clone());
    let runtime = Runtime::start(&engine, &wake, &worker(), only);
    world.until(second.id, TaskStatus::Completed).await;
    // Long enough for the other's message to come around more often than a queue allows.
    tokio::time::sleep(Duration::from_secs(6)).await;
    runtime.stop().await;
    let left = world.task(first.id).await;
    assert_eq!((left.status, left.attempts), (TaskStatus::Queued, 0));
    assert!(world.ports.queue.dead_letters(9).await.unwrap().is_empty());

    let runtime = Runtime::start(&engine, &wake, &worker(), Loops::All);
    world.until(first.id, TaskStatus::Completed).await;
    runtime.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn imports_are_worked_on_in_the_background() {
    let world = World::new();
    let (engine, wake) = wired(&world);
    let (account, task) = world.submit(&engine, 1).await;
    let other = crate::world::filing("0001999999-26-000002");
    world.memory.source.add(other.clone());
    let locators = [1, 2].map(|n| {
        let accession = format!("0001999999-26-{n:06}");
        FilingLocator::Accession(accession.parse().unwrap())
    });
    let request = ImportRequest {
        selection: ImportSelection::Filings(locators.to_vec()),
        max_price: None,
        idempotency_key: None,
    };
    let started = engine.start_import(&account, &request).await.unwrap();
    let runtime = Runtime::start(&engine, &wake, &worker(), Loops::All);
    world.until(task.id, TaskStatus::Completed).await;
    let begun = Instant::now();
    loop {
        let job = engine.import(&account, started.job.id).await.unwrap();
        if job.status == ImportStatus::Done {
            assert_eq!(job.counts.imported + job.counts.owned, 2);
            break;
        }
        assert!(begun.elapsed() < Duration::from_secs(10), "{job:?}");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    engine.filing(&account, other.meta.id).await.unwrap();
    runtime.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_does_not_take_notices_keeps_no_work_back() {
    let mut world = World::new();
    world.ports.notifier = Arc::new(Silent);
    let (engine, wake) = wired(&world);
    let (account, task) = world.submit(&engine, 1).await;
    let kind = NoticeKind::Suspended {
        reason: "a test".to_owned(),
    };
    let now = world.ports.clock.now();
    let many = (0..20).map(|n| PendingNotice::of(account.id, &n.to_string(), kind.clone(), now));
    let many: Vec<_> = many.map(OutboxItem::Notice).collect();
    world.ports.stores.outbox.put(&many).await.unwrap();
    let runtime = Runtime::start(&engine, &wake, &worker(), Loops::All);
    world.until(task.id, TaskStatus::Completed).await;
    let begun = Instant::now();
    runtime.stop().await;
    assert!(begun.elapsed() < Duration::from_secs(2), "{begun:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn notices_are_told_by_their_loop() {
    let world = World::new();
    let (engine, wake) = wired(&world);
    let preferences = NoticePreferences {
        tasks: true,
        low_balance: true,
    };
    let (account, task) = world.submit(&engine, 1).await;
    let accounts = &world.ports.stores.accounts;
    accounts.prefer(account.id, preferences).await.unwrap();
    let runtime = Runtime::start(&engine, &wake, &worker(), Loops::All);
    world.until(task.id, TaskStatus::Completed).await;
    let begun = Instant::now();
    while world.memory.notifier.told().is_empty() {
        assert!(begun.elapsed() < Duration::from_secs(5), "nobody is told");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    runtime.stop().await;
    let told = world.memory.notifier.told();
    assert!(
        matches!(told[0].kind, NoticeKind::Completed { .. }),
        "{told:?}"
    );
}

/// Never answers.
#[derive(Debug)]
struct Silent;

#[async_trait::async_trait]
impl Notifier for Silent {
    async fn notify(&self, _notice: &Notice) -> Result<(), NotifyError> {
        std::future::pending().await
    }
}
