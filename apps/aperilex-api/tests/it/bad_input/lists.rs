//! Lists: their days, their pages, their filters; and imports of many at once.

use aperilex_core::Tier;
use serde_json::json;

use super::{Row, get, refused, told};
use crate::world::{ACCESSION, Call, World, call, filing_id};

fn import(body: impl Into<Vec<u8>>) -> Call {
    call("POST", "/api/v1/imports").body(body)
}

/// Days that are none: not written as one, not in the calendar, of no year of ours, or with a time.
const NO_DAYS: [&str; 11] = [
    "9999-12-31",
    "0001-01-01",
    "-9999-01-01",
    "2026-02-29",
    "2026-13-01",
    "20261102",
    "2026-11-2",
    "11/02/2026",
    "2026-12-31T23:59:60",
    "2026-12-31T00:00:00Z",
    "today",
];

#[tokio::test]
async fn b20_days_of_imports() {
    let days = |from: &str, to: &str| {
        let company = json!({"ticker": "APX", "forms": ["10-K"], "from": from, "to": to});
        let body = json!({"company": company}).to_string();
        (import(body), 422, "invalid-field")
    };
    let mut rows = vec![days("2026-02-01", "2026-01-31")];
    rows.extend(NO_DAYS.map(|day| days(day, "2026-01-01")));
    rows.extend(NO_DAYS.map(|day| days("2026-01-01", day)));
    refused(rows).await;
}

#[tokio::test]
async fn b20_days_of_usage() {
    let days = |from: &str, to: &str| {
        let path = format!("usage?from={from}&to={to}");
        (get(&path), 422, "invalid-field")
    };
    let mut rows: Vec<Row> = vec![
        days("2026-11-03", "2026-11-02"),
        days("2024-01-01", "2026-01-01"),
        days("9999-12-01", "9999-12-31"),
    ];
    rows.extend(NO_DAYS.map(|day| days(day, "2026-01-01")));
    rows.extend(NO_DAYS.map(|day| days("2026-01-01", day)));
    refused(rows).await;
    let world = World::new().await;
    let admin = world.administrator("boss").await;
    for day in NO_DAYS {
        let path = format!("/api/v1/admin/usage?from={day}&to={day}");
        let answer = world.send(call("GET", path).key(&admin)).await;
        assert_eq!(told(&answer), (422, "invalid-field".to_owned()), "{day}");
    }
    let good = "/api/v1/usage?from=2026-11-02&to=2026-11-02";
    assert_eq!(world.get(good).await.status, 200);
}

#[tokio::test]
async fn b20_months_of_statements() {
    let month = |month: &str| {
        let path = format!("billing/statements/{month}");
        (get(&path), 422, "invalid-field")
    };
    refused(
        [
            "9999-12",
            "0001-01",
            "2026-13",
            "2026-00",
            "2026-1",
            "202611",
            "2026-11-02",
            "november",
            "2026-W4",
            "2026-11T00",
        ]
        .map(month)
        .into(),
    )
    .await;
}

#[tokio::test]
async fn b20_moments_of_keys_and_credits() {
    let world = World::new().await;
    let admin = world.administrator("boss").await;
    let account = world.get("/api/v1/me").await.json()["account_id"].clone();
    let credits = format!(
        "/api/v1/admin/accounts/{}/credits",
        account.as_str().unwrap()
    );
    for moment in [
        "2026-12-01T00:00:00",
        "2026-12-31T23:59:60Z",
        "9999-12-01T00:00:00Z",
        "2026-12-01",
        "2026-12-01T24:30:00Z",
        "2026-12-01T00:00:00+26:00",
        "1796083200",
        "soon",
    ] {
        let key = json!({"name": "k", "expires_at": moment});
        let gift =
            json!({"kind": "goodwill", "amount_usd": "1", "reason": "r", "expires_at": moment});
        for (path, body) in [("/api/v1/keys", &key), (credits.as_str(), &gift)] {
            let answer = world
                .send(
                    call("POST", path)
                        .header("idempotency-key", "k")
                        .key(&admin)
                        .json(body),
                )
                .await;
            assert_eq!(
                told(&answer),
                (422, "invalid-field".to_owned()),
                "{path} {moment}"
            );
            assert_eq!(
                answer.json()["errors"][0]["pointer"],
                "/expires_at",
                "{moment}"
            );
        }
    }
    let past = json!({"name": "k", "expires_at": "2026-11-02T09:30:00Z"});
    let answer = world.ask(call("POST", "/api/v1/keys").json(&past)).await;
    assert_eq!(
        told(&answer),
        (422, "out-of-range".to_owned()),
        "it is over"
    );
}

#[tokio::test]
async fn b21_pages_of_no_size_and_of_any() {
    let mut rows: Vec<Row> = Vec::new();
    for list in ["tasks", "analyses", "imports", "billing/entries"] {
        for limit in ["0", "-1", "101", "1000000000", "1e9", ""] {
            rows.push((get(&format!("{list}?limit={limit}")), 422, "out-of-range"));
        }
        for cursor in ["", "x", "00", &"ab".repeat(24), &"0".repeat(2_000), "%00"] {
            rows.push((get(&format!("{list}?cursor={cursor}")), 400, "bad-cursor"));
        }
    }
    refused(rows).await;
}

#[tokio::test]
async fn b21_cursors_of_others_of_other_lists_and_with_another_end() {
    let world = World::new().await;
    world.analysed().await;
    let page = world.get("/api/v1/billing/entries?limit=1").await.json();
    let cursor = page["next"].as_str().unwrap();
    let at = |list: &str, cursor: &str| call("GET", format!("/api/v1/{list}?cursor={cursor}"));
    assert_eq!(world.ask(at("billing/entries", cursor)).await.status, 200);
    let stranger = world.account("stranger", Tier::Professional, 0).await;
    let theirs = world
        .send(at("billing/entries", cursor).key(&stranger))
        .await;
    assert_eq!(told(&theirs), (400, "bad-cursor".to_owned()));
    let bad = |list, cursor: String| world.ask(at(list, &cursor));
    let last = if cursor.ends_with('0') { '1' } else { '0' };
    let first = if cursor.starts_with('0') { '1' } else { '0' };
    for (list, cursor) in [
        ("tasks", cursor.to_owned()),
        ("imports", cursor.to_owned()),
        ("billing/entries", cursor[..cursor.len() - 1].to_owned()),
        ("billing/entries", cursor[..cursor.len() / 2].to_owned()),
        (
            "billing/entries",
            format!("{}{last}", &cursor[..cursor.len() - 1]),
        ),
        ("billing/entries", format!("{first}{}", &cursor[1..])),
        ("billing/entries", format!("{cursor}00")),
    ] {
        let answer = bad(list, cursor.clone()).await;
        assert_eq!(
            told(&answer),
            (400, "bad-cursor".to_owned()),
            "{list} {cursor}"
        );
    }
}

#[tokio::test]
async fn b22_filters_and_orders_that_nobody_offers() {
    let filing = filing_id();
    let unknown = |path: &str| (get(path), 422, "unknown-field");
    let invalid = |path: &str| (get(path), 422, "invalid-field");
    refused(vec![
        unknown("tasks?sort=id;drop%20table%20tasks"),
        unknown("tasks?sort=created_at"),
        unknown("tasks?order_by=1%20desc--"),
        unknown("tasks?status=%27%20or%201=1"),
        unknown("tasks?Limit=1"),
        unknown("tasks?limit[gt]=1"),
        unknown("analyses?filter=1"),
        unknown("billing/entries?sort=amount"),
        unknown("me?x=1"),
        unknown(&format!("filings/{filing}/facts?sort=value")),
        invalid("tasks?limit=1&limit=2"),
        invalid("analyses?filing_id=%27%20or%201=1"),
    ])
    .await;
    let world = World::new().await;
    let admin = world.administrator("boss").await;
    let like = call("GET", "/api/v1/admin/accounts?email=%25").key(&admin);
    assert_eq!(
        told(&world.send(like).await),
        (422, "invalid-field".to_owned())
    );
}

#[tokio::test]
async fn b31_imports_of_nothing_of_too_much_and_of_too_dear() {
    let one = r#"{"accession":"0001999999-26-999999"}"#;
    let many = |count| import(format!(r#"{{"filings":[{}]}}"#, vec![one; count].join(",")));
    let forms = import(r#"{"company":{"ticker":"APX","forms":["S-4 "]}}"#);
    let none = import(r#"{"company":{"ticker":"APX","forms":["S-4"]}}"#);
    let dear = import(format!(r#"{{"filings":[{one}],"max_price_usd":"0.01"}}"#));
    refused(vec![
        (import(r#"{"filings":[]}"#), 422, "invalid-field"),
        (import("{}"), 422, "missing-field"),
        (import(r#"{"filings":null}"#), 422, "missing-field"),
        (many(10_001), 413, "too-many-items"),
        (forms, 422, "invalid-field"),
        (none, 422, "invalid-field"),
        (dear, 402, "over-max-price"),
    ])
    .await;
    let world = World::new().await;
    let demo = world.account("demo", Tier::Demo, 0).await;
    let answer = world.send(many(1).key(&demo)).await;
    assert_eq!(told(&answer), (403, "not-entitled".to_owned()));
    assert_eq!(answer.json()["lifted_by"], "basic");
}

#[tokio::test]
async fn b31_doubles_are_one_and_what_is_good_alone_is_charged() {
    let world = World::new().await;
    let body = json!({"filings": [
        {"accession": ACCESSION}, {"id": filing_id()}, {"accession": "0001999999-26-999999"},
    ]});
    let answer = world.ask(call("POST", "/api/v1/imports").json(&body)).await;
    let started = answer.json();
    assert_eq!(
        (&started["duplicates"], &started["counts"]["waiting"]),
        (&json!(1), &json!(2))
    );
    for _ in 0..2 {
        world.engine.work_import(None).await.unwrap();
    }
    let path = answer.header("location").to_owned();
    let done = world.get(&path).await.json();
    assert_eq!(done["status"], "done");
    assert_eq!(
        (&done["counts"]["imported"], &done["counts"]["failed"]),
        (&json!(1), &json!(1))
    );
    assert_eq!(done["charged_usd"], "0.020000");
    let items = world.get(&format!("{path}/items")).await.json();
    let states: Vec<_> = items["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|item| (item["status"].clone(), item["charged_usd"].clone()))
        .collect();
    assert_eq!(
        states,
        [
            (json!("imported"), json!("0.020000")),
            (json!("failed"), json!("0.000000"))
        ]
    );
    let me = world.get("/api/v1/me").await.json();
    assert_eq!(me["balance"]["available_usd"], "4.980000");
}
