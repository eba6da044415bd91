//! Typed settings: defaults < JSON file < environment < flags.

mod layers;
mod selection;

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;

use aperilex_core::ports::wallet::MAX_LOW_BALANCE;
use aperilex_core::{AccountRules, Billing, ConductSettings, MicroUsd, Plans, Timings};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize, Serializer};
use serde_json::Value;
use validator::Validate;

use crate::error::WiringError;

pub use layers::Layers;
pub use selection::{
    AnalystSelection, DatabaseSelection, DocumentsSelection, EventsSelection, NoticeSelection,
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
    pub api: Value,
    /// What tiers may do and pay.
    pub plans: Plans,
    /// Times and counts of the flow.
    pub timings: Timings,
    /// How people come by accounts.
    pub accounts: AccountRules,
    /// How people sign in; its settings are its own.
    pub auth: Value,
    /// Credits and payments.
    pub billing: Billing,
    /// What ignoring refusals leads to.
    pub conduct: ConductSettings,
    /// Whom payments are taken from.
    pub payments: PaymentSettings,
    /// Files with the companies that plans name; the built-in lists if not given.
    pub universes: UniverseFiles,
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
            api: Value::Object(serde_json::Map::new()),
            plans: Plans::default(),
            timings: Timings::default(),
            accounts: AccountRules::default(),
            auth: Value::Object(serde_json::Map::new()),
            billing: Billing::default(),
            conduct: ConductSettings::default(),
            payments: PaymentSettings::default(),
            universes: UniverseFiles::default(),
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

impl Settings {
    /// Rules that no single type can hold.
    pub(crate) fn validate(&self) -> Result<(), WiringError> {
        self.worker
            .validate()
            .map_err(|errors| worker_error(&errors))?;
        timings(&self.timings)?;
        accounts(&self.accounts)?;
        billing(&self.billing)?;
        conduct(&self.conduct)?;
        payments(&self.payments)?;
        for (name, plan) in [
            ("demo", &self.plans.demo),
            ("basic", &self.plans.basic),
            ("professional", &self.plans.professional),
            ("enterprise", &self.plans.enterprise),
        ] {
            let prices = [
                ("filing_access", plan.filing_access),
                ("analysis", plan.analysis),
                ("bulk_unit", plan.bulk_unit.unwrap_or_default()),
                ("monthly_credits", plan.monthly_credits),
            ];
            for (price, amount) in prices {
                if amount.micros() < 0 {
                    let path = format!("plans.{name}.{price}");
                    return Err(WiringError::setting(path, "expected no negative amount"));
                }
            }
        }
        Ok(())
    }
}

/// Nothing may take for ever: a dead worker is noticed within the hour, a task ends within the week.
fn timings(t: &Timings) -> Result<(), WiringError> {
    const HOUR: u64 = 60 * 60;
    const DAY: u64 = 24 * HOUR;
    for (path, value, least, most) in [
        ("lease_s", t.lease_s, 1, HOUR),
        ("run_limit_s", t.run_limit_s, 1, DAY),
        ("max_attempts", u64::from(t.max_attempts), 1, 100),
        ("hold_ttl_s", t.hold_ttl_s, t.run_limit_s, 7 * DAY),
        ("quote_ttl_s", t.quote_ttl_s, 0, DAY),
        ("idempotency_ttl_s", t.idempotency_ttl_s, DAY, 366 * DAY),
        ("backoff_s", t.backoff_s, 0, HOUR),
        ("backoff_max_s", t.backoff_max_s, 0, HOUR),
        ("task_max_age_s", t.task_max_age_s, t.run_limit_s, 7 * DAY),
        ("import_ttl_s", t.import_ttl_s, t.run_limit_s, 30 * DAY),
        ("resend_after_s", t.resend_after_s, 1, DAY),
        ("notice_attempts", u64::from(t.notice_attempts), 1, 100),
        ("notice_backoff_s", t.notice_backoff_s, 1, DAY),
        ("notice_backoff_max_s", t.notice_backoff_max_s, 1, 7 * DAY),
    ] {
        let reason = match value {
            value if value < least => format!("expected at least {least}"),
            value if value > most => format!("expected at most {most}"),
            _ => continue,
        };
        return Err(WiringError::setting(format!("timings.{path}"), reason));
    }
    Ok(())
}

/// What is given away lasts long enough to be used, and not for ever.
fn accounts(rules: &AccountRules) -> Result<(), WiringError> {
    const HOUR: u64 = 60 * 60;
    const DAY: u64 = 24 * HOUR;
    for (path, value, least, most) in [
        ("access_ttl_s", rules.access_ttl_s, 60, HOUR),
        ("session_ttl_s", rules.session_ttl_s, HOUR, 366 * DAY),
        ("token_ttl_s", rules.token_ttl_s, 5 * 60, 7 * DAY),
    ] {
        if !(least..=most).contains(&value) {
            let reason = format!("expected {least} to {most}");
            return Err(WiringError::setting(format!("accounts.{path}"), reason));
        }
    }
    Ok(())
}

fn billing(billing: &Billing) -> Result<(), WiringError> {
    let low = billing.low_balance_usd;
    if low < MicroUsd::ZERO || low > MAX_LOW_BALANCE {
        let path = "billing.low_balance_usd";
        let reason = format!("expected 0 to {MAX_LOW_BALANCE}");
        return Err(WiringError::setting(path, reason));
    }
    Ok(())
}

/// A day of back-off would be a suspension, and one that nobody is told of.
fn conduct(settings: &ConductSettings) -> Result<(), WiringError> {
    const DAY: u64 = 24 * 60 * 60;
    for (path, value, most) in [
        ("window_s", settings.window_s, 30 * DAY),
        ("backoff_max_s", settings.backoff_max_s, DAY),
    ] {
        if value == 0 || value > most {
            let reason = format!("expected 1 to {most}");
            return Err(WiringError::setting(format!("conduct.{path}"), reason));
        }
    }
    Ok(())
}

/// Fewer bytes of a secret can be guessed.
const LEAST_SECRET: usize = 32;

fn payments(payments: &PaymentSettings) -> Result<(), WiringError> {
    let secret = payments.webhook_secret.as_ref();
    if secret.is_some_and(|secret| secret.expose_secret().len() < LEAST_SECRET) {
        let reason = format!("expected at least {LEAST_SECRET} bytes, made at random");
        return Err(WiringError::setting("payments.webhook_secret", reason));
    }
    Ok(())
}

fn worker_error(errors: &validator::ValidationErrors) -> WiringError {
    let first = errors.field_errors().into_iter().next();
    let (field, reason) = first.map_or(("worker".into(), "not lawful".into()), |(field, all)| {
        let message = all.first().and_then(|e| e.message.clone());
        (field, message.unwrap_or_else(|| "not lawful".into()))
    });
    WiringError::setting(format!("worker.{field}"), reason)
}
