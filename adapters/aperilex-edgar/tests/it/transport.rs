//! What goes over the wire, and what is made of what comes back.

use std::io::Write;
use std::time::{Duration, Instant};

use aperilex_edgar::{EdgarConfig, EdgarError};
use aperilex_ports::{AccessionNumber, Cik, FilingLocator, FilingSource, FilingSourceError};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use wiremock::matchers::{header, method, path};
use wiremock::{Mock, ResponseTemplate};

use crate::support::{asked, client, edgar, fixture, serve, serve_body};

const DOC: &str = "/www.sec.gov/Archives/edgar/data/1234567/000099000125000030/results.htm";
const TICKERS: &str = "/www.sec.gov/files/company_tickers.json";

fn cik() -> Cik {
    Cik::new(1_234_567).unwrap()
}

fn accession() -> AccessionNumber {
    "0000990001-25-000030".parse().unwrap()
}

/// Fetches one document with these settings.
async fn document(config: &EdgarConfig) -> Result<Vec<u8>, EdgarError> {
    let bytes = client(config)
        .document(cik(), &accession(), "results.htm")
        .await?;
    Ok(bytes.to_vec())
}

#[tokio::test]
async fn requests_say_who_we_are_and_take_compressed_answers() {
    let (server, mut config) = edgar().await;
    config.user_agent = Some("Harbor Reader reader@example.com".into());
    serve_body(&server, DOC, "<html>x").await;
    document(&config).await.unwrap();
    let request = &server.received_requests().await.unwrap()[0];
    assert_eq!(
        request.headers["user-agent"],
        "Harbor Reader reader@example.com"
    );
    let accepted = request.headers["accept-encoding"].to_str().unwrap();
    assert!(
        accepted.contains("gzip") && accepted.contains("deflate"),
        "{accepted}"
    );
    assert_eq!(request.headers["host"], server.address().to_string());
}

#[tokio::test]
async fn f59_a_block_sends_nothing_more_from_any_clone() {
    let page = "<html><head><title>SEC.gov | Request Rate Threshold Exceeded</title></head></html>";
    for answer in [
        ResponseTemplate::new(403).set_body_string(page),
        ResponseTemplate::new(403)
            .set_body_string("<html><title>Access Denied</title>Reference #18"),
        ResponseTemplate::new(429),
        ResponseTemplate::new(200).set_body_string(page),
    ] {
        let (server, config) = edgar().await;
        serve(&server, DOC, answer).await;
        let edgar = client(&config);
        let first = edgar.document(cik(), &accession(), "results.htm").await;
        assert!(
            matches!(first, Err(EdgarError::Blocked { after }) if after == Duration::from_secs(600)),
            "{first:?}"
        );
        let started = Instant::now();
        let other = edgar.clone();
        let refused = other.find(&FilingLocator::Accession(accession())).await;
        assert!(
            matches!(refused, Err(FilingSourceError::Throttled { after }) if after > Duration::from_secs(590))
        );
        assert!(started.elapsed() < Duration::from_secs(1));
        assert_eq!(asked(&server).await.len(), 1);
    }
}

#[tokio::test]
async fn a_longer_retry_after_is_kept() {
    let (server, config) = edgar().await;
    let answer = ResponseTemplate::new(429).insert_header("retry-after", "1200");
    serve(&server, DOC, answer).await;
    let refused = document(&config).await;
    assert!(
        matches!(refused, Err(EdgarError::Blocked { after }) if after == Duration::from_secs(1200))
    );
}

#[tokio::test]
async fn refusals_are_told_apart_and_not_repeated() {
    let tool =
        "<html><title>SEC.gov | Your Request Originates from an Undeclared Automated Tool</title>";
    let denied = "<?xml version=\"1.0\"?><Error><Code>AccessDenied</Code></Error>";
    let missing = "<?xml version=\"1.0\"?><Error><Code>NoSuchKey</Code></Error>";
    for (status, body, expected) in [
        (403, tool, "misconfigured"),
        (403, "<html>go away", "misconfigured"),
        (403, denied, "not found"),
        (404, missing, "not found"),
    ] {
        let (server, config) = edgar().await;
        serve(
            &server,
            DOC,
            ResponseTemplate::new(status).set_body_string(body),
        )
        .await;
        let told = match document(&config).await {
            Err(EdgarError::Misconfigured { .. }) => "misconfigured",
            Err(EdgarError::NotFound { .. }) => "not found",
            other => panic!("{body}: {other:?}"),
        };
        assert_eq!(told, expected, "{body}");
        assert_eq!(asked(&server).await.len(), 1, "{body}");
    }
}

#[tokio::test]
async fn server_faults_are_tried_twice_more() {
    let (server, config) = edgar().await;
    Mock::given(path(DOC))
        .respond_with(ResponseTemplate::new(502))
        .up_to_n_times(2)
        .mount(&server)
        .await;
    serve_body(&server, DOC, "<html>x").await;
    assert_eq!(document(&config).await.unwrap(), b"<html>x");
    assert_eq!(asked(&server).await.len(), 3);

    let (server, config) = edgar().await;
    serve(&server, DOC, ResponseTemplate::new(500)).await;
    assert!(matches!(
        document(&config).await,
        Err(EdgarError::Status { status: 500, .. })
    ));
    assert_eq!(asked(&server).await.len(), 3);

    let (server, config) = edgar().await;
    serve(&server, DOC, ResponseTemplate::new(400)).await;
    assert!(document(&config).await.is_err());
    assert_eq!(
        asked(&server).await.len(),
        1,
        "the same would be refused again"
    );
}

#[tokio::test]
async fn fs_4_error_pages_with_a_good_status_and_empty_bodies_are_no_documents() {
    for body in [
        "",
        "<html><title>SEC.gov | File Unavailable</title></html>",
        "<Error><Code>InternalError</Code></Error>",
    ] {
        let (server, config) = edgar().await;
        serve_body(&server, DOC, body).await;
        let refused = document(&config).await;
        assert!(
            matches!(refused, Err(EdgarError::BadAnswer { .. })),
            "{body}: {refused:?}"
        );
        assert_eq!(asked(&server).await.len(), 3, "{body}");
    }
}

/// A server that answers each connection with these bytes and hangs up. Gives its address.
async fn raw_server(answer: Vec<u8>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut request = [0; 4096];
            let _ = stream.read(&mut request).await;
            let _ = stream.write_all(&answer).await;
        }
    });
    format!("http://{address}")
}

fn packed(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

#[tokio::test]
async fn fs_4_cut_bodies_are_no_documents() {
    let plain = b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n<html>cut".to_vec();
    let chunked =
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\n<html>cut\r\n".to_vec();
    let half = packed(&fixture("index.htm"));
    let half = &half[..half.len() / 2];
    let mut gzip = format!(
        "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: {}\r\n\r\n",
        half.len()
    )
    .into_bytes();
    gzip.extend(half);
    for answer in [plain, chunked, gzip] {
        let config = EdgarConfig::for_source(&raw_server(answer).await).unwrap();
        let refused = document(&config).await;
        assert!(
            matches!(refused, Err(EdgarError::Network { .. })),
            "{refused:?}"
        );
    }
}

#[tokio::test]
async fn b42_the_cap_is_on_decoded_bytes() {
    let (server, mut config) = edgar().await;
    config.max_document_bytes = 1 << 20;
    let answer = |size: usize| {
        ResponseTemplate::new(200)
            .insert_header("content-encoding", "gzip")
            .set_body_bytes(packed(&vec![b' '; size]))
    };
    serve(&server, DOC, answer((1 << 20) + 1)).await;
    assert!(matches!(
        document(&config).await,
        Err(EdgarError::TooLarge { limit: 1_048_576 })
    ));
    assert_eq!(asked(&server).await.len(), 1);
    server.reset().await;
    serve(&server, DOC, answer(1 << 20)).await;
    assert_eq!(document(&config).await.unwrap().len(), 1 << 20);
}

#[tokio::test]
async fn f60_a_hanging_server_is_left_at_the_deadline() {
    let (server, mut config) = edgar().await;
    config.total_timeout_ms = 200;
    let answer = ResponseTemplate::new(200)
        .set_body_string("<html>x")
        .set_delay(Duration::from_secs(60));
    serve(&server, DOC, answer).await;
    let started = Instant::now();
    assert!(matches!(
        document(&config).await,
        Err(EdgarError::Network { .. })
    ));
    assert!(started.elapsed() < Duration::from_secs(10));
}

#[tokio::test]
async fn b32_redirects_are_followed_within_our_hosts_only() {
    let (server, config) = edgar().await;
    let moved = |to: &str| ResponseTemplate::new(301).insert_header("location", to);
    serve(&server, DOC, moved("/www.sec.gov/elsewhere.htm")).await;
    serve_body(&server, "/www.sec.gov/elsewhere.htm", "<html>x").await;
    assert_eq!(document(&config).await.unwrap(), b"<html>x");

    let (victim, _) = edgar().await;
    server.reset().await;
    serve(&server, DOC, moved(&victim.uri())).await;
    let refused = document(&config).await;
    assert!(
        matches!(refused, Err(EdgarError::UrlNotAllowed { .. })),
        "{refused:?}"
    );
    assert_eq!(asked(&victim).await.len(), 0);

    server.reset().await;
    serve(&server, DOC, moved(DOC)).await;
    assert!(document(&config).await.is_err(), "a loop ends");
}

#[tokio::test]
async fn what_has_not_changed_is_not_sent_again() {
    let (server, config) = edgar().await;
    let master = "/www.sec.gov/Archives/edgar/full-index/2025/QTR2/master.idx";
    let quarter = aperilex_edgar::Quarter::new(2025, 2).unwrap();
    Mock::given(method("GET"))
        .and(path(master))
        .and(header("if-none-match", "\"v1\""))
        .respond_with(ResponseTemplate::new(304))
        .expect(1)
        .with_priority(1)
        .mount(&server)
        .await;
    let answer = ResponseTemplate::new(200)
        .insert_header("etag", "\"v1\"")
        .set_body_bytes(fixture("master.idx"));
    serve(&server, master, answer).await;
    let edgar = client(&config);
    let kind = aperilex_edgar::IndexKind::Master;
    let first = edgar.quarterly_index(quarter, kind).await.unwrap();
    assert_eq!(first.len(), 2);
    // Fresh enough: nothing is sent for it.
    assert_eq!(edgar.quarterly_index(quarter, kind).await.unwrap(), first);
    assert_eq!(
        asked(&server)
            .await
            .iter()
            .filter(|path| *path == master)
            .count(),
        1
    );
    // The clock is stopped only now: servers and time-outs need it to run.
    tokio::time::pause();
    tokio::time::advance(Duration::from_secs(31)).await;
    tokio::time::resume();
    assert_eq!(edgar.quarterly_index(quarter, kind).await.unwrap(), first);
    assert_eq!(
        asked(&server)
            .await
            .iter()
            .filter(|path| *path == master)
            .count(),
        2
    );
}

#[tokio::test]
async fn i14_ten_clones_share_one_limiter() {
    let (server, mut config) = edgar().await;
    config.requests_per_second = Some(8);
    serve_body(&server, DOC, "<html>x").await;
    let edgar = client(&config);
    let started = Instant::now();
    let mut workers = tokio::task::JoinSet::new();
    for _ in 0..10 {
        let edgar = edgar.clone();
        workers.spawn(async move {
            for _ in 0..2 {
                edgar
                    .document(cik(), &accession(), "results.htm")
                    .await
                    .unwrap();
            }
        });
    }
    workers.join_all().await;
    assert_eq!(asked(&server).await.len(), 20);
    assert!(started.elapsed() >= Duration::from_millis(19 * 125));
}

#[tokio::test]
async fn json_that_is_none_is_a_bad_answer() {
    let (server, config) = edgar().await;
    serve_body(&server, TICKERS, "{\"0\":{\"cik_str\":").await;
    assert!(matches!(
        client(&config).tickers().await,
        Err(EdgarError::BadAnswer { .. })
    ));
}

#[tokio::test]
async fn f60_an_answer_that_cannot_be_read_is_not_kept() {
    let (server, config) = edgar().await;
    let broken = ResponseTemplate::new(200)
        .insert_header("etag", "\"v1\"")
        .set_body_string("{\"0\":{\"cik_str\":");
    Mock::given(path(TICKERS))
        .respond_with(broken)
        .up_to_n_times(1)
        .mount(&server)
        .await;
    serve_body(&server, TICKERS, fixture("company_tickers.json")).await;
    let edgar = client(&config);
    assert!(edgar.tickers().await.is_err());
    assert_eq!(edgar.tickers().await.unwrap().len(), 2);
    let requests = server.received_requests().await.unwrap();
    assert!(!requests[1].headers.contains_key("if-none-match"));
}
