//! What operators do by the command line, and what the audit log says of it.

use crate::ledger::tamper;
use crate::run::Data;
use crate::server::worlds;

#[tokio::test]
async fn what_operators_do_is_in_the_audit_log() {
    let data = Data::new();
    let account = data.account("basic");
    let change = |verb: &str, more: &str| {
        data.done(&format!(
            "account {verb} --account {account} --reason 'a test' {more}"
        ))
    };
    let said = change("suspend", "");
    assert!(said.contains("status suspended"), "{said}");
    let list = data.done("account list");
    assert!(list.contains("\tsuspended\t"), "{list}");
    assert!(change("restore", "").contains("status active"));
    assert!(change("role", "--role admin").contains("role admin"));
    let nobody = "018f4b6e-7d1c-7c3a-9b51-0d6f3a1e2b4c";
    let unknown = data.run(&format!("account suspend --account {nobody} --reason x"));
    assert_eq!(unknown.code, 3);
    for _ in 0..2 {
        data.done(&format!(
            "ledger top-up --account {account} --usd 10 --key 'invoice 1'"
        ));
    }
    let letters = data.done("dead-letters list");
    assert_eq!(letters, "letter\tdied\ttask\treason\n");
    assert_eq!(data.run("dead-letters redrive 7").code, 3);

    let key = data.run(&format!("account key new --account {account} --scope read"));
    let key = key.field("key ");
    for _ in 0..2 {
        data.done(&format!(
            "account key revoke --account {account} --key {key}"
        ));
    }
    let damage = "UPDATE account SET posted = posted + 7";
    tamper(data.path(), &[damage]).await;
    for _ in 0..2 {
        data.done(&format!("ledger rebuild --account {account} --write"));
    }
    for _ in 0..2 {
        data.done(&format!("account close --account {account}"));
    }
    the_log_tells_of_it(&data, &key).await;
}

async fn the_log_tells_of_it(data: &Data, key: &str) {
    let log = data.done("audit-log");
    let actions: Vec<_> = log
        .lines()
        .skip(1)
        .map(|line| line.split('\t').nth(3).unwrap())
        .collect();
    assert_eq!(
        actions,
        [
            "account.close",
            "books.rebuild",
            "key.revoke",
            "key.create",
            "dead_letter.redrive",
            "credits.top_up",
            "account.role",
            "account.restore",
            "account.suspend",
            "account.create",
        ],
        "the newest first, and what was repeated once"
    );
    assert!(!log.contains('@'), "no address is in what is never changed");
    let log = data.done("audit-log --limit 6 --format json");
    let log: serde_json::Value = serde_json::from_str(&log).unwrap();
    assert_eq!(log.as_array().unwrap().len(), 6);
    for entry in log.as_array().unwrap() {
        assert_eq!(entry["actor"], "operator", "{entry}");
    }
    let differed = log[1]["detail"]["differed"][0].as_str().unwrap();
    assert!(
        differed.starts_with("balance: by the journal 10.000000"),
        "{differed}"
    );
    assert_eq!(log[2]["detail"]["key"], key);
    assert_eq!(log[3]["detail"]["scopes"], "read");
    assert_eq!(log[5]["detail"]["amount_usd"], "10.000000");
    data.done("audit-log --verify");

    let change = "UPDATE audit_entry SET action = 'account.restore' WHERE seq = 2";
    tamper(data.path(), &["DROP TRIGGER audit_entry_update", change]).await;
    let said = data.run("audit-log --verify");
    assert_eq!(said.code, 1, "{said:?}");
    assert!(
        said.out.contains("A1 audit entry 2: its stored hash"),
        "{said:?}"
    );
}

#[test]
fn usage_is_reported_by_day_and_week() {
    let data = Data::new();
    data.account("basic");
    let daily = data.done("usage report");
    assert!(daily.starts_with("usage from "), "{daily}");
    assert!(daily.contains("accounts by tier\n  basic\t1\n"), "{daily}");
    assert!(
        daily.contains("not told of fewer than five accounts"),
        "{daily}"
    );
    assert_eq!(data.done("usage report --daily"), daily);

    let weekly = data.done("usage report --weekly --format json");
    let weekly: serde_json::Value = serde_json::from_str(&weekly).unwrap();
    assert_eq!(weekly["report"]["accounts"]["basic"], 1);
    assert_eq!(weekly["popular"], serde_json::json!([]));
    assert!(weekly["from"].as_str() < weekly["to"].as_str());
    assert_eq!(data.run("usage report --daily --weekly").code, 2);
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
