//! The simulator as it is used: a few schedules hold, a planted bug is found, a seed plays the same again.

use std::process::{Command, Output};

fn sim(arguments: &[&str]) -> std::io::Result<Output> {
    let mut command = Command::new(env!("CARGO_BIN_EXE_aperilex-sim"));
    command.args(arguments).output()
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

#[test]
fn schedules_hold_in_memory_and_on_sqlite() {
    for (store, schedules) in [("memory", "100"), ("sqlite", "3")] {
        let output = sim(&["--schedules", schedules, "--store", store]).unwrap();
        assert!(output.status.success(), "{}", said(&output));
        assert!(said(&output).contains("no breach"));
        // The first of every twenty is played a second time.
        let twice = if store == "memory" { 5 } else { 1 };
        let twice = format!(" {twice} played twice alike");
        assert!(said(&output).contains(&twice), "{}", said(&output));
    }
}

#[test]
fn a_planted_bug_is_found_and_named() {
    let output = sim(&["--schedules", "20", "--bug", "completes-without-charge"]).unwrap();
    assert!(output.status.success(), "{}", said(&output));
    assert!(said(&output).contains("I6 "), "{}", said(&output));
    let unknown = sim(&["--bug", "nothing"]).unwrap();
    assert_eq!(unknown.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&unknown.stderr).contains("overdraws, "));
}

#[test]
fn schedules_come_to_grants_withdrawals_imports_and_reset_days() {
    for (bug, said_of_it) in [
        (
            "keeps-late-credits",
            "its time has passed, and it can be spent",
        ),
        ("withdraws-for-nothing", "withdrawn, and "),
        ("imports-for-nothing", "neither paid nor waived"),
    ] {
        let output = sim(&["--schedules", "1500", "--bug", bug]).unwrap();
        assert!(output.status.success(), "{}", said(&output));
        assert!(said(&output).contains(said_of_it), "{}", said(&output));
    }
}

#[test]
fn a_seed_plays_the_same_again() {
    let play = || {
        let output = sim(&["--schedules", "20", "--seed", "7"]).unwrap();
        let text = said(&output);
        // Behind the time it took.
        text.split_once(" s: ").unwrap().1.to_owned()
    };
    assert_eq!(play(), play());
}
