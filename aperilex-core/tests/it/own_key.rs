//! Customers' own model keys: no fee, private unless shared, and nothing of ours stands in.

use std::sync::Arc;

use aperilex_core::ports::{AnalystError, AnalystProfile};
use aperilex_core::{
    Account, Actor, AnalysisId, AnalysisRequest, Answer, CallOutcome, Contract, Engine,
    EngineError, Method, MicroUsd, Outcome, Quality, QuoteId, Refusal, SpentCall, Task, TaskStatus,
    Template, Tier, TokenUsage, UserId, Waiver,
};
use aperilex_memory::ScriptedAnalyst;
use futures_executor::block_on;

use crate::world::{SENTENCE, World, draft, request};

const ANNUAL: &str = "0001999999-26-000007";

/// A world with a model of ours, and a customer with one of its own.
struct Scene {
    world: World,
    ours: Arc<ScriptedAnalyst>,
    own: Arc<ScriptedAnalyst>,
    customer: Account,
}

impl Scene {
    fn new(share_results: bool) -> Self {
        let (world, ours) = World::with_model();
        let profile = AnalystProfile {
            method: Method::Model,
            quality: Quality::Standard,
            provider: Some("acme".to_owned()),
            prompt_version: "acme/3".to_owned(),
        };
        let own = Arc::new(ScriptedAnalyst::new(profile, world.memory.faults.clone()));
        let customer = world.account("customer", Tier::Enterprise, "1");
        let agreed = Contract {
            byok: true,
            share_results,
            ..Contract::default()
        };
        let scene = Self {
            customer: sign(&world, &customer, Some(&agreed)),
            world,
            ours,
            own,
        };
        scene.bring();
        scene
    }

    fn bring(&self) {
        let models = &self.world.memory.own_models;
        models.bring(self.customer.id, self.own.clone());
    }

    fn ask(&self) -> Task {
        self.world.submit(&self.customer, ANNUAL)
    }

    /// The customer's own key makes an analysis.
    fn made(&self) -> (Task, AnalysisId) {
        self.own.answer(Ok(draft(SENTENCE, SENTENCE)));
        let task = self.ask();
        assert_eq!(self.world.work(), Some(Outcome::Completed));
        let task = self.world.task(task.id);
        let analysis = task.analysis.unwrap();
        (task, analysis)
    }
}

fn sign(world: &World, account: &Account, contract: Option<&Contract>) -> Account {
    let by = Actor::Operator;
    block_on(
        world
            .engine
            .set_contract(by, account.id, contract, "signed"),
    )
    .unwrap()
}

fn standard() -> AnalysisRequest {
    AnalysisRequest {
        quality: Some(Quality::Standard),
        ..request(ANNUAL)
    }
}

fn failure(world: &World, task: &Task) -> String {
    let task = world.task(task.id);
    assert_eq!(task.status, TaskStatus::Failed);
    task.failure.unwrap().code
}

#[test]
fn what_an_own_key_makes_costs_no_fee_and_is_its_accounts_alone() {
    let scene = Scene::new(false);
    let world = &scene.world;
    let quote = block_on(world.engine.quote(&scene.customer, &request(ANNUAL))).unwrap();
    assert_eq!(
        (quote.analysis, quote.quality),
        (MicroUsd::ZERO, Quality::Standard)
    );
    let (task, analysis) = scene.made();
    assert_eq!(task.waiver, Some(Waiver::OwnKey));
    assert!(scene.ours.asked().is_empty(), "no model of ours was asked");

    // Its account reads it, and is given it again; somebody with the same filing does not know of it.
    let record = block_on(world.engine.analysis(&scene.customer, analysis)).unwrap();
    assert_eq!(record.key.owner, Some(scene.customer.id));
    let again = world.request(&scene.customer, ANNUAL).unwrap();
    assert_eq!(again.answer, Answer::Analysis(record));
    let other = world.account("other", Tier::Basic, "1");
    let quote = block_on(world.engine.quote(&other, &standard())).unwrap();
    assert!(!quote.pooled);
    scene.ours.answer(Ok(draft(SENTENCE, SENTENCE)));
    block_on(world.engine.request_analysis(&other, &standard())).unwrap();
    assert_eq!(world.work(), Some(Outcome::Completed));
    let unknown = block_on(world.engine.analysis(&other, analysis));
    assert!(
        matches!(unknown, Err(EngineError::NotFound { .. })),
        "{unknown:?}"
    );
    let listed = block_on(world.engine.analyses(&other, None, None, 9)).unwrap();
    assert!(listed.iter().all(|it| it.id != analysis));
    assert_eq!(
        world.available(&other),
        "0.880000",
        "it paid for a run of ours"
    );
    world.check_ledger(&[&scene.customer, &other]);
}

#[test]
fn what_is_shared_is_in_the_pool_for_all() {
    let scene = Scene::new(true);
    let (_, analysis) = scene.made();
    let other = scene.world.account("other", Tier::Basic, "1");
    let given = block_on(scene.world.engine.request_analysis(&other, &standard())).unwrap();
    match given.answer {
        Answer::Analysis(record) => {
            assert_eq!((record.id, record.key.owner), (analysis, None));
        }
        Answer::Task(task) => panic!("{task:?}"),
    }
    assert_eq!(scene.world.available(&other), "0.900000", "access alone");
    scene.world.check_ledger(&[&scene.customer, &other]);
}

#[test]
fn what_the_pool_has_is_given_before_an_own_key_is_used() {
    let scene = Scene::new(false);
    let world = &scene.world;
    let other = world.account("other", Tier::Basic, "1");
    scene.ours.answer(Ok(draft(SENTENCE, SENTENCE)));
    block_on(world.engine.request_analysis(&other, &standard())).unwrap();
    // While that runs, the own key does not follow it: it would wait for a model of ours.
    let task = scene.ask();
    assert_eq!(task.role, aperilex_core::TaskRole::Leader);
    block_on(world.engine.cancel_task(&scene.customer, task.id)).unwrap();
    world.settle();
    let given = world.request(&scene.customer, ANNUAL).unwrap();
    assert!(matches!(given.answer, Answer::Analysis(_)));
    assert!(scene.own.asked().is_empty());
    world.check_ledger(&[&scene.customer, &other]);
}

#[test]
fn a_failing_own_key_never_falls_back_to_ours() {
    let refused = || AnalystError::KeyRefused;
    let away = || AnalystError::Unavailable {
        source: "no answer".into(),
    };
    for (answers, code, asked) in [
        (vec![refused()], "own_key_refused", 1),
        (vec![away(), away(), away()], "analyst_unavailable", 3),
    ] {
        let scene = Scene::new(false);
        for answer in answers {
            scene.own.answer(Err(answer));
        }
        let task = scene.ask();
        scene.world.settle();
        assert_eq!(failure(&scene.world, &task), code);
        assert_eq!(scene.own.asked().len(), asked, "{code}");
        assert!(scene.ours.asked().is_empty(), "{code}");
        assert!(
            scene.world.memory.analyst.asked().is_empty(),
            "nor stands anything in"
        );
        assert_eq!(scene.world.available(&scene.customer), "1.000000");
        scene.world.check_ledger(&[&scene.customer]);
    }
}

#[test]
fn a_key_that_was_taken_away_ends_its_runs() {
    let scene = Scene::new(false);
    let task = scene.ask();
    scene.world.memory.own_models.take_away(scene.customer.id);
    scene.world.settle();
    assert_eq!(failure(&scene.world, &task), "own_key_missing");
    assert!(scene.ours.asked().is_empty());

    // Whether there is one is not known while the keys cannot be read: that passes.
    let scene = Scene::new(false);
    scene.own.answer(Ok(draft(SENTENCE, SENTENCE)));
    let task = scene.ask();
    scene.world.memory.faults.fail_next("own_models.of");
    scene.world.settle();
    assert_eq!(scene.world.task(task.id).status, TaskStatus::Completed);
}

fn of(quality: Quality) -> AnalysisRequest {
    AnalysisRequest {
        quality: Some(quality),
        ..request(ANNUAL)
    }
}

fn refusal<T: std::fmt::Debug>(asked: Result<T, EngineError>) -> Refusal {
    match asked {
        Err(EngineError::Refused(refusal)) => refusal,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_better_quality_than_the_own_keys_is_not_offered_unless_the_pool_has_it() {
    let scene = Scene::new(false);
    let world = &scene.world;
    let best = of(Quality::Premium);
    let asked = world.engine.request_analysis(&scene.customer, &best);
    match refusal(block_on(asked)) {
        Refusal::NotOffered { offered, .. } => assert_eq!(offered, ["standard"]),
        other => panic!("{other:?}"),
    }

    // The customer's own model was better once, and shared what it made.
    let better = Scene::new(true);
    let profile = AnalystProfile {
        quality: Quality::Premium,
        ..aperilex_core::ports::FilingAnalyst::profile(&*better.own)
    };
    let premium = ScriptedAnalyst::new(profile, better.world.memory.faults.clone());
    let premium = Arc::new(premium);
    let models = &better.world.memory.own_models;
    models.bring(better.customer.id, premium.clone());
    premium.answer(Ok(draft(SENTENCE, SENTENCE)));
    better.ask();
    assert_eq!(better.world.work(), Some(Outcome::Completed));
    better.bring();
    let asked = of(Quality::Premium);
    let given = block_on(
        better
            .world
            .engine
            .request_analysis(&better.customer, &asked),
    )
    .unwrap();
    assert!(matches!(given.answer, Answer::Analysis(_)));
}

#[test]
fn a_lesser_quality_of_the_pool_is_given_to_who_asks_for_no_more() {
    let scene = Scene::new(false);
    let world = &scene.world;
    let other = world.account("other", Tier::Basic, "1");
    world.script();
    world.submit(&other, ANNUAL);
    assert_eq!(world.work(), Some(Outcome::Completed));
    let ask = |quality| {
        let asked = of(quality);
        block_on(world.engine.request_analysis(&scene.customer, &asked)).unwrap()
    };
    let given = ask(Quality::Extractive).answer;
    assert!(matches!(given, Answer::Analysis(_)), "{given:?}");
    assert!(matches!(ask(Quality::Standard).answer, Answer::Task(_)));
}

#[test]
fn who_has_agreed_on_an_own_key_and_brought_none_is_not_served_by_ours() {
    let scene = Scene::new(false);
    let world = &scene.world;
    let (_, analysis) = scene.made();
    world.memory.own_models.take_away(scene.customer.id);
    let ask = |template| {
        let asked = AnalysisRequest {
            template,
            ..standard()
        };
        block_on(world.engine.request_analysis(&scene.customer, &asked))
    };
    assert_eq!(refusal(ask(Template::Risk)), Refusal::OwnKeyMissing);
    // What was made before is its own for good.
    world
        .memory
        .own_models
        .bring(UserId::from_uuid(uuid::Uuid::nil()), scene.own.clone());
    match ask(Template::Comprehensive).unwrap().answer {
        Answer::Analysis(record) => assert_eq!(record.id, analysis),
        Answer::Task(task) => panic!("{task:?}"),
    }
    assert!(scene.ours.asked().is_empty());
}

#[test]
fn a_quote_is_for_what_would_have_made_it() {
    let scene = Scene::new(false);
    let world = &scene.world;
    let priced = Contract {
        analysis: Some("0.01".parse().unwrap()),
        ..Contract::default()
    };
    let customer = sign(world, &scene.customer, Some(&priced));
    let of_ours = block_on(world.engine.quote(&customer, &standard())).unwrap();
    assert_eq!(
        (of_ours.own_key, of_ours.analysis.to_string()),
        (false, "0.010000".to_owned())
    );
    let byok = Contract {
        byok: true,
        ..priced.clone()
    };
    let customer = sign(world, &customer, Some(&byok));
    let of_own = block_on(world.engine.quote(&customer, &standard())).unwrap();
    assert_eq!((of_own.own_key, of_own.analysis), (true, MicroUsd::ZERO));
    let ask = |customer: &Account, quote: QuoteId| {
        let asked = AnalysisRequest {
            quote: Some(quote),
            ..standard()
        };
        refusal(block_on(world.engine.request_analysis(customer, &asked)))
    };
    let mismatch = Refusal::QuoteMismatch { field: "own key" };
    assert_eq!(ask(&customer, of_ours.id), mismatch);
    let customer = sign(world, &customer, Some(&priced));
    assert_eq!(ask(&customer, of_own.id), mismatch);
    assert_eq!(world.available(&customer), "1.000000");
}

#[test]
fn what_was_asked_for_in_private_or_is_so_by_now_stays_private() {
    for (asked, made) in [(false, true), (true, false)] {
        let scene = Scene::new(asked);
        scene.own.answer(Ok(draft(SENTENCE, SENTENCE)));
        let task = scene.ask();
        let agreed = Contract {
            byok: true,
            share_results: made,
            ..Contract::default()
        };
        sign(&scene.world, &scene.customer, Some(&agreed));
        assert_eq!(scene.world.work(), Some(Outcome::Completed));
        let id = scene.world.task(task.id).analysis.unwrap();
        let record = block_on(scene.world.engine.analysis(&scene.customer, id)).unwrap();
        assert_eq!(record.key.owner, Some(scene.customer.id), "{asked} {made}");
    }
}

#[test]
fn a_closed_account_leaves_no_key() {
    let scene = Scene::new(true);
    let world = &scene.world;
    world.memory.faults.fail_next("own_models.forget");
    assert!(block_on(world.engine.close_account(&scene.customer)).is_err());
    block_on(world.engine.close_account(&scene.customer)).unwrap();
    let models = world.engine.ports().own_models.as_ref().unwrap();
    assert!(block_on(models.of(scene.customer.id)).unwrap().is_none());
}

#[test]
fn a_worker_without_customers_models_leaves_the_task_to_others() {
    let scene = Scene::new(false);
    let world = &scene.world;
    scene.own.answer(Ok(draft(SENTENCE, SENTENCE)));
    let task = scene.ask();
    let mut ports = world.memory.ports();
    ports.own_models = None;
    let lacking = World {
        engine: Engine::new(ports, world.engine.settings().clone()),
        memory: world.memory.clone(),
    };
    match lacking.work() {
        Some(Outcome::Retried(failure)) => assert_eq!(failure.code, "own_key_unavailable"),
        other => panic!("{other:?}"),
    }
    world.settle();
    assert_eq!(world.task(task.id).status, TaskStatus::Completed);
}

fn call(cost: &str) -> SpentCall {
    SpentCall {
        section: "1A".to_owned(),
        provider: "acme".to_owned(),
        model: "acme-large".to_owned(),
        price_row: None,
        tokens: TokenUsage {
            input: 9_000,
            output: 400,
        },
        cost: cost.parse().unwrap(),
        estimated: true,
        outcome: CallOutcome::Answered,
    }
}

#[test]
fn an_own_key_is_held_to_the_ceiling_that_was_agreed_and_to_no_other() {
    let scene = Scene::new(false);
    scene.own.calls(vec![call("7")]);
    scene.made();

    let scene = Scene::new(false);
    let agreed = Contract {
        byok: true,
        cost_ceiling: Some("0.5".parse().unwrap()),
        ..Contract::default()
    };
    sign(&scene.world, &scene.customer, Some(&agreed));
    scene.own.calls(vec![call("0.3"), call("0.3")]);
    let task = scene.ask();
    scene.world.settle();
    assert_eq!(failure(&scene.world, &task), "cost_ceiling");
}

#[test]
fn what_an_own_key_pays_for_is_no_cost_of_ours() {
    let scene = Scene::new(false);
    scene.own.calls(vec![call("0.03")]);
    let (task, _) = scene.made();
    let costs = &scene.world.engine.ports().stores.costs;
    let calls = block_on(costs.of_task(task.id)).unwrap();
    assert_eq!(
        calls.iter().map(|call| call.own_key).collect::<Vec<_>>(),
        [true]
    );
    assert_eq!(
        block_on(scene.world.engine.model_costs(None, None)).unwrap(),
        []
    );
}

#[test]
fn own_keys_are_for_installations_that_can_use_them() {
    let world = World::new();
    let mut ports = world.memory.ports();
    ports.own_models = None;
    let engine = Engine::new(ports, world.engine.settings().clone());
    let account = world.account("large", Tier::Enterprise, "0");
    let byok = Contract {
        byok: true,
        ..Contract::default()
    };
    let refused = block_on(engine.set_contract(Actor::Operator, account.id, Some(&byok), ""));
    match refused {
        Err(EngineError::Refused(Refusal::BadContract(bad))) => assert_eq!(bad.field, "byok"),
        other => panic!("{other:?}"),
    }
}
