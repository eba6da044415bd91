//! A source that asks to wait: tasks wait as long as it says, and lose nothing by it.

use std::sync::Arc;
use std::time::Duration;

use aperilex_core::Claimed;
use aperilex_core::ports::{
    Clock, Company, CompanyLocator, FilingQuery, FilingSource, FilingSourceError, Ports,
};
use aperilex_core::{
    Engine, FilingLocator, FilingMeta, Interruption, Outcome, RawFiling, TaskStatus, Tier,
    Timestamp,
};
use async_trait::async_trait;
use futures_executor::block_on;

use crate::world::World;

const FILINGS: [&str; 3] = [
    "0001999999-26-000007",
    "0001999999-26-000011",
    "0001999999-23-000003",
];

/// Fetches nothing until a time, and says how long that is.
#[derive(Debug)]
struct Blocked {
    inner: Arc<dyn FilingSource>,
    clock: Arc<dyn Clock>,
    until: Timestamp,
}

#[async_trait]
impl FilingSource for Blocked {
    async fn find(&self, locator: &FilingLocator) -> Result<FilingMeta, FilingSourceError> {
        self.inner.find(locator).await
    }

    async fn fetch(&self, filing: &FilingMeta) -> Result<RawFiling, FilingSourceError> {
        let left = self.until.duration_since(self.clock.now());
        match Duration::try_from(left) {
            Ok(after) if !after.is_zero() => Err(FilingSourceError::Throttled { after }),
            _ => self.inner.fetch(filing).await,
        }
    }

    async fn list(&self, query: &FilingQuery) -> Result<Vec<FilingMeta>, FilingSourceError> {
        self.inner.list(query).await
    }

    async fn company(&self, company: &CompanyLocator) -> Result<Company, FilingSourceError> {
        self.inner.company(company).await
    }
}

fn blocked_for(seconds: u64) -> World {
    let world = World::new();
    let memory = &world.memory;
    let until = memory.clock.now() + Duration::from_secs(seconds);
    let source = Blocked {
        inner: memory.source.clone(),
        clock: memory.clock.clone(),
        until,
    };
    let ports = Ports {
        source: Arc::new(source),
        ..memory.ports()
    };
    let engine = Engine::new(ports, world.engine.settings().clone());
    World { engine, ..world }
}

#[test]
fn a_block_of_ten_minutes_uses_up_no_attempts() {
    let world = blocked_for(600);
    let account = world.account("patient", Tier::Enterprise, "10");
    for _ in FILINGS {
        world.script();
    }
    let tasks = FILINGS.map(|accession| world.submit(&account, accession).id);
    // Two minutes longer than the block, in steps shorter than the sweeper's patience.
    for _ in 0..36 {
        while world.work().is_some() {}
        block_on(world.engine.sweep()).unwrap();
        for id in tasks {
            let task = world.task(id);
            assert!(task.attempts <= 1, "attempt {} in a block", task.attempts);
            assert_ne!(task.status, TaskStatus::Failed);
        }
        world.memory.clock.advance(Duration::from_secs(20));
    }
    for id in tasks {
        let task = world.task(id);
        assert_eq!((task.status, task.attempts), (TaskStatus::Completed, 1));
        // Accepted, queued, begun, put off, queued, begun; the sweeper has not stirred it.
        assert_eq!(task.generation, 2, "one wait is one retry");
    }
    assert_eq!(block_on(world.engine.ports().queue.depth()).unwrap(), 0);
    world.check_ledger(&[&account]);
}

#[test]
fn a_block_beyond_the_age_of_a_task_ends_it_at_once() {
    let world = blocked_for(24 * 60 * 60);
    let account = world.account("hurried", Tier::Basic, "1");
    let task = world.submit(&account, FILINGS[0]);
    let Some(Outcome::Failed(failure)) = world.work() else {
        panic!("given up");
    };
    assert_eq!(failure.code, "source_throttled");
    assert_eq!(world.task(task.id).status, TaskStatus::Failed);
    assert_eq!(world.available(&account), "1.000000");
    world.check_ledger(&[&account]);
}

#[test]
fn a_wait_longer_than_a_queue_can_hide_a_message_is_kept_all_the_same() {
    let day = 24 * 60 * 60;
    let world = blocked_for(day);
    let mut settings = world.engine.settings().clone();
    settings.timings.task_max_age_s = 2 * day;
    let engine = Engine::new(world.engine.ports().clone(), settings);
    let world = World { engine, ..world };
    let account = world.account("calm", Tier::Basic, "1");
    world.script();
    let task = world.submit(&account, FILINGS[0]);
    assert!(matches!(world.work(), Some(Outcome::Retried(_))));
    for _ in 0..50 {
        world.memory.clock.advance(Duration::from_secs(day / 48));
        while world.work().is_some() {}
    }
    let task = world.task(task.id);
    assert_eq!((task.status, task.attempts), (TaskStatus::Completed, 1));
}

#[test]
fn a_worker_that_stops_hands_its_run_back_uncounted() {
    let world = World::new();
    let account = world.account("moved", Tier::Basic, "1");
    let task = world.submit(&account, FILINGS[0]);
    for _ in 0..5 {
        world.relay();
        let queue = &world.engine.ports().queue;
        let lease = world.engine.settings().timings.lease();
        let delivery = block_on(queue.receive(1, lease)).unwrap().remove(0);
        let Claimed::Run(run) = block_on(world.engine.claim(&delivery)).unwrap() else {
            panic!("run");
        };
        let handed_back = block_on(world.engine.interrupt(&run, Interruption::WorkerStopped));
        assert!(
            matches!(handed_back, Ok(Outcome::Retried(_))),
            "{handed_back:?}"
        );
        block_on(queue.acknowledge(&delivery.receipt)).unwrap();
        let task = world.task(task.id);
        assert_eq!((task.status, task.attempts), (TaskStatus::Retrying, 0));
        // What the stopped run still does is done under a lost lease.
        let late = block_on(world.engine.run(&run));
        assert!(matches!(late, Ok(Outcome::LeaseLost)), "{late:?}");
    }
    world.script();
    assert_eq!(world.work(), Some(Outcome::Completed));
    assert_eq!(world.available(&account), "0.880000");
}

#[test]
fn a_run_that_times_out_is_an_attempt() {
    let world = World::new();
    let account = world.account("slow", Tier::Basic, "1");
    let task = world.submit(&account, FILINGS[0]);
    world.relay();
    let queue = &world.engine.ports().queue;
    let delivery = block_on(queue.receive(1, Duration::from_secs(30)))
        .unwrap()
        .remove(0);
    let Claimed::Run(run) = block_on(world.engine.claim(&delivery)).unwrap() else {
        panic!("run");
    };
    let ended = block_on(world.engine.interrupt(&run, Interruption::TimedOut)).unwrap();
    assert!(matches!(ended, Outcome::Retried(failure) if failure.code == "timed_out"));
    assert_eq!(world.task(task.id).attempts, 1);
}
