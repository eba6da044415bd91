//! Working on bulk imports: one item at a time, at the pace that the source allows.

use std::time::Duration;

use aperilex_ports::{
    AccessSource, Account, AccountStatus, ClaimItem, Failure, FilingId, ImportError, ImportItem,
    ImportJob, ImportOutcome, Lease, LeaseToken, PutBackItem, Retry, Role, SettleItem, Timestamp,
};

use super::failure::{Stop, is_ours, is_too_large};
use super::run_analysis::SHORTEST_WAIT;
use super::{Engine, later};
use crate::error::EngineError;

/// How long an item of a suspended account waits before it is looked at again.
const SUSPENDED_WAIT: Duration = Duration::from_secs(5 * 60);

/// What became of a look for work on imports.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ImportStep {
    /// Nothing is to be done now.
    Idle,
    /// An item was worked on.
    Worked,
    /// The source asked to wait so long before anything more is fetched.
    Wait(Duration),
}

/// An item with the right to work on it.
struct Turn {
    job: ImportJob,
    item: ImportItem,
    lease: LeaseToken,
}

impl Engine {
    /// Takes the next item of any import, or of `only`, and imports its filing. What crashes here is
    /// taken up again when the lease on the item has run out, after `timings.run_limit_s`.
    ///
    /// # Errors
    /// A port's failure.
    pub async fn work_import(
        &self,
        only: Option<aperilex_ports::ImportId>,
    ) -> Result<ImportStep, EngineError> {
        let now = self.now();
        let lease = Lease {
            token: LeaseToken::from_uuid(self.id(now)),
            until: later(now, self.settings.timings.run_limit()),
        };
        let claim = ClaimItem { lease, only, now };
        let claimed = self.ports.stores.import_store.claim(&claim).await?;
        let Some((job, item)) = claimed else {
            return Ok(ImportStep::Idle);
        };
        let account = self.ports.stores.accounts.get(job.user).await?;
        let open = |account: &Account| account.status != AccountStatus::Deleted;
        let Some(account) = account.filter(open) else {
            // Nobody pays for it any more.
            let imports = &self.ports.stores.imports;
            imports.cancel(job.id, None, now).await?;
            return Ok(ImportStep::Worked);
        };
        let lease = lease.token;
        let turn = Turn { job, item, lease };
        if account.status != AccountStatus::Active {
            // It goes on where it stopped if the suspension is lifted; the import's time ends it if not.
            let failure = Failure {
                code: "account_suspended".to_owned(),
                message: "the account is suspended".to_owned(),
            };
            self.put_back(&turn, failure, later(now, SUSPENDED_WAIT), false)
                .await?;
            return Ok(ImportStep::Worked);
        }
        let done = match self.bring(&account, &turn).await {
            Ok((filing, source)) => {
                let stored = ImportOutcome::Stored { filing, source };
                self.settle_turn(&turn, stored).await
            }
            Err(stop) => self.stop_turn(&turn, stop).await,
        };
        match done {
            // Another has it: whatever was done here is done there.
            Err(EngineError::LeaseLost) => Ok(ImportStep::Worked),
            done => done,
        }
    }

    /// The filing of an item, stored; and why the account will be able to read it.
    async fn bring(
        &self,
        account: &Account,
        turn: &Turn,
    ) -> Result<(FilingId, AccessSource), Stop> {
        if turn.item.attempts > self.settings.timings.max_attempts {
            // Whoever tried has not lived to tell.
            let message = "the import of this filing broke off again and again";
            return Err(Stop::last("import_crashed", message));
        }
        let record = self.resolve(&turn.item.locator).await.map_err(stop)?;
        let filing = record.meta.id;
        let source = match account.role {
            Role::Member => AccessSource::Paid,
            _ => AccessSource::Admin,
        };
        let filings = &self.ports.stores.filings;
        if filings.access(account.id, filing).await? == Some(AccessSource::Paid) {
            return Ok((filing, source));
        }
        self.entitle(account, &record.meta)
            .map_err(|refusal| Stop::last("not_entitled", refusal.to_string()))?;
        self.have(record).await.map_err(stop)?;
        Ok((filing, source))
    }

    async fn settle_turn(
        &self,
        turn: &Turn,
        outcome: ImportOutcome,
    ) -> Result<ImportStep, EngineError> {
        let now = self.now();
        let command = SettleItem {
            import: turn.job.id,
            place: turn.item.place,
            lease: turn.lease,
            outcome,
            expires_at: self.import_expiry(now),
            goodwill_until: Some(self.goodwill_until(now)),
            now,
        };
        self.ports.stores.imports.settle(&command).await?;
        Ok(ImportStep::Worked)
    }

    async fn stop_turn(&self, turn: &Turn, stop: Stop) -> Result<ImportStep, EngineError> {
        let now = self.now();
        match stop {
            Stop::LeaseLost => Ok(ImportStep::Worked),
            Stop::Final(failure) => self.settle_turn(turn, failed(failure)).await,
            Stop::Later(failure) if turn.item.attempts >= self.settings.timings.max_attempts => {
                self.settle_turn(turn, failed(failure)).await
            }
            Stop::Later(failure) => {
                let wait = self.backoff(turn.item.attempts);
                self.put_back(turn, failure, later(now, wait), true).await?;
                Ok(ImportStep::Worked)
            }
            Stop::Asked { failure, wait } => {
                let wait = wait.max(SHORTEST_WAIT);
                self.put_back(turn, failure, later(now, wait), false)
                    .await?;
                Ok(ImportStep::Wait(wait))
            }
        }
    }

    async fn put_back(
        &self,
        turn: &Turn,
        failure: Failure,
        not_before: Timestamp,
        counted: bool,
    ) -> Result<(), EngineError> {
        let command = PutBackItem {
            import: turn.job.id,
            place: turn.item.place,
            lease: turn.lease,
            failure,
            not_before,
            counted,
            now: self.now(),
        };
        Ok(self.ports.stores.imports.put_back(&command).await?)
    }
}

fn failed(failure: Failure) -> ImportOutcome {
    let excused = is_ours(&failure);
    ImportOutcome::Failed { failure, excused }
}

/// What a failure means for an item.
fn stop(error: EngineError) -> Stop {
    match error {
        EngineError::NotFound { .. } => Stop::last("filing_not_found", error.to_string()),
        EngineError::UrlNotAllowed { .. } => Stop::last("url_not_allowed", error.to_string()),
        EngineError::Filing(error) => error.into(),
        EngineError::LeaseLost => Stop::LeaseLost,
        EngineError::Refused(refusal) => Stop::last("not_entitled", refusal.to_string()),
        EngineError::Port {
            port,
            retry,
            source,
        } => {
            if is_too_large(&source) {
                return Stop::last("filing_too_large", source.to_string());
            }
            let code = match (port, retry) {
                ("filing source", Retry::After(_)) => "source_throttled",
                ("filing source", Retry::Never) => "source_refused",
                ("filing source", _) => "source_unavailable",
                ("document store", _) => "storage_unavailable",
                _ => "import_failed",
            };
            // What a source says is for its user; what our own parts say is not.
            let message = match port {
                "filing source" => source.to_string(),
                port => format!("{port} failed"),
            };
            Stop::of(retry, super::failure::failure(code, message))
        }
    }
}

impl From<ImportError> for EngineError {
    fn from(error: ImportError) -> Self {
        use crate::refusal::Refusal;
        match error {
            ImportError::InsufficientCredits { needed, available } => {
                Self::Refused(Refusal::InsufficientCredits { needed, available })
            }
            ImportError::OverMaxPrice { price, max } => {
                Self::Refused(Refusal::OverMaxPrice { price, max })
            }
            ImportError::KeyReused => Self::Refused(Refusal::KeyReused),
            ImportError::PastDue { debt } => Self::Refused(Refusal::PastDue { debt }),
            ImportError::AccountClosed => Self::Refused(Refusal::AccountSuspended),
            ImportError::Unknown => Self::not_found("import"),
            ImportError::LeaseLost => Self::LeaseLost,
            ImportError::Store(store) => store.into(),
            error => Self::Port {
                port: "imports",
                retry: Retry::Never,
                source: error.into(),
            },
        }
    }
}
