//! A company with filings, accounts that ask for analyses, and adapters that misbehave.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::Duration;

use aperilex_core::ports::{
    CanonicalText, Clock, Draft, DraftClaim, DraftQuote, FilingContent, FilingParser, Outbox,
    OutboxItem, OutboxMessage, ParseFilingError, PartKind, Ports, StoreError,
};
use aperilex_core::{
    Account, Actor, AnalysisRequest, Answer, Contract, Engine, FilingId, FilingLocator, FilingMeta,
    MicroUsd, RawDocument, RawFiling, Role, Settings, Task, TaskId, TaskStatus, Template, Tier,
    Timestamp,
};
use aperilex_memory::{Faults, Memory, MemoryQueue};
use aperilex_wiring::settings::WorkerSettings;
use async_trait::async_trait;

const TEXT: &str = "Part I\nItem 1. Business\nWe make kettles in two plants.\nItem 1A. Risk Factors\n\
    We depend on a small number of retailers for most of our sales.\n";
const SENTENCE: &str = "We depend on a small number of retailers for most of our sales.";

#[derive(Debug)]
pub(crate) struct RealTime;

impl Clock for RealTime {
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }
}

/// Takes its time, and breaks down as often as it is told to.
#[derive(Debug)]
pub(crate) struct SlowParser {
    pub(crate) inner: Arc<dyn FilingParser>,
    pub(crate) takes: Duration,
    pub(crate) panics: AtomicU32,
}

impl FilingParser for SlowParser {
    fn version(&self) -> &'static str {
        self.inner.version()
    }

    fn parse(&self, filing: &RawFiling) -> Result<FilingContent, ParseFilingError> {
        let left = self
            .panics
            .fetch_update(Ordering::SeqCst, Ordering::SeqCst, |n| n.checked_sub(1));
        assert!(left.is_err(), "told to");
        std::thread::sleep(self.takes);
        self.inner.parse(filing)
    }

    fn canonical_texts(&self, file: &RawDocument) -> Result<Vec<CanonicalText>, ParseFilingError> {
        self.inner.canonical_texts(file)
    }
}

/// Breaks down once.
#[derive(Debug)]
pub(crate) struct FragileOutbox {
    pub(crate) inner: Arc<dyn Outbox>,
    pub(crate) broke: AtomicBool,
}

#[async_trait]
impl Outbox for FragileOutbox {
    async fn next_batch(
        &self,
        limit: usize,
        leased_until: Timestamp,
        now: Timestamp,
    ) -> Result<Vec<OutboxMessage>, StoreError> {
        assert!(self.broke.swap(true, Ordering::SeqCst), "the first time");
        self.inner.next_batch(limit, leased_until, now).await
    }

    async fn next_notices(
        &self,
        limit: usize,
        leased_until: Timestamp,
        now: Timestamp,
    ) -> Result<Vec<OutboxMessage>, StoreError> {
        self.inner.next_notices(limit, leased_until, now).await
    }

    async fn put_off(&self, id: i64, until: Timestamp) -> Result<(), StoreError> {
        self.inner.put_off(id, until).await
    }

    async fn put(&self, items: &[OutboxItem]) -> Result<(), StoreError> {
        self.inner.put(items).await
    }

    async fn mark_sent(&self, ids: &[i64], now: Timestamp) -> Result<(), StoreError> {
        self.inner.mark_sent(ids, now).await
    }
}

pub(crate) struct World {
    pub(crate) memory: Memory,
    pub(crate) ports: Ports,
    pub(crate) settings: Settings,
}

impl World {
    /// Leases of one second, and no back-off.
    pub(crate) fn new() -> Self {
        let memory = Memory::new(Timestamp::now());
        let ports = Ports {
            clock: Arc::new(RealTime),
            queue: Arc::new(MemoryQueue::new(Arc::new(RealTime), Faults::default())),
            ..memory.ports()
        };
        let mut settings = Settings::default();
        settings.timings.lease_s = 1;
        settings.timings.backoff_s = 0;
        Self {
            memory,
            ports,
            settings,
        }
    }

    pub(crate) fn slow(mut self, takes: Duration, panics: u32) -> Self {
        self.ports.parser = Arc::new(SlowParser {
            inner: self.ports.parser,
            takes,
            panics: AtomicU32::new(panics),
        });
        self
    }

    pub(crate) fn engine(&self) -> Engine {
        Engine::new(self.ports.clone(), self.settings.clone())
    }

    /// A new account, whose contract makes analyses free, asks for a new filing's, and the analyst will have one.
    pub(crate) async fn submit(&self, engine: &Engine, n: u32) -> (Account, Task) {
        let accession = format!("0001999999-26-{n:06}");
        self.memory.source.add(filing(&accession));
        self.memory.analyst.answer(Ok(draft()));
        let email = format!("reader{n}@example.com").parse().unwrap();
        let credit = "1".parse().unwrap();
        let made = engine
            .create_account(email, Tier::Enterprise, Role::Member, credit)
            .await;
        let contract = Contract {
            analysis: Some(MicroUsd::ZERO),
            ..Contract::default()
        };
        let (id, by) = (made.unwrap().account.id, Actor::Operator);
        let agreed = engine.set_contract(by, id, Some(&contract), "free").await;
        let account = agreed.unwrap();
        let request = AnalysisRequest {
            filing: FilingLocator::Accession(accession.parse().unwrap()),
            template: Template::Comprehensive,
            quality: None,
            refresh: false,
            max_price: None,
            quote: None,
            idempotency_key: None,
        };
        let requested = engine.request_analysis(&account, &request).await.unwrap();
        match requested.answer {
            Answer::Task(task) => (account, task),
            Answer::Analysis(record) => panic!("the pool has {record:?}"),
        }
    }

    pub(crate) async fn task(&self, id: TaskId) -> Task {
        self.ports.stores.tasks.get(id).await.unwrap().unwrap()
    }

    /// Waits until a task is there; fails if that takes too long.
    pub(crate) async fn until(&self, id: TaskId, wanted: TaskStatus) -> Task {
        for _ in 0..2000 {
            let task = self.task(id).await;
            if task.status == wanted {
                return task;
            }
            assert!(!task.status.is_terminal(), "{task:?}");
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("not {wanted} in time: {:?}", self.task(id).await);
    }
}

pub(crate) fn worker() -> WorkerSettings {
    WorkerSettings {
        concurrency: 2,
        poll_ms: 20,
        sweep_ms: 100,
        grace_s: 0,
    }
}

fn draft() -> Draft {
    let quotes = vec![DraftQuote {
        document: 0,
        item: None,
        quote: SENTENCE.to_owned(),
        range: None,
    }];
    let claim = DraftClaim {
        text: SENTENCE.to_owned(),
        quotes,
        figure: None,
    };
    Draft {
        parts: [(PartKind::Summary, vec![claim])].into(),
        ..Draft::default()
    }
}

pub(crate) fn filing(accession: &str) -> RawFiling {
    let accession = accession.parse().unwrap();
    RawFiling {
        meta: FilingMeta {
            id: FilingId::of_accession(&accession),
            accession: Some(accession),
            cik: Some("1999999".parse().unwrap()),
            company: Some("Meridian Kettle Works, Inc.".to_owned()),
            ticker: Some("MKWX".parse().unwrap()),
            form: "10-K".parse().unwrap(),
            filed: Some("2026-02-26".parse().unwrap()),
            period: None,
            items: Vec::new(),
            primary_document: Some("main.txt".to_owned()),
            url: None,
        },
        documents: vec![RawDocument {
            name: "main.txt".to_owned(),
            doc_type: Some("10-K".to_owned()),
            sequence: Some(1),
            description: None,
            bytes: TEXT.as_bytes().to_vec().into(),
            sha256: None,
        }],
    }
}
