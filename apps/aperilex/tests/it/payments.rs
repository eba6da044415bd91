//! A payment, from the webhook of a running server to the account, and what operators do about events
//! that never came.

use std::time::{SystemTime, UNIX_EPOCH};

use hmac::{Hmac, KeyInit, Mac};
use reqwest::{Client, Response};
use serde_json::{Value, json};
use sha2::Sha256;

use crate::server::{Server, World, worlds};

const SECRET: &str = "9f1c5b7d3e8a4602b1d7c9e5f3a80614";

fn event(account: &str, id: &str, kind: &str, version: u64) -> Value {
    json!({"id": id, "type": kind, "payment": {"id": "pay_1", "version": version,
        "account_id": account, "amount_usd": "10.00", "currency": "usd"}})
}

/// Sends an event as its provider does.
async fn tell(server: &Server, event: &Value) -> Response {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    let (time, body) = (now.as_secs(), event.to_string());
    let mut mac = Hmac::<Sha256>::new_from_slice(SECRET.as_bytes()).unwrap();
    mac.update(format!("{time}.{body}").as_bytes());
    let digest = mac.finalize().into_bytes();
    let hex: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    let sent = Client::new()
        .post(server.url("/api/v1/webhooks/payments"))
        .header("content-type", "application/json")
        .header("payment-signature", format!("t={time},v1={hex}"))
        .body(body);
    sent.send().await.unwrap()
}

/// Runs `aperilex ledger` with these words; its exit code and what it says.
fn ledger(world: &World, words: &[&str]) -> (i32, String) {
    let output = world.run(&[&["ledger"], words].concat());
    let said = [output.stdout, output.stderr].concat();
    (
        output.status.code().unwrap(),
        String::from_utf8(said).unwrap(),
    )
}

#[tokio::test]
async fn payments_come_by_the_webhook_or_by_hand_and_each_once() {
    for world in worlds().await {
        let name = world.name();
        let world = world.set("PAYMENTS__WEBHOOK_SECRET", SECRET);
        let key = world.account("jo@example.com", "0");
        let server = world.serve(None);
        let me = server.json(&key, "/api/v1/me").await;
        let account = me["account_id"].as_str().unwrap();
        let balance = async || server.json(&key, "/api/v1/billing/balance").await;

        let paid = event(account, "evt_1", "payment.paid", 1);
        let told = tell(&server, &paid).await;
        assert_eq!(told.status(), 200, "{name}");
        let told: Value = told.json().await.unwrap();
        assert_eq!(told["outcome"], "credited", "{name}");
        assert_eq!(balance().await["available_usd"], "15.000000", "{name}");

        // By hand the same event is the same, and one that never came is taken in.
        let enter = |event: &Value| enter(&world, event);
        let again = "event evt_1 credited; it came before\n".to_owned();
        assert_eq!(enter(&paid), (0, again), "{name}");
        let reversed = event(account, "evt_2", "payment.reversed", 2);
        let done = "event evt_2 reversed\n".to_owned();
        assert_eq!(enter(&reversed), (0, done), "{name}");
        assert_eq!(balance().await["available_usd"], "5.000000", "{name}");
        let late: Value = tell(&server, &reversed).await.json().await.unwrap();
        assert_eq!(
            late,
            json!({"outcome": "reversed", "repeated": true}),
            "{name}"
        );
        let (_, funds) = ledger(&world, &["balance", "--account", account]);
        assert!(funds.ends_with("owed\t0.000000\n"), "{name}: {funds}");

        what_makes_no_sense_is_not_kept(&world, account);
        what_was_entered_is_noted_once(&world);
        world.verify();
    }
}

fn enter(world: &World, event: &Value) -> (i32, String) {
    let path = world.data_dir().join("event.json");
    std::fs::write(&path, event.to_string()).unwrap();
    ledger(world, &["payment", path.to_str().unwrap()])
}

/// It is refused with the reason, and bars nothing that is right.
fn what_makes_no_sense_is_not_kept(world: &World, account: &str) {
    let name = world.name();
    let nobody = "00000000-0000-7000-8000-000000000000";
    let event = |account, id, kind| event(account, id, kind, 1);
    for (odd, reason) in [
        (
            event("nobody", "evt_3", "payment.paid"),
            "the account's id is not one",
        ),
        (
            event(account, "evt_3", "payment.dreamt"),
            "the type of the event is unknown",
        ),
        (event(nobody, "evt_3", "payment.paid"), "nothing was kept"),
        (json!({"id": ""}), "visible ASCII"),
    ] {
        let (ended, said) = enter(world, &odd);
        assert!(ended == 2 && said.contains(reason), "{name}: {said}");
    }
    assert_eq!(ledger(world, &["payment", "/nonexistent"]).0, 3, "{name}");
    let (_, list) = ledger(world, &["payments"]);
    let list = list.lines().skip(1).map(|line| line.split('\t').nth(1));
    assert_eq!(
        list.collect::<Vec<_>>(),
        [Some("evt_2"), Some("evt_1")],
        "{name}"
    );
}

fn what_was_entered_is_noted_once(world: &World) {
    let name = world.name();
    let log = world.run(&["audit-log", "--limit", "2", "--format", "json"]);
    let log: Value = serde_json::from_slice(&log.stdout).unwrap();
    assert_eq!(log[0]["action"], "payment.record", "{name}: {log}");
    assert_eq!(log[0]["detail"]["event"], "evt_2", "{name}");
    assert_eq!(log[1]["action"], "account.create", "{name}");
}

#[tokio::test]
async fn without_a_secret_the_webhook_takes_nothing() {
    let world = World::new(None);
    let server = world.serve(None);
    let told = tell(&server, &event("nobody", "evt_1", "payment.paid", 1)).await;
    assert_eq!(told.status(), 404);
    let problem: Value = told.json().await.unwrap();
    let detail = problem["detail"].as_str().unwrap();
    assert!(detail.contains("payments.webhook_secret"), "{detail}");
}
