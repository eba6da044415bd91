//! The engine: the use cases of Aperilex on top of its ports.
//!
//! It holds nothing but what it may forget, runs nothing by itself and reads time only through its
//! clock, so any number of engines may work on the same stores.

mod accounts;
mod admin;
mod admission;
mod analysts;
mod anchor;
mod audit;
mod billing;
mod change_tier;
mod close_account;
mod contracts;
mod draw;
mod failure;
mod import_bulk;
mod import_filing;
mod import_work;
mod keys;
mod meter;
mod payments;
mod prefill;
mod promise;
mod read;
mod relay_outbox;
mod request_analysis;
mod resolve;
mod run_analysis;
mod send_notices;
mod sessions;
mod sign_up;
mod stages;
mod sweep;
mod usage;

use std::sync::Arc;
use std::time::Duration;

use aperilex_ports::{Ports, TaskId, Timestamp};

use crate::conduct::Conduct;
use crate::probe::{NoProbe, Probe, Step};
use crate::settings::Settings;

pub use accounts::{NewCredentials, Usage};
pub use admin::{AccountChange, AuditReport, CreditKind, GiveCredits};
pub use anchor::{AccountFinding, BooksProof};
pub use audit::Proof;
pub use billing::{AccountStatement, RefundCharge};
pub use import_bulk::{ImportRequest, ImportSelection, MAX_IMPORT_ITEMS, StartedImport};
pub use import_filing::Imported;
pub use import_work::ImportStep;
pub use keys::{Authority, IssuedKey, NewKey};
pub use promise::Quote;
pub use request_analysis::{AnalysisRequest, Requested};
pub use run_analysis::{Claimed, Interruption, Outcome, Run};
pub use send_notices::{SentNotices, UntoldNotice};
pub use sessions::{Departure, SignedIn};
pub use usage::{UsageOverview, day_of, hits_and_misses};

/// The use cases.
#[derive(Debug, Clone)]
pub struct Engine {
    ports: Ports,
    settings: Arc<Settings>,
    probe: Arc<dyn Probe>,
    granted: Arc<billing::Granted>,
    newcomers: Arc<sign_up::Newcomers>,
    conduct: Arc<Conduct>,
    proved: Arc<audit::Proved>,
    tally: Arc<usage::Tally>,
}

impl Engine {
    /// An engine on these ports.
    #[must_use]
    pub fn new(ports: Ports, settings: Settings) -> Self {
        Self {
            ports,
            settings: Arc::new(settings),
            probe: Arc::new(NoProbe),
            granted: Arc::default(),
            newcomers: Arc::default(),
            conduct: Arc::default(),
            proved: Arc::default(),
            tally: Arc::default(),
        }
    }

    /// The same engine, telling `probe` of every step.
    #[must_use]
    pub fn with_probe(self, probe: Arc<dyn Probe>) -> Self {
        Self { probe, ..self }
    }

    /// What the installation decided.
    #[must_use]
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// The ports it works on.
    #[must_use]
    pub const fn ports(&self) -> &Ports {
        &self.ports
    }

    /// Tells the probe; callers outside report the steps that only they see.
    pub fn reached(&self, step: Step, task: Option<TaskId>) {
        self.probe.reached(step, task);
    }

    fn now(&self) -> Timestamp {
        self.ports.clock.now()
    }

    fn id(&self, now: Timestamp) -> uuid::Uuid {
        self.ports.ids.uuid_v7(now)
    }

    fn hold_expiry(&self, now: Timestamp) -> Timestamp {
        later(now, Duration::from_secs(self.settings.timings.hold_ttl_s))
    }
}

/// `now` and a while; the end of time stays where it is.
pub(crate) fn later(now: Timestamp, by: Duration) -> Timestamp {
    now.checked_add(by).unwrap_or(Timestamp::MAX)
}

/// From `now` to a later time; nothing if that is past.
pub(crate) fn between(now: Timestamp, until: Timestamp) -> Duration {
    Duration::try_from(until.duration_since(now)).unwrap_or_default()
}

/// A while before `now`; the beginning of time stays where it is.
pub(crate) fn earlier(now: Timestamp, by: Duration) -> Timestamp {
    now.checked_sub(by).unwrap_or(Timestamp::MIN)
}
