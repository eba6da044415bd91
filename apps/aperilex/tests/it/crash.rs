//! `kill -9` at every labelled step: started again, every task ends and the ledger adds up.

use aperilex_core::Step;

use crate::server::{World, worlds};

async fn dies_and_recovers(world: World, step: Step) {
    let place = format!("{} at {}", world.name(), step.label());
    let key = world.account("crash@example.com", "1.00");
    let mut server = world.serve(Some(step.label()));
    // The answer may or may not arrive before the end; what was accepted must be finished.
    let accepted = server
        .ask(&key)
        .await
        .is_ok_and(|response| response.status().is_success());
    server.wait_for_death().await;
    drop(server);
    let server = world.serve(None);
    let tasks = server.final_tasks(&key).await;
    assert!(!accepted || tasks.len() == 1, "{place}: {tasks:?}");
    for task in &tasks {
        assert_eq!(task["status"], "completed", "{place}: {task}");
    }
    let charges = server.check_ledger(&key).await;
    let expected = [
        ("filing_import".to_owned(), -100_000),
        ("analysis".to_owned(), -20_000),
    ];
    let mut charged = charges.clone();
    charged.sort_by_key(|(_, amount)| *amount);
    if !tasks.is_empty() {
        assert_eq!(charged, expected, "{place}");
    }
    // The result is there, and asking again is free.
    let again = server.ask(&key).await.unwrap();
    assert_eq!(again.status(), 200, "{place}");
    assert_eq!(server.check_ledger(&key).await, charges, "{place}");
}

/// Half of the steps, so that two processes can share them.
async fn at_steps(parity: usize) {
    for (index, step) in Step::ALL.iter().enumerate() {
        if index % 2 == parity {
            for world in worlds().await {
                dies_and_recovers(world, *step).await;
            }
        }
    }
}

#[tokio::test]
async fn a_server_killed_at_any_even_step_finishes_its_work_when_started_again() {
    at_steps(0).await;
}

#[tokio::test]
async fn a_server_killed_at_any_odd_step_finishes_its_work_when_started_again() {
    at_steps(1).await;
}
