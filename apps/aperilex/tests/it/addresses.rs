//! Addresses of filings: what is fetched, and that nobody else is ever asked.

use std::time::Duration;

use serde_json::{Value, json};
use tokio::net::TcpListener;

use crate::server::{Server, World};

/// The folder of a sample filing, without its host.
const FOLDER: &str = "/Archives/edgar/data/1999999/000199999926000007/";

async fn refusal(server: &Server, key: &str, path: &str, body: &Value) -> (u16, Value) {
    let answer = server.post(key, path, body).send().await.unwrap();
    (answer.status().as_u16(), answer.json().await.unwrap())
}

#[tokio::test]
async fn b32_addresses_that_are_not_fetched() {
    let victim = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let port = victim.local_addr().unwrap().port();
    let world = World::new(None);
    let key = world.account("one@example.com", "1.00");
    let server = world.serve_without_worker();
    let before = server.json(&key, "/api/v1/me").await["balance"].clone();
    for host in [
        "http://www.sec.gov",
        "file://",
        "ftp://www.sec.gov",
        "https://user@www.sec.gov",
        &format!("https://www.sec.gov@127.0.0.1:{port}"),
        &format!("http://127.0.0.1:{port}"),
        &format!("https://127.0.0.1:{port}"),
        &format!("http://localhost:{port}"),
        &format!("http://[::ffff:127.0.0.1]:{port}"),
        &format!("http://2130706433:{port}"),
        "https://169.254.169.254",
        "https://sec.gov.evil.com",
        "https://www.sec.gov.evil.com",
        "https://www.sec.gov:22",
        "https://www.sec.gov.",
        "https://xn--www-5cd.gov",
        "https://www.sеc.gov",
    ] {
        let url = format!("{host}{FOLDER}");
        let body = json!({"filing": {"url": url}});
        for path in ["/api/v1/quotes", "/api/v1/analyses"] {
            let (status, problem) = refusal(&server, &key, path, &body).await;
            assert_eq!(
                (status, &problem["code"]),
                (422, &json!("url-not-allowed")),
                "{url}"
            );
            assert_eq!(problem["errors"][0]["pointer"], "/filing/url", "{url}");
        }
    }
    let came = tokio::time::timeout(Duration::from_millis(200), victim.accept()).await;
    assert!(came.is_err(), "somebody connected");
    let after = server.json(&key, "/api/v1/me").await["balance"].clone();
    assert_eq!(after, before);
    let good = json!({"filing": {"url": format!("https://www.sec.gov{FOLDER}")}});
    let quote = server
        .post(&key, "/api/v1/quotes", &good)
        .send()
        .await
        .unwrap();
    let quote: Value = quote.json().await.unwrap();
    assert_eq!(
        quote["filing"]["accession"], "0001999999-26-000007",
        "{quote}"
    );
}
