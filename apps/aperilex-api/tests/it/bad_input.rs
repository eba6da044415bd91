//! Bad input gets its answer: the rows of the matrix, by number.

use serde_json::json;

use crate::world::{ACCESSION, Call, World, call, filing_id};

const ANALYSES: &str = "/api/v1/analyses";

fn post(body: impl Into<Vec<u8>>) -> Call {
    call("POST", ANALYSES).body(body)
}

fn filing(rest: &str) -> Call {
    post(format!(
        r#"{{"filing":{{"accession":"{ACCESSION}"}}{rest}}}"#
    ))
}

fn named(filing: &str) -> Call {
    post(format!(r#"{{"filing":{filing}}}"#))
}

/// Number of the row, request, status, code.
type Row = (&'static str, Call, u16, &'static str);

/// Sends each with the account's key; each is refused as told, and nothing is charged.
async fn refused(rows: Vec<Row>) {
    let world = World::new().await;
    for (row, call, status, code) in rows {
        let shown = format!("{row}: {call:.200?}");
        let answer = world.ask(call).await;
        assert_eq!(
            (answer.status.as_u16(), answer.problem().as_str()),
            (status, code),
            "{shown}"
        );
    }
    let me = world.get("/api/v1/me").await.json();
    assert_eq!(
        me["balance"]["available_usd"], "5.000000",
        "nothing was charged"
    );
}

#[tokio::test]
async fn bodies_that_are_no_object() {
    let deep = format!("{}{}", "[".repeat(20_000), "]".repeat(20_000));
    refused(vec![
        ("B01", post("{"), 400, "malformed-json"),
        ("B01", post("{\"a\":1,}"), 400, "malformed-json"),
        ("B01", post(""), 400, "malformed-json"),
        ("B01", post("null"), 400, "malformed-json"),
        ("B01", post("[]"), 400, "malformed-json"),
        ("B02", post(deep), 400, "malformed-json"),
        (
            "B03",
            post(b"{\"a\":\"\xff\"}".to_vec()),
            400,
            "malformed-json",
        ),
        ("B03", post("{\"a\":\"\\ud800\"}"), 400, "malformed-json"),
        (
            "B08",
            filing(r#","max_price_usd":NaN"#),
            400,
            "malformed-json",
        ),
    ])
    .await;
}

#[tokio::test]
async fn fields_that_mean_nothing() {
    let twice = r#","template":"risk","template":"risk""#;
    refused(vec![
        (
            "B04",
            filing(r#","template":"\u0000""#),
            422,
            "control-character",
        ),
        ("B05", filing(r#","template":1"#), 422, "wrong-type"),
        (
            "B06",
            filing(r#","tier":"ENTERPRISE""#),
            422,
            "unknown-field",
        ),
        ("B07", filing(twice), 400, "duplicate-key"),
        (
            "B08",
            filing(r#","max_price_usd":1e400"#),
            422,
            "out-of-range",
        ),
        ("B08", filing(r#","max_price_usd":1.5"#), 422, "wrong-type"),
        (
            "B08",
            filing(r#","max_price_usd":"1e3""#),
            422,
            "invalid-field",
        ),
        (
            "quality",
            filing(r#","quality":"premium""#),
            422,
            "quality-not-offered",
        ),
    ])
    .await;
}

#[tokio::test]
async fn bodies_of_another_size_or_kind() {
    let of = |kind| {
        call("POST", ANALYSES)
            .raw_body("{}")
            .header("content-type", kind)
    };
    let large = vec![b' '; 64 * 1024 + 1];
    let gzip = filing("").header("content-encoding", "gzip");
    let untyped = call("POST", ANALYSES).raw_body("{}");
    let utf_16 = of("application/json; charset=utf-16");
    refused(vec![
        ("B10", post(large), 413, "body-too-large"),
        ("B11", gzip, 415, "unsupported-encoding"),
        ("B12", utf_16, 415, "unsupported-media-type"),
        ("B12", of("text/plain"), 415, "unsupported-media-type"),
        ("B12", untyped, 415, "unsupported-media-type"),
        (
            "B13",
            filing("").header("accept", "text/xml"),
            406,
            "not-acceptable",
        ),
    ])
    .await;
}

#[tokio::test]
async fn names_of_filings() {
    let invalid = |row, name: &str| (row, named(name), 422, "invalid-field");
    refused(vec![
        invalid("B16", r#"{"cik":"0","form":"10-K"}"#),
        invalid("B16", r#"{"cik":"00000320193","form":"10-K"}"#),
        invalid("B17", r#"{"ticker":"","form":"10-K"}"#),
        invalid("B17", r#"{"ticker":"AAPL;DROP","form":"10-K"}"#),
        invalid("B17", r#"{"ticker":"ＡＡＰＬ","form":"10-K"}"#),
        invalid("B19", r#"{"ticker":"APX","form":"10-k"}"#),
        invalid("B19", r#"{"ticker":"APX","form":"../"}"#),
        invalid("two ways", r#"{"ticker":"APX","form":"10-K","id":"x"}"#),
        invalid("no way", "{}"),
        (
            "no form",
            named(r#"{"ticker":"APX"}"#),
            422,
            "missing-field",
        ),
        (
            "unknown",
            named(r#"{"ticker":"BRK.B","form":"10-K"}"#),
            404,
            "not-found",
        ),
    ])
    .await;
    let world = World::new().await;
    let told = world
        .ask(named(r#"{"ticker":"","form":"10-K"}"#))
        .await
        .json();
    assert_eq!(told["errors"][0]["pointer"], "/filing/ticker");
}

fn get(path: &str) -> Call {
    call("GET", format!("/api/v1/{path}"))
}

#[tokio::test]
async fn ids_and_paths() {
    let nobody = uuid::Uuid::from_u128(7);
    let filing = filing_id();
    refused(vec![
        ("B14", get("tasks/xyz"), 400, "invalid-id"),
        ("B14", get(&format!("tasks/{nobody}")), 404, "not-found"),
        ("B14", get(&format!("tasks/{filing}")), 404, "not-found"),
        ("B15", get(&format!("filings/{filing}")), 404, "not-found"),
        ("B36", get("tasks/%2e%2e"), 400, "invalid-id"),
        ("B36", get("tasks/%00"), 400, "invalid-id"),
        ("B36", get("/tasks"), 404, "no-such-route"),
        ("B36", get("tasks/"), 404, "no-such-route"),
        ("B37", call("PUT", "/api/v1/me"), 405, "method-not-allowed"),
        (
            "B37",
            call("TRACE", "/api/v1/me"),
            405,
            "method-not-allowed",
        ),
        (
            "B37",
            call("POST", "/health/live"),
            405,
            "method-not-allowed",
        ),
        ("no route", call("GET", "/"), 404, "no-such-route"),
    ])
    .await;
    let world = World::new().await;
    let allowed = world
        .ask(call("PATCH", format!("/api/v1/tasks/{nobody}")))
        .await;
    assert_eq!(allowed.header("allow"), "GET, DELETE, HEAD");
}

#[tokio::test]
async fn pages_and_queries() {
    let nobody = uuid::Uuid::from_u128(7);
    let cursor = "ab".repeat(24);
    refused(vec![
        ("B21", get("tasks?limit=0"), 422, "out-of-range"),
        ("B21", get("tasks?limit=101"), 422, "out-of-range"),
        ("B21", get("tasks?limit=-1"), 422, "invalid-field"),
        ("B21", get("tasks?limit=1000000000"), 422, "invalid-field"),
        ("B21", get("tasks?cursor="), 400, "bad-cursor"),
        (
            "B21",
            get(&format!("tasks?cursor={cursor}")),
            400,
            "bad-cursor",
        ),
        ("B22", get("tasks?sort=id;drop"), 422, "unknown-field"),
        ("B22", get("me?x=1"), 422, "unknown-field"),
        ("twice", get("tasks?limit=1&limit=2"), 422, "invalid-field"),
        (
            "wait",
            get(&format!("tasks/{nobody}/wait?timeout_s=61")),
            422,
            "out-of-range",
        ),
        (
            "wait",
            get(&format!("tasks/{nobody}/wait")),
            404,
            "not-found",
        ),
    ])
    .await;
}

#[tokio::test]
async fn ids_may_be_written_large() {
    let world = World::new().await;
    let analysis = world.analysed().await;
    let answer = world
        .get(&format!("/api/v1/analyses/{}", analysis.to_uppercase()))
        .await;
    assert_eq!(answer.status, 200);
}

#[tokio::test]
async fn idempotency_keys() {
    let keyed = |key: &str| filing("").header("idempotency-key", key);
    refused(vec![
        ("B24", keyed(""), 400, "bad-idempotency-key"),
        ("B24", keyed("a b"), 400, "bad-idempotency-key"),
        ("B24", keyed(&"x".repeat(256)), 400, "bad-idempotency-key"),
    ])
    .await;
    let world = World::new().await;
    let first = world.ask(keyed("k")).await;
    assert_eq!(first.status, 202);
    assert_eq!(
        world.ask(keyed("k")).await.json()["task_id"],
        first.json()["task_id"]
    );
    let other = filing(r#","template":"risk""#).header("idempotency-key", "k");
    let mismatch = world.ask(other).await;
    assert_eq!(
        (mismatch.status.as_u16(), mismatch.problem().as_str()),
        (422, "idempotency-mismatch")
    );
    let second = world
        .account("second", aperilex_core::Tier::Professional, 1_000_000)
        .await;
    let independent = world.send(keyed("k").key(&second)).await;
    assert_eq!(independent.status, 202);
    assert_ne!(independent.json()["task_id"], first.json()["task_id"]);
}

#[tokio::test]
async fn raw_documents_have_the_names_they_were_given() {
    let world = World::new().await;
    world.analysed().await;
    let long = "x".repeat(2_048);
    for name in [
        "../../etc/passwd",
        "/etc/passwd",
        "ex-21.txt.",
        "",
        long.as_str(),
    ] {
        let answer = world
            .get(&format!(
                "/api/v1/filings/{}/raw?document={name}",
                filing_id()
            ))
            .await;
        assert_eq!(answer.problem(), "not-found", "B40 {name:.20}");
        assert!(!String::from_utf8_lossy(&answer.bytes).contains(&long[..65]));
    }
    let section = world
        .get(&format!("/api/v1/filings/{}/sections/I/99", filing_id()))
        .await;
    assert_eq!(section.problem(), "not-found");
}

#[tokio::test]
async fn nothing_long_is_said_back() {
    let world = World::new().await;
    let long = "q".repeat(200);
    for call in [
        named(&json!({"ticker": long, "form": "10-K"}).to_string()),
        named(&json!({"accession": ACCESSION, &long: 1}).to_string()),
        named(&json!({"url": format!("https://www.sec.gov/{long}")}).to_string()),
        call("GET", format!("/{long}")),
        call("GET", format!("/api/v1/tasks/{long}")),
        call("GET", format!("/api/v1/tasks?{long}=1")),
    ] {
        let answer = world.ask(call).await;
        assert!(answer.status.is_client_error());
        answer.problem();
        assert!(!String::from_utf8_lossy(&answer.bytes).contains(&long[..65]));
    }
}

#[tokio::test]
async fn imports_of_nothing_of_doubles_and_of_too_much() {
    let import = |body: String| call("POST", "/api/v1/imports").body(body);
    let one = r#"{"accession":"0001999999-26-999999"}"#;
    let many = vec![one; 10_001].join(",");
    refused(vec![
        (
            "B31",
            import(r#"{"filings":[]}"#.into()),
            422,
            "invalid-field",
        ),
        ("B31", import("{}".into()), 422, "missing-field"),
        (
            "B31",
            import(format!(r#"{{"filings":[{many}]}}"#)),
            413,
            "too-many-items",
        ),
        (
            "B31",
            import(r#"{"company":{"ticker":"APX","forms":["S-4"]}}"#.into()),
            422,
            "invalid-field",
        ),
        (
            "B31",
            import(format!(r#"{{"filings":[{one}],"max_price_usd":"0.01"}}"#)),
            402,
            "over-max-price",
        ),
    ])
    .await;
    let world = World::new().await;
    let demo = world.account("demo", aperilex_core::Tier::Demo, 0).await;
    let wanted = import(format!(r#"{{"filings":[{one}]}}"#));
    let answer = world.send(wanted.key(&demo)).await;
    assert_eq!(answer.problem(), "not-entitled");
    assert_eq!(answer.json()["lifted_by"], "basic");

    // Doubles are one, half is bad: each has its own result, and what is good is charged.
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
    let me = world.get("/api/v1/me").await.json();
    assert_eq!(me["balance"]["available_usd"], "4.980000");
}
