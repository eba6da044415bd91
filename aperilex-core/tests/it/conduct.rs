//! How accounts that ignore refusals are treated.

use std::time::Duration;

use aperilex_core::ports::{ChangeAccount, Clock as _};
use aperilex_core::{
    Account, AccountStatus, Actor, AuditRecord, Engine, EngineError, Refusal, Standing, Tier,
    UserId,
};
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
    assert_eq!(
        wait,
        Duration::from_secs(3600),
        "exactly when the first leaves"
    );
    world.memory.clock.advance(wait);
    for _ in 0..10 {
        assert_eq!(asks(&world, &account), None);
    }
}

#[test]
fn a_refusal_that_is_ignored_makes_the_wait_longer() {
    let world = World::new();
    let account = world.account("demo", Tier::Demo, "0");
    for _ in 0..10 {
        block_on(world.engine.admit(&account)).unwrap();
        world.memory.clock.advance(Duration::from_secs(350));
    }
    // The first leaves in 100 s.
    assert_eq!(asks(&world, &account), Some(Duration::from_secs(100)));
    for (after, expected) in [
        (1, 99),
        (9, 90),
        (10, 80),
        (10, 120),
        (10, 240),
        (10, 480),
        (10, 900),
        (899, 900),
    ] {
        world.memory.clock.advance(Duration::from_secs(after));
        let told = asks(&world, &account);
        assert_eq!(told, Some(Duration::from_secs(expected)));
    }
    // Whoever stops is let in when that is over, and has all that is free by then.
    world.memory.clock.advance(Duration::from_secs(900));
    assert_eq!(asks(&world, &account), None);
}

#[test]
fn whoever_hammers_costs_one_count_in_five_seconds() {
    let world = World::new();
    let (account, _) = refused(&world);
    world.memory.clock.advance(Duration::from_secs(5));
    assert!(asks(&world, &account).is_some());
    world.memory.faults.fail_next("quota.consume");
    for _ in 0..40 {
        world.memory.clock.advance(Duration::from_millis(100));
        assert!(asks(&world, &account).is_some());
    }
    assert_eq!(world.memory.faults.pending(), ["quota.consume"]);
    // While it cannot be counted, it is refused no less.
    world.memory.clock.advance(Duration::from_secs(1));
    assert!(asks(&world, &account).is_some());
    assert_eq!(world.memory.faults.pending(), [""; 0]);
}

#[test]
fn what_is_ignored_is_counted_on_all_servers() {
    let world = World::new();
    let (account, _) = refused(&world);
    let settings = world.engine.settings().clone();
    let other = Engine::new(world.engine.ports().clone(), settings);
    let on = |engine: &Engine| block_on(engine.admit(&account)).unwrap_err();
    on(&other);
    for ignored in 1..=100 {
        world.memory.clock.advance(Duration::from_secs(10));
        let server = if ignored % 2 == 0 {
            &world.engine
        } else {
            &other
        };
        let refused = on(server);
        let suspended = matches!(refused, EngineError::Refused(Refusal::AccountSuspended));
        assert_eq!(suspended, ignored == 100, "{ignored}: {refused}");
    }
    assert_eq!(status(&world, account.id), AccountStatus::Suspended);
}

/// Ignores refusals, each ten seconds after the other, until the account is suspended; how many.
fn ignores(world: &World, account: &Account) -> u32 {
    for ignored in 1..1000 {
        world.memory.clock.advance(Duration::from_secs(10));
        match block_on(world.engine.admit(account)) {
            Err(EngineError::Refused(Refusal::QuotaExceeded { .. })) => {}
            Err(EngineError::Refused(Refusal::AccountSuspended)) => return ignored,
            other => panic!("{other:?}"),
        }
    }
    panic!("it is never suspended")
}

fn status(world: &World, user: UserId) -> AccountStatus {
    let found = block_on(world.engine.ports().stores.accounts.get(user));
    found.unwrap().unwrap().status
}

/// As an operator lifts a suspension.
fn restore(world: &World, account: &Account) {
    let now = world.memory.clock.now();
    let change = ChangeAccount {
        user: account.id,
        expected: Standing {
            status: AccountStatus::Suspended,
            ..account.standing()
        },
        to: account.standing(),
        audit: AuditRecord {
            actor: Actor::Operator,
            action: "account.restore".into(),
            subject: format!("account {}", account.id),
            detail: serde_json::Value::Null,
            at: now,
        },
        grant: None,
        notice: None,
        now,
    };
    let accounts = &world.engine.ports().stores.accounts;
    block_on(accounts.change(&change)).unwrap();
}

#[test]
fn an_account_that_never_heeds_is_suspended_and_the_audit_log_says_so() {
    let world = World::new();
    let (account, _) = refused(&world);
    assert_eq!(ignores(&world, &account), 100);
    assert_eq!(status(&world, account.id), AccountStatus::Suspended);
    let log = block_on(world.engine.ports().stores.audit_log.entries(None, 9)).unwrap();
    let [entry, _created] = &log[..] else {
        panic!("{log:?}")
    };
    assert_eq!(entry.record.actor, Actor::System);
    assert_eq!(entry.record.action, "account.suspend");
    assert!(entry.record.subject.contains(&account.id.to_string()));
    assert_eq!(entry.record.detail["ignored"], 100);
    // Restored, it begins anew: it is not suspended for what is behind it.
    world.memory.clock.advance(Duration::from_secs(10));
    restore(&world, &account);
    assert!(asks(&world, &account).is_some());
    assert_eq!(ignores(&world, &account), 100);
}

#[test]
fn a_suspension_that_cannot_be_done_is_tried_again() {
    let world = World::new();
    let (account, _) = refused(&world);
    world.memory.faults.fail_next("accounts.change");
    for ignored in 1..=101 {
        world.memory.clock.advance(Duration::from_secs(10));
        let refused = block_on(world.engine.admit(&account)).unwrap_err();
        let suspended = matches!(refused, EngineError::Refused(Refusal::AccountSuspended));
        assert_eq!(suspended, ignored == 101, "{ignored}: {refused}");
    }
    assert_eq!(status(&world, account.id), AccountStatus::Suspended);
}

#[test]
fn nobody_is_suspended_where_that_is_turned_off() {
    let world = World::with(|settings| settings.conduct.suspend_after = 0);
    let (account, _) = refused(&world);
    for _ in 0..300 {
        world.memory.clock.advance(Duration::from_secs(10));
        assert!(asks(&world, &account).is_some());
    }
}
