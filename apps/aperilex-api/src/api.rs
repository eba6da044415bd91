//! What all requests share.

use std::sync::Arc;
use std::time::Duration;

use aperilex_core::ports::FilingRecord;
use aperilex_core::{
    Account, AnalysisRecord, Digest, Engine, EngineError, FilingContent, FilingId,
};
use bytes::Bytes;
use moka::sync::Cache;
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::auth::Authenticator;
use crate::gate::Gate;
use crate::in_flight::InFlight;
use crate::limits::Streams;
use crate::metrics::Metrics;
use crate::problem::Problem;
use crate::settings::{ApiSettings, seconds};
use crate::wake::Wakes;

/// Filings taken apart at the same time.
const PARSERS: usize = 2;

/// Payment events taken in at the same time; they need the same few accounts' locks.
const PAYMENTS: usize = 32;

/// Engine, settings, caches.
#[derive(Debug)]
pub(crate) struct Api {
    pub(crate) engine: Engine,
    pub(crate) settings: ApiSettings,
    pub(crate) authenticator: Authenticator,
    pub(crate) gate: Gate,
    pub(crate) streams: Arc<Streams>,
    pub(crate) in_flight: Arc<InFlight>,
    pub(crate) wakes: Arc<Wakes>,
    pub(crate) metrics: Arc<Metrics>,
    /// Cancelled when the server stops.
    pub(crate) closing: CancellationToken,
    results: Cache<Digest, Bytes>,
    contents: Cache<Digest, Arc<FilingContent>>,
    parsers: Arc<Semaphore>,
    /// Payment events that are taken in at the same time.
    pub(crate) payments: Semaphore,
}

impl Api {
    pub(crate) fn new(
        engine: Engine,
        settings: ApiSettings,
        metrics: Arc<Metrics>,
        closing: CancellationToken,
    ) -> Self {
        let weigh = |_: &Digest, bytes: &Bytes| u32::try_from(bytes.len()).unwrap_or(u32::MAX);
        let results = Cache::builder()
            .weigher(weigh)
            .max_capacity(settings.result_cache_bytes)
            .build();
        let contents = Cache::builder()
            .weigher(|_: &Digest, content: &Arc<FilingContent>| weight(content))
            .max_capacity(settings.content_cache_bytes)
            .build();
        Self {
            authenticator: Authenticator::new(seconds(settings.auth_cache_s)),
            gate: Gate::new(&settings),
            streams: Arc::default(),
            in_flight: Arc::default(),
            wakes: Arc::default(),
            metrics,
            closing,
            results,
            contents,
            parsers: Arc::new(Semaphore::new(PARSERS)),
            payments: Semaphore::new(PAYMENTS),
            engine,
            settings,
        }
    }

    pub(crate) const fn heartbeat(&self) -> Duration {
        seconds(self.settings.heartbeat_s)
    }

    pub(crate) const fn poll(&self) -> Duration {
        seconds(self.settings.poll_s)
    }

    /// The stored bytes of an analysis. The caller has asked whether they may be read.
    pub(crate) async fn result(&self, record: &AnalysisRecord) -> Result<Bytes, EngineError> {
        if let Some(bytes) = self.results.get(&record.result_sha256) {
            return Ok(bytes);
        }
        let bytes = self.engine.analysis_bytes(record).await?;
        self.results.insert(record.result_sha256, bytes.clone());
        Ok(bytes)
    }

    /// A filing taken apart, if this account may read it.
    pub(crate) async fn readable_content(
        &self,
        account: &Account,
        filing: Uuid,
    ) -> Result<Arc<FilingContent>, Problem> {
        let id = FilingId::from_uuid(filing);
        let record = self.engine.filing(account, id).await?;
        self.content(&record).await
    }

    /// A filing taken apart. The caller has asked whether it may be read.
    pub(crate) async fn content(
        &self,
        record: &FilingRecord,
    ) -> Result<Arc<FilingContent>, Problem> {
        let Some(main) = record
            .stored
            .as_ref()
            .and_then(|stored| stored.documents.first())
        else {
            return Err(EngineError::NotFound {
                what: "document".to_owned(),
            }
            .into());
        };
        // Filings can share a main document, never a set of documents.
        let key = Digest::of(format!("{}|{}", record.meta.id, main.sha256).as_bytes());
        if let Some(content) = self.contents.get(&key) {
            return Ok(content);
        }
        let permit = Arc::clone(&self.parsers).acquire_owned().await;
        let permit = permit.map_err(|_| Problem::internal())?;
        let (engine, record) = (self.engine.clone(), record.clone());
        let contents = self.contents.clone();
        let runtime = tokio::runtime::Handle::current();
        // Parsing is work for a processor, so it must not hold up the threads that serve. It goes on
        // when the client has gone: then the permit stays taken, and the next one finds the result.
        let work = move || {
            let _permit = permit;
            // Whoever held the permit may have parsed this very filing.
            if let Some(content) = contents.get(&key) {
                return Ok(content);
            }
            let content = Arc::new(runtime.block_on(engine.filing_content(&record))?);
            contents.insert(key, Arc::clone(&content));
            Ok::<_, EngineError>(content)
        };
        match tokio::task::spawn_blocking(work).await {
            Ok(content) => Ok(content?),
            Err(error) => {
                tracing::error!(%error, "taking a filing apart broke off");
                Err(Problem::internal())
            }
        }
    }
}

/// About the bytes that a filing takes in memory.
fn weight(content: &FilingContent) -> u32 {
    let texts = content.documents.iter().filter_map(|d| d.text.as_ref());
    let text: usize = texts.map(|text| text.text.len().saturating_mul(2)).sum();
    let cells: usize = content
        .tables
        .iter()
        .map(|table| table.cells.text_len() + table.cells.len() * 4)
        .sum();
    let facts: usize = content
        .facts
        .iter()
        .map(|fact| {
            let pairs = fact.dimensions.iter();
            let dimensions: usize = pairs
                .map(|(axis, member)| axis.len() + member.len() + 64)
                .sum();
            fact.concept.len() + fact.value.len() + dimensions + 256
        })
        .sum();
    u32::try_from(text.saturating_add(cells).saturating_add(facts)).unwrap_or(u32::MAX)
}
