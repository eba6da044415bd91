//! Clauses of [`CostBook`].

use futures_util::future::join_all;

use super::support::{Desk, at, usd};
use super::*;
use crate::*;

/// The scenarios.
pub const SCENARIOS: &[Scenario<Desk>] = &[
    scenario!(id: "CB-1", a_call_is_recorded_once),
    scenario!(id: "CB-1", of_many_records_of_a_call_one_counts),
    scenario!(id: "CB-2", what_is_recorded_stays_as_it_is),
    scenario!(id: "CB-3", totals_are_the_sums_of_a_span_of_time),
    scenario!(id: "CB-4", no_account_shows_what_models_cost),
];

pub(super) fn call(desk: &Desk, task: TaskId, model: &str, cost: i64, seconds: i64) -> ModelCall {
    ModelCall {
        id: desk.id(CallId::from_uuid),
        task,
        ceiling: Some(usd(500)),
        attempt: 1,
        call: SpentCall {
            section: "1A".into(),
            provider: "acme".into(),
            model: model.into(),
            price_row: Some("acme/2026-01".into()),
            tokens: TokenUsage {
                input: 1200,
                output: 34,
            },
            cost: usd(cost),
            estimated: false,
            outcome: CallOutcome::Answered,
        },
        own_key: false,
        at: at(seconds),
    }
}

async fn a_call_is_recorded_once(desk: Desk) {
    let costs = &desk.stores.costs;
    let [ours, theirs] = [desk.id(TaskId::from_uuid), desk.id(TaskId::from_uuid)];
    let mut failed = call(&desk, ours, "small", 0, 2);
    failed.attempt = 2;
    failed.call.price_row = None;
    failed.call.estimated = true;
    failed.call.outcome = CallOutcome::Failed;
    failed.own_key = true;
    let calls = [call(&desk, ours, "small", 7, 1), failed];
    for _ in 0..2 {
        for call in &calls {
            costs.record(call).await.unwrap();
        }
    }
    costs
        .record(&call(&desk, theirs, "small", 9, 1))
        .await
        .unwrap();
    let mut there = costs.of_task(ours).await.unwrap();
    there.sort_by_key(|call| call.at);
    assert_eq!(there, calls);
    let nobody = desk.id(TaskId::from_uuid);
    assert_eq!(costs.of_task(nobody).await.unwrap(), []);
}

async fn of_many_records_of_a_call_one_counts(desk: Desk) {
    let task = desk.id(TaskId::from_uuid);
    let call = call(&desk, task, "small", 7, 1);
    let costs = &desk.stores.costs;
    for recorded in join_all((0..16).map(|_| costs.record(&call))).await {
        recorded.unwrap();
    }
    assert_eq!(costs.of_task(task).await.unwrap(), [call]);
}

async fn what_is_recorded_stays_as_it_is(desk: Desk) {
    let task = desk.id(TaskId::from_uuid);
    let first = call(&desk, task, "small", 7, 1);
    let costs = &desk.stores.costs;
    costs.record(&first).await.unwrap();
    let mut cheaper = first.clone();
    cheaper.call.cost = usd(1);
    let refused = costs.record(&cheaper).await;
    assert!(matches!(refused, Err(StoreError::Conflict)), "{refused:?}");
    assert_eq!(costs.of_task(task).await.unwrap(), [first]);
}

async fn totals_are_the_sums_of_a_span_of_time(desk: Desk) {
    let costs = &desk.stores.costs;
    for (model, cost, seconds) in [
        ("small", 5, 9),
        ("small", 7, 10),
        ("large", 70, 11),
        ("small", 7, 15),
        ("small", 1, 19),
        ("small", 900, 20),
    ] {
        let task = desk.id(TaskId::from_uuid);
        let call = call(&desk, task, model, cost, seconds);
        costs.record(&call).await.unwrap();
    }
    let sum = |model: &str, calls: u64, cost| ModelCost {
        provider: "acme".into(),
        model: model.into(),
        calls,
        tokens: TokenUsage {
            input: 1200 * calls,
            output: 34 * calls,
        },
        cost: usd(cost),
    };
    let mut own = call(&desk, desk.id(TaskId::from_uuid), "small", 7, 15);
    own.own_key = true;
    costs.record(&own).await.unwrap();
    let totals = costs.totals(at(10), at(20)).await.unwrap();
    assert_eq!(totals, [sum("large", 1, 70), sum("small", 3, 15)]);
    assert_eq!(costs.totals(at(20), at(20)).await.unwrap(), []);
}

async fn no_account_shows_what_models_cost(desk: Desk) {
    let user = desk.funded(1000).await;
    let key = Desk::pool_key(desk.filing().await);
    let (task, _) = desk.running(&desk.request(user, &key)).await;
    let before = desk.snapshot().await;
    // Auditors are shown the calls; what users pay is what it was.
    let books = async || {
        let mut books = desk.stores.audit.books(user).await.unwrap().unwrap();
        books.calls.clear();
        books
    };
    let books_before = books().await;
    let call = call(&desk, task.id, "large", 900, 5);
    desk.stores.costs.record(&call).await.unwrap();
    assert_eq!(desk.snapshot().await, before);
    assert_eq!(books().await, books_before);
    desk.audit().await;
}
