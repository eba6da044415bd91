//! Credits over the months; and the walk-through of docs/billing.md, number by number.

use std::time::Duration;

use aperilex_core::ports::AnalystError;
use aperilex_core::{
    Account, BillingPeriod, EntryKind, LedgerEntry, LotSource, MicroUsd, RefundCharge, Tier,
};
use futures_executor::block_on;

use crate::world::World;

const TEN_K: &str = "0001999999-26-000007";
const EIGHT_K: &str = "0001999999-26-000011";
const WALK: &str = include_str!("../../../docs/billing.md");

fn days(days: u64) -> Duration {
    Duration::from_secs(days * 24 * 60 * 60)
}

fn grant(world: &World, account: &Account) -> Option<String> {
    let granted = block_on(world.engine.grant_monthly(account)).unwrap();
    granted.map(|entry| entry.amount.to_string())
}

/// A row of the walk-through, as the document must have it.
fn row(world: &World, account: &Account, step: &str) -> String {
    let ledger = &world.engine.ports().stores.ledger;
    let lots = block_on(ledger.lots(account.id)).unwrap();
    let of = |source| -> MicroUsd {
        let own = lots.iter().filter(|lot| lot.source == source);
        own.map(|lot| lot.available).sum()
    };
    let balance = world.balance(account);
    format!(
        "| {step} | {} | {} | {} | {} | {} |",
        balance.posted,
        balance.held,
        balance.available(),
        of(LotSource::Included),
        of(LotSource::Purchased),
    )
}

#[test]
fn the_walk_through_is_what_happens() {
    let world = World::new();
    let account = world.account("jo", Tier::Basic, "0");
    let mut rows = Vec::new();
    let mut step = |world: &World, what: &str| rows.push(row(world, &account, what));
    step(&world, "an account of the basic plan, made on 23 November");
    assert_eq!(grant(&world, &account).as_deref(), Some("5.000000"));
    step(&world, "its monthly credits, until 23 December");
    let top_up = world
        .engine
        .top_up(account.id, usd("10"), "invoice 1", "bought credits");
    block_on(top_up).unwrap();
    step(&world, "a top-up");
    let task = world.submit(&account, TEN_K);
    step(
        &world,
        "it asks for an analysis of a filing that is not stored",
    );
    world.script();
    world.work();
    step(&world, "the analysis is there");
    world.submit(&account, EIGHT_K);
    step(&world, "it asks for another");
    for _ in 0..3 {
        let source = "away".into();
        let answer = Err(AnalystError::Unavailable { source });
        world.memory.analyst.answer(answer);
    }
    world.settle();
    step(&world, "the filing is stored, the analysis fails");
    let entries = block_on(world.engine.ledger_entries(&account, None, 20)).unwrap();
    let paid = |line: &&LedgerEntry| line.kind == EntryKind::Analysis && line.task == Some(task.id);
    let charge = entries.iter().find(paid).unwrap();
    let refund = RefundCharge {
        charge: charge.id,
        amount: usd("0.02"),
        key: "case 7".to_owned(),
        reason: "it was wrong".to_owned(),
    };
    block_on(world.engine.refund(account.id, &refund)).unwrap();
    step(&world, "the first analysis is refunded");
    let other = world.account("bo", Tier::Basic, "1");
    let pooled = world.request(&other, TEN_K).unwrap();
    assert!(matches!(pooled.answer, aperilex_core::Answer::Analysis(_)));
    assert_eq!(world.available(&other), "0.900000", "access alone");
    until(&world, "2026-12-22T23:50:00Z");
    world.submit(&account, "0001999999-23-000003");
    step(
        &world,
        "ten minutes before the month ends it asks for a third",
    );
    until(&world, "2026-12-23T00:05:00Z");
    block_on(world.engine.sweep()).unwrap();
    step(&world, "the month ends: what is not held lapses");
    assert_eq!(grant(&world, &account).as_deref(), Some("5.000000"));
    step(&world, "the credits of the next month");
    world.script();
    world.work();
    step(&world, "the third is there, paid by what was held");
    for row in &rows {
        assert!(
            WALK.contains(row.as_str()),
            "docs/billing.md lacks\n{row}\nof\n{}",
            rows.join("\n")
        );
    }
    world.check_ledger(&[&account, &other]);
}

fn until(world: &World, time: &str) {
    let time: aperilex_core::Timestamp = time.parse().unwrap();
    let now = world.engine.ports().clock.now();
    world
        .memory
        .clock
        .advance(time.duration_since(now).unsigned_abs());
}

fn usd(text: &str) -> MicroUsd {
    text.parse().unwrap()
}

#[test]
fn a_month_is_granted_once_by_whoever_asks() {
    let world = World::new();
    let account = world.account("jo", Tier::Professional, "0");
    let again = aperilex_core::Engine::new(
        world.engine.ports().clone(),
        world.engine.settings().clone(),
    );
    assert_eq!(grant(&world, &account).as_deref(), Some("25.000000"));
    assert_eq!(grant(&world, &account), None, "this process remembers");
    assert!(
        block_on(again.grant_monthly(&account)).unwrap().is_none(),
        "another is told"
    );
    world.memory.clock.advance(days(31));
    let (last, failed) = block_on(again.grant_monthly_to_some(None, 10)).unwrap();
    assert_eq!((last, failed.is_none()), (Some(account.id), true));
    assert_eq!(
        world.available(&account),
        "25.000000",
        "the old lapsed with the touch"
    );
    let demo = world.account("demo", Tier::Demo, "0");
    assert_eq!(grant(&world, &demo), None, "its plan has none");
    world.check_ledger(&[&account, &demo]);
}

#[test]
fn a_statement_begins_and_ends_with_what_was_there() {
    let world = World::new();
    let account = world.account("jo", Tier::Basic, "2");
    grant(&world, &account);
    world.memory.clock.advance(days(40));
    grant(&world, &account);
    let month = |first: &str| {
        let period = BillingPeriod::month(first.parse().unwrap());
        block_on(world.engine.statement(account.id, period)).unwrap()
    };
    let told = |first| {
        let statement = month(first);
        let sum: i64 = statement
            .lines
            .iter()
            .map(|line| line.amount.micros())
            .sum();
        assert_eq!(statement.opening.micros() + sum, statement.closing.micros());
        (
            statement.opening.to_string(),
            statement.lines.len(),
            statement.closing.to_string(),
        )
    };
    let t = |a: &str, n, b: &str| (a.to_owned(), n, b.to_owned());
    assert_eq!(told("2026-10-01"), t("0.000000", 0, "0.000000"));
    assert_eq!(told("2026-11-01"), t("0.000000", 2, "7.000000"));
    assert_eq!(told("2026-12-01"), t("7.000000", 0, "7.000000"));
    assert_eq!(
        told("2027-01-01"),
        t("7.000000", 2, "7.000000"),
        "lapsed and granted"
    );
}
