//! Paths, methods, and the names of stored documents within them.

use super::{get, refused, told};
use crate::world::{World, call, filing_id};

#[tokio::test]
async fn b36_paths_that_lead_elsewhere() {
    let route = |path: &str| (call("GET", path), 404, "no-such-route");
    let id = |path: &str| (get(path), 400, "invalid-id");
    refused(vec![
        id("tasks/%2e%2e"),
        id("tasks/%2e%2e%2fme"),
        id("tasks/%00"),
        id("tasks/%ff"),
        id("tasks/.."),
        id("tasks/%252e%252e"),
        route("/api/v1//tasks"),
        route("//api/v1/tasks"),
        route("/api/v1/tasks/"),
        route("/api/v1/./tasks"),
        route("/api/v1/%2e%2e/v1/me"),
        route("/api/v1/me%00"),
        route("/api/v1/ME"),
        route("/API/v1/me"),
        route("/"),
    ])
    .await;
}

#[tokio::test]
async fn b37_methods_that_an_address_does_not_take() {
    let bad = |method: &str, path: &str| (call(method, path), 405, "method-not-allowed");
    let nobody = format!("/api/v1/tasks/{}", uuid::Uuid::from_u128(7));
    refused(vec![
        bad("PUT", "/api/v1/me"),
        bad("TRACE", "/api/v1/me"),
        bad("CONNECT", "/api/v1/me"),
        bad("OPTIONS", "/api/v1/me"),
        bad("PROPFIND", "/api/v1/me"),
        bad("HEAD", "/api/v1/quotes"),
        bad("POST", "/health/live"),
        bad("PATCH", &nobody),
    ])
    .await;
    let world = World::new().await;
    for (path, allowed) in [
        (nobody.as_str(), "GET, DELETE, HEAD"),
        ("/api/v1/quotes", "POST"),
        ("/api/v1/keys", "GET, POST, HEAD"),
    ] {
        let answer = world.ask(call("PATCH", path)).await;
        assert_eq!(answer.header("allow"), allowed, "{path}");
    }
}

#[tokio::test]
async fn b40_documents_have_the_names_they_were_given() {
    let world = World::new().await;
    world.analysed().await;
    let long = "x".repeat(2_048);
    let raw = format!("/api/v1/filings/{}/raw?document=", filing_id());
    let text = format!("/api/v1/filings/{}/text?document=", filing_id());
    for name in [
        "../../etc/passwd",
        "..%2f..%2fetc%2fpasswd",
        "/etc/passwd",
        "%2fetc%2fpasswd",
        "C:%5cwindows%5cwin.ini",
        "file:///etc/passwd",
        "ex-21.txt.",
        "ex-21.txt%00",
        "./ex-21.txt",
        "EX-21.TXT",
        "",
        ".",
        "*",
        long.as_str(),
    ] {
        for place in [&raw, &text] {
            let answer = world.get(&format!("{place}{name}")).await;
            assert_eq!(
                told(&answer),
                (404, "not-found".to_owned()),
                "{place}{name:.30}"
            );
            assert!(!String::from_utf8_lossy(&answer.bytes).contains(&long[..65]));
        }
    }
    assert_eq!(world.get(&format!("{raw}ex-21.txt")).await.status, 200);
    let filing = filing_id();
    for section in [
        "I/99",
        "..%2f/1A",
        "I/..%2f..",
        "I/%00",
        &format!("I/{long}"),
    ] {
        let answer = world
            .get(&format!("/api/v1/filings/{filing}/sections/{section}"))
            .await;
        assert_eq!(
            told(&answer),
            (404, "not-found".to_owned()),
            "{section:.20}"
        );
    }
}
