//! Whatever is sent, the answer is a lawful one: never a fault of ours, and every refusal a problem
//! document.

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use serde_json::{Value, json};

use crate::world::{ACCESSION, Call, World, call, filing_id};

/// Sends what the strategy makes; 300 times.
fn send_all(requests: impl Strategy<Value = Call>) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let mut settings = crate::world::settings();
    settings.plans.professional.requests_per_hour = None;
    settings.plans.professional.requests_per_day = None;
    let api = aperilex_api::ApiSettings::default();
    let world = runtime.block_on(World::with(|_| {}, settings, api));
    let mut runner = TestRunner::new(Config::with_cases(300));
    let ran = runner.run(&requests, |request| {
        let answer = runtime.block_on(world.ask(request));
        prop_assert!(answer.status.as_u16() < 500, "{:?}", answer.json());
        if answer.status.is_client_error() {
            answer.problem();
        }
        Ok(())
    });
    ran.unwrap();
}

/// JSON of any shape, often with the fields that mean something.
fn json_like() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        any::<String>().prop_map(Value::from),
        Just(json!(ACCESSION)),
        Just(json!("10-K")),
    ];
    let name = prop_oneof![
        Just("filing".to_owned()),
        Just("ticker".to_owned()),
        Just("form".to_owned()),
        Just("cik".to_owned()),
        Just("accession".to_owned()),
        Just("url".to_owned()),
        Just("id".to_owned()),
        Just("template".to_owned()),
        Just("quality".to_owned()),
        Just("max_price_usd".to_owned()),
        any::<String>(),
    ];
    leaf.prop_recursive(4, 32, 6, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map(name.clone(), inner, 0..5)
                .prop_map(|fields| Value::Object(fields.into_iter().collect())),
        ]
    })
}

fn post(bytes: Vec<u8>) -> Call {
    call("POST", "/api/v1/quotes").body(bytes)
}

#[test]
fn bytes_as_body() {
    send_all(prop::collection::vec(any::<u8>(), 0..200).prop_map(post));
}

#[test]
fn json_as_body() {
    send_all(json_like().prop_map(|json| post(json.to_string().into_bytes())));
}

#[test]
fn text_as_field() {
    let field = prop::sample::select(vec!["ticker", "cik", "accession", "url", "id", "form"]);
    let body = (field, any::<String>()).prop_map(|(field, text)| {
        let body = json!({"filing": {field: text, "form": "10-K"}, "template": "risk"});
        post(body.to_string().into_bytes())
    });
    send_all(body);
}

#[test]
fn text_as_path_and_query() {
    let stem = prop::sample::select(vec![
        "/".to_owned(),
        "/api/v1/".to_owned(),
        "/api/v1/tasks/".to_owned(),
        "/api/v1/tasks?limit=".to_owned(),
        "/api/v1/tasks?cursor=".to_owned(),
        format!("/api/v1/filings/{}/sections/", filing_id()),
        format!("/api/v1/filings/{}/raw?document=", filing_id()),
    ]);
    let rest = "[A-Za-z0-9%/?&=._~!$'()*+,;:@-]{0,60}";
    send_all((stem, rest).prop_map(|(stem, rest)| call("GET", stem + &rest)));
}

#[test]
fn text_as_header() {
    let name = prop::sample::select(vec![
        "accept",
        "accept-language",
        "content-type",
        "if-none-match",
        "idempotency-key",
        "last-event-id",
        "x-request-id",
    ]);
    let request = (name, "[ -~]{0,80}").prop_map(|(name, value)| {
        let filing = json!({"filing": {"accession": ACCESSION}}).to_string();
        call("POST", "/api/v1/quotes")
            .raw_body(filing)
            .header(name, value)
    });
    send_all(request);
}
