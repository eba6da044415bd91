//! What we need fails, or we do: the client learns what to do and nothing else.

use std::sync::Arc;
use std::time::Duration;

use aperilex_api::ApiSettings;
use aperilex_core::ports::{FilingSource, FilingSourceError};
use aperilex_core::{
    Company, CompanyLocator, FilingLocator, FilingMeta, FilingQuery, RawFiling, Settings,
};
use async_trait::async_trait;

use crate::world::{World, body, call};

/// A source that fails in one way.
#[derive(Debug)]
struct Failing(fn() -> FilingSourceError);

#[async_trait]
impl FilingSource for Failing {
    async fn find(&self, _: &FilingLocator) -> Result<FilingMeta, FilingSourceError> {
        Err((self.0)())
    }

    async fn fetch(&self, _: &FilingMeta) -> Result<RawFiling, FilingSourceError> {
        Err((self.0)())
    }

    async fn list(&self, _: &FilingQuery) -> Result<Vec<FilingMeta>, FilingSourceError> {
        Err((self.0)())
    }

    async fn company(&self, _: &CompanyLocator) -> Result<Company, FilingSourceError> {
        Err((self.0)())
    }
}

async fn world(fails: fn() -> FilingSourceError) -> World {
    let failing = |ports: &mut aperilex_core::ports::Ports| ports.source = Arc::new(Failing(fails));
    World::with(failing, Settings::default(), ApiSettings::default()).await
}

/// A failure, and the status, code and `Retry-After` it is told with.
type Row = (fn() -> FilingSourceError, u16, &'static str, &'static str);

const SECRET: &str = "postgres://aperilex:hunter2@10.0.0.7/SELECT";

use FilingSourceError as F;

const SOURCES: &[Row] = &[
    (
        || F::Unsupported {
            operation: "finding by ticker",
        },
        422,
        "invalid-field",
        "",
    ),
    (|| F::TooLarge { limit: 1 }, 422, "filing-unusable", ""),
    (
        || F::Throttled {
            after: Duration::from_millis(41_500),
        },
        503,
        "unavailable",
        "42",
    ),
    (
        || F::Unavailable {
            source: SECRET.into(),
        },
        503,
        "unavailable",
        "2",
    ),
    (
        || F::BadAnswer {
            reason: SECRET.to_owned(),
        },
        503,
        "unavailable",
        "2",
    ),
    (
        || F::Misconfigured {
            reason: SECRET.to_owned(),
        },
        500,
        "internal",
        "",
    ),
    (
        || F::UrlNotAllowed {
            reason: "expected www.sec.gov".to_owned(),
        },
        422,
        "url-not-allowed",
        "",
    ),
    (
        || F::NotFound {
            what: "10-K of APX".to_owned(),
        },
        404,
        "not-found",
        "",
    ),
];

#[tokio::test]
async fn a_failing_source_is_told_as_what_it_means() {
    for &(fails, status, code, retry_after) in SOURCES {
        let world = world(fails).await;
        let answer = world
            .ask(call("POST", "/api/v1/analyses").json(&body()))
            .await;
        assert_eq!(
            (answer.status.as_u16(), answer.problem().as_str()),
            (status, code)
        );
        assert_eq!(answer.header("retry-after"), retry_after, "{code}");
        assert!(
            !String::from_utf8_lossy(&answer.bytes).contains("hunter2"),
            "{code}"
        );
    }
}

#[tokio::test]
async fn a_panic_is_an_answer() {
    let world = world(|| panic!("{SECRET}")).await;
    let answer = world
        .ask(call("POST", "/api/v1/quotes").json(&body()))
        .await;
    assert_eq!(
        (answer.status.as_u16(), answer.problem().as_str()),
        (500, "internal")
    );
    assert!(!String::from_utf8_lossy(&answer.bytes).contains("hunter2"));
    assert_eq!(
        world.get("/api/v1/me").await.status,
        200,
        "the server lives"
    );
}

#[tokio::test]
async fn without_its_database_the_service_is_live_and_not_ready() {
    let world = World::new().await;
    world.memory.faults.fail_next("accounts.list");
    let answer = world.send(call("GET", "/health/ready")).await;
    assert_eq!(
        (answer.status.as_u16(), answer.problem().as_str()),
        (503, "not-ready")
    );
    assert!(
        answer.json()["detail"]
            .as_str()
            .unwrap()
            .contains("database")
    );
    assert_eq!(world.send(call("GET", "/health/live")).await.status, 200);
    assert_eq!(world.send(call("GET", "/health/ready")).await.status, 200);
    assert!(world.memory.faults.pending().is_empty());
}

#[tokio::test]
async fn a_database_that_is_away_is_told_with_a_time_to_come_back() {
    let world = World::new().await;
    world.memory.faults.fail_next("accounts.by_key");
    let answer = world.get("/api/v1/me").await;
    assert_eq!(
        (answer.status.as_u16(), answer.problem().as_str()),
        (503, "unavailable")
    );
    assert_eq!(answer.header("retry-after"), "2");
    assert_eq!(world.get("/api/v1/me").await.status, 200);
}

#[tokio::test]
async fn a_read_of_a_result_asks_for_access_each_time_and_for_the_bytes_once() {
    let world = World::new().await;
    let analysis = world.analysed().await;
    let path = format!("/api/v1/analyses/{analysis}");
    assert_eq!(world.get(&path).await.status, 200);
    // The bytes are remembered; whether they may be read is not.
    world.memory.faults.fail_next("documents.get");
    assert_eq!(world.get(&path).await.status, 200);
    assert_eq!(world.memory.faults.pending(), ["documents.get"]);
    world.memory.faults.clear();
    world.memory.faults.fail_next("pool.readable");
    assert_eq!(world.get(&path).await.status, 503);
}

#[tokio::test]
async fn answers_say_how_they_may_be_kept_and_who_asked() {
    let world = World::new().await;
    let answer = world
        .ask(call("GET", "/api/v1/me").header("x-request-id", "abc-1"))
        .await;
    assert_eq!(answer.header("x-request-id"), "abc-1");
    assert_eq!(answer.header("cache-control"), "private, no-cache");
    assert_eq!(answer.header("x-content-type-options"), "nosniff");
    assert_eq!(answer.header("strict-transport-security"), "");
    let forged = world
        .ask(call("GET", "/api/v1/me").header("x-request-id", "a b"))
        .await;
    assert_eq!(forged.header("x-request-id").len(), 36);
    let tls = ApiSettings {
        behind_tls: true,
        ..ApiSettings::default()
    };
    let world = World::with(|_| {}, Settings::default(), tls).await;
    let answer = world.get("/api/v1/me").await;
    assert!(
        answer
            .header("strict-transport-security")
            .starts_with("max-age=")
    );
}
