//! How accounts that ignore refusals are treated.

use std::time::Duration;

use aperilex_core::{Account, EngineError, Refusal, Tier};
use futures_executor::block_on;

use crate::world::World;

/// Uses up the quota, and is refused once.
fn refused(world: &World) -> (Account, Duration) {
    let account = world.account("demo", Tier::Demo, "0");
    for _ in 0..10 {
        block_on(world.engine.admit(&account)).unwrap();
    }
    let wait = asks(world, &account).unwrap();
    (account, wait)
}

/// The wait that one more request is told; none if it was let in.
fn asks(world: &World, account: &Account) -> Option<Duration> {
    match block_on(world.engine.admit(account)) {
        Ok(_) => None,
        Err(EngineError::Refused(Refusal::QuotaExceeded {
            retry_after,
            windows,
        })) => {
            assert_eq!(windows.len(), 2, "all windows are told");
            Some(retry_after)
        }
        Err(other) => panic!("{other}"),
    }
}

#[test]
fn a_refusal_that_is_heeded_costs_nothing() {
    let world = World::new();
    let (account, wait) = refused(&world);
    assert_eq!(wait, Duration::from_secs(3600), "exactly when the first leaves");
    world.memory.clock.advance(wait);
    for _ in 0..10 {
        assert_eq!(asks(&world, &account), None);
    }
}

#[test]
fn a_refusal_that_is_ignored_makes_the_wait_longer_and_asks_nobody() {
    let world = World::new();
    let account = world.account("demo", Tier::Demo, "0");
    for _ in 0..10 {
        block_on(world.engine.admit(&account)).unwrap();
        world.memory.clock.advance(Duration::from_secs(350));
    }
    // The first leaves in 100 s.
    assert_eq!(asks(&world, &account), Some(Duration::from_secs(100)));
    world.memory.faults.fail_next("quota.consume");
    for (after, expected) in [(1, 99), (9, 200), (10, 400), (10, 800), (10, 1600)] {
        world.memory.clock.advance(Duration::from_secs(after));
        let told = asks(&world, &account);
        assert_eq!(told, Some(Duration::from_secs(expected)));
    }
    assert_eq!(world.memory.faults.pending(), ["quota.consume"]);
    world.memory.faults.clear();
    world.memory.clock.advance(Duration::from_secs(1599));
    // Its quota has room by now; what it was told still runs.
    assert_eq!(asks(&world, &account), Some(Duration::from_secs(3200)));
    world.memory.clock.advance(Duration::from_secs(3200));
    assert_eq!(asks(&world, &account), None);
}
