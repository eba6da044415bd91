//! The order of decisions when an analysis is asked for (product §5).

use aperilex_core::{
    Answer, Engine, EngineError, EntryKind, FilingLocator, Limit, Quality, Refusal, Settings,
    TaskRole, TaskStatus, Tier,
};
use futures_executor::block_on;

use crate::world::{World, request};

const ANNUAL: &str = "0001999999-26-000007";
const CURRENT: &str = "0001999999-26-000011";
const OLD: &str = "0001999999-23-000003";
const OLDER: &str = "0001999999-14-000002";
const OFFERING: &str = "0001999999-26-000020";

fn refusal(world: &World, tier: Tier, accession: &str) -> Option<Refusal> {
    let account = world.account(&format!("{tier}-{accession}"), tier, "5");
    match world.request(&account, accession) {
        Err(EngineError::Refused(refusal)) => Some(refusal),
        Ok(_) => None,
        Err(error) => panic!("{error}"),
    }
}

#[test]
fn tiers_see_what_they_may_and_are_told_who_sees_the_rest() {
    use Limit::{Forms, History};
    use Tier::{Basic, Demo, Enterprise, Professional};
    for (tier, accession, expected) in [
        (Demo, ANNUAL, None),
        (Demo, OLD, Some((History, Some(Basic)))),
        (Demo, OLDER, Some((History, Some(Enterprise)))),
        (Basic, OLD, None),
        (Basic, OFFERING, Some((Forms, Some(Professional)))),
        (Basic, OLDER, Some((History, Some(Enterprise)))),
        (Professional, OFFERING, None),
        (Professional, OLDER, Some((History, Some(Enterprise)))),
        (Enterprise, OLDER, None),
    ] {
        let world = World::new();
        let expected = expected.map(|(limit, lifted_by)| Refusal::NotEntitled {
            limit,
            tier,
            lifted_by,
        });
        assert_eq!(
            refusal(&world, tier, accession),
            expected,
            "{tier} {accession}"
        );
    }
}

#[test]
fn a_new_filing_costs_its_import_and_its_analysis() {
    for (tier, access, analysis) in [
        (Tier::Demo, "0.000000", "0.020000"),
        (Tier::Basic, "0.100000", "0.020000"),
        (Tier::Professional, "0.050000", "0.015000"),
        // Without a contract nothing that a model makes is free.
        (Tier::Enterprise, "0.000000", "0.015000"),
    ] {
        let world = World::new();
        let account = world.account("quoted", tier, "1");
        let quote = block_on(world.engine.quote(&account, &request(ANNUAL))).unwrap();
        assert_eq!(
            (quote.access.to_string(), quote.analysis.to_string()),
            (access.into(), analysis.into())
        );
        assert_eq!(quote.access_kind, EntryKind::FilingImport);
        assert!(!quote.pooled);
        assert_eq!(world.available(&account), "1.000000");
    }
}

#[test]
fn credits_are_held_at_once_and_too_few_of_them_leave_nothing() {
    let world = World::new();
    let rich = world.account("rich", Tier::Basic, "1");
    world.submit(&rich, ANNUAL);
    assert_eq!(world.available(&rich), "0.880000");
    let poor = world.account("poor", Tier::Basic, "0.11");
    let refused = world.request(&poor, CURRENT).unwrap_err();
    assert!(
        matches!(
            refused,
            EngineError::Refused(Refusal::InsufficientCredits { .. })
        ),
        "{refused}"
    );
    assert_eq!(world.available(&poor), "0.110000");
    assert!(
        block_on(world.engine.tasks(&poor, None, 10))
            .unwrap()
            .is_empty()
    );
}

#[test]
fn over_the_price_that_is_allowed_nothing_is_done() {
    let world = World::new();
    let account = world.account("careful", Tier::Basic, "1");
    let mut asked = request(ANNUAL);
    asked.max_price = Some("0.119999".parse().unwrap());
    let refused = block_on(world.engine.request_analysis(&account, &asked)).unwrap_err();
    assert!(
        matches!(refused, EngineError::Refused(Refusal::OverMaxPrice { .. })),
        "{refused}"
    );
    asked.max_price = Some("0.12".parse().unwrap());
    assert!(block_on(world.engine.request_analysis(&account, &asked)).is_ok());
}

#[test]
fn what_the_pool_has_costs_access_alone_and_only_once() {
    let world = World::new();
    let first = world.account("first", Tier::Basic, "1");
    world.script();
    world.submit(&first, ANNUAL);
    world.settle();
    assert_eq!(world.available(&first), "0.880000");
    let second = world.account("second", Tier::Basic, "1");
    for _ in 0..2 {
        let Answer::Analysis(record) = world.request(&second, ANNUAL).unwrap().answer else {
            panic!("the pool has it");
        };
        assert!(block_on(world.engine.analysis(&second, record.id)).is_ok());
        assert_eq!(world.available(&second), "0.900000");
    }
    let stranger = world.account("stranger", Tier::Basic, "1");
    let Answer::Analysis(record) = world.request(&first, ANNUAL).unwrap().answer else {
        panic!("pooled")
    };
    let hidden = block_on(world.engine.analysis(&stranger, record.id)).unwrap_err();
    assert!(matches!(hidden, EngineError::NotFound { .. }));
    world.check_ledger(&[&first, &second, &stranger]);
}

#[test]
fn who_asks_meanwhile_follows_and_pays_for_access_alone() {
    let world = World::new();
    let (leader, follower) = (
        world.account("leader", Tier::Basic, "1"),
        world.account("follower", Tier::Basic, "1"),
    );
    let led = world.submit(&leader, ANNUAL);
    let followed = world.submit(&follower, ANNUAL);
    assert_eq!(
        (led.role, followed.role),
        (TaskRole::Leader, TaskRole::Follower)
    );
    assert_eq!(world.available(&follower), "0.900000");
    world.script();
    world.settle();
    assert_eq!(world.task(led.id).status, TaskStatus::Completed);
    assert_eq!(world.task(followed.id).status, TaskStatus::Completed);
    assert_eq!(
        world.task(followed.id).analysis,
        world.task(led.id).analysis
    );
    assert_eq!(world.memory.analyst.asked().len(), 1);
    assert_eq!(
        (world.available(&leader), world.available(&follower)),
        ("0.880000".into(), "0.900000".into())
    );
    world.check_ledger(&[&leader, &follower]);
}

#[test]
fn asking_again_joins_the_own_task() {
    let world = World::new();
    let account = world.account("eager", Tier::Basic, "1");
    let first = world.submit(&account, ANNUAL);
    assert_eq!(world.submit(&account, ANNUAL).id, first.id);
    assert_eq!(world.available(&account), "0.880000");
}

#[test]
fn a_key_gives_the_first_outcome_again_and_refuses_another_request() {
    let world = World::new();
    let account = world.account("keyed", Tier::Basic, "1");
    let keyed = |accession: &str| {
        let mut asked = request(accession);
        asked.idempotency_key = Some("k1".to_owned());
        block_on(world.engine.request_analysis(&account, &asked))
    };
    let first = keyed(ANNUAL).unwrap();
    let again = keyed(ANNUAL).unwrap();
    assert_eq!((first.replayed, again.replayed), (false, true));
    assert_eq!(first.answer, again.answer);
    let other = keyed(CURRENT).unwrap_err();
    assert!(
        matches!(other, EngineError::Refused(Refusal::KeyReused)),
        "{other}"
    );
}

#[test]
fn a_replayed_analysis_is_given_only_to_who_may_read_it_still() {
    let world = World::new();
    let maker = world.account("maker", Tier::Basic, "1");
    world.script();
    world.submit(&maker, ANNUAL);
    world.settle();
    let demo = world.account("demo", Tier::Demo, "0");
    let keyed = |engine: &Engine| {
        let mut asked = request(ANNUAL);
        asked.idempotency_key = Some("k1".to_owned());
        block_on(engine.request_analysis(&demo, &asked))
    };
    let first = keyed(&world.engine).unwrap();
    assert!(matches!(first.answer, Answer::Analysis(_)));
    assert!(keyed(&world.engine).unwrap().replayed);
    // The company has left the universe that the tier covers.
    let narrower = Engine::new(world.memory.ports(), Settings::default());
    let refused = keyed(&narrower);
    assert!(
        matches!(refused, Err(EngineError::NotFound { .. })),
        "{refused:?}"
    );
}

#[test]
fn no_more_analyses_run_at_a_time_than_the_plan_allows() {
    let world = World::new();
    let account = world.account("busy", Tier::Demo, "1");
    world.submit(&account, ANNUAL);
    let refused = world.request(&account, CURRENT).unwrap_err();
    let limit = Refusal::TooManyAnalyses {
        running: 1,
        limit: 1,
    };
    assert!(matches!(refused, EngineError::Refused(refusal) if refusal == limit));
}

#[test]
fn a_cancelled_leader_passes_the_run_to_its_oldest_follower() {
    let world = World::new();
    let leader = world.account("leader", Tier::Basic, "1");
    let poor = world.account("poor", Tier::Basic, "0.11");
    let heir = world.account("heir", Tier::Basic, "1");
    let led = world.submit(&leader, ANNUAL);
    let (poor_task, heir_task) = (world.submit(&poor, ANNUAL), world.submit(&heir, ANNUAL));
    block_on(world.engine.cancel_task(&leader, led.id)).unwrap();
    assert_eq!(world.available(&leader), "1.000000");
    assert_eq!(world.task(heir_task.id).role, TaskRole::Leader);
    assert_eq!(world.task(poor_task.id).role, TaskRole::Follower);
    world.script();
    world.settle();
    assert_eq!(world.task(led.id).status, TaskStatus::Cancelled);
    assert_eq!(world.task(heir_task.id).status, TaskStatus::Completed);
    assert_eq!(world.task(poor_task.id).status, TaskStatus::Completed);
    assert_eq!(world.available(&heir), "0.880000");
    assert_eq!(world.available(&poor), "0.010000");
    world.check_ledger(&[&leader, &poor, &heir]);
}

#[test]
fn what_is_not_there_or_not_offered_is_refused_with_a_sentence() {
    let world = World::new();
    let account = world.account("asker", Tier::Basic, "1");
    let absent = world.request(&account, "0001999999-26-999999").unwrap_err();
    assert!(matches!(absent, EngineError::NotFound { .. }), "{absent}");
    let mut asked = request(ANNUAL);
    asked.quality = Some(Quality::Premium);
    let refused = block_on(world.engine.request_analysis(&account, &asked)).unwrap_err();
    assert_eq!(
        refused.to_string(),
        "quality `premium` is not offered here; ask for extractive"
    );
    asked.quality = None;
    asked.filing = FilingLocator::Ticker {
        ticker: "MKWX".parse().unwrap(),
        form: "10-K".parse().unwrap(),
    };
    assert!(block_on(world.engine.request_analysis(&account, &asked)).is_ok());
}

#[test]
fn the_quota_counts_and_a_suspended_account_is_turned_away() {
    let world = World::new();
    let account = world.account("demo", Tier::Demo, "0");
    for _ in 0..10 {
        block_on(world.engine.admit(&account)).unwrap();
    }
    let refused = block_on(world.engine.admit(&account)).unwrap_err();
    let EngineError::Refused(Refusal::QuotaExceeded { retry_after, .. }) = refused else {
        panic!("{refused}");
    };
    world.memory.clock.advance(retry_after);
    block_on(world.engine.admit(&account)).unwrap();
    let suspended = aperilex_core::Account {
        status: aperilex_core::AccountStatus::Suspended,
        ..account
    };
    let refused = block_on(world.engine.admit(&suspended)).unwrap_err();
    assert!(matches!(
        refused,
        EngineError::Refused(Refusal::AccountSuspended)
    ));
}

#[test]
fn access_that_came_with_a_tier_goes_with_it() {
    let world = World::new();
    let maker = world.account("maker", Tier::Basic, "1");
    world.script();
    world.submit(&maker, ANNUAL);
    world.settle();
    let demo = world.account("demo", Tier::Demo, "1");
    let Answer::Analysis(record) = world.request(&demo, ANNUAL).unwrap().answer else {
        panic!("pooled")
    };
    let reads = |account: &aperilex_core::Account| {
        let one = block_on(world.engine.analysis(account, record.id)).is_ok();
        let list = block_on(world.engine.analyses(account, None, None, 9)).unwrap();
        assert_eq!(one, list == [record.clone()], "the list says the same");
        one
    };
    assert!(reads(&demo), "free inside the demo set");
    let upgraded = aperilex_core::Account {
        tier: Tier::Basic,
        ..demo.clone()
    };
    assert!(!reads(&upgraded), "a free look is not a purchase");
    assert!(world.request(&upgraded, ANNUAL).is_ok());
    assert_eq!(world.available(&upgraded), "0.900000", "now it is paid for");
    assert!(reads(&upgraded) && reads(&demo), "and outlives the tier");
    assert!(world.request(&upgraded, ANNUAL).is_ok());
    assert_eq!(world.available(&upgraded), "0.900000", "once");
}

#[test]
fn access_that_came_with_a_role_goes_with_it() {
    let world = World::new();
    let maker = world.account("maker", Tier::Basic, "1");
    world.script();
    world.submit(&maker, ANNUAL);
    world.settle();
    let member = world.account("member", Tier::Basic, "1");
    let admin = aperilex_core::Account {
        role: aperilex_core::Role::Admin,
        ..member.clone()
    };
    let Answer::Analysis(record) = world.request(&admin, ANNUAL).unwrap().answer else {
        panic!("pooled")
    };
    assert!(block_on(world.engine.analysis(&admin, record.id)).is_ok());
    assert!(block_on(world.engine.analysis(&member, record.id)).is_err());
}
