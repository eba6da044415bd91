//! What models cost us: written down call by call, held to a ceiling, and who stands in for them.

use std::sync::Arc;

use aperilex_core::ports::{
    AnalysisOrder, AnalystError, AnalystProfile, CostMeter, Draft, FilingAnalyst,
};
use aperilex_core::{
    Account, Actor, AnalysisRequest, Answer, CallOutcome, Contract, Engine, EngineError,
    FilingContent, Method, MicroUsd, ModelCall, Outcome, Quality, Refusal, SpentCall, Task,
    TaskStatus, Template, Tier, TokenUsage,
};
use async_trait::async_trait;
use futures_executor::block_on;

use crate::world::{SENTENCE, World, draft, request};

const ANNUAL: &str = "0001999999-26-000007";

fn usd(text: &str) -> MicroUsd {
    text.parse().unwrap()
}

fn call(section: &str, cost: &str) -> SpentCall {
    SpentCall {
        section: section.to_owned(),
        provider: "acme".to_owned(),
        model: "acme-large".to_owned(),
        price_row: Some("acme/2026-11".to_owned()),
        tokens: TokenUsage {
            input: 9_000,
            output: 400,
        },
        cost: usd(cost),
        estimated: false,
        outcome: CallOutcome::Answered,
    }
}

fn away() -> AnalystError {
    AnalystError::Unavailable {
        source: "no answer".into(),
    }
}

fn book(world: &World, task: &Task) -> Vec<ModelCall> {
    block_on(world.engine.ports().stores.costs.of_task(task.id)).unwrap()
}

fn costs(calls: &[ModelCall]) -> Vec<(u32, &str, String)> {
    let row = |call: &'_ ModelCall| call.call.cost.to_string();
    let rows = calls.iter();
    rows.map(|call| (call.attempt, call.call.section.as_str(), row(call)))
        .collect()
}

fn failure(outcome: Option<Outcome>) -> (String, String) {
    match outcome {
        Some(Outcome::Failed(failure) | Outcome::Retried(failure)) => {
            (failure.code, failure.message)
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn every_call_is_in_our_book_and_in_nobodys_charges() {
    let world = World::new();
    let account = world.account("reader", Tier::Basic, "1");
    let calls = vec![call("1A", "0.004"), call("7", "0.003")];
    world.memory.analyst.calls(calls.clone());
    world.script();
    let task = world.submit(&account, ANNUAL);
    assert_eq!(world.work(), Some(Outcome::Completed));
    let book = book(&world, &task);
    assert_eq!(
        costs(&book),
        [(1, "1A", "0.004000".into()), (1, "7", "0.003000".into())]
    );
    let written: Vec<_> = book.into_iter().map(|call| call.call).collect();
    assert_eq!(written, calls);
    assert_eq!(world.available(&account), "0.880000", "what was quoted");
    let totals = block_on(world.engine.model_costs(None, None)).unwrap();
    assert_eq!(totals.len(), 1);
    assert_eq!(
        (totals[0].calls, totals[0].cost, totals[0].tokens.input),
        (2, usd("0.007"), 18_000)
    );
    let yesterday = "2026-11-22".parse().unwrap();
    let before = block_on(world.engine.model_costs(None, Some(yesterday))).unwrap();
    assert_eq!(before, []);
    world.check_ledger(&[&account]);
}

#[test]
fn over_the_ceiling_the_task_is_given_up_and_costs_nothing() {
    let world = World::new();
    let account = world.account("dear", Tier::Basic, "1");
    let three = ["0.06", "0.05", "0.01"].map(|cost| call("1A", cost));
    world.memory.analyst.calls(three.to_vec());
    world.script();
    let task = world.submit(&account, ANNUAL);
    let (code, message) = failure(world.work());
    assert_eq!(code, "cost_ceiling");
    assert!(
        !message.contains("0.1"),
        "our costs are not told: {message}"
    );
    assert_eq!(world.task(task.id).status, TaskStatus::Failed);
    let book = book(&world, &task);
    assert_eq!(
        book.len(),
        2,
        "the one that went over is in the book, no other was made"
    );
    assert_eq!(
        world.available(&account),
        "0.900000",
        "access was delivered"
    );
    world.check_ledger(&[&account]);
}

#[test]
fn up_to_the_ceiling_all_is_well_and_all_attempts_share_it() {
    let world = World::new();
    let account = world.account("edge", Tier::Basic, "1");
    world.memory.analyst.calls(vec![call("1A", "0.06")]);
    world.memory.analyst.answer(Err(away()));
    world.memory.analyst.calls(vec![call("1A", "0.04")]);
    world.script();
    let task = world.submit(&account, ANNUAL);
    assert_eq!(failure(world.work()).0, "analyst_unavailable");
    world.settle();
    assert_eq!(world.task(task.id).status, TaskStatus::Completed);
    let attempts: Vec<u32> = book(&world, &task)
        .iter()
        .map(|call| call.attempt)
        .collect();
    assert_eq!(attempts, [1, 2]);

    let world = World::new();
    let account = world.account("over", Tier::Basic, "1");
    for cost in ["0.06", "0.040001"] {
        world.memory.analyst.calls(vec![call("1A", cost)]);
        world.memory.analyst.answer(Err(away()));
    }
    let task = world.submit(&account, ANNUAL);
    world.settle();
    let failed = world.task(task.id);
    assert_eq!(failed.failure.unwrap().code, "cost_ceiling");
    assert_eq!(failed.attempts, 2, "it is not tried again");
    world.check_ledger(&[&account]);
}

#[test]
fn what_cannot_be_written_down_is_not_used() {
    let world = World::new();
    let account = world.account("careful", Tier::Basic, "1");
    world.memory.analyst.calls(vec![call("1A", "0.01")]);
    world.memory.faults.fail_next("costs.record");
    world.script();
    let task = world.submit(&account, ANNUAL);
    assert_eq!(failure(world.work()).0, "analyst_unavailable");
    world.settle();
    assert_eq!(world.task(task.id).status, TaskStatus::Completed);
    assert_eq!(book(&world, &task), []);
}

/// Goes on whatever the meter says.
#[derive(Debug)]
struct Deaf;

#[async_trait]
impl FilingAnalyst for Deaf {
    fn profile(&self) -> AnalystProfile {
        AnalystProfile {
            method: Method::Model,
            quality: Quality::Economy,
            provider: Some("acme".to_owned()),
            prompt_version: "deaf/1".to_owned(),
        }
    }

    fn estimate(&self, _bytes: u64, _template: Template) -> MicroUsd {
        MicroUsd::ZERO
    }

    async fn analyse(
        &self,
        order: &AnalysisOrder<'_>,
        _content: &FilingContent,
        meter: &dyn CostMeter,
    ) -> Result<Draft, AnalystError> {
        assert_eq!(order.ceiling, usd("0.1"), "it was told");
        for _ in 0..2 {
            let _ = meter.spent(call("1A", "0.3")).await;
        }
        Ok(draft(SENTENCE, SENTENCE))
    }
}

#[test]
fn an_analyst_that_does_not_listen_is_not_used() {
    let world = World::new();
    let mut ports = world.memory.ports();
    ports.analysts = vec![Arc::new(Deaf)];
    let world = World {
        engine: Engine::new(ports, world.engine.settings().clone()),
        ..world
    };
    let account = world.account("deaf", Tier::Basic, "1");
    let task = world.submit(&account, ANNUAL);
    assert_eq!(failure(world.work()).0, "cost_ceiling");
    assert_eq!(book(&world, &task).len(), 2);
    assert_eq!(world.available(&account), "0.900000");
    world.check_ledger(&[&account]);
}

fn standard() -> AnalysisRequest {
    AnalysisRequest {
        quality: Some(Quality::Standard),
        ..request(ANNUAL)
    }
}

fn submit(world: &World, account: &Account) -> Task {
    match block_on(world.engine.request_analysis(account, &standard()))
        .unwrap()
        .answer
    {
        Answer::Task(task) => task,
        Answer::Analysis(record) => panic!("the pool has {record:?}"),
    }
}

#[test]
fn where_models_fail_an_extractive_analysis_is_given_for_nothing() {
    let (world, model) = World::with_model();
    let [leader, follower] =
        ["leader", "follower"].map(|name| world.account(name, Tier::Basic, "1"));
    for _ in 0..3 {
        model.answer(Err(away()));
    }
    world.script();
    let (task, other) = (submit(&world, &leader), submit(&world, &follower));
    world.settle();
    for task in [&task, &other] {
        assert_eq!(world.task(task.id).status, TaskStatus::Completed);
    }
    assert_eq!(model.asked().len(), 3, "the models had all their attempts");
    for account in [&leader, &follower] {
        assert_eq!(world.available(account), "0.900000", "access alone");
    }
    let id = world.task(task.id).analysis.unwrap();
    let record = block_on(world.engine.analysis(&leader, id)).unwrap();
    assert_eq!(record.method, Method::Extractive);
    assert_eq!(record.key.quality, Quality::Extractive);
    assert_eq!(record.key.prompt_version, "scripted/1");
    // It is what it is: it answers who asks for it, and nobody who asks for better.
    let quote = |request: AnalysisRequest| block_on(world.engine.quote(&leader, &request)).unwrap();
    assert!(quote(request(ANNUAL)).pooled);
    let better = quote(standard());
    assert_eq!((better.pooled, better.analysis), (false, usd("0.02")));
    world.check_ledger(&[&leader, &follower]);
}

#[test]
fn that_our_key_is_refused_is_nothing_a_user_is_told() {
    let (world, model) = World::with_model();
    let account = world.account("reader", Tier::Basic, "1");
    model.answer(Err(AnalystError::KeyRefused));
    model.answer(Ok(draft(SENTENCE, SENTENCE)));
    let task = submit(&world, &account);
    assert_eq!(failure(world.work()).0, "analyst_unavailable");
    world.settle();
    assert_eq!(world.task(task.id).status, TaskStatus::Completed);
    for _ in 0..3 {
        model.answer(Err(AnalystError::KeyRefused));
    }
    world.script();
    let other = AnalysisRequest {
        template: Template::Risk,
        ..standard()
    };
    block_on(world.engine.request_analysis(&account, &other)).unwrap();
    world.settle();
    assert_eq!(world.memory.analyst.asked().len(), 1, "another stood in");
    world.check_ledger(&[&account]);
}

#[test]
fn nobody_stands_in_where_that_is_off_or_the_filing_is_at_fault() {
    let (world, model) = World::with_model();
    let off = World {
        engine: world.otherwise(|settings| settings.billing.stand_in = false),
        ..world
    };
    let account = off.account("strict", Tier::Basic, "1");
    for _ in 0..3 {
        model.answer(Err(away()));
    }
    let task = submit(&off, &account);
    off.settle();
    let failed = off.task(task.id);
    assert_eq!(failed.failure.unwrap().code, "analyst_unavailable");
    assert!(off.memory.analyst.asked().is_empty());

    let (world, model) = World::with_model();
    let account = world.account("unlucky", Tier::Basic, "1");
    let reason = "nothing in it".to_owned();
    model.answer(Err(AnalystError::Unsuitable { reason }));
    let task = submit(&world, &account);
    world.settle();
    let failed = world.task(task.id);
    assert_eq!(failed.failure.unwrap().code, "nothing_to_analyse");
    assert!(world.memory.analyst.asked().is_empty());
}

#[test]
fn a_contract_counts_while_the_tier_is_by_contract() {
    let world = World::new();
    let account = world.account("large", Tier::Enterprise, "1");
    let contract = Contract {
        filing_access: Some(usd("0.03")),
        analysis: Some(usd("0.01")),
        analysis_by_quality: [(Quality::Premium, usd("0.07"))].into(),
        requests_per_hour: Some(Some(1)),
        running: Some(Some(2)),
        ..Contract::default()
    };
    let set = |contract| {
        let by = Actor::Operator;
        block_on(
            world
                .engine
                .set_contract(by, account.id, contract, "signed"),
        )
    };
    let version = |account: &Account| world.engine.settings().price_version(account);
    let agreed = set(Some(&contract)).unwrap();
    assert_ne!(version(&agreed), version(&account));
    let plan = world.engine.settings().plan_of(&agreed);
    assert_eq!(plan.analysis_fee(Quality::Premium), usd("0.07"));
    assert_eq!(plan.analysis_fee(Quality::Standard), usd("0.01"));
    assert_eq!((plan.running, plan.history_years), (Some(2), None));
    let quote = block_on(world.engine.quote(&agreed, &request(ANNUAL))).unwrap();
    assert_eq!((quote.access, quote.analysis), (usd("0.03"), usd("0.01")));
    block_on(world.engine.admit(&agreed)).unwrap();
    let refused = block_on(world.engine.admit(&agreed)).unwrap_err();
    assert!(
        matches!(refused, EngineError::Refused(Refusal::QuotaExceeded { .. })),
        "{refused}"
    );
    let basic = Account {
        tier: Tier::Basic,
        ..agreed.clone()
    };
    let plan = world.engine.settings().plan_of(&basic);
    assert_eq!(plan.analysis, usd("0.02"), "the tier's own plan");
    assert_eq!(version(&basic), version(&account));
    assert_eq!(set(None).unwrap().contract, None);
    assert!(block_on(world.engine.admit(&account)).is_ok());
}

#[test]
fn an_unlawful_contract_is_refused_and_the_figure_named() {
    let world = World::new();
    let [large, basic] =
        [Tier::Enterprise, Tier::Basic].map(|tier| world.account(tier.as_str(), tier, "0"));
    let refused = |account: &Account, contract| {
        let set = world
            .engine
            .set_contract(Actor::Operator, account.id, Some(&contract), "");
        match block_on(set) {
            Err(EngineError::Refused(Refusal::BadContract(bad))) => bad.field,
            other => panic!("{other:?}"),
        }
    };
    let contract = Contract::default;
    assert_eq!(refused(&basic, contract()), "tier");
    for (field, unlawful) in [
        (
            "analysis",
            Contract {
                analysis: Some(MicroUsd::new(-1)),
                ..contract()
            },
        ),
        (
            "running",
            Contract {
                running: Some(Some(0)),
                ..contract()
            },
        ),
        (
            "share_results",
            Contract {
                share_results: true,
                ..contract()
            },
        ),
        (
            "forms",
            Contract {
                forms: Some(Some(Vec::new())),
                ..contract()
            },
        ),
    ] {
        assert_eq!(refused(&large, unlawful), field);
    }
    let there = block_on(world.engine.ports().stores.accounts.get(large.id)).unwrap();
    assert_eq!(there.unwrap().contract, None);
    let nobody = aperilex_core::UserId::from_uuid(uuid::Uuid::from_u128(9));
    let unknown = block_on(world.engine.set_contract(Actor::Operator, nobody, None, ""));
    assert!(matches!(unknown, Err(EngineError::NotFound { .. })));
}
