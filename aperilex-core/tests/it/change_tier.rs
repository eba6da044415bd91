//! Plans change: up at once, down when the month is over.

use std::time::Duration;

use aperilex_core::ports::{Clock as _, NoticeKind};
use aperilex_core::{Account, AccountChange, Actor, BillingPeriod, EntryKind, Tier};
use futures_executor::block_on;

use crate::world::World;

/// The world begins on 1 January; a month later, to the second, the period is over.
fn change(world: &World, account: &Account, to: Tier) -> Account {
    let changed = world
        .engine
        .change_tier(Actor::Operator, account.id, to, "a test");
    block_on(changed).unwrap()
}

fn grant(world: &World, account: &Account) {
    block_on(world.engine.grant_monthly(account)).unwrap();
}

fn to_fraction(world: &World, account: &Account, numerator: i64, denominator: i64) {
    let now = world.memory.clock.now();
    let period = BillingPeriod::of(account.created_at, now);
    let whole = period.end.as_second() - period.start.as_second();
    let at = period.start.as_second() + whole * numerator / denominator;
    let by = u64::try_from(at - now.as_second()).unwrap();
    world.memory.clock.advance(Duration::from_secs(by));
}

#[test]
fn a_higher_plan_counts_at_once_and_gives_the_difference_for_the_rest() {
    let world = World::new();
    let ann = world.account("ann", Tier::Basic, "0");
    to_fraction(&world, &ann, 1, 2);
    // Nothing was granted yet: the month's credits come first, then the difference of $20 for half of it.
    let ann = change(&world, &ann, Tier::Professional);
    assert_eq!(ann.tier, Tier::Professional);
    assert_eq!(world.available(&ann), "15.000000");
    grant(&world, &ann);
    assert_eq!(change(&world, &ann, Tier::Professional), ann);
    assert_eq!(world.available(&ann), "15.000000", "once");

    // The next month is the higher plan's in full; what was left of this one lapses.
    to_fraction(&world, &ann, 1, 1);
    grant(&world, &ann);
    assert_eq!(world.available(&ann), "25.000000");
    world.check_ledger(&[&ann]);
}

#[test]
fn who_had_no_credits_gets_the_part_and_not_the_whole_beside_it() {
    let world = World::new();
    let bob = world.account("bob", Tier::Demo, "0");
    to_fraction(&world, &bob, 3, 4);
    let bob = change(&world, &bob, Tier::Basic);
    assert_eq!(world.available(&bob), "1.250000");
    grant(&world, &bob);
    block_on(world.engine.grant_monthly_to_some(None, 10)).unwrap();
    assert_eq!(world.available(&bob), "1.250000");
    world.check_ledger(&[&bob]);
}

#[test]
fn a_lower_plan_waits_for_the_reset_day_and_takes_nothing_back() {
    let world = World::new();
    let cam = world.account("cam", Tier::Professional, "0");
    grant(&world, &cam);
    assert_eq!(change(&world, &cam, Tier::Basic).tier, Tier::Professional);
    let arranged = block_on(world.engine.arranged_tier(cam.id))
        .unwrap()
        .unwrap();
    assert_eq!(arranged.tier, Tier::Basic);
    assert_eq!(world.available(&cam), "25.000000");
    // Taken back, and arranged again.
    change(&world, &cam, Tier::Professional);
    assert_eq!(block_on(world.engine.arranged_tier(cam.id)).unwrap(), None);
    change(&world, &cam, Tier::Basic);

    to_fraction(&world, &cam, 1, 1);
    // Whoever comes first, the request with the account as it was known or the sweeper: one month's grant,
    // and that of the lower plan.
    grant(&world, &cam);
    assert_eq!(world.available(&cam), "5.000000");
    let now = block_on(world.engine.account(cam.id)).unwrap();
    assert_eq!(now.tier, Tier::Basic);
    assert_eq!(block_on(world.engine.sweep()).unwrap(), 0);
    let granted: Vec<_> = block_on(world.engine.ledger_entries(&cam, None, 10))
        .unwrap()
        .into_iter()
        .filter(|line| line.kind == EntryKind::MonthlyGrant)
        .map(|line| line.amount.to_string())
        .collect();
    assert_eq!(granted, ["5.000000", "25.000000"]);
    world.check_ledger(&[&cam]);
}

#[test]
fn the_sweeper_moves_who_does_not_ask() {
    let world = World::new();
    let dan = world.account("dan", Tier::Basic, "0");
    grant(&world, &dan);
    change(&world, &dan, Tier::Demo);
    to_fraction(&world, &dan, 1, 1);
    block_on(world.engine.sweep()).unwrap();
    let now = block_on(world.engine.account(dan.id)).unwrap();
    assert_eq!(now.tier, Tier::Demo);
    grant(&world, &now);
    assert_eq!(world.available(&now), "0.000000");
    world.check_ledger(&[&now]);
}

#[test]
fn who_is_suspended_is_told_in_the_commit_that_does_it() {
    let world = World::new();
    let eve = world.account("eve", Tier::Basic, "0");
    let suspend = AccountChange {
        suspended: Some(true),
        reason: "unpaid".to_owned(),
        ..AccountChange::default()
    };
    block_on(
        world
            .engine
            .change_account(Actor::Operator, eve.id, &suspend),
    )
    .unwrap();
    let outbox = &world.engine.ports().stores.outbox;
    let now = world.memory.clock.now();
    let rows = block_on(outbox.next_notices(10, now + Duration::from_secs(60), now)).unwrap();
    let told: Vec<_> = rows
        .into_iter()
        .filter_map(|row| match row.item {
            aperilex_core::ports::OutboxItem::Notice(notice) => Some((notice.user, notice.kind)),
            _ => None,
        })
        .collect();
    let reason = "unpaid".to_owned();
    assert_eq!(told, [(eve.id, NoticeKind::Suspended { reason })]);
}
