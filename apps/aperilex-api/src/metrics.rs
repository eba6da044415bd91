//! Metrics, in the text format that Prometheus scrapes (version 0.0.4), on a listener of their own.
//!
//! What happens in this process is counted here; how things stand is asked of the stores, at most every
//! fifteen seconds however often it is scraped.

mod text;

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use aperilex_core::ports::MAX_PAGE;
use aperilex_core::{Engine, EngineError, Gauges};
use hyper::body::Incoming;
use hyper::header::{CONTENT_TYPE, HeaderValue};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::TcpListener;
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// Upper bounds of the latency histogram, in microseconds: from a read from memory to a long poll.
const BOUNDS_US: [u64; 11] = [
    1_000, 2_500, 5_000, 10_000, 25_000, 50_000, 100_000, 250_000, 1_000_000, 5_000_000, 60_000_000,
];
/// How long a snapshot of the stores is shown.
const SNAPSHOT_FOR: Duration = Duration::from_secs(15);
/// Longest time for the head of a scrape.
const HEAD_TIME: Duration = Duration::from_secs(10);
/// Scrapes at the same time.
const SCRAPES: usize = 8;
const MEDIA_TYPE: HeaderValue = HeaderValue::from_static("text/plain; version=0.0.4");

/// What was answered to one operation.
#[derive(Debug, Clone, Default)]
struct Answered {
    statuses: BTreeMap<u16, u64>,
    /// Answers by the first bound that they were not above; the last slot is for slower ones.
    buckets: [u64; BOUNDS_US.len() + 1],
    sum_us: u64,
}

/// How the stores stood, and when they were asked.
#[derive(Debug)]
struct Snapshot {
    taken: Instant,
    gauges: Option<Standing>,
}

/// How the stores stand.
#[derive(Debug, Clone, Default)]
struct Standing {
    gauges: Gauges,
    queue: u64,
    dead_letters: u64,
    oldest_waiting_s: u64,
    /// What the last proof that was kept found, and how long ago.
    proof: Option<(u64, u64)>,
}

/// Something that another part counts.
type Reading = Arc<dyn Fn() -> u64 + Send + Sync>;

/// The metrics of a server.
#[derive(Default)]
pub struct Metrics {
    operations: Mutex<BTreeMap<&'static str, Answered>>,
    quota_refusals: AtomicU64,
    quota_fallbacks: Option<Reading>,
    snapshot: tokio::sync::Mutex<Option<Snapshot>>,
}

impl fmt::Debug for Metrics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Metrics").finish_non_exhaustive()
    }
}

impl Metrics {
    /// Shows how often the quota was decided without its store, as `read` tells.
    #[must_use]
    pub fn with_quota_fallbacks(self, read: impl Fn() -> u64 + Send + Sync + 'static) -> Self {
        Self {
            quota_fallbacks: Some(Arc::new(read)),
            ..self
        }
    }

    /// Counts an answer.
    pub(crate) fn answered(&self, operation: &'static str, status: u16, took: Duration) {
        let us = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
        let bucket = BOUNDS_US.iter().position(|bound| us <= *bound);
        let mut operations = self
            .operations
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let answered = operations.entry(operation).or_default();
        *answered.statuses.entry(status).or_default() += 1;
        if let Some(count) = answered.buckets.get_mut(bucket.unwrap_or(BOUNDS_US.len())) {
            *count += 1;
        }
        answered.sum_us = answered.sum_us.saturating_add(us);
    }

    /// Counts a request that the quota refused.
    pub(crate) fn refused_by_quota(&self) {
        self.quota_refusals.fetch_add(1, Ordering::Relaxed);
    }

    /// Everything, as it is scraped.
    async fn scrape(&self, engine: &Engine) -> String {
        let standing = self.standing(engine).await;
        let operations = self
            .operations
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone();
        let fallbacks = self.quota_fallbacks.as_ref().map_or(0, |read| read());
        let mut page = text::Page::default();
        page.requests(&operations);
        let refusals = self.quota_refusals.load(Ordering::Relaxed);
        page.counter(
            "quota_refusals_total",
            "Requests refused by a quota.",
            refusals,
        );
        let help = "Quotas decided in memory because their store did not answer.";
        page.counter("quota_fallbacks_total", help, fallbacks);
        page.outcomes(&engine.counts());
        page.standing(standing.as_ref());
        page.proof(standing.and_then(|it| it.proof), engine.findings());
        page.into_text()
    }

    /// How the stores stand, not older than a snapshot may be; none if they do not answer.
    async fn standing(&self, engine: &Engine) -> Option<Standing> {
        // Held while asking: of many scrapes at once one asks.
        let mut snapshot = self.snapshot.lock().await;
        if let Some(known) = snapshot
            .as_ref()
            .filter(|known| known.taken.elapsed() < SNAPSHOT_FOR)
        {
            return known.gauges.clone();
        }
        let gauges = match look(engine).await {
            Ok(standing) => Some(standing),
            Err(error) => {
                tracing::warn!(%error, "the metrics of the stores cannot be read");
                None
            }
        };
        *snapshot = Some(Snapshot {
            taken: Instant::now(),
            gauges: gauges.clone(),
        });
        gauges
    }
}

async fn look(engine: &Engine) -> Result<Standing, EngineError> {
    let gauges = engine.gauges().await?;
    let ports = engine.ports();
    let now = ports.clock.now();
    let age = |since| {
        let waited = Duration::try_from(now.duration_since(since));
        waited.unwrap_or_default().as_secs()
    };
    let dead = engine.dead_letters(MAX_PAGE).await?.len();
    let roots = ports.stores.audit.roots(1).await?;
    Ok(Standing {
        proof: roots.first().map(|root| (root.findings, age(root.at))),
        oldest_waiting_s: gauges.oldest_waiting.map_or(0, age),
        queue: ports.queue.depth().await.map_err(EngineError::from)?,
        dead_letters: u64::try_from(dead).unwrap_or(u64::MAX),
        gauges,
    })
}

/// Where the metrics are to be scraped.
pub(crate) async fn bind(address: SocketAddr) -> io::Result<TcpListener> {
    let listener = TcpListener::bind(address).await.map_err(|error| {
        let told = format!("cannot listen on {address} for metrics (api.metrics_listen): {error}");
        io::Error::new(error.kind(), told)
    })?;
    tracing::info!(address = %listener.local_addr()?, "metrics at /metrics");
    Ok(listener)
}

/// Serves the metrics until `shutdown` is cancelled.
pub(crate) async fn serve(
    metrics: Arc<Metrics>,
    engine: Engine,
    listener: TcpListener,
    shutdown: CancellationToken,
) {
    let scrapes = Arc::new(Semaphore::new(SCRAPES));
    let open = TaskTracker::new();
    let serving = async {
        loop {
            let Ok(slot) = Arc::clone(&scrapes).acquire_owned().await else {
                return;
            };
            let Ok((socket, _)) = listener.accept().await else {
                tokio::time::sleep(Duration::from_millis(100)).await;
                continue;
            };
            let (metrics, engine) = (Arc::clone(&metrics), engine.clone());
            let shutdown = shutdown.clone();
            open.spawn(async move {
                let service = service_fn(|request| answer(&metrics, &engine, request));
                let connection = http1::Builder::new()
                    .timer(TokioTimer::new())
                    .header_read_timeout(HEAD_TIME)
                    .serve_connection(TokioIo::new(socket), service);
                let _ = shutdown.run_until_cancelled(connection).await;
                drop(slot);
            });
        }
    };
    shutdown.run_until_cancelled(serving).await;
}

async fn answer(
    metrics: &Metrics,
    engine: &Engine,
    request: Request<Incoming>,
) -> Result<Response<String>, Infallible> {
    let mut response = Response::new(String::new());
    if request.uri().path() != "/metrics" {
        *response.status_mut() = StatusCode::NOT_FOUND;
    } else if request.method() != Method::GET {
        *response.status_mut() = StatusCode::METHOD_NOT_ALLOWED;
    } else {
        *response.body_mut() = metrics.scrape(engine).await;
        response.headers_mut().insert(CONTENT_TYPE, MEDIA_TYPE);
    }
    Ok(response)
}
