//! What operators do by the command line, and what the audit log says of it.

use std::path::Path;

use crate::ledger::tamper;
use crate::server::{aperilex, worlds};

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
    the_log_tells_of_it(data).await;
}

async fn the_log_tells_of_it(data: &Path) {
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

#[test]
fn usage_is_reported_by_day_and_week() {
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
    assert_eq!(run(data, &create).0, 0);
    let (code, daily) = run(data, &["usage", "report"]);
    assert_eq!(code, 0, "{daily}");
    assert!(daily.starts_with("usage from "), "{daily}");
    assert!(daily.contains("accounts by tier\n  basic\t1\n"), "{daily}");
    assert!(
        daily.contains("not told of fewer than five accounts"),
        "{daily}"
    );
    assert_eq!(run(data, &["usage", "report", "--daily"]), (0, daily));

    let (code, weekly) = run(data, &["usage", "report", "--weekly", "--format", "json"]);
    assert_eq!(code, 0, "{weekly}");
    let weekly: serde_json::Value = serde_json::from_str(&weekly).unwrap();
    assert_eq!(weekly["report"]["accounts"]["basic"], 1);
    assert_eq!(weekly["popular"], serde_json::json!([]));
    assert!(weekly["from"].as_str() < weekly["to"].as_str());
    assert_eq!(run(data, &["usage", "report", "--daily", "--weekly"]).0, 2);
}

/// An address that nobody listens on at the moment.
fn free_address() -> String {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().to_string()
}

#[tokio::test]
async fn a_running_server_is_measured_and_hears_of_a_suspension() {
    for world in worlds().await {
        let metrics = free_address();
        let world = world.set("API__METRICS_LISTEN", &metrics);
        let key = world.account("jo@example.com", "5.00");
        let server = world.serve(None);
        server.task(&key).await;
        assert_eq!(server.final_tasks(&key).await[0]["status"], "completed");

        let page = reqwest::get(format!("http://{metrics}/metrics"))
            .await
            .unwrap();
        let page = page.text().await.unwrap();
        for line in [
            "aperilex_requests_total{operation=\"requestAnalysis\",status=\"202\"} 1",
            "aperilex_quota_fallbacks_total 0",
            "aperilex_stores_up 1",
            "aperilex_tasks{status=\"completed\"} 1",
            "aperilex_open_holds 0",
            "aperilex_held_usd 0.000000",
            "aperilex_dead_letters 0",
        ] {
            assert!(
                page.lines().any(|it| it == line),
                "{}: {line}\n{page}",
                world.name()
            );
        }

        // The command line writes to the database alone; the server has just seen the key as good.
        let me = server.json(&key, "/api/v1/me").await;
        let account = me["account_id"].as_str().unwrap();
        let suspend = [
            "account",
            "suspend",
            "--account",
            account,
            "--reason",
            "a test",
        ];
        assert!(world.run(&suspend).status.success());
        let refused = server.ask(&key).await.unwrap();
        assert_eq!(refused.status(), 403, "{}", world.name());
        let problem: serde_json::Value = refused.json().await.unwrap();
        assert_eq!(problem["code"], "account-suspended");
        world.verify();
        let log = world.run(&["audit-log", "--verify"]);
        assert!(log.status.success(), "{}", world.name());
    }
}
