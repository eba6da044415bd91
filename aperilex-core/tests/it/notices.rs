//! What accounts are told, and what a receiver that is away keeps back: nothing but its notices.

use std::time::Duration;

use aperilex_core::ports::{NoticeKind, NoticePreferences, OutboxItem, PendingNotice};
use aperilex_core::{Account, Engine, Settings, Tier};
use futures_executor::block_on;

use crate::world::World;

const ANNUAL: &str = "0001999999-26-000007";

fn told(world: &World) -> Vec<(String, NoticeKind)> {
    let told = world.memory.notifier.told().into_iter();
    told.map(|notice| (notice.to.to_string(), notice.kind))
        .collect()
}

fn wants_tasks(world: &World, account: &Account) {
    let preferences = NoticePreferences {
        tasks: true,
        low_balance: true,
    };
    let accounts = &world.engine.ports().stores.accounts;
    block_on(accounts.prefer(account.id, preferences)).unwrap();
}

/// Sends until nothing is left that is due; how many were put off or given up.
fn send(world: &World) -> (usize, usize) {
    let (mut put_off, mut given_up) = (0, 0);
    loop {
        let sent = block_on(world.engine.send_notices()).unwrap();
        let late = sent.untold.iter().filter(|one| one.again_in.is_some());
        let late = late.count();
        put_off += late;
        given_up += sent.untold.len() - late;
        if sent.done == 0 && sent.untold.is_empty() {
            return (put_off, given_up);
        }
    }
}

#[test]
fn a_finished_task_is_told_to_who_wants_it() {
    let world = World::new();
    let eager = world.by_contract("eager", "0");
    let quiet = world.by_contract("quiet", "0");
    wants_tasks(&world, &eager);
    world.script();
    let task = world.submit(&eager, ANNUAL);
    world.submit(&quiet, ANNUAL);
    world.settle();
    send(&world);
    let analysis = world.task(task.id).analysis.unwrap();
    let task = task.id;
    let expected = NoticeKind::Completed { task, analysis };
    assert_eq!(told(&world), [("eager@example.com".to_owned(), expected)]);
}

#[test]
fn a_balance_is_told_when_it_crosses_the_threshold_and_once() {
    let world = World::new();
    let account = world.account("saver", Tier::Professional, "1.10");
    for _ in 0..3 {
        world.script();
    }
    // Access costs 0.05 and an analysis 0.015: the third charge crosses one dollar.
    for accession in [ANNUAL, "0001999999-26-000011", "0001999999-26-000020"] {
        world.submit(&account, accession);
        world.settle();
    }
    send(&world);
    let told = told(&world);
    assert_eq!(told.len(), 1, "{told:?}");
    let NoticeKind::LowBalance {
        before, balance, ..
    } = told[0].1
    else {
        panic!("{told:?}");
    };
    let low = world.engine.settings().billing.low_balance_usd;
    assert!(before >= low && balance < low, "{before} {balance}");
}

#[test]
fn a_receiver_that_is_away_delays_notices_and_no_message() {
    let world = World::new();
    let account = world.by_contract("eager", "0");
    wants_tasks(&world, &account);
    world.script();
    (1..=3).for_each(|n| world.memory.faults.fail_nth("notifier.notify", n));
    let task = world.submit(&account, ANNUAL);
    while world.work().is_some() {}
    assert!(world.task(task.id).status.is_terminal());
    assert_eq!(send(&world), (1, 0), "put off");
    assert_eq!(send(&world), (0, 0), "and not tried before its time");
    world.memory.clock.advance(Duration::from_secs(61));
    assert_eq!(send(&world), (1, 0));
    world.memory.clock.advance(Duration::from_secs(61));
    assert_eq!(send(&world), (0, 0), "the back-off has doubled");
    world.memory.clock.advance(Duration::from_secs(60));
    assert_eq!(send(&world), (1, 0));
    world.memory.clock.advance(Duration::from_secs(241));
    assert_eq!(send(&world), (0, 0));
    assert_eq!(told(&world).len(), 1);
}

#[test]
fn after_its_last_attempt_a_notice_is_given_up() {
    let mut world = World::new();
    let mut settings: Settings = world.engine.settings().clone();
    settings.timings.notice_attempts = 3;
    world.engine = Engine::new(world.memory.ports(), settings);
    let account = world.account("gone", Tier::Demo, "0");
    let suspended = NoticeKind::Suspended {
        reason: "abuse".to_owned(),
    };
    let now = world.memory.ports().clock.now();
    let notice = PendingNotice::of(account.id, "1", suspended, now);
    let outbox = &world.engine.ports().stores.outbox;
    block_on(outbox.put(&[OutboxItem::Notice(notice)])).unwrap();
    (1..=9).for_each(|n| world.memory.faults.fail_nth("notifier.notify", n));
    let mut all = Vec::new();
    for _ in 0..6 {
        all.push(send(&world));
        world.memory.clock.advance(Duration::from_secs(3600));
    }
    assert_eq!(all, [(1, 0), (1, 0), (0, 1), (0, 0), (0, 0), (0, 0)]);
    assert!(told(&world).is_empty());
}

#[test]
fn a_sender_that_dies_half_way_tells_it_again_with_the_same_id() {
    let world = World::new();
    let account = world.by_contract("eager", "0");
    wants_tasks(&world, &account);
    world.script();
    world.submit(&account, ANNUAL);
    world.settle();
    world.memory.faults.fail_next("outbox.mark_sent");
    block_on(world.engine.send_notices()).unwrap_err();
    assert_eq!(send(&world), (0, 0), "it is still leased");
    world.memory.clock.advance(Duration::from_secs(200));
    send(&world);
    let told = world.memory.notifier.told();
    assert_eq!(told.len(), 2);
    assert_eq!(told[0], told[1]);
}
