//! What is counted of requests and reads, and when it is written.

use std::collections::BTreeMap;

use aperilex_core::{CountName, Days, Template, Tier};
use futures_executor::block_on;

use crate::world::{World, request};

const ANNUAL: &str = "0001999999-26-000007";

fn today(world: &World) -> Days {
    world.engine.days_with_today(1)
}

fn counts(world: &World) -> BTreeMap<CountName, u64> {
    let overview = block_on(world.engine.usage_report(today(world)));
    overview.unwrap().report.counts
}

#[test]
fn every_outcome_of_a_request_is_counted() {
    let world = World::new();
    let [first, second, poor] = [
        world.account("first", Tier::Professional, "5"),
        world.account("second", Tier::Professional, "5"),
        world.account("poor", Tier::Professional, "0"),
    ];
    world.submit(&first, ANNUAL);
    world.submit(&second, ANNUAL);
    let mut keyed = request(ANNUAL);
    keyed.template = Template::Risk;
    keyed.idempotency_key = Some("again".into());
    for _ in 0..2 {
        block_on(world.engine.request_analysis(&first, &keyed)).unwrap();
    }
    world.submit(&first, ANNUAL);
    world.request(&poor, ANNUAL).unwrap_err();
    let expected = BTreeMap::from([
        (CountName::Led, 2),
        (CountName::Followed, 1),
        (CountName::Joined, 1),
        (CountName::Replayed, 1),
        (CountName::Refused, 1),
    ]);
    assert_eq!(counts(&world), expected);
    let overview = block_on(world.engine.usage_report(today(&world))).unwrap();
    assert_eq!(overview.hits_per_thousand(), Some(333));
    assert_eq!(counts(&world), expected, "written once");
}

#[test]
fn what_cannot_be_written_is_kept() {
    let world = World::new();
    let account = world.account("first", Tier::Professional, "5");
    world.submit(&account, ANNUAL);
    world.memory.faults.fail_next("reports.count");
    block_on(world.engine.write_counts()).unwrap_err();
    assert_eq!(counts(&world), BTreeMap::from([(CountName::Led, 1)]));
}

#[test]
fn days_are_whole_and_of_utc() {
    // It is noon of 2026-11-23.
    let world = World::new();
    let told = |days: Days| format!("{} {}", days.from, days.to);
    assert_eq!(
        told(world.engine.days_until_today(1)),
        "2026-11-22 2026-11-23"
    );
    assert_eq!(
        told(world.engine.days_until_today(7)),
        "2026-11-16 2026-11-23"
    );
    assert_eq!(told(today(&world)), "2026-11-23 2026-11-24");
}
