//! Quotes: what is promised, what becomes of a promise that was kept too long, and large filings.

use std::time::Duration;

use aperilex_core::ports::AnalystError;
use aperilex_core::{
    Account, AnalysisRequest, Answer, Engine, EngineError, MicroUsd, Quality, Quote, QuoteId,
    Refusal, Requested, Task, TaskStatus, Template, Tier,
};
use futures_executor::block_on;

use crate::world::{World, filing, request};

const ANNUAL: &str = "0001999999-26-000007";
const CURRENT: &str = "0001999999-26-000011";

fn quote(world: &World, account: &Account) -> Quote {
    block_on(world.engine.quote(account, &request(ANNUAL))).unwrap()
}

fn with(quote: &Quote) -> AnalysisRequest {
    AnalysisRequest {
        quote: Some(quote.id),
        ..request(ANNUAL)
    }
}

fn ask(
    engine: &Engine,
    account: &Account,
    request: &AnalysisRequest,
) -> Result<Requested, EngineError> {
    block_on(engine.request_analysis(account, request))
}

fn accepted(engine: &Engine, account: &Account, request: &AnalysisRequest) -> Task {
    match ask(engine, account, request).unwrap().answer {
        Answer::Task(task) => task,
        Answer::Analysis(record) => panic!("the pool has {record:?}"),
    }
}

fn refused(engine: &Engine, account: &Account, request: &AnalysisRequest) -> Refusal {
    match ask(engine, account, request) {
        Err(EngineError::Refused(refusal)) => refusal,
        other => panic!("{other:?}"),
    }
}

/// The same world a day on which everything costs otherwise.
fn at_prices(world: &World, access: &str, analysis: &str) -> Engine {
    world.otherwise(|settings| {
        for plan in [&mut settings.plans.basic, &mut settings.plans.professional] {
            plan.filing_access = access.parse().unwrap();
            plan.analysis = analysis.parse().unwrap();
        }
    })
}

fn usd(text: &str) -> MicroUsd {
    text.parse().unwrap()
}

#[test]
fn what_was_quoted_counts_whatever_plans_say_by_then() {
    for (access, analysis) in [("0.2", "0.05"), ("0.01", "0.001"), ("0.1", "0.02")] {
        let world = World::new();
        let account = world.account("quoted", Tier::Basic, "1");
        let quote = quote(&world, &account);
        assert_eq!(quote.total, usd("0.12"));
        let later = at_prices(&world, access, analysis);
        world.script();
        let task = accepted(&later, &account, &with(&quote));
        assert_eq!(world.available(&account), "0.880000");
        world.settle();
        assert_eq!(world.task(task.id).status, TaskStatus::Completed);
        assert_eq!(world.available(&account), "0.880000");
        world.check_ledger(&[&account]);
    }
}

#[test]
fn a_change_of_tier_leaves_the_quote_as_it_is() {
    let world = World::new();
    let account = world.account("upgraded", Tier::Basic, "1");
    let quote = quote(&world, &account);
    let upgraded = Account {
        tier: Tier::Professional,
        ..account
    };
    accepted(&world.engine, &upgraded, &with(&quote));
    assert_eq!(world.available(&upgraded), "0.880000");
}

#[test]
fn an_expired_quote_counts_while_nothing_is_dearer() {
    for (access, analysis, available) in [
        ("0.1", "0.02", Some("0.880000")),
        ("0.05", "0.01", Some("0.940000")),
        ("0.119", "0.001", Some("0.880000")),
        ("0.1", "0.020001", None),
        ("0.2", "0.05", None),
    ] {
        let world = World::new();
        let account = world.account("late", Tier::Basic, "1");
        let quote = quote(&world, &account);
        world.memory.clock.advance(Duration::from_secs(600));
        let later = at_prices(&world, access, analysis);
        if let Some(available) = available {
            accepted(&later, &account, &with(&quote));
            assert_eq!(world.available(&account), available);
            continue;
        }
        let refusal = refused(&later, &account, &with(&quote));
        let price = [usd(access), usd(analysis)].into_iter().sum();
        let quoted = usd("0.12");
        assert_eq!(refusal, Refusal::PriceChanged { quoted, price });
        assert_eq!(world.available(&account), "1.000000");
        // The request's own limit is told first where it is the lower one.
        let limited = AnalysisRequest {
            max_price: Some(usd("0.11")),
            ..with(&quote)
        };
        let refusal = refused(&later, &account, &limited);
        assert!(matches!(refusal, Refusal::OverMaxPrice { .. }), "{refusal}");
    }
}

#[test]
fn a_quote_is_for_one_account_filing_template_and_quality() {
    let (world, _model) = World::with_model();
    let account = world.account("owner", Tier::Basic, "1");
    let other = world.account("other", Tier::Basic, "1");
    let quote = quote(&world, &account);
    let unknown = QuoteId::from_uuid(uuid::Uuid::from_u128(7));
    let mut never = with(&quote);
    never.quote = Some(unknown);
    assert_eq!(
        refused(&world.engine, &account, &never),
        Refusal::QuoteUnknown
    );
    assert_eq!(
        refused(&world.engine, &other, &with(&quote)),
        Refusal::QuoteUnknown
    );
    let mismatches = [
        (
            "filing",
            AnalysisRequest {
                filing: request(CURRENT).filing,
                ..with(&quote)
            },
        ),
        (
            "template",
            AnalysisRequest {
                template: Template::Risk,
                ..with(&quote)
            },
        ),
        (
            "quality",
            AnalysisRequest {
                quality: Some(Quality::Standard),
                ..with(&quote)
            },
        ),
    ];
    for (field, request) in mismatches {
        let refusal = refused(&world.engine, &account, &request);
        assert_eq!(refusal, Refusal::QuoteMismatch { field });
    }
    assert_eq!(world.available(&account), "1.000000");
}

#[test]
fn what_the_pool_has_for_nothing_is_not_promised_to_be_made_anew() {
    let world = World::new();
    let account = world.account("clever", Tier::Basic, "1");
    world.script();
    world.submit(&account, ANNUAL);
    world.settle();
    let pooled = quote(&world, &account);
    assert_eq!(pooled.total, MicroUsd::ZERO);
    let anew = |quote: &Quote| AnalysisRequest {
        refresh: true,
        ..with(quote)
    };
    let refusal = refused(&world.engine, &account, &anew(&pooled));
    assert_eq!(refusal, Refusal::QuoteMismatch { field: "refresh" });
    let asked = AnalysisRequest {
        refresh: true,
        ..request(ANNUAL)
    };
    let fresh = block_on(world.engine.quote(&account, &asked)).unwrap();
    assert_eq!((fresh.pooled, fresh.total), (false, usd("0.02")));
    accepted(&world.engine, &account, &anew(&fresh));
    assert_eq!(world.available(&account), "0.860000");
}

#[test]
fn one_task_uses_a_quote_and_a_repeated_request_is_answered_as_before() {
    let world = World::new();
    let account = world.account("once", Tier::Basic, "1");
    let quote = quote(&world, &account);
    let keyed = AnalysisRequest {
        idempotency_key: Some("k".to_owned()),
        ..with(&quote)
    };
    let task = accepted(&world.engine, &account, &keyed);
    // Repeated by key, and joined without one.
    for again in [&keyed, &with(&quote)] {
        assert_eq!(accepted(&world.engine, &account, again).id, task.id);
    }
    let unsuitable = AnalystError::Unsuitable {
        reason: "nothing in it".to_owned(),
    };
    world.memory.analyst.answer(Err(unsuitable));
    world.settle();
    assert_eq!(world.task(task.id).status, TaskStatus::Failed);
    let in_time = block_on(world.engine.quote(&account, &request(ANNUAL))).unwrap();
    let used = accepted(&world.engine, &account, &with(&in_time));
    block_on(world.engine.cancel_task(&account, used.id)).unwrap();
    let refusal = refused(&world.engine, &account, &with(&in_time));
    assert_eq!(refusal, Refusal::QuoteUsed);
    world.check_ledger(&[&account]);
}

#[test]
fn what_the_pool_has_by_then_costs_no_more_than_access() {
    let world = World::new();
    let (maker, account) = (
        world.account("maker", Tier::Basic, "1"),
        world.account("waiter", Tier::Basic, "1"),
    );
    let promised = quote(&world, &account);
    world.script();
    world.submit(&maker, ANNUAL);
    assert_eq!(
        world.work(),
        Some(aperilex_core::Outcome::Completed),
        "within the time of the quote"
    );
    let later = at_prices(&world, "0.5", "0.5");
    let answer = ask(&later, &account, &with(&promised)).unwrap().answer;
    assert!(matches!(answer, Answer::Analysis(_)));
    assert_eq!(world.available(&account), "0.900000", "access as quoted");
    // What was pooled when it was quoted is promised for nothing, also when it expires: then as today.
    let pooled = quote(&world, &account);
    assert!(pooled.pooled && pooled.total == MicroUsd::ZERO);
    world.memory.clock.advance(Duration::from_secs(601));
    assert!(ask(&later, &account, &with(&pooled)).is_ok());
    world.check_ledger(&[&maker, &account]);
}

#[test]
fn access_that_came_with_the_tier_is_not_promised_beyond_it() {
    let world = World::new();
    let demo = world.account("demo", Tier::Demo, "1");
    let quote = quote(&world, &demo);
    assert_eq!(quote.total, usd("0.02"));
    let upgraded = Account {
        tier: Tier::Basic,
        ..demo.clone()
    };
    let refusal = refused(&world.engine, &upgraded, &with(&quote));
    let (quoted, price) = (usd("0.02"), usd("0.12"));
    assert_eq!(refusal, Refusal::PriceChanged { quoted, price });
    accepted(&world.engine, &demo, &with(&quote));
    assert_eq!(world.available(&demo), "0.980000");
}

#[test]
fn expired_quotes_are_forgotten_a_day_later() {
    let world = World::new();
    let account = world.account("late", Tier::Basic, "1");
    let promised = quote(&world, &account);
    let quotes = &world.engine.ports().stores.quotes;
    for (hours, there) in [(23, true), (2, false)] {
        world
            .memory
            .clock
            .advance(Duration::from_secs(hours * 3600));
        block_on(world.engine.sweep()).unwrap();
        let found = block_on(quotes.get(account.id, promised.id)).unwrap();
        assert_eq!(found.is_some(), there, "after {hours} hours more");
    }
    let refusal = refused(&world.engine, &account, &with(&promised));
    assert_eq!(refusal, Refusal::QuoteUnknown);
}

#[test]
fn other_prices_have_another_version() {
    let world = World::new();
    let account = world.account("curious", Tier::Basic, "1");
    let version = |engine: &Engine| {
        let quote = block_on(engine.quote(&account, &request(ANNUAL))).unwrap();
        quote.price_version
    };
    let today = version(&world.engine);
    assert_eq!((today.len(), version(&world.engine)), (12, today.clone()));
    assert_ne!(version(&at_prices(&world, "0.1", "0.03")), today);
}

/// The filing is stored, and models are expected to cost this much for it.
fn large(cost: &str) -> World {
    let world = World::new();
    let raw = filing(ANNUAL, "10-K", "2026-02-26");
    block_on(world.engine.import_raw(&raw)).unwrap();
    world.memory.analyst.expect(usd(cost));
    world
}

#[test]
fn a_filing_is_large_where_models_cost_more_than_their_part_of_the_fee() {
    for (tier, cost, analysis, is_large) in [
        (Tier::Basic, "0.012", "0.020000", false),
        (Tier::Basic, "0.012001", "0.020002", true),
        (Tier::Basic, "0.6", "1.000000", true),
        (Tier::Professional, "0.0121", "0.020167", true),
        (Tier::Enterprise, "0.0121", "0.020167", true),
    ] {
        let world = large(cost);
        let account = world.account("quoted", tier, "9");
        let quote = quote(&world, &account);
        assert_eq!(quote.analysis.to_string(), analysis, "{tier} {cost}");
        assert_eq!(quote.large, is_large, "{tier} {cost}");
    }
    // What a contract makes free stays so.
    let world = large("5");
    let account = world.by_contract("quoted", "0");
    let free = quote(&world, &account);
    assert_eq!((free.analysis, free.large), (MicroUsd::ZERO, false));
    // Of what is not stored nobody knows the size.
    let world = World::new();
    world.memory.analyst.expect(usd("5"));
    let account = world.account("quoted", Tier::Basic, "9");
    assert!(!quote(&world, &account).large);
}

#[test]
fn a_large_filing_is_analysed_for_who_knows_its_price() {
    let world = large("0.06");
    let account = world.account("surprised", Tier::Basic, "1");
    let price = usd("0.2");
    let at_most = |max: &str| AnalysisRequest {
        max_price: Some(usd(max)),
        ..request(ANNUAL)
    };
    for asked in [request(ANNUAL), at_most("0.199999"), at_most("0.01")] {
        let refusal = refused(&world.engine, &account, &asked);
        assert_eq!(refusal, Refusal::LargeFiling { price });
        assert_eq!(world.available(&account), "1.000000", "nothing is held");
    }
    let task = accepted(&world.engine, &account, &at_most("0.2"));
    assert_eq!(world.available(&account), "0.800000");
    block_on(world.engine.cancel_task(&account, task.id)).unwrap();
    let quote = quote(&world, &account);
    assert!(quote.large && quote.total == price);
    world.script();
    accepted(&world.engine, &account, &with(&quote));
    world.settle();
    assert_eq!(world.available(&account), "0.800000");
    // From the pool it is free for everybody, whether or not they know.
    let second = world.account("second", Tier::Basic, "1");
    let pooled = world.request(&second, ANNUAL).unwrap().answer;
    assert!(matches!(pooled, Answer::Analysis(_)));
    assert_eq!(world.available(&second), "0.900000");
    world.check_ledger(&[&account, &second]);
}
