//! Bodies: their syntax, their fields, their size and their kind.

use serde_json::{Value, json};

use super::{ANALYSES, Row, filing, post, refused, told};
use crate::world::{ACCESSION, World, call};

/// Every operation that takes a strict body, with one in which each of its fields is there.
fn good_bodies() -> Vec<(&'static str, &'static str, Value)> {
    const ID: &str = "018f4b6e-7d1c-7c3a-9b51-0d6f3a1e2b4c";
    const ACCOUNT: &str = "/api/v1/admin/accounts/018f4b6e-7d1c-7c3a-9b51-0d6f3a1e2b4c";
    const REFUNDS: &str = "/api/v1/admin/entries/018f4b6e-7d1c-7c3a-9b51-0d6f3a1e2b4c/refunds";
    let request = json!({
        "filing": {"ticker": "APX", "form": "10-K"}, "template": "risk", "quality": "extractive",
        "refresh": false, "max_price_usd": "1", "quote": ID,
    });
    let company = json!({
        "company": {"cik": "320193", "forms": ["10-K"], "from": "2020-01-01", "to": "2021-01-01"},
        "max_price_usd": "1",
    });
    let password = json!({"token": "t", "password": "a long enough password"});
    let address = json!({"email": "jo@example.com"});
    vec![
        ("POST", "/api/v1/quotes", request.clone()),
        ("POST", ANALYSES, request),
        (
            "POST",
            "/api/v1/imports",
            json!({"filings": [{"accession": ACCESSION}]}),
        ),
        ("POST", "/api/v1/imports", company),
        (
            "POST",
            "/api/v1/keys",
            json!({"name": "k", "scopes": ["read"], "expires_at": "2026-12-01T00:00:00Z"}),
        ),
        (
            "PUT",
            "/api/v1/me/notices",
            json!({"tasks": true, "low_balance": true}),
        ),
        ("POST", "/api/v1/accounts", address.clone()),
        ("POST", "/api/v1/accounts/verification", password.clone()),
        ("POST", "/api/v1/passwords/reset", address),
        ("POST", "/api/v1/passwords", password),
        (
            "POST",
            "/api/v1/sessions",
            json!({"email": "jo@example.com", "password": "p"}),
        ),
        (
            "POST",
            "/api/v1/sessions/refresh",
            json!({"refresh_token": "t"}),
        ),
        (
            "PATCH",
            ACCOUNT,
            json!({"tier": "basic", "role": "member", "status": "active", "reason": "r"}),
        ),
        (
            "POST",
            concat!(
                "/api/v1/admin/accounts/018f4b6e-7d1c-7c3a-9b51-0d6f3a1e2b4c",
                "/credits"
            ),
            json!({"kind": "goodwill", "amount_usd": "1", "reason": "r",
                "expires_at": "2026-12-01T00:00:00Z"}),
        ),
        (
            "POST",
            REFUNDS,
            json!({"account_id": ID, "amount_usd": "1", "reason": "r"}),
        ),
        ("POST", "/api/v1/admin/audits", json!({"account_id": ID})),
        ("POST", "/api/v1/admin/audits", json!({"after": ID})),
    ]
}

/// Pointers to all values within.
fn pointers(value: &Value, at: &str, all: &mut Vec<String>) {
    all.push(at.to_owned());
    match value {
        Value::Object(fields) => fields
            .iter()
            .for_each(|(name, value)| pointers(value, &format!("{at}/{name}"), all)),
        Value::Array(items) => (0..)
            .zip(items)
            .for_each(|(n, value)| pointers(value, &format!("{at}/{n}"), all)),
        _ => {}
    }
}

/// Changes every body at every place where `change` knows how; each is refused at the place it tells.
async fn everywhere(
    status: u16,
    code: &str,
    change: impl Fn(&mut Value) -> Option<&'static str>,
) -> usize {
    let mut settings = crate::world::settings();
    settings.plans.professional.requests_per_hour = None;
    let world = World::with(|_| {}, settings, aperilex_api::ApiSettings::default()).await;
    let admin = world.administrator("boss").await;
    let mut sent = 0;
    for (method, path, good) in good_bodies() {
        let mut all = Vec::new();
        pointers(&good, "", &mut all);
        for pointer in all {
            let mut bad = good.clone();
            let Some(behind) = change(bad.pointer_mut(&pointer).unwrap()) else {
                continue;
            };
            let answer = world
                .send(
                    call(method, path)
                        .header("idempotency-key", "k")
                        .key(&admin)
                        .json(&bad),
                )
                .await;
            let expected = (status, code.to_owned());
            assert_eq!(told(&answer), expected, "{method} {path} {bad}");
            let place = format!("{pointer}{behind}");
            assert_eq!(answer.json()["errors"][0]["pointer"], place, "{path} {bad}");
            sent += 1;
        }
    }
    sent
}

#[tokio::test]
async fn b01_bodies_that_are_no_object() {
    let bad = |body: &str| (post(body), 400, "malformed-json");
    refused(
        ["{", "{\"a\":1,}", "", "null", "[]", "7", "\"x\"", "{} {}"]
            .map(bad)
            .into(),
    )
    .await;
    let world = World::new().await;
    let detail = world.ask(post("{\"a\":1,}")).await.json()["detail"].clone();
    assert!(
        detail.as_str().unwrap().contains("line 1, column 8"),
        "{detail}"
    );
}

#[tokio::test]
async fn b02_bodies_deeper_than_anybody_reads() {
    let deep = |times: usize| format!("{}{}", "[".repeat(times), "]".repeat(times));
    let within = |times| format!("{{\"filings\":{}}}", deep(times));
    let import = |body: String| call("POST", "/api/v1/imports").body(body);
    refused(vec![
        (post(deep(20_000)), 400, "malformed-json"),
        (import(deep(200_000)), 400, "malformed-json"),
        (import(within(200_000)), 400, "malformed-json"),
        (import("{\"a\":".repeat(200_000)), 400, "malformed-json"),
    ])
    .await;
}

#[tokio::test]
async fn b03_texts_that_are_no_unicode() {
    let bad = |body: &[u8]| (post(body), 400, "malformed-json");
    refused(vec![
        bad(b"{\"a\":\"\xff\"}"),
        bad(b"{\"\xc3\":1}"),
        bad(b"{\"a\":\"\xed\xa0\x80\"}"),
        bad(b"{\"a\":\"\\ud800\"}"),
        bad(b"{\"a\":\"\\udc00\\ud800\"}"),
        bad(b"\xff\xfe{\x00}\x00"),
    ])
    .await;
}

#[tokio::test]
async fn b04_control_characters_in_every_text() {
    for bad in ["\u{0}", "x\u{1b}[2J", "x\u{7f}", "x\u{85}"] {
        let sent = everywhere(422, "control-character", |value| {
            value.is_string().then(|| *value = bad.into())?;
            Some("")
        });
        assert!(sent.await > 30);
    }
    let keyed = filing(",\"\\u0000\":1");
    refused(vec![(keyed, 422, "control-character")]).await;
}

#[tokio::test]
async fn b05_numbers_where_texts_are_due() {
    let sent = everywhere(422, "wrong-type", |value| {
        value.is_string().then(|| *value = 1.into())?;
        Some("")
    });
    assert!(sent.await > 30);
    let flags = everywhere(422, "wrong-type", |value| {
        value.is_boolean().then(|| *value = "true".into())?;
        Some("")
    });
    assert_eq!(flags.await, 4);
    refused(vec![(filing(r#","template":1"#), 422, "wrong-type")]).await;
}

#[tokio::test]
async fn b06_fields_that_nobody_described() {
    for (field, behind) in [
        ("balance_usd", "/balance_usd"),
        ("is_admin", "/is_admin"),
        ("Tier", "/Tier"),
    ] {
        let sent = everywhere(422, "unknown-field", |value| {
            value
                .as_object_mut()?
                .insert(field.to_owned(), "ENTERPRISE".into());
            Some(behind)
        });
        assert!(sent.await > 20);
    }
    refused(vec![(
        filing(r#","tier":"ENTERPRISE""#),
        422,
        "unknown-field",
    )])
    .await;
}

#[tokio::test]
async fn b07_keys_that_are_there_twice() {
    let world = World::new().await;
    let admin = world.administrator("boss").await;
    for (method, path, good) in good_bodies() {
        let (name, value) = good.as_object().unwrap().iter().next().unwrap();
        let rest = good.to_string();
        // Once plainly, and once with its first letter escaped: it is the same key.
        let escaped = format!("\\u{:04x}{}", u32::from(name.as_bytes()[0]), &name[1..]);
        for name in [name, &escaped] {
            let body = format!("{{\"{name}\":{value},{}", &rest[1..]);
            let answer = world
                .send(
                    call(method, path)
                        .header("idempotency-key", "k")
                        .key(&admin)
                        .body(body),
                )
                .await;
            assert_eq!(
                told(&answer),
                (400, "duplicate-key".to_owned()),
                "{path} {name}"
            );
        }
    }
    let within = r#"{"filing":{"ticker":"APX","ticker":"APX","form":"10-K"}}"#;
    refused(vec![(post(within), 400, "duplicate-key")]).await;
}

#[tokio::test]
async fn b08_numbers_that_are_none_or_too_large() {
    let price = |number: &str, code| {
        let status = if code == "malformed-json" { 400 } else { 422 };
        (
            filing(&format!(r#","max_price_usd":{number}"#)),
            status,
            code,
        )
    };
    let mut rows: Vec<Row> = vec![
        price("1e400", "out-of-range"),
        price("-1e999", "out-of-range"),
        price("2147483648", "wrong-type"),
        price("1.5", "wrong-type"),
        price("-0", "wrong-type"),
        price("NaN", "malformed-json"),
        price("-Infinity", "malformed-json"),
        price(r#""1e3""#, "invalid-field"),
        price(r#""-1""#, "invalid-field"),
        price(r#""0.0000001""#, "invalid-field"),
        price(r#""9223372036854.775808""#, "invalid-field"),
    ];
    let path = format!("tasks/{}/wait", uuid::Uuid::from_u128(7));
    for number in [
        "2147483648",
        "65536",
        "18446744073709551616",
        "1.5",
        "1e400",
        "NaN",
        "-0",
        "%221%22",
        "0x10",
        "",
    ] {
        for query in ["tasks?limit=", "imports?limit=", "keys_of"] {
            let query = match query {
                "keys_of" => format!("{path}?timeout_s="),
                query => query.to_owned(),
            };
            let call = super::get(&format!("{query}{number}"));
            rows.push((call, 422, "out-of-range"));
        }
    }
    refused(rows).await;
}

#[tokio::test]
async fn b10_bodies_beyond_the_limit_by_what_came() {
    let large = vec![b' '; 64 * 1024 + 1];
    let import = vec![b' '; 2 * 1024 * 1024 + 1];
    let lying = post(large.clone()).header("content-length", "2");
    refused(vec![
        (post(large), 413, "body-too-large"),
        (lying, 413, "body-too-large"),
        (
            call("POST", "/api/v1/imports").body(import),
            413,
            "body-too-large",
        ),
    ])
    .await;
    let least = r#"{"filing":{"accession":""}}"#.len() + ACCESSION.len();
    let most = filing(&" ".repeat(64 * 1024 - least));
    assert_eq!(
        World::new().await.ask(most).await.status,
        202,
        "the limit itself"
    );
}

#[tokio::test]
async fn b11_bodies_that_are_packed() {
    let coded = |coding: &str| {
        let call = filing("").header("content-encoding", coding);
        (call, 415, "unsupported-encoding")
    };
    let codings = [
        "gzip",
        "x-gzip",
        "zstd",
        "br",
        "deflate",
        "identity, gzip",
        "nonsense",
        "",
    ];
    refused(codings.map(coded).into()).await;
    // What a packed body would become is never found out: its beginning alone is no JSON.
    let bomb = post(
        [
            &b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\x03"[..],
            &[0; 60_000],
        ]
        .concat(),
    );
    let answer = World::new()
        .await
        .ask(bomb.header("content-encoding", "gzip"))
        .await;
    assert_eq!(told(&answer), (415, "unsupported-encoding".to_owned()));
    assert_eq!(answer.header("connection"), "close");
    let plain = filing("").header("content-encoding", "Identity");
    assert_eq!(World::new().await.ask(plain).await.status, 202);
}

#[tokio::test]
async fn b12_bodies_of_another_kind() {
    let of = |kind: &str| {
        let call = call("POST", ANALYSES)
            .raw_body(format!(r#"{{"filing":{{"accession":"{ACCESSION}"}}}}"#))
            .header("content-type", kind);
        (call, 415, "unsupported-media-type")
    };
    let untyped = call("POST", ANALYSES).raw_body("{}");
    let mut rows = vec![(untyped, 415, "unsupported-media-type")];
    rows.extend(
        [
            "text/plain",
            "application/json; charset=utf-16",
            "application/json; charset=latin1",
            "application/x-www-form-urlencoded",
            "multipart/form-data; boundary=x",
            "application/jsonp",
            "application/json, text/plain",
            "json",
            "*/*",
            "",
        ]
        .map(of),
    );
    refused(rows).await;
    let (utf_8, ..) = of("Application/JSON;charset=\"UTF-8\"");
    assert_eq!(World::new().await.ask(utf_8).await.status, 202);
}

#[tokio::test]
async fn b13_answers_that_are_not_had_in_another_kind() {
    let accept = |range: &str| filing("").header("accept", range);
    refused(vec![
        (accept("text/xml"), 406, "not-acceptable"),
        (
            accept("text/html, application/xml;q=0.9"),
            406,
            "not-acceptable",
        ),
        (accept("application/json;q=0"), 406, "not-acceptable"),
    ])
    .await;
    let described: Value = serde_json::from_str(&aperilex_api::openapi_json()).unwrap();
    for (path, operations) in described["paths"].as_object().unwrap() {
        for (method, operation) in operations.as_object().unwrap() {
            let problem = &operation["responses"]["406"];
            assert!(problem.is_object(), "{method} {path} says nothing of 406");
        }
    }
    for range in [
        "*/*",
        "application/*",
        "text/xml, application/json;q=0.1",
        "",
    ] {
        let answer = World::new().await.ask(accept(range)).await;
        assert_eq!(answer.status, 202, "{range}");
    }
}
