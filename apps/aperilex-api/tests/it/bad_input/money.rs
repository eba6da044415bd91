//! What is paid: keys of requests, credits, plans, limits, and what is withdrawn.

use std::time::Duration;

use aperilex_api::ApiSettings;
use aperilex_core::{Companies, Tier};
use serde_json::json;

use super::{ANALYSES, filing, refused, told};
use crate::world::{Answer, World, body, call, settings};

async fn balance(world: &World, key: &str) -> (String, String) {
    let me = world.send(call("GET", "/api/v1/me").key(key)).await.json();
    let text = |name: &str| me["balance"][name].as_str().unwrap().to_owned();
    (text("available_usd"), text("held_usd"))
}

fn amounts(available: &str, held: &str) -> (String, String) {
    (available.to_owned(), held.to_owned())
}

#[tokio::test]
async fn b23_without_a_key_who_asks_again_joins_their_own_task() {
    let world = World::new().await;
    let first = world.request(&world.key).await;
    assert_eq!(first.status, 202);
    for _ in 0..3 {
        let again = world.request(&world.key).await;
        assert_eq!(again.status, 202);
        assert_eq!(again.json()["task_id"], first.json()["task_id"]);
    }
    let held = amounts("4.935000", "0.065000");
    assert_eq!(balance(&world, &world.key).await, held, "set aside once");
    let all = world.get("/api/v1/tasks").await.json();
    assert_eq!(all["items"].as_array().unwrap().len(), 1);
    let risk = world.ask(filing(r#","template":"risk""#)).await;
    assert_ne!(
        risk.json()["task_id"],
        first.json()["task_id"],
        "another wish"
    );
}

#[tokio::test]
async fn b24_keys_of_requests_that_are_none() {
    let keyed = |key: &str| filing("").header("idempotency-key", key);
    let bad = |key: &str| (keyed(key), 400, "bad-idempotency-key");
    let (long, most) = ("x".repeat(256), "x".repeat(255));
    let twice = keyed("a").header("idempotency-key", "a");
    let mut rows: Vec<_> = ["", " ", "a b", "ä", "ключ", "a\tb", &long].map(bad).into();
    rows.push((twice, 400, "bad-idempotency-key"));
    refused(rows).await;
    assert_eq!(World::new().await.ask(keyed(&most)).await.status, 202);
}

#[tokio::test]
async fn b25_a_key_is_for_one_request_of_one_account() {
    let world = World::new().await;
    let keyed = |rest: &str| filing(rest).header("idempotency-key", "k");
    let first = world.ask(keyed("")).await;
    assert_eq!(first.status, 202);
    let again = world.ask(keyed("")).await;
    assert_eq!(again.json()["task_id"], first.json()["task_id"]);
    for rest in [
        r#","template":"risk""#,
        r#","max_price_usd":"1""#,
        r#","refresh":true"#,
    ] {
        let other = world.ask(keyed(rest)).await;
        assert_eq!(
            told(&other),
            (422, "idempotency-mismatch".to_owned()),
            "{rest}"
        );
    }
    let second = world.account("second", Tier::Professional, 1_000_000).await;
    let theirs = world.send(keyed("").key(&second)).await;
    assert_eq!(theirs.status, 202);
    assert_ne!(theirs.json()["task_id"], first.json()["task_id"]);
}

#[tokio::test]
async fn b27_credits_that_do_not_suffice() {
    let world = World::new().await;
    let short = |answer: &Answer| {
        let problem = answer.json();
        let text = |name: &str| problem[name].as_str().unwrap().to_owned();
        (text("needed_usd"), text("available_usd"))
    };
    for (name, credit, available) in [
        ("none", 0, "0.000000"),
        ("little", 20_000, "0.020000"),
        ("access_alone", 50_000, "0.050000"),
        ("all_but_one", 64_999, "0.064999"),
    ] {
        let key = world.account(name, Tier::Professional, credit).await;
        let answer = world.request(&key).await;
        assert_eq!(
            told(&answer),
            (402, "insufficient-credits".to_owned()),
            "{name}"
        );
        assert_eq!(short(&answer), amounts("0.065000", available), "{name}");
        assert_eq!(
            balance(&world, &key).await,
            amounts(available, "0.000000"),
            "{name}"
        );
    }
    // What is held is not there for the next.
    let key = world.account("held", Tier::Professional, 79_999).await;
    assert_eq!(world.request(&key).await.status, 202);
    let next = call("POST", ANALYSES).key(&key);
    let next = world
        .send(next.json(&json!({"filing": body()["filing"], "template": "risk"})))
        .await;
    assert_eq!(told(&next), (402, "insufficient-credits".to_owned()));
    assert_eq!(short(&next).1, "0.014999");
    assert_eq!(balance(&world, &key).await, amounts("0.014999", "0.065000"));
}

#[tokio::test]
async fn b28_filings_that_a_plan_does_not_cover() {
    let mut settings = settings();
    let plans = &mut settings.plans;
    plans.basic.companies = Companies::All;
    plans.demo.companies = Companies::Small;
    // A filing that was found once is known: each has a world of its own.
    let with = async |form: &str, filed: &str| {
        let world = World::with(|_| {}, settings.clone(), ApiSettings::default()).await;
        let mut filing = crate::world::filing();
        filing.meta.form = form.parse().unwrap();
        filing.meta.filed = Some(filed.parse().unwrap());
        world.memory.source.add(filing);
        world
    };
    for (name, tier, form, filed, limit, lifted_by) in [
        (
            "demo",
            Tier::Demo,
            "10-K",
            "2026-08-14",
            "companies",
            json!("basic"),
        ),
        (
            "basic",
            Tier::Basic,
            "10-K",
            "2021-11-01",
            "history",
            json!("professional"),
        ),
        (
            "form",
            Tier::Basic,
            "S-1",
            "2026-08-14",
            "form types",
            json!("professional"),
        ),
        (
            "old",
            Tier::Professional,
            "10-K",
            "2016-11-01",
            "history",
            json!("enterprise"),
        ),
    ] {
        let world = with(form, filed).await;
        let key = world.account(name, tier, 5_000_000).await;
        let answer = world.request(&key).await;
        assert_eq!(told(&answer), (403, "not-entitled".to_owned()), "{name}");
        let problem = answer.json();
        assert_eq!(
            (&problem["limit"], &problem["lifted_by"]),
            (&json!(limit), &lifted_by),
            "{name}"
        );
        assert_eq!(balance(&world, &key).await, amounts("5.000000", "0.000000"));
    }
    // To the day: five years ago is within five years.
    let world = with("10-K", "2021-11-02").await;
    let key = world.account("in_time", Tier::Basic, 5_000_000).await;
    assert_eq!(world.request(&key).await.status, 202);
}

#[tokio::test]
async fn b29_requests_of_a_day() {
    let mut settings = settings();
    settings.plans.professional.requests_per_hour = Some(3);
    settings.plans.professional.requests_per_day = Some(4);
    let world = World::with(|_| {}, settings, ApiSettings::default()).await;
    let quote = || world.ask(call("POST", "/api/v1/quotes").json(&body()));
    for _ in 0..3 {
        assert_eq!(quote().await.status, 200);
    }
    world.memory.clock.advance(Duration::from_secs(3_600));
    assert_eq!(quote().await.status, 200);
    let refused = world.request(&world.key).await;
    assert_eq!(told(&refused), (429, "quota-exceeded".to_owned()));
    let wait: u64 = refused.header("retry-after").parse().unwrap();
    assert_eq!(wait, 23 * 3_600, "when the first three leave");
    assert_eq!(
        refused.header("ratelimit"),
        format!(r#""hour";r=2, "day";r=0;t={wait}"#)
    );
    assert_eq!(
        refused.header("ratelimit-policy"),
        r#""hour";q=3;w=3600, "day";q=4;w=86400"#
    );
    let all = amounts("5.000000", "0.000000");
    assert_eq!(balance(&world, &world.key).await, all, "not charged");
    world.memory.clock.advance(Duration::from_secs(wait));
    assert_eq!(world.request(&world.key).await.status, 202);
}

#[tokio::test]
async fn b30_what_is_over_is_not_withdrawn_and_what_is_withdrawn_stays_so() {
    let world = World::new().await;
    world.analysed().await;
    let task = world.get("/api/v1/tasks").await.json()["items"][0]["task_id"].clone();
    let done = format!("/api/v1/tasks/{}", task.as_str().unwrap());
    for _ in 0..2 {
        let answer = world.ask(call("DELETE", &done)).await;
        assert_eq!(told(&answer), (409, "not-cancellable".to_owned()));
    }
    assert_eq!(world.get(&done).await.json()["status"], "completed");
    let before = balance(&world, &world.key).await;
    let accepted = world.ask(filing(r#","template":"risk""#)).await;
    let path = accepted.header("location").to_owned();
    assert_ne!(balance(&world, &world.key).await, before, "it is set aside");
    let first = world.ask(call("DELETE", &path)).await;
    let second = world.ask(call("DELETE", &path)).await;
    assert_eq!((first.status.as_u16(), second.status.as_u16()), (200, 200));
    assert_eq!(first.json()["status"], "cancelled");
    assert_eq!(first.json(), second.json(), "the same state");
    assert_eq!(
        balance(&world, &world.key).await,
        before,
        "given back, once"
    );
}
