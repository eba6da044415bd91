//! Clients that misbehave, and stopping.

use std::time::{Duration, Instant};

use aperilex_api::ApiSettings;
use tokio::io::AsyncWriteExt;

use crate::socket::Served;
use crate::world::body;

fn impatient() -> ApiSettings {
    ApiSettings {
        header_timeout_s: 1,
        body_timeout_s: 1,
        write_timeout_s: 1,
        heartbeat_s: 1,
        shutdown_grace_s: 2,
        ..ApiSettings::default()
    }
}

/// Resident memory of this process in bytes.
fn resident() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status
        .lines()
        .find(|line| line.starts_with("VmRSS:"))
        .unwrap();
    let kib: u64 = line.split_whitespace().nth(1).unwrap().parse().unwrap();
    kib * 1024
}

#[tokio::test]
async fn a_slow_head_is_cut() {
    let served = Served::new(impatient()).await;
    let begun = Instant::now();
    let mut client = served.connect("GET /health/live HTTP/1.1\r\nHost").await;
    client.end().await;
    let mut silent = served.connect("").await;
    silent.end().await;
    assert!(
        begun.elapsed() < Duration::from_secs(8),
        "{:?}",
        begun.elapsed()
    );
}

#[tokio::test]
async fn b10_a_slow_body_is_cut() {
    let served = Served::new(impatient()).await;
    let head = served.head("POST", "/api/v1/quotes");
    let head = format!("{head}Content-Type: application/json\r\nContent-Length: 100\r\n\r\n{{");
    let begun = Instant::now();
    let answer = served.connect(head).await.end().await;
    assert!(
        answer.starts_with("HTTP/1.1 408") && answer.contains("body-timeout"),
        "{answer}"
    );
    assert!(answer.contains("connection: close"), "{answer}");
    assert!(begun.elapsed() < Duration::from_secs(8));
}

#[tokio::test]
async fn b09_a_body_is_refused_by_its_length_before_it_is_read() {
    let served = Served::new(ApiSettings::default()).await;
    let head = served.head("POST", "/api/v1/quotes");
    let head = format!("{head}Content-Type: application/json\r\nContent-Length: 65537\r\n\r\n");
    let answer = served.connect(head).await.end().await;
    assert!(
        answer.starts_with("HTTP/1.1 413") && answer.contains("body-too-large"),
        "{answer}"
    );
}

#[tokio::test]
async fn b10_an_endless_body_is_refused_at_the_limit() {
    let served = Served::new(ApiSettings::default()).await;
    let head = served.head("POST", "/api/v1/quotes");
    let head =
        format!("{head}Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n");
    let mut client = served.connect(head).await;
    let before = resident();
    let mut chunk = b"100000\r\n".to_vec();
    chunk.resize(chunk.len() + 0x10_0000, b' ');
    chunk.extend(b"\r\n");
    let mut sent = 0;
    // 300 MiB, if the server lets us.
    while sent < 300 && client.socket.write_all(&chunk).await.is_ok() {
        sent += 1;
    }
    let answer = client.end().await;
    assert!(sent < 300, "the server swallowed all of it");
    assert!(
        answer.is_empty() || answer.starts_with("HTTP/1.1 413"),
        "{answer}"
    );
    let grown = resident().saturating_sub(before);
    assert!(grown < 32 * 1024 * 1024, "{grown} bytes more are in use");
}

#[tokio::test]
async fn b10_a_limit_in_reach_is_told_to_a_client_that_sends_in_chunks() {
    let served = Served::new(ApiSettings::default()).await;
    let head = served.head("POST", "/api/v1/quotes");
    let head =
        format!("{head}Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n");
    let mut client = served.connect(head).await;
    let chunk = format!("10001\r\n{}\r\n0\r\n\r\n", " ".repeat(0x1_0001));
    client.socket.write_all(chunk.as_bytes()).await.unwrap();
    let answer = client.end().await;
    assert!(
        answer.starts_with("HTTP/1.1 413") && answer.contains("body-too-large"),
        "{answer}"
    );
}

/// What it is, request, status, code.
type Head = (&'static str, String, u16, &'static str);

fn heads_of_two_readings(served: &Served) -> Vec<Head> {
    let head = served.head("POST", "/api/v1/quotes");
    let bare = head.replace("\r\n", "\n");
    let lengths = "Content-Length: 5\r\nContent-Length: 6\r\n\r\n";
    let both = "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n";
    vec![
        (
            "two lengths",
            format!("{head}{lengths}"),
            400,
            "bad-request",
        ),
        ("two framings", format!("{head}{both}"), 400, "bad-request"),
        (
            "obs-fold",
            format!("{head}X: a\r\n b\r\n\r\n"),
            400,
            "bad-request",
        ),
        (
            "spaced name",
            format!("{head}X : a\r\n\r\n"),
            400,
            "bad-request",
        ),
        ("bare LF", format!("{bare}\n"), 400, "bad-request"),
        (
            "no host",
            "GET /health/live HTTP/1.1\r\n\r\n".to_owned(),
            400,
            "bad-request",
        ),
        (
            "unescaped query",
            "GET /api/v1/me?a=\"b\" HTTP/1.1\r\nHost: x\r\n\r\n".to_owned(),
            400,
            "bad-request",
        ),
        (
            "unknown framing",
            format!("{head}Transfer-Encoding: gzip\r\n\r\n"),
            400,
            "bad-request",
        ),
        (
            "not HTTP",
            "\u{16}\u{3}\u{1}hello\r\n\r\n".to_owned(),
            400,
            "bad-request",
        ),
    ]
}

/// Each is refused as told, and nothing behind it is taken for a request.
async fn refused_and_closed(served: &Served, rows: Vec<Head>) {
    for (row, request, status, code) in rows {
        let hidden = "GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n";
        let answer = served
            .connect(format!("{request}{hidden}"))
            .await
            .end()
            .await;
        assert!(
            answer.starts_with(&format!("HTTP/1.1 {status} ")),
            "{row}: {answer}"
        );
        let document = answer.split_once("\r\n\r\n").unwrap().1;
        let document: serde_json::Value = serde_json::from_str(document).unwrap();
        assert_eq!(document["code"], code, "{row}: and nothing follows it");
        assert!(
            answer.contains("content-type: application/problem+json\r\n"),
            "{row}"
        );
        assert!(answer.contains("connection: close\r\n"), "{row}");
    }
}

#[tokio::test]
async fn b39_heads_that_can_be_read_two_ways_are_refused() {
    let served = Served::new(ApiSettings::default()).await;
    refused_and_closed(&served, heads_of_two_readings(&served)).await;
}

#[tokio::test]
async fn b36_heads_that_are_too_large_are_refused() {
    let served = Served::new(ApiSettings::default()).await;
    let head = served.head("POST", "/api/v1/quotes");
    let many: String = (0..150).map(|n| format!("X-{n}: 1\r\n")).collect();
    let wide = "x".repeat(70_000);
    let long = |path: &str| format!("GET /{path} HTTP/1.1\r\nHost: x\r\n\r\n");
    let rows = vec![
        ("long path", long(&wide), 414, "uri-too-long"),
        (
            "long query",
            long(&format!("api/v1/tasks?cursor={wide}")),
            414,
            "uri-too-long",
        ),
        (
            "many fields",
            format!("{head}{many}\r\n"),
            431,
            "head-too-large",
        ),
        (
            "a wide field",
            format!("{head}X: {wide}\r\n\r\n"),
            431,
            "head-too-large",
        ),
    ];
    refused_and_closed(&served, rows).await;
}

#[tokio::test]
async fn b10_what_is_behind_the_length_is_no_part_of_the_body() {
    let served = Served::new(ApiSettings::default()).await;
    let json = body().to_string();
    let head = served.head("POST", "/api/v1/quotes");
    let length = json.len() - 1;
    let request =
        format!("{head}Content-Type: application/json\r\nContent-Length: {length}\r\n\r\n{json}");
    let answer = served
        .connect(format!("{request}\r\n\r\n"))
        .await
        .end()
        .await;
    let places = ["malformed-json", "bad-request"].map(|code| answer.find(code));
    assert!(
        places.iter().all(Option::is_some) && places.is_sorted(),
        "{answer}"
    );
}

#[tokio::test]
async fn a_head_in_pieces_is_read_like_a_whole_one() {
    let served = Served::new(ApiSettings::default()).await;
    let mut client = served.connect("\r\n").await;
    for byte in format!("{}\r\n", served.head("GET", "/health/live")).bytes() {
        client.socket.write_all(&[byte]).await.unwrap();
        tokio::task::yield_now().await;
    }
    client.until(r#"{"status":"live"}"#).await;
}

#[tokio::test]
async fn good_requests_are_answered_before_a_bad_one_behind_them_is_refused() {
    let served = Served::new(ApiSettings::default()).await;
    let json = body().to_string();
    let live = format!("{}\r\n", served.head("GET", "/health/live"));
    let head = served.head("POST", "/api/v1/analyses");
    let length = json.len();
    let asked =
        format!("{head}Content-Type: application/json\r\nContent-Length: {length}\r\n\r\n{json}");
    let answer = served
        .connect(format!("{live}{asked}nonsense\r\n\r\n"))
        .await
        .end()
        .await;
    let places = [
        "HTTP/1.1 200 ",
        "HTTP/1.1 202 ",
        "HTTP/1.1 400 ",
        "bad-request",
    ];
    let places = places.map(|words| answer.find(words).unwrap_or_else(|| panic!("{answer}")));
    assert!(places.is_sorted(), "{answer}");
}

#[tokio::test]
async fn a_stream_ends_before_a_bad_request_behind_it_is_refused() {
    let served = Served::new(impatient()).await;
    let accepted = served.world.request(&served.world.key).await;
    let task = accepted.header("location").to_owned();
    let events = format!("{}\r\n", served.head("GET", &format!("{task}/events")));
    let mut client = served.connect(format!("{events}nonsense\r\n\r\n")).await;
    client.until(":hb").await;
    assert!(!client.text().contains("HTTP/1.1 400"), "{}", client.text());
    served.shutdown.cancel();
    let answer = client.end().await;
    assert!(answer.contains("event: bye"), "{answer}");
}

#[tokio::test]
async fn a_client_that_waits_for_100_continue_is_told_to_go_on() {
    let served = Served::new(ApiSettings::default()).await;
    let json = body().to_string();
    let head = served.head("POST", "/api/v1/quotes");
    let length = json.len();
    let head = format!(
        "{head}Expect: 100-continue\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n\r\n"
    );
    let mut client = served.connect(head).await;
    client.until("HTTP/1.1 100 Continue").await;
    client.socket.write_all(json.as_bytes()).await.unwrap();
    client.until("expires_at").await;
}

#[tokio::test]
async fn http_1_0_ends_with_its_answer() {
    let served = Served::new(ApiSettings::default()).await;
    let answer = served
        .connect("GET /health/live HTTP/1.0\r\n\r\n")
        .await
        .end()
        .await;
    assert!(answer.contains(r#"{"status":"live"}"#), "{answer}");
}

#[tokio::test]
async fn b37_a_tunnel_is_refused_and_closed() {
    let served = Served::new(ApiSettings::default()).await;
    for method in ["CONNECT", "TRACE"] {
        let target = if method == "CONNECT" {
            "example.com:443"
        } else {
            "/api/v1/me"
        };
        let request = format!("{method} {target} HTTP/1.1\r\nHost: x\r\n\r\n");
        let mut client = served.connect(request).await;
        let answer = match method {
            "CONNECT" => client.end().await,
            _ => client.until("method-not-allowed").await,
        };
        assert!(
            answer.starts_with("HTTP/1.1 405") && answer.contains("allow: "),
            "{answer}"
        );
    }
}

#[tokio::test]
async fn b37_head_tells_the_length_and_sends_nothing() {
    let served = Served::new(ApiSettings::default()).await;
    let mut head = served
        .connect(format!("{}\r\n", served.head("HEAD", "/health/live")))
        .await;
    let answer = head.until("\r\n\r\n").await;
    let length = r#"{"status":"live"}"#.len();
    assert!(
        answer.contains(&format!("content-length: {length}\r\n")),
        "{answer}"
    );
    head.socket
        .write_all(served.head("GET", "/health/ready").as_bytes())
        .await
        .unwrap();
    head.socket.write_all(b"\r\n").await.unwrap();
    assert!(!head.until(r#"{"status":"ready"}"#).await.contains("live"));
}

#[tokio::test]
async fn nothing_behind_a_chunked_body_is_taken_for_a_request() {
    let served = Served::new(ApiSettings::default()).await;
    let head = served.head("GET", "/health/live");
    let hidden = "GET /health/ready HTTP/1.1\r\nHost: x\r\n\r\n";
    let request = format!("{head}Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n{hidden}");
    let answer = served.connect(request).await.end().await;
    assert!(
        answer.contains("live") && !answer.contains("ready"),
        "{answer}"
    );
}

#[tokio::test]
async fn a_client_that_never_reads_is_cut() {
    let served = Served::new(impatient()).await;
    served.world.analysed().await;
    let page = format!("/api/v1/filings/{}/sections", crate::world::filing_id());
    let mut client = served.connect("").await;
    let request = format!("{}\r\n", served.head("GET", &page));
    let begun = Instant::now();
    // Requests without end whose answers nobody reads fill every buffer on the way.
    let mut cut = false;
    while begun.elapsed() < Duration::from_secs(15) && !cut {
        let write = client.socket.write_all(request.as_bytes());
        cut = matches!(
            tokio::time::timeout(Duration::from_secs(5), write).await,
            Ok(Err(_))
        );
    }
    assert!(cut, "the connection stays open");
}

#[tokio::test]
async fn a_full_server_serves_the_next_when_a_place_is_free() {
    let settings = ApiSettings {
        max_connections: 1,
        ..ApiSettings::default()
    };
    let served = Served::new(settings).await;
    let mut first = served.get("/health/live").await;
    first.until("live").await;
    let mut second = served.get("/health/live").await;
    let early = tokio::time::timeout(Duration::from_millis(300), second.until("live")).await;
    assert!(early.is_err(), "the second has to wait");
    drop(first);
    second.until("live").await;
}

#[tokio::test]
async fn a_connection_serves_many_requests() {
    let served = Served::new(ApiSettings::default()).await;
    let mut client = served.connect("").await;
    for n in 1..=3 {
        let json = body().to_string();
        let head = served.head("POST", "/api/v1/quotes");
        let length = json.len();
        let request = format!(
            "{head}Content-Type: application/json\r\nContent-Length: {length}\r\n\r\n{json}"
        );
        client.socket.write_all(request.as_bytes()).await.unwrap();
        while client.text().matches("expires_at").count() < n {
            client.until("expires_at").await;
            tokio::time::sleep(Duration::from_millis(5)).await;
            client.pull().await;
        }
    }
}

#[tokio::test]
async fn stopping_says_good_bye_and_ends_in_time() {
    let served = Served::new(impatient()).await;
    let accepted = served.world.request(&served.world.key).await;
    let task = accepted.header("location").to_owned();
    let mut streams = Vec::new();
    for _ in 0..5 {
        let mut stream = served.get(&format!("{task}/events")).await;
        stream.until("event: pending").await;
        streams.push(stream);
    }
    let mut poll = served.get(&format!("{task}/wait?timeout_s=60")).await;
    let mut idle = served.get("/health/live").await;
    idle.until("live").await;
    tokio::time::sleep(Duration::from_millis(100)).await;
    let begun = Instant::now();
    served.shutdown.cancel();
    for stream in &mut streams {
        let text = stream.end().await;
        assert!(
            text.contains("event: bye\n") && text.ends_with("\r\n0\r\n\r\n"),
            "{text}"
        );
    }
    assert!(poll.end().await.contains("\"status\":\"pending\""));
    idle.end().await;
    served.server.await.unwrap().unwrap();
    assert!(
        begun.elapsed() < Duration::from_secs(2),
        "{:?}",
        begun.elapsed()
    );
    assert!(
        tokio::net::TcpStream::connect(served.address)
            .await
            .is_err()
    );
}

#[tokio::test]
async fn stopping_cuts_what_does_not_end() {
    let served = Served::new(ApiSettings {
        shutdown_grace_s: 1,
        ..ApiSettings::default()
    })
    .await;
    let head = served.head("POST", "/api/v1/quotes");
    let head = format!("{head}Content-Type: application/json\r\nContent-Length: 100\r\n\r\n{{");
    let _stuck = served.connect(head).await;
    tokio::time::sleep(Duration::from_millis(100)).await;
    let begun = Instant::now();
    served.shutdown.cancel();
    served.server.await.unwrap().unwrap();
    assert!(
        begun.elapsed() < Duration::from_secs(5),
        "{:?}",
        begun.elapsed()
    );
}
