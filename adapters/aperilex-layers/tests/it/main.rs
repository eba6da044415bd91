//! What the contract of the port does not ask of a layer: how often the store behind is asked.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "../support/mod.rs"]
mod support;

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use aperilex_layers::{FirstLine, FirstLineCounts};
use aperilex_ports::{QuotaOutcome, QuotaStore, QuotaWindow, Timestamp, UserId};
use futures_executor::block_on;
use support::Behind;
use uuid::Uuid;

const MINUTE: QuotaWindow = QuotaWindow {
    name: "minute",
    length: Duration::from_secs(60),
    limit: 2,
};

fn user(n: u128) -> UserId {
    UserId::from_uuid(Uuid::from_u128(n))
}

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_second(1_767_225_600 + seconds).unwrap()
}

struct World {
    behind: Arc<Behind>,
    line: FirstLine<Behind>,
}

impl World {
    fn new() -> Self {
        let behind = Behind::new(false);
        let line = FirstLine::new(behind.clone());
        Self { behind, line }
    }

    fn ask(&self, n: u128, second: i64) -> QuotaOutcome {
        block_on(self.line.consume(user(n), &[MINUTE], at(second))).unwrap()
    }

    fn calls(&self) -> u32 {
        self.behind.calls.load(Ordering::SeqCst)
    }

    fn away(&self, away: bool) {
        self.behind.away.store(away, Ordering::SeqCst);
    }
}

#[test]
fn a_client_that_hammers_costs_the_store_one_question() {
    let world = World::new();
    assert!(world.ask(1, 0).allowed);
    assert!(world.ask(1, 10).allowed);
    for second in 10..60 {
        for _ in 0..20 {
            let refused = world.ask(1, second);
            assert!(!refused.allowed);
            let left = Duration::from_secs(u64::try_from(60 - second).unwrap());
            assert_eq!(refused.windows[0].retry_after, left);
        }
    }
    assert_eq!(world.calls(), 3, "two that fit, and the first refusal");
    assert!(world.ask(2, 59).allowed, "others are not held up");
    assert!(world.ask(1, 60).allowed, "and it ends on the instant");
    let counts = FirstLineCounts {
        remembered: 999,
        fallbacks: 0,
    };
    assert_eq!(world.line.counts(), counts);
}

#[test]
fn what_another_process_resets_shows_within_a_minute() {
    let world = World::new();
    let hour = QuotaWindow {
        length: Duration::from_secs(3600),
        ..MINUTE
    };
    let allowed = |second| {
        let asked = block_on(world.line.consume(user(1), &[hour], at(second)));
        asked.unwrap().allowed
    };
    assert_eq!([0, 1, 2, 3].map(allowed), [true, true, false, false]);
    block_on(world.behind.reset(user(1))).unwrap();
    assert!(!allowed(61));
    assert!(allowed(62));
    // One in this process shows at once.
    assert_eq!([63, 64].map(allowed), [true, false]);
    block_on(world.line.reset(user(1))).unwrap();
    assert!(allowed(64));
}

#[test]
fn other_windows_are_asked_about() {
    let world = World::new();
    for second in 0..3 {
        world.ask(1, second);
    }
    let wider = QuotaWindow { limit: 3, ..MINUTE };
    let upgraded = block_on(world.line.consume(user(1), &[wider], at(4)));
    assert!(upgraded.unwrap().allowed);
}

#[test]
fn while_the_store_is_away_this_process_counts() {
    let world = World::new();
    world.away(true);
    for second in [0, 1] {
        assert!(world.ask(1, second).allowed);
    }
    let refused = world.ask(1, 2);
    assert_eq!((refused.allowed, refused.windows[0].used), (false, 2));
    assert_eq!(refused.windows[0].retry_after, Duration::from_secs(58));
    let usage = block_on(world.line.usage(user(1), &[MINUTE], at(2))).unwrap();
    assert_eq!(usage, refused);
    assert!(world.ask(2, 2).allowed);
    assert!(world.ask(1, 60).allowed, "exactly one minute later");
    assert!(!world.ask(1, 60).allowed);
    assert_eq!(world.line.counts().fallbacks, 6);
}

#[test]
fn a_store_that_failed_is_left_alone_for_a_second() {
    let world = World::new();
    world.away(true);
    for _ in 0..50 {
        world.ask(1, 0);
    }
    assert_eq!(world.calls(), 1);
    world.ask(1, 1);
    assert_eq!(world.calls(), 2, "is it there again?");
    world.away(false);
    world.ask(3, 1);
    assert_eq!(world.calls(), 2, "left alone again");
    assert!(world.ask(3, 2).allowed);
    let usage = block_on(world.line.usage(user(3), &[MINUTE], at(2))).unwrap();
    assert_eq!(usage.windows[0].used, 1, "the store's count");
    assert_eq!(world.calls(), 4);
}
