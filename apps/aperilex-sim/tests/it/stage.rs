//! The whole engine on a database of its own, with a gate before every call. Stories are told on one stage
//! one after the other, each with accounts and filings of its own.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use aperilex_core::ports::{
    AnalysisOrder, AnalystError, AnalystProfile, CallOutcome, Clock as _, CostMeter, Draft,
    FilingAnalyst, FilingContent, FilingLocator, MicroUsd, Ports, Quality, SpentCall, Template,
    TokenUsage,
};
use aperilex_core::{AccessionNumber, Account, Engine, FilingId, Role, Settings, Tier, Timestamp};
use aperilex_memory::Memory;
use aperilex_sea_orm::{Database, DatabaseConfig, QueueSettings};
use aperilex_sim::gate::Gate;
use aperilex_sim::{actors, gated, world};
use async_trait::async_trait;
use sea_orm::ConnectionTrait as _;

const POSTGRES: &str = "APERILEX_TEST_POSTGRES_URL";

/// Where the stores are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Base {
    Memory,
    Sqlite,
    Postgres,
}

#[derive(Debug)]
pub(crate) struct Stage {
    pub(crate) memory: Memory,
    pub(crate) gate: Gate,
    pub(crate) analyst: Arc<Moody>,
    pub(crate) settings: Settings,
    ports: Ports,
    _place: Place,
    /// Accession numbers given out.
    filings: AtomicU32,
    casts: AtomicU32,
}

/// Accounts and filings that no other story knows.
#[derive(Debug)]
pub(crate) struct Cast {
    pub(crate) accounts: Vec<Account>,
    pub(crate) filings: Vec<AccessionNumber>,
}

impl Cast {
    pub(crate) fn locator(&self, filing: usize) -> FilingLocator {
        FilingLocator::Accession(self.filings[filing])
    }

    pub(crate) fn filing(&self, filing: usize) -> FilingId {
        FilingId::of_accession(&self.filings[filing])
    }
}

impl Stage {
    /// None where there is no such database; an error where it is required.
    pub(crate) async fn open(base: Base) -> Option<Self> {
        let now: Timestamp = "2026-11-23T12:00:00Z".parse().unwrap();
        let memory = Memory::new(now);
        let analyst = Arc::new(Moody::default());
        let ports = Ports {
            analysts: vec![analyst.clone()],
            ..memory.ports()
        };
        let (database, place) = match base {
            Base::Memory => (None, Place::Nowhere),
            Base::Sqlite => {
                let dir = tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir());
                let dir = dir.unwrap();
                let config = DatabaseConfig::sqlite(&dir.path().join("stage.sqlite3"));
                (Some(config), Place::Directory { _kept: dir })
            }
            Base::Postgres => {
                let server = server()?;
                let (config, place) = created(&server).await;
                (Some(config), place)
            }
        };
        let ports = match database {
            None => ports,
            Some(config) => {
                let database = Database::connect(&config).await.unwrap();
                let migrated = aperilex_migrations::run(database.connection()).await;
                migrated.unwrap();
                let queue = database.queue(memory.clock.clone(), QueueSettings::default());
                Ports {
                    queue: Arc::new(queue),
                    stores: database.stores(),
                    ..ports
                }
            }
        };
        let mut settings = world::settings().unwrap();
        settings.plans.basic.requests_per_hour = Some(1000);
        // What waits over a reset day is still wanted behind it.
        settings.timings.task_max_age_s = 60 * 24 * 60 * 60;
        Some(Self {
            memory,
            gate: Gate::open(),
            analyst,
            settings,
            ports,
            _place: place,
            filings: AtomicU32::new(0),
            casts: AtomicU32::new(0),
        })
    }

    /// A process of its own: what it remembers is its alone.
    pub(crate) fn engine(&self) -> Arc<Engine> {
        let ports = gated::behind(self.ports.clone(), &self.gate);
        Arc::new(Engine::new(ports, self.settings.clone()))
    }

    /// For looking on: no fault strikes it.
    pub(crate) fn bare(&self) -> Engine {
        Engine::new(self.ports.clone(), self.settings.clone())
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.memory.clock.now()
    }

    pub(crate) fn pass(&self, seconds: u64) {
        self.memory.clock.advance(Duration::from_secs(seconds));
    }

    /// New accounts with so many credits, and as many new filings as asked for, filed today.
    pub(crate) async fn cast(&self, tiers: &[(Tier, &str)], filings: u32) -> Cast {
        let (bare, mut accounts) = (self.bare(), Vec::new());
        let cast = self.casts.fetch_add(1, Ordering::Relaxed);
        for (place, (tier, credit)) in tiers.iter().enumerate() {
            let email = format!("{place}-of-{cast}@example.com").parse().unwrap();
            let credit: MicroUsd = credit.parse().unwrap();
            let made = bare.create_account(email, *tier, Role::Member, credit);
            accounts.push(made.await.unwrap().account);
        }
        let first = self.filings.fetch_add(filings, Ordering::Relaxed);
        let filed = self.memory.clock.now().to_string();
        let number = |n: u32| format!("0001999999-26-{n:06}");
        let numbers: Vec<_> = (first..first + filings).map(number).collect();
        for number in &numbers {
            let filing = world::filing(number, &filed[..10]).unwrap();
            self.memory.source.add(filing);
        }
        Cast {
            accounts,
            filings: numbers.iter().map(|it| it.parse().unwrap()).collect(),
        }
    }

    /// One round of everything that works in the background; true if some of it died.
    pub(crate) async fn round(&self, engine: &Arc<Engine>, sweeps: bool) -> bool {
        let gate = &self.gate;
        let swept = match sweeps {
            true => gate.survive(actors::sweep(Arc::clone(engine))).await,
            false => Some(()),
        };
        let ends = [
            swept,
            gate.survive(actors::relay(Arc::clone(engine))).await,
            gate.survive(actors::work(Arc::clone(engine))).await,
            gate.survive(actors::work(Arc::clone(engine))).await,
            gate.survive(actors::import(Arc::clone(engine))).await,
            gate.survive(actors::import(Arc::clone(engine))).await,
            gate.survive(actors::relay(Arc::clone(engine))).await,
        ];
        ends.contains(&None)
    }
}

/// Says right sentences, but for the next few times, if it was told so.
#[derive(Debug, Default)]
pub(crate) struct Moody(AtomicU32);

impl Moody {
    pub(crate) fn fail(&self, times: u32) {
        self.0.store(times, Ordering::Relaxed);
    }
}

/// Whose words it says when it is in the mood.
const ANALYST: world::Analyst = world::Analyst(Quality::Extractive);

#[async_trait]
impl FilingAnalyst for Moody {
    fn profile(&self) -> AnalystProfile {
        ANALYST.profile()
    }

    fn estimate(&self, bytes: u64, template: Template) -> MicroUsd {
        ANALYST.estimate(bytes, template)
    }

    async fn analyse(
        &self,
        order: &AnalysisOrder<'_>,
        content: &FilingContent,
        meter: &dyn CostMeter,
    ) -> Result<Draft, AnalystError> {
        meter.spent(a_call()).await?;
        let left = self.0.load(Ordering::Relaxed);
        if left > 0 {
            self.0.store(left - 1, Ordering::Relaxed);
            let source = "in a bad mood".into();
            return Err(AnalystError::Unavailable { source });
        }
        ANALYST.analyse(order, content, meter).await
    }
}

fn a_call() -> SpentCall {
    SpentCall {
        section: "1A".to_owned(),
        provider: "sim".to_owned(),
        model: "moody".to_owned(),
        price_row: None,
        tokens: TokenUsage::default(),
        cost: MicroUsd::new(100),
        estimated: true,
        outcome: CallOutcome::Answered,
    }
}

/// What is gone when the stage is.
#[derive(Debug)]
enum Place {
    Nowhere,
    Directory { _kept: tempfile::TempDir },
    Server { admin: String, name: String },
}

impl Drop for Place {
    fn drop(&mut self) {
        let Self::Server { admin, name } = self else {
            return;
        };
        let (admin, name) = (admin.clone(), name.clone());
        // The runtime may be the one that is being shut down: use another one.
        let dropping = std::thread::spawn(move || {
            let sql = format!("DROP DATABASE IF EXISTS \"{name}\" WITH (FORCE)");
            block_on(execute(&admin, &sql));
        });
        dropping.join().unwrap();
    }
}

fn server() -> Option<String> {
    let server = std::env::var(POSTGRES).ok().filter(|url| !url.is_empty());
    let required = std::env::var("APERILEX_REQUIRE").unwrap_or_default();
    let required = required.split(',').any(|name| name.trim() == "postgres");
    assert!(server.is_some() || !required, "set {POSTGRES}");
    if server.is_none() {
        eprintln!("skipped on Postgres: set {POSTGRES}");
    }
    server
}

async fn created(server: &str) -> (DatabaseConfig, Place) {
    let name = format!("aperilex_test_{}", uuid::Uuid::now_v7().simple());
    execute(server, &format!("CREATE DATABASE \"{name}\"")).await;
    // What is asked here is the order of commits, not whether the disk keeps them.
    let relaxed = format!("ALTER DATABASE \"{name}\" SET synchronous_commit = off");
    execute(server, &relaxed).await;
    let (base, _) = server.rsplit_once('/').unwrap();
    let config = DatabaseConfig::new(format!("{base}/{name}").into());
    let admin = server.to_owned();
    (config, Place::Server { admin, name })
}

async fn execute(server: &str, sql: &str) {
    let config = DatabaseConfig::new(server.to_owned().into());
    let database = Database::connect(&config).await.unwrap();
    database.connection().execute_unprepared(sql).await.unwrap();
    database.close().await;
}

/// One thread: what happens takes its turns.
pub(crate) fn runtime() -> tokio::runtime::Runtime {
    let mut builder = tokio::runtime::Builder::new_current_thread();
    builder.enable_all().build().unwrap()
}

pub(crate) fn block_on<T>(future: impl Future<Output = T>) -> T {
    runtime().block_on(future)
}
