//! Making an analysis anew, and withdrawing one.

use aperilex_core::{Actor, AnalysisRequest, Answer, EngineError, Tier};
use futures_executor::block_on;

use crate::world::{World, request};

const ACCESSION: &str = "0001999999-26-000007";

#[test]
fn a_refresh_is_made_and_paid_for_whatever_the_pool_has() {
    let world = World::new();
    let ann = world.account("ann", Tier::Basic, "1.00");
    world.script();
    world.submit(&ann, ACCESSION);
    world.settle();
    assert_eq!(world.available(&ann), "0.880000");

    let anew = AnalysisRequest {
        refresh: true,
        ..request(ACCESSION)
    };
    let quote = block_on(world.engine.quote(&ann, &anew)).unwrap();
    assert_eq!(
        (quote.pooled, quote.total.to_string()),
        (false, "0.020000".into())
    );
    world.script();
    let asked = block_on(world.engine.request_analysis(&ann, &anew)).unwrap();
    assert!(matches!(asked.answer, Answer::Task(_)));
    world.settle();
    assert_eq!(world.available(&ann), "0.860000");
    let Answer::Analysis(newest) = world.request(&ann, ACCESSION).unwrap().answer else {
        panic!("the pool has two");
    };
    let Answer::Task(task) = asked.answer else {
        unreachable!("seen above");
    };
    assert_eq!(world.task(task.id).analysis, Some(newest.id));
    world.check_ledger(&[&ann]);
}

#[test]
fn a_withdrawn_analysis_is_paid_back_and_made_again_for_the_next() {
    let world = World::new();
    let ann = world.account("ann", Tier::Basic, "1.00");
    let bob = world.account("bob", Tier::Basic, "1.00");
    world.script();
    let task = world.submit(&ann, ACCESSION);
    world.settle();
    let analysis = world.task(task.id).analysis.unwrap();
    let retracted = block_on(world.engine.retract_analysis(
        Actor::Operator,
        analysis,
        "a wrong figure",
    ))
    .unwrap();
    let refund = retracted.refund.unwrap();
    assert_eq!(refund.user, ann.id);
    assert_eq!(refund.description, "analysis withdrawn: a wrong figure");
    // Access to the filing was not wrong.
    assert_eq!(world.available(&ann), "0.900000");
    let read = block_on(world.engine.analysis(&ann, analysis)).unwrap();
    assert!(read.retracted_at.is_some());

    world.script();
    let again = world.submit(&bob, ACCESSION);
    world.settle();
    assert_ne!(world.task(again.id).analysis, Some(analysis));
    assert_eq!(world.available(&bob), "0.880000");
    world.check_ledger(&[&ann, &bob]);
    let unknown = block_on(world.engine.retract_analysis(
        Actor::Operator,
        aperilex_core::AnalysisId::from_uuid(uuid::Uuid::nil()),
        "?",
    ));
    assert!(matches!(unknown, Err(EngineError::NotFound { .. })));
}
