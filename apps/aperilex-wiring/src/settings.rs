//! Typed settings: defaults < JSON file < environment < flags.

mod check;
mod layers;
mod once;
mod origins;
mod selection;

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;

use aperilex_core::{AccountRules, Billing, ConductSettings, Plans, Timings};
use secrecy::SecretString;
use serde::{Deserialize, Serialize, Serializer};
use validator::Validate;

pub use layers::Layers;
pub(crate) use layers::reason;
pub use origins::Origins;
pub use selection::{
    AnalystSelection, DatabaseSelection, DocumentsSelection, EventsSelection, NoticeSelection, Own,
    QueueSelection, SourceSelection,
};

/// Everything an installation decides.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// Where local data is kept: the SQLite database, documents, the owner's key.
    pub data_dir: PathBuf,
    /// Where the server listens.
    pub listen: SocketAddr,
    /// Where filings come from.
    pub source: SourceSelection,
    /// Where records are kept.
    pub database: DatabaseSelection,
    /// Where documents are kept.
    pub documents: DocumentsSelection,
    /// How work reaches workers.
    pub queue: QueueSelection,
    /// Who draws claims.
    pub analyst: AnalystSelection,
    /// How those who wait are woken.
    pub events: EventsSelection,
    /// How accounts are told what happened.
    pub notices: NoticeSelection,
    /// The worker.
    pub worker: WorkerSettings,
    /// The HTTP server; its settings are its own.
    pub api: Own,
    /// What tiers may do and pay.
    pub plans: Plans,
    /// Times and counts of the flow.
    pub timings: Timings,
    /// How people come by accounts.
    pub accounts: AccountRules,
    /// How people sign in; its settings are its own.
    pub auth: Own,
    /// Credits and payments, beyond the plans' figures.
    pub billing: Billing,
    /// What ignoring refusals leads to.
    pub conduct: ConductSettings,
    /// Whom payments are taken from.
    pub payments: PaymentSettings,
    /// Files with the companies that plans name; the built-in lists if not given.
    pub universes: UniverseFiles,
    /// How long a start waits for a service that does not answer.
    pub start_wait_s: u64,
    /// Where these settings come from.
    #[serde(skip)]
    pub origins: Origins,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            data_dir: default_data_dir(),
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 8620)),
            source: SourceSelection::default(),
            database: DatabaseSelection::default(),
            documents: DocumentsSelection::default(),
            queue: QueueSelection::default(),
            analyst: AnalystSelection::default(),
            events: EventsSelection::default(),
            notices: NoticeSelection::default(),
            worker: WorkerSettings::default(),
            api: Own::nothing(),
            plans: Plans::default(),
            timings: Timings::default(),
            accounts: AccountRules::default(),
            auth: Own::nothing(),
            billing: Billing::default(),
            conduct: ConductSettings::default(),
            payments: PaymentSettings::default(),
            universes: UniverseFiles::default(),
            start_wait_s: 30,
            origins: Origins::default(),
        }
    }
}

/// The worker.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Validate)]
#[serde(default, deny_unknown_fields)]
pub struct WorkerSettings {
    /// Tasks at a time.
    #[validate(range(min = 1, max = 100, message = "expected 1 to 100"))]
    pub concurrency: u32,
    /// How often an idle worker or relay looks for work that it was not woken for.
    #[validate(range(min = 10, max = 60_000, message = "expected 10 to 60000"))]
    pub poll_ms: u64,
    /// How often the sweeper looks for what was left lying.
    #[validate(range(min = 100, max = 600_000, message = "expected 100 to 600000"))]
    pub sweep_ms: u64,
    /// How long a stop waits for running tasks before it hands them back.
    #[validate(range(max = 600, message = "expected at most 600"))]
    pub grace_s: u64,
}

impl Default for WorkerSettings {
    fn default() -> Self {
        Self {
            concurrency: 2,
            poll_ms: 250,
            sweep_ms: 5_000,
            grace_s: 10,
        }
    }
}

/// Whom payments are taken from.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct PaymentSettings {
    /// What the provider signs its events with, at least 32 bytes; without it no events are taken.
    #[serde(serialize_with = "hide")]
    pub webhook_secret: Option<SecretString>,
}

/// Settings are shown to operators, and secrets to nobody.
fn hide<S: Serializer>(secret: &Option<SecretString>, to: S) -> Result<S::Ok, S::Error> {
    secret.as_ref().map(|_| "[redacted]").serialize(to)
}

/// Files with companies: tab-separated, a header line, the CIK first.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct UniverseFiles {
    /// The small universe (S&P 500).
    pub small: Option<PathBuf>,
    /// The large universe (Russell 1000); the small one is part of it.
    pub large: Option<PathBuf>,
}

/// `$XDG_DATA_HOME/aperilex`, else `~/.local/share/aperilex`, else `./aperilex-data`.
fn default_data_dir() -> PathBuf {
    let absolute = |name: &str| {
        std::env::var_os(name)
            .map(PathBuf::from)
            .filter(|path| path.is_absolute())
    };
    absolute("XDG_DATA_HOME")
        .or_else(|| absolute("HOME").map(|home| home.join(".local/share")))
        .map_or_else(
            || PathBuf::from("aperilex-data"),
            |base| base.join("aperilex"),
        )
}
