//! A world: one company, its filings, and accounts with little money.

use std::path::Path;
use std::sync::Arc;

use anyhow::Context as _;
use aperilex_core::ports::{
    AnalysisOrder, AnalystError, AnalystProfile, CallOutcome, Clock, CostMeter, Draft, DraftClaim,
    DraftQuote, FilingAnalyst, FilingContent, FilingId, FilingMeta, Method, MicroUsd, PartKind,
    Ports, Quality, RawDocument, RawFiling, SpentCall, Template, Timestamp, TokenUsage,
};
use aperilex_core::{
    Account, Actor, Contract, Engine, Plans, Role, Settings, Tier, Timings, Universe, Universes,
};
use aperilex_memory::{Bug, Memory, MemoryOwnModels, VirtualClock};
use aperilex_sea_orm::{Database, DatabaseConfig, QueueSettings};
use async_trait::async_trait;

use crate::gate::Gate;
use crate::gated;

/// Where the stores are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Store {
    /// In memory.
    Memory,
    /// In a file of SQLite.
    Sqlite,
}

/// Filings that are asked for: two that everybody may see, one that is too old for the small tiers.
pub const FILINGS: [(&str, &str); 3] = [
    ("0001999999-26-000007", "2026-02-26"),
    ("0001999999-25-000003", "2025-02-24"),
    ("0001999999-18-000002", "2018-02-24"),
];

const TEXT: &str = "Part I\nItem 1. Business\nMeridian Kettle Works makes kettles in two plants in \
    Duluth.\nItem 1A. Risk Factors\nWe depend on a small number of retailers for most of our \
    sales.\nPart II\nItem 7. Management\nNet sales rose because prices were higher.\n";

const SENTENCE: &str = "We depend on a small number of retailers for most of our sales.";

/// Everything that a schedule plays with.
#[derive(Debug)]
pub struct World {
    pub engine: Arc<Engine>,
    pub clock: Arc<VirtualClock>,
    pub gate: Gate,
    pub accounts: Vec<Account>,
    /// What the customer's own key opens.
    pub own_models: Arc<MemoryOwnModels>,
    /// The ports themselves, for what the simulator itself asks.
    pub bare: Engine,
}

impl World {
    /// A new world; `dir` holds the database, if there is one.
    ///
    /// # Errors
    /// The database could not be made.
    pub async fn new(
        store: Store,
        bug: Option<Bug>,
        seed: u64,
        dir: &Path,
    ) -> anyhow::Result<Self> {
        let now: Timestamp = "2026-11-23T12:00:00Z".parse()?;
        let memory = Memory::new(now);
        for (accession, filed) in FILINGS {
            memory.source.add(filing(accession, filed)?);
        }
        let ports = Ports {
            // The better one of ours is asked by nobody: its calls would be a fall-back from an own key.
            analysts: vec![
                Arc::new(Analyst(Quality::Extractive)),
                Arc::new(Analyst(Quality::Standard)),
            ],
            ..memory.ports()
        };
        let ports = match store {
            Store::Memory => ports,
            Store::Sqlite => on_sqlite(ports, memory.clock.clone(), dir).await?,
        };
        let bare = Engine::new(ports.clone(), settings()?);
        let mut accounts = Vec::new();
        for (name, tier, credit) in [
            ("demo", Tier::Demo, "0.05"),
            ("basic", Tier::Basic, "0.30"),
            ("other", Tier::Basic, "0.14"),
            ("pro", Tier::Professional, "1.00"),
        ] {
            let email = format!("{name}@example.com").parse()?;
            let made = bare.create_account(email, tier, Role::Member, credit.parse()?);
            accounts.push(made.await?.account);
        }
        let customer = bare.create_account(
            "own@example.com".parse()?,
            Tier::Enterprise,
            Role::Member,
            "0.20".parse()?,
        );
        let customer = customer.await?.account;
        let contract = own_key();
        let signed = bare.set_contract(Actor::Operator, customer.id, Some(&contract), "signed");
        accounts.push(signed.await?);
        memory.own_models.bring(customer.id, own_model());
        if let Some(bug) = bug {
            memory.stores.plant(bug);
        }
        let gate = Gate::new(seed);
        let engine = Engine::new(gated::behind(ports, &gate), settings()?);
        Ok(Self {
            engine: Arc::new(engine),
            clock: memory.clock,
            gate,
            accounts,
            bare,
            own_models: memory.own_models,
        })
    }
}

async fn on_sqlite(ports: Ports, clock: Arc<dyn Clock>, dir: &Path) -> anyhow::Result<Ports> {
    let file = dir.join("sim.sqlite3");
    let config = DatabaseConfig::sqlite(&file);
    let database = Database::connect(&config)
        .await
        .context("open the database")?;
    aperilex_migrations::run(database.connection()).await?;
    Ok(Ports {
        queue: Arc::new(database.queue(clock, QueueSettings::default())),
        stores: database.stores(),
        ..ports
    })
}

/// What the key of the one customer opens.
#[must_use]
pub fn own_model() -> Arc<dyn FilingAnalyst> {
    Arc::new(Analyst(Quality::Standard))
}

/// Whoever brings a key is charged for access, and would be for what a model of ours made.
fn own_key() -> Contract {
    Contract {
        filing_access: Some(MicroUsd::new(30_000)),
        analysis: Some(MicroUsd::new(15_000)),
        bulk_unit: Some(Some(MicroUsd::new(10_000))),
        byok: true,
        ..Contract::default()
    }
}

/// Plans of little money, so that it runs out, and small windows, so that they are full now and then.
///
/// # Errors
/// None: what it is made of is right.
pub fn settings() -> anyhow::Result<Settings> {
    let universe = || anyhow::Ok(Universe::from_iter(["1999999".parse()?]));
    let mut plans = Plans::default();
    plans.demo.requests_per_hour = Some(20);
    plans.basic.requests_per_hour = Some(12);
    plans.basic.monthly_credits = MicroUsd::new(140_000);
    plans.professional.monthly_credits = MicroUsd::new(230_000);
    Ok(Settings {
        plans,
        universes: Universes {
            small: universe()?,
            large: universe()?,
        },
        timings: Timings {
            hold_ttl_s: 600,
            task_max_age_s: 1200,
            import_ttl_s: 1500,
            // Longer than any schedule: a key has one answer from its beginning to its end.
            idempotency_ttl_s: 20 * 365 * 24 * 60 * 60,
            ..Timings::default()
        },
        ..Settings::default()
    })
}

/// Says one right sentence; the gate makes it fail now and then. Better than extractive it calls a model for it.
#[derive(Debug)]
pub struct Analyst(pub Quality);

#[async_trait]
impl FilingAnalyst for Analyst {
    fn profile(&self) -> AnalystProfile {
        AnalystProfile {
            method: match self.0 {
                Quality::Extractive => Method::Extractive,
                _ => Method::Model,
            },
            quality: self.0,
            provider: None,
            prompt_version: "sim/1".to_owned(),
        }
    }

    fn estimate(&self, _bytes: u64, _template: Template) -> MicroUsd {
        MicroUsd::ZERO
    }

    async fn analyse(
        &self,
        _order: &AnalysisOrder<'_>,
        _content: &FilingContent,
        meter: &dyn CostMeter,
    ) -> Result<Draft, AnalystError> {
        if self.0 > Quality::Extractive {
            meter.spent(call()).await?;
        }
        let quote = DraftQuote {
            document: 0,
            item: None,
            quote: SENTENCE.to_owned(),
            range: None,
        };
        let claim = DraftClaim {
            text: SENTENCE.to_owned(),
            quotes: vec![quote],
            figure: None,
        };
        Ok(Draft {
            parts: [(PartKind::Summary, vec![claim])].into(),
            ..Draft::default()
        })
    }
}

fn call() -> SpentCall {
    SpentCall {
        section: "1A".to_owned(),
        provider: "acme".to_owned(),
        model: "acme-1".to_owned(),
        price_row: None,
        tokens: TokenUsage {
            input: 900,
            output: 40,
        },
        cost: MicroUsd::new(4_000),
        estimated: true,
        outcome: CallOutcome::Answered,
    }
}

/// A filing of the one company.
///
/// # Errors
/// An accession number or a date that is none.
pub fn filing(accession: &str, filed: &str) -> anyhow::Result<RawFiling> {
    let accession = accession.parse()?;
    Ok(RawFiling {
        meta: FilingMeta {
            id: FilingId::of_accession(&accession),
            accession: Some(accession),
            cik: Some("1999999".parse()?),
            company: Some("Meridian Kettle Works, Inc.".to_owned()),
            ticker: Some("MKWX".parse()?),
            form: "10-K".parse()?,
            filed: Some(filed.parse()?),
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
    })
}
