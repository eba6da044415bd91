//! Asking for an analysis: the order of decisions of product §5.

use std::time::Duration;

use aperilex_ports::{
    Account, AnalysisRecord, AnalysisResult, Digest, EntryKind, FilingAnalyst, FilingId,
    FilingLocator, FilingMeta, FilingRecord, FindAnalysis, GrantAccess, HoldId, IdempotentRequest,
    MicroUsd, PendingAccess, PoolKey, Quality, SubmitTask, Submitted, Task, TaskCharges, TaskId,
    Template, Timestamp,
};
use std::sync::Arc;

use super::{Engine, later};
use crate::error::EngineError;
use crate::pricing;
use crate::probe::Step;
use crate::refusal::Refusal;

/// What a caller asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AnalysisRequest {
    /// The filing.
    pub filing: FilingLocator,
    /// What to look at.
    pub template: Template,
    /// At least how good; the lowest that is offered if not said.
    pub quality: Option<Quality>,
    /// Refuse if it costs more.
    pub max_price: Option<MicroUsd>,
    /// The client's key for repeating the request safely.
    pub idempotency_key: Option<String>,
}

/// What a request would cost now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Quote {
    /// The filing.
    pub filing: FilingMeta,
    /// What is looked at.
    pub template: Template,
    /// How good.
    pub quality: Quality,
    /// Whether access is paid for as access or as import.
    pub access_kind: EntryKind,
    /// For access to the filing; zero if the account has it.
    pub access: MicroUsd,
    /// For the analysis; zero if the pool has it.
    pub analysis: MicroUsd,
    /// Both.
    pub total: MicroUsd,
    /// Whether the pool has the analysis.
    pub pooled: bool,
    /// What the account can spend.
    pub available: MicroUsd,
    /// Until when the price holds.
    pub expires_at: Timestamp,
}

/// What became of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Requested {
    /// The pool had it.
    Ready(AnalysisRecord),
    /// A task will make it.
    Accepted(Task),
}

/// A request with everything known that decides on it.
struct Case {
    record: FilingRecord,
    key: PoolKey,
    access: Option<PendingAccess>,
    analysis: MicroUsd,
    pooled: Option<AnalysisRecord>,
}

impl Case {
    fn access_price(&self) -> MicroUsd {
        self.access
            .as_ref()
            .map_or(MicroUsd::ZERO, |access| access.price)
    }

    fn analysis_price(&self) -> MicroUsd {
        if self.pooled.is_some() {
            MicroUsd::ZERO
        } else {
            self.analysis
        }
    }

    fn total(&self) -> MicroUsd {
        [self.access_price(), self.analysis_price()]
            .into_iter()
            .sum()
    }
}

impl Engine {
    /// What a request would cost, without doing anything.
    ///
    /// # Errors
    /// [`EngineError`]: the refusals that the request would meet, but for credits.
    pub async fn quote(
        &self,
        account: &Account,
        request: &AnalysisRequest,
    ) -> Result<Quote, EngineError> {
        let case = self.decide(account, request).await?;
        let balance = self.ports.stores.ledger.balance(account.id).await?;
        let ttl = Duration::from_secs(self.settings.timings.quote_ttl_s);
        Ok(Quote {
            access_kind: case
                .access
                .as_ref()
                .map_or(EntryKind::FilingAccess, |access| access.purpose),
            access: case.access_price(),
            analysis: case.analysis_price(),
            total: case.total(),
            pooled: case.pooled.is_some(),
            available: balance.available(),
            expires_at: later(self.now(), ttl),
            template: case.key.template,
            quality: case.key.quality,
            filing: case.record.meta,
        })
    }

    /// Asks for an analysis: from the pool at once, or by a task.
    ///
    /// # Errors
    /// [`EngineError`]; nothing was done and nothing was charged.
    pub async fn request_analysis(
        &self,
        account: &Account,
        request: &AnalysisRequest,
    ) -> Result<Requested, EngineError> {
        let case = self.decide(account, request).await?;
        if let Some(max) = request.max_price.filter(|max| case.total() > *max) {
            return Err(Refusal::OverMaxPrice {
                price: case.total(),
                max,
            }
            .into());
        }
        match &case.pooled {
            Some(pooled) => {
                let pooled = pooled.clone();
                self.open_pooled(account, &case).await?;
                Ok(Requested::Ready(pooled))
            }
            None => self
                .submit(account, request, case)
                .await
                .map(Requested::Accepted),
        }
    }

    async fn decide(
        &self,
        account: &Account,
        request: &AnalysisRequest,
    ) -> Result<Case, EngineError> {
        let analyst = self.analyst_for(request.quality)?;
        let record = self.resolve(&request.filing).await?;
        let access = self.missing_access(account, &record).await?;
        let profile = analyst.profile();
        let key = PoolKey {
            filing: record.meta.id,
            template: request.template,
            quality: profile.quality,
            prompt_version: profile.prompt_version,
        };
        let pooled = self.pooled(&record, &key).await?;
        let plan = self.settings.plans.of(account.tier);
        Ok(Case {
            record,
            key,
            access,
            analysis: pricing::analysis(account, plan),
            pooled,
        })
    }

    /// The access that the account still has to get; none if it has it. Paid access outlives a
    /// downgrade, so the tier's limits are asked only of those who have none.
    pub(super) async fn missing_access(
        &self,
        account: &Account,
        record: &FilingRecord,
    ) -> Result<Option<PendingAccess>, EngineError> {
        let given = self
            .ports
            .stores
            .filings
            .access(account.id, record.meta.id)
            .await?;
        if given.is_some_and(|source| self.access_holds(account, &record.meta, source)) {
            return Ok(None);
        }
        self.entitle(account, &record.meta)?;
        let plan = self.settings.plans.of(account.tier);
        let stored = record.stored.is_some();
        Ok(Some(pricing::access(
            account,
            plan,
            stored,
            &*self.ports.ids,
            self.now(),
        )))
    }

    /// The analyst for a quality: the least that is at least as good.
    pub(super) fn analyst_for(
        &self,
        quality: Option<Quality>,
    ) -> Result<&Arc<dyn FilingAnalyst>, Refusal> {
        let least = quality.unwrap_or(Quality::Extractive);
        let fit = |analyst: &&Arc<dyn FilingAnalyst>| analyst.profile().quality >= least;
        let chosen = self
            .ports
            .analysts
            .iter()
            .filter(fit)
            .min_by_key(|a| a.profile().quality);
        chosen.ok_or_else(|| Refusal::NotOffered {
            quality: least,
            offered: self
                .ports
                .analysts
                .iter()
                .map(|a| a.profile().quality.to_string())
                .collect(),
        })
    }

    async fn pooled(
        &self,
        record: &FilingRecord,
        key: &PoolKey,
    ) -> Result<Option<AnalysisRecord>, EngineError> {
        let main = record
            .stored
            .as_ref()
            .and_then(|stored| stored.documents.first());
        let Some(main) = main else { return Ok(None) };
        let request = FindAnalysis {
            filing: key.filing,
            template: key.template,
            quality: key.quality,
            document_sha256: main.sha256,
            schema_version: AnalysisResult::VERSION,
            prompt_versions: self
                .ports
                .analysts
                .iter()
                .map(|analyst| analyst.profile().prompt_version)
                .collect(),
        };
        Ok(self.ports.stores.pool.find(&request).await?)
    }

    async fn open_pooled(&self, account: &Account, case: &Case) -> Result<(), EngineError> {
        let Some(access) = case.access.clone() else {
            return Ok(());
        };
        let grant = GrantAccess {
            user: account.id,
            filing: case.record.meta.id,
            access,
            now: self.now(),
        };
        self.ports.stores.settlement.grant_access(&grant).await?;
        Ok(())
    }

    async fn submit(
        &self,
        account: &Account,
        request: &AnalysisRequest,
        case: Case,
    ) -> Result<Task, EngineError> {
        let now = self.now();
        let plan = self.settings.plans.of(account.tier);
        let command = SubmitTask {
            task: TaskId::from_uuid(self.id(now)),
            user: account.id,
            priority: plan.priority,
            charges: TaskCharges {
                access: case.access,
                analysis_hold: HoldId::from_uuid(self.id(now)),
                analysis_price: case.analysis,
            },
            max_running: plan.running,
            idempotency: request
                .idempotency_key
                .clone()
                .map(|key| IdempotentRequest {
                    key,
                    request: fingerprint(&case.key, request.max_price, case.key.filing),
                }),
            key: case.key,
            holds_expire_at: self.hold_expiry(now),
            now,
        };
        let submitted = self.ports.stores.settlement.submit(&command).await?;
        if let Submitted::Accepted(task) = &submitted {
            self.reached(Step::Submitted, Some(task.id));
        }
        Ok(submitted.task().clone())
    }
}

/// What makes two requests the same for an idempotency key.
fn fingerprint(key: &PoolKey, max_price: Option<MicroUsd>, filing: FilingId) -> Digest {
    let max = max_price.map(|max| max.to_string()).unwrap_or_default();
    Digest::of(format!("{filing}|{}|{}|{max}", key.template, key.quality).as_bytes())
}
