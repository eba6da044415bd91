//! Names: of things, companies, forms, addresses of people and of filings.

use serde_json::json;

use super::{get, named, refused, told};
use crate::world::{ACCESSION, World, call, filing, filing_id};

#[tokio::test]
async fn b14_ids_that_are_none_or_of_something_else() {
    let nobody = uuid::Uuid::from_u128(7);
    let filing = filing_id();
    let mut rows = vec![
        (get(&format!("tasks/{nobody}")), 404, "not-found"),
        (get(&format!("tasks/{filing}")), 404, "not-found"),
        (get(&format!("analyses/{filing}")), 404, "not-found"),
        (get(&format!("imports/{filing}")), 404, "not-found"),
        (get(&format!("filings/{nobody}")), 404, "not-found"),
    ];
    for place in ["tasks", "analyses", "imports", "filings"] {
        for id in ["xyz", "7", &filing[..35], &format!("{filing}0"), "null"] {
            rows.push((get(&format!("{place}/{id}")), 400, "invalid-id"));
        }
    }
    refused(rows).await;
    let world = World::new().await;
    let analysis = world.analysed().await;
    for id in [analysis.to_uppercase(), analysis.clone()] {
        let answer = world.get(&format!("/api/v1/analyses/{id}")).await;
        assert_eq!(
            (answer.status.as_u16(), &answer.json()["id"]),
            (200, &json!(analysis))
        );
    }
    let task = world.get(&format!("/api/v1/tasks/{analysis}")).await;
    assert_eq!(
        told(&task),
        (404, "not-found".to_owned()),
        "an analysis is no task"
    );
}

#[tokio::test]
async fn b16_numbers_of_companies() {
    let cik = |cik: &str| json!({"cik": cik, "form": "10-K"}).to_string();
    let bad = |text: &str| (named(&cik(text)), 422, "invalid-field");
    refused(
        [
            "0",
            "0000000000",
            "00000320193",
            "12345678901",
            "-1",
            "3.2e5",
            "CIK320193",
            "",
            "３２０１９３",
        ]
        .map(bad)
        .into(),
    )
    .await;
    for good in ["320193", "0000320193"] {
        let world = World::new().await;
        let quote = call("POST", "/api/v1/quotes").body(format!(r#"{{"filing":{}}}"#, cik(good)));
        let quote = world.ask(quote).await;
        assert_eq!(quote.json()["filing"]["cik"], "0000320193", "{good}");
        let accepted = world.ask(named(&cik(good))).await;
        assert_eq!(accepted.status, 202, "{good}");
        let task = world.get(accepted.header("location")).await.json();
        assert_eq!(task["filing_id"], filing_id(), "{good}");
    }
}

#[tokio::test]
async fn b17_symbols_of_companies() {
    let ticker = |ticker: &str| json!({"ticker": ticker, "form": "10-K"}).to_string();
    let bad = |text: &str| (named(&ticker(text)), 422, "invalid-field");
    refused(
        [
            "",
            "AAPL;DROP",
            "ＡＡＰＬ",
            "AAPL'",
            "A B",
            "TOOLONGX",
            "BRK.",
            ".B",
            "BRK.B.C",
            "BRK/B",
            "ÄPX",
        ]
        .map(bad)
        .into(),
    )
    .await;
    let world = World::new().await;
    let answer = world.ask(named(&ticker(""))).await.json();
    assert_eq!(answer["errors"][0]["pointer"], "/filing/ticker");
    let mut classed = filing();
    classed.meta.ticker = Some("BRK-B".parse().unwrap());
    world.memory.source.add(classed);
    for good in ["BRK.B", "BRK-B", "brk.b"] {
        let accepted = world.ask(named(&ticker(good))).await;
        assert_eq!(accepted.status, 202, "{good}");
        let task = world.get(accepted.header("location")).await.json();
        assert_eq!(task["filing_id"], filing_id(), "{good}");
    }
    let other = world.ask(named(&ticker("BRK.A"))).await;
    assert_eq!(told(&other), (404, "not-found".to_owned()));
}

#[tokio::test]
async fn b18_addresses_of_people() {
    let world = World::new().await;
    let long = format!("{}@example.com", "a".repeat(300));
    let label = format!("a@{}.com", "b".repeat(64));
    for (email, code) in [
        (long.as_str(), "invalid-field"),
        (&label, "invalid-field"),
        ("a@example.com\r\nBcc: b@example.com", "invalid-field"),
        ("a@example.com\u{0}", "control-character"),
        ("a@b", "invalid-field"),
        ("a@exämple.com", "invalid-field"),
        ("ü@example.com", "invalid-field"),
        ("a b@example.com", "invalid-field"),
        ("a@b@example.com", "invalid-field"),
        ("@example.com", "invalid-field"),
        ("a@-example.com", "invalid-field"),
        ("", "invalid-field"),
    ] {
        for path in ["accounts", "passwords/reset"] {
            let call = call("POST", format!("/api/v1/{path}")).json(&json!({"email": email}));
            let answer = world.send(call).await;
            assert_eq!(told(&answer), (422, code.to_owned()), "{path} {email}");
            assert_eq!(answer.json()["errors"][0]["pointer"], "/email", "{email}");
            // What was sent comes back in no header.
            let said = format!("{:?}", answer.headers).to_lowercase();
            assert!(
                !said.contains("bcc") && !said.contains("example.com"),
                "{said}"
            );
        }
    }
    let puny = json!({"email": "a@xn--exmple-cua.com"});
    let accepted = world
        .send(call("POST", "/api/v1/accounts").json(&puny))
        .await;
    assert_eq!(accepted.status, 202, "a name of the DNS is one");
}

#[tokio::test]
async fn b19_forms_in_the_spelling_of_the_sec() {
    let form = |form: &str| json!({"ticker": "APX", "form": form}).to_string();
    let bad = |text: &str| (named(&form(text)), 422, "invalid-field");
    let mut rows: Vec<_> = [
        "10-k",
        "../",
        "..",
        "",
        " 10-K",
        "10-K ",
        "10-K;",
        "10_K",
        "x".repeat(21).as_str(),
    ]
    .map(bad)
    .into();
    // The set is open: a form that the SEC knows and this company never filed is one that is not there.
    rows.push((named(&form("10-K405")), 404, "not-found"));
    rows.push((named(r#"{"ticker":"APX"}"#), 422, "missing-field"));
    refused(rows).await;
    let world = World::new().await;
    let answer = world.ask(named(&form("10-k"))).await.json();
    let detail = answer["errors"][0]["detail"].as_str().unwrap();
    for known in ["10-K", "10-Q", "8-K", "20-F", "DEF 14A"] {
        assert!(detail.contains(known), "{detail}");
    }
}

#[tokio::test]
async fn filings_are_named_in_one_way() {
    let invalid = |name: &str| (named(name), 422, "invalid-field");
    refused(vec![
        invalid(r#"{"ticker":"APX","form":"10-K","id":"x"}"#),
        invalid("{}"),
        invalid(&format!(r#"{{"accession":"{ACCESSION}","form":"10-K"}}"#)),
        invalid(r#"{"accession":"0000320193/26/000001"}"#),
        (
            super::filing(r#","quality":"premium""#),
            422,
            "quality-not-offered",
        ),
    ])
    .await;
}
