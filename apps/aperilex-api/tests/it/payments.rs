//! Events of payments, rows B79 to B84 of the matrix of bad input, and what is owed.

use std::sync::Arc;

use aperilex_api::{ApiSettings, WebhookSecret};
use aperilex_core::UserId;
use aperilex_core::ports::{
    OddEvent, PaymentStore, Ports, RecordPayment, RecordedEvent, StoreError, StoredEvent,
};
use async_trait::async_trait;
use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};
use sha2::Sha256;
use tokio::sync::Semaphore;

use crate::world::{Answer, World, begin, body, call, settings};

const PATH: &str = "/api/v1/webhooks/payments";
const SECRET: &str = "the provider's secret, agreed on by hand";

/// Payments are taken.
pub(crate) fn taking() -> ApiSettings {
    ApiSettings {
        payment_secret: WebhookSecret::new(SECRET.into()),
        ..ApiSettings::default()
    }
}

pub(crate) async fn world() -> World {
    World::with(|_| {}, settings(), taking()).await
}

fn signature(secret: &str, time: &str, bytes: &[u8]) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).unwrap();
    mac.update(time.as_bytes());
    mac.update(b".");
    mac.update(bytes);
    let digest = mac.finalize().into_bytes();
    let hex: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    format!("t={time},v1={hex}")
}

async fn send(world: &World, bytes: &[u8], signature: Option<&str>) -> Answer {
    let call = call("POST", PATH).header("content-type", "application/json");
    let call = match signature {
        Some(signature) => call.header("payment-signature", signature),
        None => call,
    };
    world.send(call.body(bytes.to_vec())).await
}

/// What the provider puts beside an event.
pub(crate) fn signed(event: &Value) -> String {
    let time = begin().as_second().to_string();
    signature(SECRET, &time, event.to_string().as_bytes())
}

/// As the provider does it.
pub(crate) async fn tell(world: &World, event: &Value) -> Answer {
    send(world, event.to_string().as_bytes(), Some(&signed(event))).await
}

async fn me(world: &World) -> UserId {
    let me = world.get("/api/v1/me").await.json();
    me["account_id"].as_str().unwrap().parse().unwrap()
}

pub(crate) async fn event(world: &World, id: &str, kind: &str, version: u64) -> Value {
    json!({"id": id, "type": kind, "payment": {
        "id": "pay_1", "version": version, "account_id": me(world).await.to_string(),
        "amount_usd": "10.00", "currency": "usd"}})
}

async fn available(world: &World) -> String {
    let me = world.get("/api/v1/me").await.json();
    me["balance"]["available_usd"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn b79_what_is_not_signed_with_the_secret_is_refused() {
    let world = world().await;
    let event = event(&world, "evt_1", "payment.paid", 1).await;
    let (bytes, time) = (event.to_string(), begin().as_second().to_string());
    let right = signature(SECRET, &time, bytes.as_bytes());
    let wrong = signature(
        "another secret that is long enough as well",
        &time,
        bytes.as_bytes(),
    );
    let again = serde_json::to_string_pretty(&event).unwrap();
    for (what, bytes, signature) in [
        ("none", bytes.as_str(), None),
        ("empty", &bytes, Some("")),
        ("wrong secret", &bytes, Some(wrong.as_str())),
        ("serialised anew", &again, Some(&right)),
        ("no JSON at all", "}", Some(&right)),
    ] {
        let answer = send(&world, bytes.as_bytes(), signature).await;
        assert_eq!(answer.status, 400, "{what}");
        assert_eq!(answer.problem(), "bad-signature", "{what}");
    }
    assert_eq!(available(&world).await, "5.000000");
    assert!(world.engine.payment_events(9).await.unwrap().is_empty());
    assert_eq!(
        send(&world, bytes.as_bytes(), Some(&right)).await.status,
        200
    );
    assert_eq!(available(&world).await, "15.000000");
}

#[tokio::test]
async fn b80_what_was_not_signed_just_now_is_refused() {
    let world = world().await;
    let event = event(&world, "evt_1", "payment.paid", 1).await.to_string();
    let now = begin().as_second();
    for time in [
        (now - 6 * 60).to_string(),
        (now + 6 * 60).to_string(),
        "NaN".to_owned(),
        String::new(),
        format!("{now}.5"),
    ] {
        let signature = signature(SECRET, &time, event.as_bytes());
        let answer = send(&world, event.as_bytes(), Some(&signature)).await;
        assert_eq!(answer.problem(), "bad-signature", "{time}");
    }
    let signature = signature(SECRET, &now.to_string(), event.as_bytes());
    let (_, v1) = signature.split_once(',').unwrap();
    let answer = send(&world, event.as_bytes(), Some(v1)).await;
    assert_eq!(answer.problem(), "bad-signature", "no time");
    assert_eq!(available(&world).await, "5.000000");
}

#[tokio::test]
async fn b81_the_same_event_ten_times_at_once_credits_once() {
    let world = world().await;
    let event = event(&world, "evt_1", "payment.paid", 1).await;
    let answers = futures_util::future::join_all((0..10).map(|_| tell(&world, &event))).await;
    let fresh = answers
        .iter()
        .filter(|answer| answer.json()["repeated"] == false);
    assert_eq!(fresh.count(), 1);
    for answer in &answers {
        assert_eq!(
            (answer.status.as_u16(), &answer.json()["outcome"]),
            (200, &json!("credited"))
        );
    }
    assert_eq!(available(&world).await, "15.000000");
}

#[tokio::test]
async fn b82_events_out_of_order_end_where_the_newest_says() {
    let world = world().await;
    for (id, kind, version, outcome, left) in [
        ("evt_2", "payment.reversed", 2, "unchanged", "5.000000"),
        ("evt_1", "payment.paid", 1, "stale", "5.000000"),
        ("evt_4", "payment.paid", 4, "credited", "15.000000"),
        ("evt_3", "payment.reversed", 3, "stale", "15.000000"),
        ("evt_5", "payment.reversed", 5, "reversed", "5.000000"),
    ] {
        let event = event(&world, id, kind, version).await;
        assert_eq!(
            tell(&world, &event).await.json()["outcome"],
            outcome,
            "{id}"
        );
        assert_eq!(available(&world).await, left, "{id}");
    }
}

#[tokio::test]
async fn b83_what_is_odd_is_kept_and_credits_nobody() {
    let world = world().await;
    let good = event(&world, "evt_1", "payment.paid", 1).await;
    let odd = [
        ("/type", json!("payment.dreamt")),
        ("/payment/amount_usd", json!("0")),
        ("/payment/amount_usd", json!("-5.00")),
        ("/payment/currency", json!("eur")),
        (
            "/payment/account_id",
            json!("019b76da-a800-7000-8000-0000000000ff"),
        ),
        ("/payment/account_id", json!("nobody")),
        ("/payment", json!(null)),
    ];
    for (n, (pointer, value)) in odd.iter().enumerate() {
        let mut event = good.clone();
        event["id"] = format!("odd_{n}").into();
        *event.pointer_mut(pointer).unwrap() = value.clone();
        let answer = tell(&world, &event).await;
        assert_eq!(answer.status, 200, "{event}");
        assert_eq!(answer.json()["outcome"], "odd", "{event}");
        assert!(answer.json()["reason"].is_string(), "{event}");
        let again = tell(&world, &event).await.json();
        assert_eq!(
            (&again["outcome"], &again["repeated"]),
            (&json!("odd"), &json!(true))
        );
    }
    assert_eq!(
        world.engine.payment_events(99).await.unwrap().len(),
        odd.len()
    );
    assert_eq!(available(&world).await, "5.000000");
    for unreadable in [json!({}), json!([]), json!({"id": 7}), json!({"id": ""})] {
        let answer = tell(&world, &unreadable).await;
        assert!(answer.status.is_client_error(), "{unreadable}");
    }
}

#[tokio::test]
async fn b84_a_body_beyond_the_limit_is_refused() {
    let world = world().await;
    let mut large = event(&world, "evt_1", "payment.paid", 1).await;
    large["note"] = "x".repeat(1_000_000).into();
    let answer = tell(&world, &large).await;
    assert_eq!(answer.status, 413);
    assert_eq!(answer.problem(), "body-too-large");
}

/// Payments that are not written before somebody lets them.
#[derive(Debug)]
struct Slow {
    inner: Arc<dyn PaymentStore>,
    gate: Arc<Semaphore>,
}

#[async_trait]
impl PaymentStore for Slow {
    async fn record(&self, command: &RecordPayment) -> Result<RecordedEvent, StoreError> {
        let _turn = self.gate.acquire().await;
        self.inner.record(command).await
    }

    async fn note(&self, event: &OddEvent) -> Result<RecordedEvent, StoreError> {
        self.inner.note(event).await
    }

    async fn events(&self, limit: usize) -> Result<Vec<StoredEvent>, StoreError> {
        self.inner.events(limit).await
    }
}

#[tokio::test]
async fn b84_more_events_at_a_time_than_can_be_kept_are_sent_again() {
    let gate = Arc::new(Semaphore::new(0));
    let slow = |ports: &mut Ports| {
        let inner = ports.stores.payments.clone();
        let gate = gate.clone();
        ports.stores.payments = Arc::new(Slow { inner, gate });
    };
    let world = World::with(slow, settings(), taking()).await;
    let mut events = Vec::new();
    for n in 0..40 {
        let mut event = event(&world, &format!("evt_{n}"), "payment.paid", 1).await;
        event["payment"]["id"] = format!("pay_{n}").into();
        events.push(event);
    }
    let all = futures_util::future::join_all(events.iter().map(|event| tell(&world, event)));
    let open = async {
        // By now all of them have come.
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        gate.add_permits(1);
    };
    let (answers, ()) = tokio::join!(all, open);
    let mut again = 0;
    for (answer, event) in answers.iter().zip(&events) {
        if answer.status == 200 {
            continue;
        }
        assert_eq!(
            (answer.status.as_u16(), answer.problem().as_str()),
            (429, "quota-exceeded")
        );
        assert_eq!(answer.header("retry-after"), "1");
        assert_eq!(tell(&world, event).await.status, 200);
        again += 1;
    }
    assert_eq!(again, 8, "32 wait at a time");
    assert_eq!(available(&world).await, "405.000000", "each once");
}

#[tokio::test]
async fn without_a_secret_no_events_are_taken() {
    let world = World::new().await;
    let event = event(&world, "evt_1", "payment.paid", 1).await;
    assert_eq!(tell(&world, &event).await.problem(), "not-found");
    assert_eq!(available(&world).await, "5.000000");
}

#[tokio::test]
async fn who_owes_is_told_how_much_and_the_next_top_up_settles_it() {
    let world = world().await;
    tell(&world, &event(&world, "evt_1", "payment.paid", 1).await).await;
    world.analysed().await;
    assert_eq!(available(&world).await, "14.935000");
    // All but what was spent came from elsewhere: it goes too, and the rest is owed.
    let user = me(&world).await;
    let ledger = &world.engine.ports().stores.ledger;
    let rest = aperilex_core::ports::PostEntry {
        id: aperilex_core::EntryId::from_uuid(uuid::Uuid::from_u128(77)),
        user,
        kind: aperilex_core::EntryKind::Adjustment,
        amount: "-14.90".parse().unwrap(),
        key: "correction".into(),
        expires_at: None,
        description: "a correction".into(),
        now: begin(),
    };
    ledger.post(&rest).await.unwrap();
    let back = tell(&world, &event(&world, "evt_2", "payment.reversed", 2).await).await;
    assert_eq!(back.json()["outcome"], "reversed");
    assert_eq!(available(&world).await, "0.000000", "never negative");
    let mut other = body();
    other["template"] = "risk".into();
    let refused = world
        .ask(call("POST", "/api/v1/analyses").json(&other))
        .await;
    assert_eq!(
        (refused.status.as_u16(), refused.problem().as_str()),
        (402, "past-due")
    );
    assert_eq!(refused.json()["needed_usd"], "9.965000");
    assert_eq!(refused.json()["owed_usd"], "9.965000");
    let balance = world.get("/api/v1/billing/balance").await.json();
    assert_eq!(balance["owed_usd"], "9.965000");
    let shown = world.get("/api/v1/me").await.json();
    assert_eq!(shown["balance"], balance);
    let path = format!("/api/v1/admin/accounts/{user}");
    let boss = world.administrator("boss").await;
    let seen = world.send(call("GET", path).key(&boss)).await.json();
    assert_eq!(seen["balance"], balance, "administrators see it too");
    let mut second = event(&world, "evt_3", "payment.paid", 1).await;
    second["payment"]["id"] = "pay_2".into();
    tell(&world, &second).await;
    assert_eq!(available(&world).await, "0.035000");
    let balance = world.get("/api/v1/billing/balance").await.json();
    assert_eq!(balance["owed_usd"], "0.000000");
    let accepted = world
        .ask(call("POST", "/api/v1/analyses").json(&other))
        .await;
    assert_eq!(accepted.status, 202, "{:?}", accepted.json());
}
