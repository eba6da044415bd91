//! Prices, credits, plans and the pool, as a client meets them.

use aperilex_api::ApiSettings;
use aperilex_core::Tier;
use serde_json::{Value, json};

use crate::world::{World, body, call, draft};

async fn available(world: &World, key: &str) -> Value {
    let me = world.send(call("GET", "/api/v1/me").key(key)).await.json();
    me["balance"]["available_usd"].clone()
}

#[tokio::test]
async fn the_second_account_pays_for_access_alone() {
    let world = World::new().await;
    let analysis = world.analysed().await;
    let second = world.account("second", Tier::Professional, 1_000_000).await;
    let quote = world
        .send(call("POST", "/api/v1/quotes").key(&second).json(&body()))
        .await
        .json();
    assert_eq!(
        (&quote["pooled"], &quote["analysis_usd"]),
        (&json!(true), &json!("0.000000"))
    );
    assert_eq!(quote["access_usd"], "0.050000");
    for _ in 0..2 {
        let answer = world.request(&second).await;
        assert_eq!(
            (answer.status.as_u16(), &answer.json()["id"]),
            (200, &json!(analysis))
        );
        assert_eq!(available(&world, &second).await, "0.950000");
    }
    assert_eq!(world.memory.analyst.asked().len(), 1, "one run for both");
}

#[tokio::test]
async fn followers_share_a_run() {
    let world = World::new().await;
    let second = world.account("second", Tier::Professional, 1_000_000).await;
    world.memory.analyst.answer(Ok(draft()));
    let leader = world.request(&world.key).await.json();
    let follower = world.request(&second).await.json();
    assert_ne!(leader["task_id"], follower["task_id"]);
    world.work().await;
    let path = format!("/api/v1/tasks/{}", follower["task_id"].as_str().unwrap());
    let task = world.send(call("GET", path).key(&second)).await.json();
    assert_eq!(
        (&task["status"], &task["role"]),
        (&json!("completed"), &json!("follower"))
    );
    assert_eq!(available(&world, &second).await, "0.950000");
    assert_eq!(available(&world, &world.key).await, "4.935000");
}

#[tokio::test]
async fn b27_a_price_that_cannot_or_may_not_be_paid() {
    let world = World::new().await;
    let poor = world.account("poor", Tier::Professional, 20_000).await;
    let answer = world.request(&poor).await;
    assert_eq!(
        (answer.status.as_u16(), answer.problem().as_str()),
        (402, "insufficient-credits")
    );
    let problem = answer.json();
    assert_eq!(
        (&problem["needed_usd"], &problem["available_usd"]),
        (&json!("0.065000"), &json!("0.020000"))
    );
    assert_eq!(answer.header("retry-after"), "");
    let mut capped = body();
    capped["max_price_usd"] = "0.01".into();
    let answer = world
        .ask(call("POST", "/api/v1/analyses").json(&capped))
        .await;
    assert_eq!(
        (answer.status.as_u16(), answer.problem().as_str()),
        (402, "over-max-price")
    );
    assert_eq!(available(&world, &world.key).await, "5.000000");
}

#[tokio::test]
async fn b29_more_runs_than_the_plan_allows() {
    let mut settings = crate::world::settings();
    settings.plans.professional.running = Some(1);
    let world = World::with(|_| {}, settings, ApiSettings::default()).await;
    assert_eq!(world.request(&world.key).await.status, 202);
    let mut other = body();
    other["template"] = "risk".into();
    let answer = world
        .ask(call("POST", "/api/v1/analyses").json(&other))
        .await;
    assert_eq!(
        (answer.status.as_u16(), answer.problem().as_str()),
        (429, "too-many-analyses")
    );
    assert_eq!(answer.header("retry-after"), "5");
    assert!(answer.header("ratelimit").starts_with("\"hour\";r="));
    assert_eq!(
        available(&world, &world.key).await,
        "4.935000",
        "the first alone"
    );
}

#[tokio::test]
async fn lists_come_in_pages_without_gaps() {
    let world = World::new().await;
    for template in ["comprehensive", "financial", "risk", "business"] {
        let wanted = json!({"filing": {"ticker": "apx", "form": "10-K"}, "template": template});
        let answer = world
            .ask(call("POST", "/api/v1/analyses").json(&wanted))
            .await;
        assert_eq!(answer.status, 202);
        world
            .memory
            .clock
            .advance(std::time::Duration::from_millis(5));
    }
    let (mut seen, mut path) = (Vec::new(), "/api/v1/tasks?limit=3".to_owned());
    for size in [3, 1] {
        let page = world.get(&path).await.json();
        let items = page["items"].as_array().unwrap();
        assert_eq!(items.len(), size);
        seen.extend(
            items
                .iter()
                .map(|task| task["template"].as_str().unwrap().to_owned()),
        );
        let next = page["next"].as_str().unwrap_or_default();
        path = format!("/api/v1/tasks?limit=3&cursor={next}");
    }
    assert_eq!(seen, ["business", "risk", "financial", "comprehensive"]);
}

#[tokio::test]
async fn b25_an_answer_of_the_pool_is_given_again_to_its_key_and_to_no_other_request() {
    let world = World::new().await;
    world.analysed().await;
    let second = world.account("second", Tier::Professional, 1_000_000).await;
    let ask = |key: &str, wanted: &Value| {
        let request = call("POST", "/api/v1/analyses").key(key).json(wanted);
        world.send(request.header("idempotency-key", "k"))
    };
    let first = ask(&second, &body()).await;
    assert_eq!(
        (first.status.as_u16(), first.header("idempotency-replayed")),
        (200, "")
    );
    let mut other = body();
    other["max_price_usd"] = "1".into();
    let refused = ask(&second, &other).await;
    assert_eq!(
        (refused.status.as_u16(), refused.problem().as_str()),
        (422, "idempotency-mismatch"),
    );
    let again = ask(&second, &body()).await;
    assert_eq!(
        (again.status.as_u16(), again.header("idempotency-replayed")),
        (200, "true")
    );
    assert_eq!(again.json(), first.json());
    assert_eq!(available(&world, &second).await, "0.950000", "charged once");
    let owner = ask(&world.key, &other).await;
    assert_eq!(owner.status, 200, "another account's key is its own");
}

#[tokio::test]
async fn b26_a_key_is_remembered_for_thirty_days() {
    const DAY: std::time::Duration = std::time::Duration::from_secs(86_400);
    let world = World::new().await;
    world.memory.analyst.answer(Ok(draft()));
    let ask = || {
        let request = call("POST", "/api/v1/analyses").json(&body());
        world.ask(request.header("idempotency-key", "k"))
    };
    let first = ask().await.json()["task_id"].clone();
    world.work().await;
    for (day, status) in [(1, 202), (28, 202), (2, 200)] {
        world.memory.clock.advance(DAY * day);
        let answer = ask().await;
        assert_eq!(answer.status.as_u16(), status, "day {day} more");
        let replayed = answer.header("idempotency-replayed");
        if status == 202 {
            assert_eq!((&answer.json()["task_id"], replayed), (&first, "true"));
        } else {
            assert_eq!(replayed, "", "it is decided anew: the pool has it");
        }
    }
}

#[tokio::test]
async fn one_key_sent_twenty_times_at_once_is_one_task() {
    let world = World::new().await;
    let request = || {
        call("POST", "/api/v1/analyses")
            .json(&body())
            .header("idempotency-key", "k")
    };
    let all = futures_util::future::join_all((0..20).map(|_| world.ask(request()))).await;
    let first = request().json(&body());
    let first = world.ask(first).await.json()["task_id"].clone();
    let mut accepted = 0;
    for answer in all {
        match answer.status.as_u16() {
            202 => {
                assert_eq!(answer.json()["task_id"], first);
                accepted += 1;
            }
            _ => {
                assert_eq!(answer.problem(), "idempotency-in-progress");
                assert_eq!(answer.header("retry-after"), "1");
            }
        }
    }
    assert!(accepted >= 1);
    assert_eq!(
        available(&world, &world.key).await,
        "4.935000",
        "set aside once"
    );
}
