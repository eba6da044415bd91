//! Every call of every port that changes something fails, or loses its reply, once; and then again
//! at every later call. Whatever happens, every task ends and the ledger adds up.

use aperilex_core::{Answer, TaskStatus, Tier};
use futures_executor::block_on;

use crate::world::{SENTENCE, World, draft, request};

const ANNUAL: &str = "0001999999-26-000007";

/// What a run calls after it was accepted.
const METHODS: &[&str] = &[
    "outbox.next_batch",
    "outbox.mark_sent",
    "queue.send",
    "queue.receive",
    "queue.acknowledge",
    "tasks.mark_queued",
    "tasks.claim",
    "tasks.advance",
    "filings.get",
    "filings.mark_stored",
    "source.fetch",
    "documents.put",
    "documents.get",
    "settlement.deliver_filing",
    "settlement.complete",
    "settlement.retry",
    "settlement.abandon",
    "analyst.analyse",
    "events.publish",
    "tasks.stale",
    "tasks.touch",
    "ledger.expire",
];

fn survives(method: &str, nth: u32, lose_reply: bool) {
    let place = format!("{method} #{nth}, reply lost: {lose_reply}");
    let world = World::new();
    let (one, two) = (
        world.account("one", Tier::Basic, "1"),
        world.account("two", Tier::Basic, "1"),
    );
    for _ in 0..5 {
        world.memory.analyst.answer(Ok(draft(SENTENCE, SENTENCE)));
    }
    let (led, followed) = (world.submit(&one, ANNUAL), world.submit(&two, ANNUAL));
    if lose_reply {
        world.memory.faults.lose_reply_nth(method, nth);
    } else {
        world.memory.faults.fail_nth(method, nth);
    }
    world.settle();
    world.memory.faults.clear();
    world.settle();
    for task in [world.task(led.id), world.task(followed.id)] {
        assert!(task.status.is_terminal(), "{place}: {}", task.status);
    }
    world.check_ledger(&[&one, &two]);
    let completed = world.task(led.id).status == TaskStatus::Completed;
    let paid = if completed { "0.880000" } else { "0.900000" };
    let untouched = "1.000000".to_owned();
    let spent = world.available(&one);
    assert!(
        spent == paid || (!completed && spent == untouched),
        "{place}: {spent}"
    );
    assert!(completed, "{place}: one fault is no reason to give up");
}

#[test]
fn one_failed_call_anywhere_costs_nobody_anything() {
    for method in METHODS {
        for nth in 1..=6 {
            survives(method, nth, false);
        }
    }
}

#[test]
fn one_lost_reply_anywhere_is_as_if_it_had_come() {
    for method in METHODS {
        for nth in 1..=6 {
            survives(method, nth, true);
        }
    }
}

#[test]
fn a_lost_reply_to_a_request_charges_once() {
    for method in ["filings.register", "settlement.submit"] {
        let world = World::new();
        let account = world.account("unsure", Tier::Basic, "1");
        world.memory.faults.lose_reply_next(method);
        let mut asked = request(ANNUAL);
        asked.idempotency_key = Some("again".to_owned());
        assert!(block_on(world.engine.request_analysis(&account, &asked)).is_err());
        let again = block_on(world.engine.request_analysis(&account, &asked)).unwrap();
        let Answer::Task(task) = again.answer else {
            panic!("accepted");
        };
        world.script();
        world.settle();
        assert_eq!(world.task(task.id).status, TaskStatus::Completed);
        assert_eq!(
            block_on(world.engine.tasks(&account, None, 10))
                .unwrap()
                .len(),
            1
        );
        assert_eq!(world.available(&account), "0.880000", "{method}");
        world.check_ledger(&[&account]);
    }
}
