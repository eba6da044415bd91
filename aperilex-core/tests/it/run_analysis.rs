//! How runs end: well, badly, and later.

use std::time::Duration;

use aperilex_core::ports::{AnalystError, NewMessage, Priority};
use aperilex_core::{
    AnalysisResult, Answer, ClaimStatus, Claimed, Outcome, PartKind, TaskStatus, Tier,
};
use futures_executor::block_on;

use crate::world::{SENTENCE, World, draft};

const ANNUAL: &str = "0001999999-26-000007";

fn failure_code(outcome: Option<Outcome>) -> String {
    match outcome {
        Some(Outcome::Failed(failure) | Outcome::Retried(failure)) => failure.code,
        other => format!("{other:?}"),
    }
}

#[test]
fn a_run_tells_every_state_in_order() {
    let world = World::new();
    let account = world.account("watcher", Tier::Basic, "1");
    world.script();
    let task = world.submit(&account, ANNUAL);
    assert_eq!(world.work(), Some(Outcome::Completed));
    let events = block_on(world.engine.task_events(task.id, 0, 100)).unwrap();
    let states: Vec<String> = events
        .iter()
        .map(|e| format!("{} {}", e.status, e.progress))
        .collect();
    assert_eq!(
        states,
        [
            "pending initiated",
            "queued queued",
            "running queued",
            "running fetching",
            "running parsing",
            "running analyzing",
            "running verifying",
            "completed completed",
        ]
    );
    assert!(
        events
            .iter()
            .enumerate()
            .all(|(index, event)| event.seq == index as u64 + 1)
    );
}

#[test]
fn the_stored_result_holds_the_claim_and_its_proof() {
    let world = World::new();
    let account = world.account("reader", Tier::Basic, "1");
    world.script();
    world.submit(&account, ANNUAL);
    world.settle();
    let Answer::Analysis(record) = world.request(&account, ANNUAL).unwrap().answer else {
        panic!("pooled")
    };
    let bytes = block_on(world.engine.analysis_bytes(&record)).unwrap();
    let result = AnalysisResult::decode(&bytes).unwrap();
    let claim = &result.parts[&PartKind::Summary][0];
    assert_eq!(
        (claim.text.as_str(), claim.status),
        (SENTENCE, ClaimStatus::Verified)
    );
    let citation = &claim.citations[0];
    assert_eq!(
        (citation.item.as_deref(), citation.quote.as_str()),
        (Some("1A"), SENTENCE)
    );
    assert_eq!(result.certificate.rejected, 0);
}

#[test]
fn an_analyst_that_invents_is_not_believed_not_pooled_and_not_paid() {
    let world = World::new();
    let account = world.account("fooled", Tier::Basic, "1");
    for lie in [
        draft(
            "Sales doubled.",
            "Sales doubled in every single quarter of the year.",
        ),
        draft(
            "Net sales rose to $268.5 million.",
            "Net sales rose to $268.4 million because prices",
        ),
    ] {
        world.memory.analyst.answer(Ok(lie));
        let task = world.submit(&account, ANNUAL);
        assert_eq!(failure_code(world.work()), "below_quality_gate");
        assert_eq!(world.task(task.id).status, TaskStatus::Failed);
    }
    // Access was delivered, the analyses were not.
    assert_eq!(world.available(&account), "0.900000");
    world.check_ledger(&[&account]);
}

#[test]
fn a_passing_failure_is_tried_again_and_at_last_given_up() {
    let world = World::new();
    let account = world.account("patient", Tier::Basic, "1");
    let away = || AnalystError::Unavailable {
        source: "no answer".into(),
    };
    world.memory.analyst.answer(Err(away()));
    world.script();
    let task = world.submit(&account, ANNUAL);
    assert_eq!(failure_code(world.work()), "analyst_unavailable");
    assert!(!world.task(task.id).status.is_terminal());
    world.settle();
    assert_eq!(world.task(task.id).status, TaskStatus::Completed);

    let account = world.account("unlucky", Tier::Basic, "1");
    for _ in 0..3 {
        world.memory.analyst.answer(Err(away()));
    }
    let task = world.submit(&account, "0001999999-26-000011");
    world.settle();
    let failed = world.task(task.id);
    assert_eq!((failed.status, failed.attempts), (TaskStatus::Failed, 3));
    assert_eq!(failed.failure.unwrap().code, "analyst_unavailable");
    world.check_ledger(&[&account]);
}

#[test]
fn a_message_that_cannot_be_read_is_poison_and_a_newer_one_waits() {
    let world = World::new();
    for (body, expected) in [
        (&b"{"[..], "Poison"),
        (br#"{"schema_version": 99, "task_id": "x"}"#, "Leave"),
        (br#"{"schema_version": 1, "task_id": "018f4b6e-7d1c-7c3a-9b51-0d6f3a1e2b4c", "generation": 1}"#, "Settled"),
    ] {
        let message = NewMessage {
            body: body.to_vec(),
            dedup_id: format!("{body:?}"),
            priority: Priority::new(5),
            delay: Duration::ZERO,
        };
        let queue = &world.engine.ports().queue;
        block_on(queue.send(&message)).unwrap();
        let delivery = block_on(queue.receive(1, Duration::from_secs(30))).unwrap().remove(0);
        let claimed = block_on(world.engine.claim(&delivery)).unwrap();
        assert!(format!("{claimed:?}").starts_with(expected), "{claimed:?}");
    }
}

#[test]
fn a_second_delivery_of_a_finished_task_does_nothing() {
    let world = World::new();
    let account = world.account("doubled", Tier::Basic, "1");
    world.script();
    let task = world.submit(&account, ANNUAL);
    world.relay();
    let queue = &world.engine.ports().queue;
    let lease = Duration::from_secs(30);
    let delivery = block_on(queue.receive(1, lease)).unwrap().remove(0);
    let Claimed::Run(run) = block_on(world.engine.claim(&delivery)).unwrap() else {
        panic!("run")
    };
    let twice = block_on(world.engine.claim(&delivery)).unwrap();
    assert!(
        matches!(twice, Claimed::Leave(_)),
        "a running task is another's"
    );
    block_on(world.engine.run(&run)).unwrap();
    assert_eq!(
        block_on(world.engine.claim(&delivery)).unwrap(),
        Claimed::Settled
    );
    assert_eq!(world.task(task.id).attempts, 1);
    assert_eq!(world.available(&account), "0.880000");
}

#[test]
fn a_worker_that_lost_its_lease_writes_nothing() {
    let world = World::new();
    let account = world.account("zombie", Tier::Basic, "1");
    let task = world.submit(&account, ANNUAL);
    world.relay();
    let queue = &world.engine.ports().queue;
    let lease = world.engine.settings().timings.lease();
    let delivery = block_on(queue.receive(1, lease)).unwrap().remove(0);
    let Claimed::Run(stopped) = block_on(world.engine.claim(&delivery)).unwrap() else {
        panic!("run")
    };
    // It sleeps past its lease; another worker takes the task and finishes it.
    world.memory.clock.advance(lease + Duration::from_secs(1));
    world.script();
    assert_eq!(world.work(), Some(Outcome::Completed));
    world.script();
    assert_eq!(
        block_on(world.engine.run(&stopped)).unwrap(),
        Outcome::LeaseLost
    );
    assert!(block_on(world.engine.heartbeat(&stopped)).is_err());
    assert_eq!(world.task(task.id).status, TaskStatus::Completed);
    assert_eq!(world.available(&account), "0.880000");
    world.check_ledger(&[&account]);
}

#[test]
fn a_damaged_document_comes_from_the_source_again() {
    let world = World::new();
    let account = world.account("mender", Tier::Basic, "1");
    world.script();
    world.submit(&account, ANNUAL);
    world.settle();
    let digest = aperilex_core::Digest::of(crate::world::TEXT.as_bytes());
    assert!(world.memory.documents.damage(&digest));
    world.script();
    let mut other = crate::world::request(ANNUAL);
    other.template = aperilex_core::Template::Risk;
    let requested = block_on(world.engine.request_analysis(&account, &other)).unwrap();
    let Answer::Task(task) = requested.answer else {
        panic!("accepted");
    };
    world.settle();
    assert_eq!(world.task(task.id).status, TaskStatus::Completed);
    world.check_ledger(&[&account]);
}
