//! What cannot be passed on or picked up keeps nothing else back.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use aperilex_core::ports::{
    DeadLetter, Delivery, LetterId, NewMessage, Ports, Priority, QueueCapabilities, QueueError,
    ReceiptHandle, TaskMessage, TaskQueue,
};
use aperilex_core::{Claimed, Engine, Role, Task, TaskId, TaskStatus, Tier};
use async_trait::async_trait;
use futures_executor::block_on;

use crate::world::{World, filing};

const ANNUAL: &str = "0001999999-26-000007";
const CURRENT: &str = "0001999999-26-000011";

/// Refuses the messages of one task.
#[derive(Debug)]
struct Picky {
    inner: Arc<dyn TaskQueue>,
    refused: TaskId,
}

#[async_trait]
impl TaskQueue for Picky {
    fn capabilities(&self) -> QueueCapabilities {
        self.inner.capabilities()
    }

    async fn send(&self, message: &NewMessage) -> Result<(), QueueError> {
        match TaskMessage::decode(&message.body) {
            Ok(of) if of.task == self.refused => Err(QueueError::OverLimit { what: "a test" }),
            _ => self.inner.send(message).await,
        }
    }

    async fn receive(&self, max: usize, visibility: Duration) -> Result<Vec<Delivery>, QueueError> {
        self.inner.receive(max, visibility).await
    }

    async fn acknowledge(&self, receipt: &ReceiptHandle) -> Result<(), QueueError> {
        self.inner.acknowledge(receipt).await
    }

    async fn extend(&self, receipt: &ReceiptHandle, time: Duration) -> Result<(), QueueError> {
        self.inner.extend(receipt, time).await
    }

    async fn reject(&self, receipt: &ReceiptHandle, reason: &str) -> Result<(), QueueError> {
        self.inner.reject(receipt, reason).await
    }

    async fn depth(&self) -> Result<u64, QueueError> {
        self.inner.depth().await
    }

    async fn redrive(&self, letter: &LetterId) -> Result<bool, QueueError> {
        self.inner.redrive(letter).await
    }

    async fn dead_letters(&self, limit: usize) -> Result<Vec<DeadLetter>, QueueError> {
        self.inner.dead_letters(limit).await
    }
}

fn refusing(world: World, refused: TaskId) -> World {
    let ports = Ports {
        queue: Arc::new(Picky {
            inner: world.memory.queue.clone(),
            refused,
        }),
        ..world.memory.ports()
    };
    let engine = Engine::new(ports, world.engine.settings().clone());
    World { engine, ..world }
}

#[test]
fn a_row_that_cannot_be_sent_keeps_no_other_back() {
    let world = World::new();
    let account = world.account("two", Tier::Enterprise, "10");
    let stuck = world.submit(&account, ANNUAL);
    let other = world.submit(&account, CURRENT);
    let world = refusing(world, stuck.id);
    world.script();

    let told = block_on(world.engine.relay_outbox());
    assert!(told.is_err(), "it says that one was not sent");
    assert_eq!(world.task(stuck.id).status, TaskStatus::Pending);
    assert_eq!(world.task(other.id).status, TaskStatus::Queued);
    world.work();
    assert_eq!(world.task(other.id).status, TaskStatus::Completed);

    // What was sent is not sent again with the stuck row.
    world.memory.clock.advance(Duration::from_secs(31));
    while block_on(world.engine.relay_outbox()).is_ok_and(|sent| sent > 0) {}
    assert_eq!(block_on(world.memory.queue.depth()).unwrap(), 0);
}

#[test]
fn a_task_that_cannot_be_rescued_keeps_no_other_back() {
    let world = World::new();
    let account = world.account("two", Tier::Enterprise, "10");
    let stuck = world.submit(&account, ANNUAL);
    let other = world.submit(&account, CURRENT);
    lose_all_messages(&world);
    let world = refusing(world, stuck.id);
    world.memory.clock.advance(Duration::from_secs(130));
    assert!(block_on(world.engine.sweep()).is_err());
    assert_eq!(waiting_messages(&world), BTreeSet::from([other.id]));
}

fn lose_all_messages(world: &World) {
    world.relay();
    while let Some(lost) = block_on(world.memory.queue.receive(1, Duration::from_secs(30)))
        .unwrap()
        .pop()
    {
        block_on(world.memory.queue.acknowledge(&lost.receipt)).unwrap();
    }
}

fn waiting_messages(world: &World) -> BTreeSet<TaskId> {
    let mut found = BTreeSet::new();
    loop {
        let batch = block_on(world.memory.queue.receive(10, Duration::from_secs(30))).unwrap();
        if batch.is_empty() {
            return found;
        }
        found.extend(
            batch
                .iter()
                .map(|it| TaskMessage::decode(&it.body).unwrap().task),
        );
    }
}

#[test]
fn the_sweeper_reaches_every_one_of_many_waiting_tasks() {
    let world = World::new();
    let submit = |n: usize| -> Task {
        let accession = format!("0001999999-26-{:06}", 1000 + n);
        world
            .memory
            .source
            .add(filing(&accession, "10-K", "2026-03-01"));
        let account = world.account(&format!("waits{n}"), Tier::Basic, "1");
        world.submit(&account, &accession)
    };
    let tasks: BTreeSet<TaskId> = (0..250).map(|n| submit(n).id).collect();
    lose_all_messages(&world);
    world.memory.clock.advance(Duration::from_secs(130));
    let mut sweeps = 0;
    while block_on(world.engine.sweep()).unwrap() > 0 {
        sweeps += 1;
        assert!(sweeps < 10, "the same ones again and again");
        world.memory.clock.advance(Duration::from_secs(5));
    }
    assert_eq!(waiting_messages(&world), tasks);
}

#[test]
fn a_message_that_is_put_back_never_becomes_a_dead_letter() {
    let world = World::new();
    let queue = &world.engine.ports().queue;
    let newer = br#"{"schema_version": 99, "task_id": "x"}"#.to_vec();
    let message = NewMessage {
        body: newer.clone(),
        dedup_id: "newer".to_owned(),
        priority: Priority::new(5),
        delay: Duration::ZERO,
    };
    block_on(queue.send(&message)).unwrap();
    for _ in 0..20 {
        let delivery = block_on(queue.receive(1, Duration::from_secs(30)))
            .unwrap()
            .remove(0);
        assert_eq!((&delivery.body, delivery.receive_count), (&newer, 1));
        let Claimed::Leave(wait) = block_on(world.engine.claim(&delivery)).unwrap() else {
            panic!("it is for a newer worker");
        };
        block_on(world.engine.postpone(&delivery, wait)).unwrap();
        assert_eq!(block_on(queue.depth()).unwrap(), 1);
        world.memory.clock.advance(wait);
    }
    assert!(block_on(queue.dead_letters(9)).unwrap().is_empty());
}

#[test]
fn an_import_holds_its_price_while_it_fetches() {
    let world = World::new();
    let account = world.account("importer", Tier::Basic, "1");
    let meta = filing("0001999999-26-000042", "10-K", "2026-03-01").meta;
    // The source does not have it: the fetch fails, the price is given back.
    assert!(block_on(world.engine.import_filing(&account, &meta)).is_err());
    assert_eq!(world.available(&account), "1.000000");
    world.check_ledger(&[&account]);

    let poor = block_on(world.engine.create_account(
        "poor@example.com".parse().unwrap(),
        Tier::Basic,
        Role::Member,
        "0.01".parse().unwrap(),
    ))
    .unwrap()
    .account;
    world
        .memory
        .source
        .add(filing("0001999999-26-000042", "10-K", "2026-03-01"));
    assert!(block_on(world.engine.import_filing(&poor, &meta)).is_err());
    let record = block_on(world.engine.ports().stores.filings.get(meta.id)).unwrap();
    assert!(
        record.is_some_and(|record| record.stored.is_none()),
        "nothing is fetched for who cannot pay"
    );

    let imported = block_on(world.engine.import_filing(&account, &meta)).unwrap();
    assert!(imported.fetched && imported.charged.is_positive());
    let again = block_on(world.engine.import_filing(&account, &meta)).unwrap();
    assert!(!again.fetched && !again.charged.is_positive());
    world.check_ledger(&[&account, &poor]);
}
