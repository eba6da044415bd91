//! Quotes and what they promise, as a client meets them.

use std::time::Duration;

use aperilex_api::ApiSettings;
use aperilex_core::{Engine, MicroUsd, Tier};
use poem::EndpointExt;
use serde_json::{Value, json};

use crate::world::{Answer, World, body, call, draft, filing, settings};

async fn quote(world: &World, key: &str) -> Value {
    let answer = world
        .send(call("POST", "/api/v1/quotes").key(key).json(&body()))
        .await;
    assert_eq!(answer.status, 200, "{:?}", answer.json());
    answer.json()
}

async fn ask(world: &World, key: &str, quote: &Value) -> Answer {
    let mut body = body();
    body["quote"] = quote["quote_id"].clone();
    world
        .send(call("POST", "/api/v1/analyses").key(key).json(&body))
        .await
}

async fn available(world: &World, key: &str) -> Value {
    let me = world.send(call("GET", "/api/v1/me").key(key)).await.json();
    me["balance"]["available_usd"].clone()
}

/// From now on everything costs a dollar.
fn raise_prices(world: World) -> World {
    let mut dearer = settings();
    dearer.plans.professional.filing_access = MicroUsd::new(1_000_000);
    dearer.plans.professional.analysis = MicroUsd::new(1_000_000);
    let engine = Engine::new(world.memory.ports(), dearer);
    let api = aperilex_api::endpoint(engine.clone(), ApiSettings::default()).boxed();
    World {
        engine,
        api,
        ..world
    }
}

#[tokio::test]
async fn b27_a_quote_holds_for_ten_minutes_and_then_no_longer() {
    let world = World::new().await;
    let second = world.account("second", Tier::Professional, 5_000_000).await;
    let [in_time, late] = [
        quote(&world, &world.key).await,
        quote(&world, &second).await,
    ];
    assert_eq!(in_time["total_usd"], "0.065000");
    assert_eq!(
        (&in_time["large"], &late["large"]),
        (&json!(false), &json!(false))
    );
    let world = raise_prices(world);
    let now = quote(&world, &world.key).await;
    assert_eq!(now["total_usd"], "2.000000");
    assert_ne!(now["price_version"], in_time["price_version"]);

    world.memory.analyst.answer(Ok(draft()));
    let accepted = ask(&world, &world.key, &in_time).await;
    assert_eq!(accepted.status, 202, "{:?}", accepted.json());
    world.work().await;
    assert_eq!(available(&world, &world.key).await, "4.935000");

    world.memory.clock.advance(Duration::from_secs(600));
    let changed = ask(&world, &second, &late).await;
    assert_eq!(
        (changed.status.as_u16(), changed.problem().as_str()),
        (409, "price-changed"),
    );
    assert_eq!(
        changed.json()["needed_usd"],
        "1.000000",
        "the pool has it by now"
    );
    assert_eq!(available(&world, &second).await, "5.000000");
}

#[tokio::test]
async fn a_quote_is_good_for_one_task_of_one_account_and_request() {
    let world = World::new().await;
    let second = world.account("second", Tier::Professional, 5_000_000).await;
    let given = quote(&world, &world.key).await;
    for (row, key, change) in [
        ("another account's", &second, json!({})),
        ("another template", &world.key, json!({"template": "risk"})),
        (
            "none",
            &world.key,
            json!({"quote": uuid::Uuid::from_u128(7)}),
        ),
        ("no id", &world.key, json!({"quote": "seven"})),
    ] {
        let mut body = body();
        body["quote"] = given["quote_id"].clone();
        for (name, value) in change.as_object().unwrap() {
            body[name] = value.clone();
        }
        let request = call("POST", "/api/v1/analyses").key(key).json(&body);
        let refused = world.send(request).await;
        assert_eq!(
            (refused.status.as_u16(), refused.problem().as_str()),
            (422, "invalid-field"),
            "{row}"
        );
        assert_eq!(refused.json()["errors"][0]["pointer"], "/quote", "{row}");
    }
    let accepted = ask(&world, &world.key, &given).await.json();
    let path = format!("/api/v1/tasks/{}", accepted["task_id"].as_str().unwrap());
    assert_eq!(world.ask(call("DELETE", path)).await.status, 200);
    let used = ask(&world, &world.key, &given).await;
    assert_eq!(
        (used.status.as_u16(), used.problem().as_str()),
        (409, "quote-used")
    );
    let mut circular = body();
    circular["quote"] = given["quote_id"].clone();
    let refused = world
        .ask(call("POST", "/api/v1/quotes").json(&circular))
        .await;
    assert_eq!(refused.problem(), "invalid-field");
}

#[tokio::test]
async fn a_large_filing_says_so_before_anything_is_held() {
    let world = World::new().await;
    world.engine.import_raw(&filing()).await.unwrap();
    world.memory.analyst.expect(MicroUsd::new(600_000));
    let refused = world.request(&world.key).await;
    assert_eq!(
        (refused.status.as_u16(), refused.problem().as_str()),
        (402, "large-filing")
    );
    assert_eq!(refused.json()["needed_usd"], "1.050000");
    assert_eq!(available(&world, &world.key).await, "5.000000");
    let given = quote(&world, &world.key).await;
    assert_eq!(
        (&given["large"], &given["analysis_usd"]),
        (&json!(true), &json!("1.000000"))
    );
    assert_eq!(ask(&world, &world.key, &given).await.status, 202);
    assert_eq!(available(&world, &world.key).await, "3.950000");
}
