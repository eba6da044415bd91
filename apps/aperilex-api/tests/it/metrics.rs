//! `/metrics`, scraped from a server as Prometheus does it.

use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;
use std::time::Duration;

use aperilex_api::{ApiSettings, Metrics};
use aperilex_core::ports::TaskQueue;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::CancellationToken;

use crate::world::{World, call, settings};

/// An address that nobody listens on at the moment.
async fn free_address() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    listener.local_addr().unwrap()
}

async fn http(address: SocketAddr, head: String) -> (String, String) {
    let mut socket = None;
    for _ in 0..200 {
        if let Ok(connected) = TcpStream::connect(address).await {
            socket = Some(connected);
            break;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let mut socket = socket.expect("nobody listens");
    socket.write_all(head.as_bytes()).await.unwrap();
    let mut text = String::new();
    socket.read_to_string(&mut text).await.unwrap();
    let (head, body) = text.split_once("\r\n\r\n").unwrap();
    (head.to_ascii_lowercase(), body.to_owned())
}

async fn get(address: SocketAddr, path: &str, key: &str) -> (String, String) {
    let head = format!(
        "GET {path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {key}\r\nConnection: close\r\n\r\n"
    );
    http(address, head).await
}

/// The samples of a page; each metric has its help and type before it.
fn samples(page: &str) -> BTreeMap<String, f64> {
    let mut typed = Vec::new();
    let mut samples = BTreeMap::new();
    for line in page.lines() {
        if let Some(kind) = line.strip_prefix("# TYPE ") {
            typed.push(kind.split(' ').next().unwrap().to_owned());
        } else if !line.starts_with('#') {
            let (name, value) = line.rsplit_once(' ').unwrap();
            let family = name.split('{').next().unwrap();
            assert!(
                typed.iter().any(|known| family.starts_with(known.as_str())),
                "{line} has no type"
            );
            samples.insert(name.to_owned(), value.parse().unwrap());
        }
    }
    samples
}

/// What is told of the busy world, and of what it was asked.
const EXPECTED: &[(&str, f64)] = &[
    ("requests_total{operation=\"getMe\",status=\"200\"}", 1.0),
    ("requests_total{operation=\"none\",status=\"404\"}", 1.0),
    (
        "requests_total{operation=\"createQuote\",status=\"422\"}",
        1.0,
    ),
    (
        "requests_total{operation=\"createQuote\",status=\"429\"}",
        1.0,
    ),
    ("request_duration_seconds_count{operation=\"getMe\"}", 1.0),
    (
        "request_duration_seconds_bucket{operation=\"getMe\",le=\"+Inf\"}",
        1.0,
    ),
    ("quota_refusals_total", 1.0),
    ("quota_fallbacks_total", 7.0),
    // One was made, one waits; the first asked for again is in the pool, and was read.
    ("answers_total{outcome=\"led\"}", 2.0),
    ("answers_total{outcome=\"pooled\"}", 1.0),
    ("answers_total{outcome=\"followed\"}", 0.0),
    ("answers_total{outcome=\"joined\"}", 0.0),
    ("answers_total{outcome=\"replayed\"}", 0.0),
    ("answers_total{outcome=\"refused\"}", 1.0),
    ("pool_hits_total", 1.0),
    ("pool_misses_total", 2.0),
    ("analysis_reads_total", 1.0),
    ("owed_usd", 0.0),
    ("pool_analyses", 1.0),
    ("stores_up", 1.0),
    ("tasks{status=\"completed\"}", 1.0),
    ("tasks{status=\"queued\"}", 1.0),
    ("tasks{status=\"running\"}", 0.0),
    ("oldest_waiting_seconds", 90.0),
    ("open_holds", 1.0),
    ("held_usd", 0.015),
    ("available_usd", 4.92),
    ("outbox_depth", 0.0),
    ("queue_depth", 0.0),
    ("dead_letters", 1.0),
    ("verification_findings", 0.0),
    ("verification_age_seconds", 60.0),
];

/// What is scraped is in the list of metrics, and what is in the list is scraped.
fn documented(page: &str) {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/operating.md");
    let text = std::fs::read_to_string(path).unwrap();
    let rows = text.lines().filter(|line| line.starts_with("| `aperilex_"));
    let names = rows.flat_map(|row| row.split('|').nth(1).unwrap().split('`').skip(1).step_by(2));
    let names = names.map(|name| name.split('{').next().unwrap());
    let told: BTreeSet<_> = names.collect();
    let heads = page.lines().filter_map(|line| line.strip_prefix("# TYPE "));
    let scraped: BTreeSet<_> = heads.map(|head| head.split(' ').next().unwrap()).collect();
    assert_eq!(told, scraped);
}

/// A world in which one analysis is made, one waits, and its message is given up.
async fn busy(api: ApiSettings) -> World {
    let mut plans = settings();
    plans.plans.professional.requests_per_hour = Some(5);
    let world = World::with(|_| {}, plans, api).await;
    let queue = &world.memory.queue;
    world.analysed().await;
    let again = world.request(&world.key).await;
    assert_eq!(again.status, 200);
    let mut other = crate::world::body();
    other["template"] = "business".into();
    let mut dear = other.clone();
    dear["max_price_usd"] = "0".into();
    let refused = call("POST", "/api/v1/analyses").json(&dear);
    assert_eq!(world.ask(refused).await.problem(), "over-max-price");
    let waiting = world
        .ask(call("POST", "/api/v1/analyses").json(&other))
        .await;
    assert_eq!(waiting.status, 202);
    while world.engine.relay_outbox().await.unwrap() > 0 {}
    world.engine.send_notices().await.unwrap();
    let delivery = queue.receive(1, Duration::from_secs(30)).await.unwrap();
    queue
        .reject(&delivery[0].receipt, "it was odd")
        .await
        .unwrap();
    world.memory.clock.advance(Duration::from_secs(30));
    world.engine.reconcile().await.unwrap();
    world.memory.clock.advance(Duration::from_secs(60));
    world
}

/// The page tells of the busy world, and of nothing that its list does not know.
async fn as_expected(world: &World, page: &str) {
    let seen = samples(page);
    let value = |name: &str| {
        let name = format!("aperilex_{name}");
        *seen
            .get(&name)
            .unwrap_or_else(|| panic!("no {name} in\n{page}"))
    };
    for (name, expected) in EXPECTED {
        let value = value(name);
        assert!((value - expected).abs() < 1e-9, "{name}: {value}");
    }
    let bytes = world.engine.gauges().await.unwrap().pool_bytes;
    assert!(bytes > 0 && (value("pool_bytes") - bytes as f64).abs() < 1e-9);
    documented(page);
    let sum = value("request_duration_seconds_sum{operation=\"getMe\"}");
    assert!(sum > 0.0 && sum < 20.0, "{sum}");
}

#[tokio::test]
async fn every_metric_is_scraped() {
    let metrics_at = free_address().await;
    let api = ApiSettings {
        metrics_listen: Some(metrics_at),
        ..ApiSettings::default()
    };
    let world = busy(api.clone()).await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let shutdown = CancellationToken::new();
    let measured = Metrics::default().with_quota_fallbacks(|| 7);
    let serving = aperilex_api::serve_measured(
        world.engine.clone(),
        api,
        measured,
        listener,
        shutdown.clone(),
    );
    let server = tokio::spawn(serving);
    get(address, "/api/v1/me", &world.key).await;
    get(address, "/nowhere", "").await;
    let quote = format!(
        "POST /api/v1/quotes HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {}\r\nConnection: close\r\n\
         Content-Type: application/json\r\nContent-Length: 2\r\n\r\n{{}}",
        world.key
    );
    // Four of five requests are used up.
    http(address, quote.clone()).await;
    let (refused, _) = http(address, quote).await;
    assert!(refused.starts_with("http/1.1 429"), "{refused}");

    let (head, page) = get(metrics_at, "/metrics", "").await;
    assert!(
        head.contains("content-type: text/plain; version=0.0.4"),
        "{head}"
    );
    as_expected(&world, &page).await;

    // How the stores stand is asked every fifteen seconds only; what happened here is always told.
    world.engine.relay_outbox().await.unwrap();
    get(address, "/api/v1/me", &world.key).await;
    let (_, page) = get(metrics_at, "/metrics", "").await;
    let seen = samples(&page);
    assert!(
        (seen["aperilex_requests_total{operation=\"getMe\",status=\"200\"}"] - 2.0).abs() < 1e-9
    );

    let (head, _) = get(metrics_at, "/api/v1/me", &world.key).await;
    assert!(
        head.starts_with("http/1.1 404"),
        "nothing else is there: {head}"
    );
    let (head, _) = get(address, "/metrics", &world.key).await;
    assert!(
        head.starts_with("http/1.1 404"),
        "not on the public listener: {head}"
    );
    shutdown.cancel();
    server.await.unwrap().unwrap();
    assert!(
        TcpStream::connect(metrics_at).await.is_err(),
        "it is closed"
    );
}

#[tokio::test]
async fn stores_that_do_not_answer_are_told_of_and_not_guessed() {
    let metrics_at = free_address().await;
    let api = ApiSettings {
        metrics_listen: Some(metrics_at),
        ..ApiSettings::default()
    };
    let world = World::with(|_| {}, settings(), api.clone()).await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let shutdown = CancellationToken::new();
    world.memory.faults.fail_next("reports.gauges");
    let serving = aperilex_api::serve(world.engine.clone(), api, listener, shutdown.clone());
    let server = tokio::spawn(serving);
    let (_, page) = get(metrics_at, "/metrics", "").await;
    let seen = samples(&page);
    assert!(seen["aperilex_stores_up"].abs() < 1e-9);
    assert!(!page.contains("aperilex_available_usd"), "{page}");
    let unproved = seen["aperilex_verification_findings"];
    assert!((unproved + 1.0).abs() < 1e-9, "{unproved}");
    shutdown.cancel();
    server.await.unwrap().unwrap();
}

#[tokio::test]
async fn an_address_that_is_taken_is_named() {
    let taken = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = taken.local_addr().unwrap();
    let api = ApiSettings {
        metrics_listen: Some(address),
        ..ApiSettings::default()
    };
    let world = World::new().await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let served = aperilex_api::serve(
        world.engine.clone(),
        api,
        listener,
        CancellationToken::new(),
    );
    let error = served.await.unwrap_err().to_string();
    assert!(
        error.contains("api.metrics_listen") && error.contains(&address.to_string()),
        "{error}"
    );
}
