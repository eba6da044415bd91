//! What an account has and did, and what all did.

use serde_json::json;

use crate::world::{World, call};

pub(crate) async fn credits(world: &World) {
    let balance = world.get("/api/v1/billing/balance").await.json();
    let expected = json!({"balance_usd": "4.935000", "held_usd": "0.000000",
        "available_usd": "4.935000", "owed_usd": "0.000000"});
    assert_eq!(balance, expected);
    let lots = world.get("/api/v1/billing/lots").await.json();
    let items = lots["items"].as_array().unwrap();
    assert_eq!(items.len(), 1);
    assert_eq!(items[0]["source"], "goodwill");
    assert_eq!(items[0]["granted_usd"], "5.000000");
    assert_eq!(items[0]["available_usd"], "4.935000");
    assert!(items[0].get("expires_at").is_none());
}

pub(crate) async fn statement(world: &World) {
    let path = "/api/v1/billing/statements";
    let month = world.get(&format!("{path}/2026-11")).await.json();
    assert_eq!(month["from"], "2026-11-01T00:00:00Z");
    assert_eq!(month["to"], "2026-12-01T00:00:00Z");
    assert_eq!(
        (&month["opening_usd"], &month["closing_usd"]),
        (&json!("0.000000"), &json!("4.935000"))
    );
    let lines = month["lines"].as_array().unwrap().iter();
    let kinds: Vec<_> = lines.map(|line| line["kind"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["adjustment", "filing_import", "analysis"]);
    let before = world.get(&format!("{path}/2026-10")).await.json();
    assert_eq!(before["lines"], json!([]));
    for bad in ["2026-13", "november", "2026-11-02"] {
        let answer = world.get(&format!("{path}/{bad}")).await;
        assert_eq!(answer.problem(), "invalid-field", "{bad}");
    }
}

pub(crate) async fn usage(operation: &str, world: &World, analysis: &str) {
    // Read twice, and once more by a client that has it.
    let path = format!("/api/v1/analyses/{analysis}");
    let etag = world.get(&path).await.header("etag").to_owned();
    world.get(&path).await;
    let fresh = call("GET", &path).header("if-none-match", etag);
    assert_eq!(world.ask(fresh).await.status, 304);
    // From the pool, and refused.
    assert_eq!(world.request(&world.key).await.status, 200);
    let poor = world
        .account("poor", aperilex_core::Tier::Professional, 0)
        .await;
    assert_eq!(world.request(&poor).await.status, 402);

    let days = "?from=2026-11-02&to=2026-11-03";
    if operation == "getUsage" {
        return own_usage(world, &poor, days).await;
    }
    let key = world.administrator("boss").await;
    let report = call("GET", format!("/api/v1/admin/usage{days}")).key(&key);
    let report = world.send(report).await.json();
    let outcomes = json!([
        {"outcome": "pooled", "count": 1},
        {"outcome": "led", "count": 1},
        {"outcome": "refused", "count": 1},
        {"outcome": "viewed", "count": 3},
    ]);
    assert_eq!(
        report["outcomes"], outcomes,
        "a read that is not sent is none"
    );
    assert_eq!(report["hits_per_thousand"], 500);
    assert_eq!(
        report["tasks"],
        json!([{"status": "completed", "count": 1}])
    );
    assert_eq!(report["pool"][0]["analyses"], 1);
    assert_eq!(report["pool"][0]["views"], 3);
    assert_eq!(report["pool"][0]["score"], 1000);
    assert!(
        report.get("filings_per_account").is_none(),
        "too few accounts"
    );
    assert_eq!(
        (&report["popular"], &report["other_requests"]),
        (&json!([]), &json!(1))
    );
    let import = json!({"kind": "filing_import", "amount_usd": "-0.050000"});
    assert!(
        report["entries"].as_array().unwrap().contains(&import),
        "{report}"
    );
}

async fn own_usage(world: &World, poor: &str, days: &str) {
    let own = world.get(&format!("/api/v1/usage{days}")).await.json();
    assert_eq!(
        (&own["from"], &own["to"]),
        (&json!("2026-11-02"), &json!("2026-11-03"))
    );
    assert_eq!(own["filings"], 1);
    assert_eq!(own["tasks"], json!([{"status": "completed", "count": 1}]));
    let fee = json!({"kind": "analysis", "amount_usd": "-0.015000"});
    assert!(own["entries"].as_array().unwrap().contains(&fee), "{own}");
    let poor = call("GET", format!("/api/v1/usage{days}")).key(poor);
    assert_eq!(world.send(poor).await.json()["tasks"], json!([]));
    let month = world.get("/api/v1/usage").await.json();
    assert_eq!(
        (&month["from"], &month["to"]),
        (&json!("2026-10-04"), &json!("2026-11-03"))
    );
    for bad in [
        "?from=2026-11-03&to=2026-11-02",
        "?from=today",
        "?from=2020-01-01",
    ] {
        let refused = world.get(&format!("/api/v1/usage{bad}")).await;
        assert_eq!(refused.problem(), "invalid-field", "{bad}");
    }
}
