//! What operators do by the command line, and what the audit log says of it.

use std::path::Path;

use crate::ledger::tamper;
use crate::server::aperilex;

fn run(data: &Path, words: &[&str]) -> (i32, String) {
    let data = ["--data-dir", data.to_str().unwrap()];
    let output = aperilex(&[words, &data].concat());
    let said = String::from_utf8(output.stdout).unwrap();
    (output.status.code().unwrap(), said)
}

#[tokio::test]
async fn what_operators_do_is_in_the_audit_log() {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path();
    let create = [
        "account",
        "create",
        "--email",
        "jo@example.com",
        "--tier",
        "basic",
    ];
    let (code, made) = run(data, &create);
    assert_eq!(code, 0, "{made}");
    let account = made.split_whitespace().nth(1).unwrap().to_owned();
    let change = |verb: &str, more: &[&str]| {
        let words = [
            "account",
            verb,
            "--account",
            account.as_str(),
            "--reason",
            "a test",
        ];
        run(data, &[&words[..], more].concat())
    };
    let (code, said) = change("suspend", &[]);
    assert_eq!(
        (code, said.contains("status suspended")),
        (0, true),
        "{said}"
    );
    let (_, list) = run(data, &["account", "list"]);
    assert!(list.contains("\tsuspended\t"), "{list}");
    assert!(change("restore", &[]).1.contains("status active"));
    assert!(
        change("role", &["--role", "admin"])
            .1
            .contains("role admin")
    );
    let nobody = "018f4b6e-7d1c-7c3a-9b51-0d6f3a1e2b4c";
    let unknown = ["account", "suspend", "--account", nobody, "--reason", "x"];
    assert_eq!(run(data, &unknown).0, 3);
    let top_up = [
        "ledger",
        "top-up",
        "--account",
        &account,
        "--usd",
        "10",
        "--key",
        "invoice 1",
    ];
    for _ in 0..2 {
        assert_eq!(run(data, &top_up).0, 0);
    }

    assert_eq!(
        run(data, &["dead-letters", "list"]),
        (0, "letter\tdied\ttask\treason\n".to_owned())
    );
    assert_eq!(run(data, &["dead-letters", "redrive", "7"]).0, 3);

    let (code, log) = run(data, &["audit-log"]);
    assert_eq!(code, 0);
    let actions: Vec<_> = log
        .lines()
        .skip(1)
        .map(|line| line.split('\t').nth(3).unwrap())
        .collect();
    assert_eq!(
        actions,
        [
            "dead_letter.redrive",
            "credits.top_up",
            "account.role",
            "account.restore",
            "account.suspend"
        ],
        "the newest first, and what was repeated once"
    );
    let (_, log) = run(data, &["audit-log", "--limit", "2", "--format", "json"]);
    let log: serde_json::Value = serde_json::from_str(&log).unwrap();
    assert_eq!(log.as_array().unwrap().len(), 2);
    assert_eq!(log[1]["actor"], "operator");
    assert_eq!(log[1]["detail"]["amount_usd"], "10.000000");
    assert_eq!(run(data, &["audit-log", "--verify"]).0, 0);

    let change = "UPDATE audit_entry SET action = 'account.restore' WHERE seq = 1";
    tamper(data, &["DROP TRIGGER audit_entry_update", change]).await;
    let (code, said) = run(data, &["audit-log", "--verify"]);
    assert_eq!(code, 1, "{said}");
    assert!(said.contains("A1 audit entry 1: its stored hash"), "{said}");
}
