//! Asking for an analysis: the order of decisions of product §5.

use std::time::Duration;

use aperilex_ports::{
    Account, AnalysisResult, Answer, CountName, Digest, EntryKind, FilingAnalyst, FilingLocator,
    FilingMeta, FilingRecord, FindAnalysis, HoldId, IdempotentRequest, MicroUsd, PendingAccess,
    PoolKey, Priority, Quality, Role, SubmitTask, Submitted, TaskCharges, TaskId, Template,
    Timestamp,
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
    /// Make it anew, whatever the pool has.
    pub refresh: bool,
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
pub struct Requested {
    /// The analysis, or the task that makes it.
    pub answer: Answer,
    /// Whether it is the first outcome of this idempotency key, given again.
    pub replayed: bool,
}

/// A request with everything known that decides on it.
struct Case {
    record: FilingRecord,
    key: PoolKey,
    access: Option<PendingAccess>,
    analysis: MicroUsd,
    /// What of the pool satisfies it; none if it is to be made anew.
    wanted: Option<FindAnalysis>,
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
        let pooled = match &case.wanted {
            Some(wanted) => self.ports.stores.pool.find(wanted).await?.is_some(),
            None => false,
        };
        let balance = self.ports.stores.ledger.balance(account.id).await?;
        let ttl = Duration::from_secs(self.settings.timings.quote_ttl_s);
        let (access_kind, access) = match &case.access {
            Some(access) => (access.purpose, access.price),
            None => (EntryKind::FilingAccess, MicroUsd::ZERO),
        };
        let analysis = if pooled {
            MicroUsd::ZERO
        } else {
            case.analysis
        };
        Ok(Quote {
            access_kind,
            access,
            analysis,
            total: [access, analysis].into_iter().sum(),
            pooled,
            available: balance.available(),
            expires_at: later(self.now(), ttl),
            template: case.key.template,
            quality: case.key.quality,
            filing: case.record.meta,
        })
    }

    /// Asks for an analysis: from the pool at once, or by a task. A request with an idempotency key
    /// that was answered before is given the same answer, whatever has changed since.
    ///
    /// # Errors
    /// [`EngineError`]; nothing was done and nothing was charged.
    pub async fn request_analysis(
        &self,
        account: &Account,
        request: &AnalysisRequest,
    ) -> Result<Requested, EngineError> {
        let requested = self.ask(account, request).await;
        if matches!(requested, Err(EngineError::Refused(_))) {
            self.counted(CountName::Refused);
        }
        requested
    }

    async fn ask(
        &self,
        account: &Account,
        request: &AnalysisRequest,
    ) -> Result<Requested, EngineError> {
        let idempotency = self.idempotency(request);
        let settlement = &self.ports.stores.settlement;
        if let Some(own) = &idempotency
            && let Some(answer) = settlement.replayed(account.id, own, self.now()).await?
        {
            if let Answer::Analysis(record) = &answer {
                // Access that came with a tier may have gone with it.
                self.analysis(account, record.id).await?;
            }
            self.counted(CountName::Replayed);
            return Ok(Requested {
                answer,
                replayed: true,
            });
        }
        let case = self.decide(account, request).await?;
        let command = self.command(account, request.max_price, idempotency, case);
        let submitted = settlement.submit(&command).await?;
        self.counted_answer(&submitted);
        if let Submitted::Accepted(task) = &submitted {
            self.reached(Step::Submitted, Some(task.id));
        }
        Ok(Requested {
            replayed: matches!(submitted, Submitted::Replayed(_)),
            answer: submitted.into_answer(),
        })
    }

    fn idempotency(&self, request: &AnalysisRequest) -> Option<IdempotentRequest> {
        let key = request.idempotency_key.clone()?;
        let life = Duration::from_secs(self.settings.timings.idempotency_ttl_s);
        Some(IdempotentRequest {
            key,
            request: fingerprint(request),
            expires_at: later(self.now(), life),
        })
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
        let plan = self.settings.plans.of(account.tier);
        Ok(Case {
            wanted: (!request.refresh).then(|| self.wanted(&record, &key)),
            record,
            key,
            access,
            analysis: pricing::analysis(account, plan),
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

    /// What of the pool satisfies a request for `key`: drawn from the same document, of the current
    /// shape, by a current prompt of any quality that is good enough.
    fn wanted(&self, record: &FilingRecord, key: &PoolKey) -> FindAnalysis {
        let stored = record.stored.as_ref();
        let main = stored.and_then(|stored| stored.documents.first());
        let prompts = self
            .ports
            .analysts
            .iter()
            .map(|a| a.profile().prompt_version);
        FindAnalysis {
            filing: key.filing,
            template: key.template,
            quality: key.quality,
            document_sha256: main.map(|main| main.sha256),
            schema_version: AnalysisResult::VERSION,
            prompt_versions: prompts.collect(),
        }
    }

    fn command(
        &self,
        account: &Account,
        max_price: Option<MicroUsd>,
        idempotency: Option<IdempotentRequest>,
        case: Case,
    ) -> SubmitTask {
        let now = self.now();
        let plan = self.settings.plans.of(account.tier);
        let (priority, max_running) = match account.role {
            // What the house asks for, nobody waits for.
            Role::House => (Priority::BACKGROUND, None),
            _ => (plan.priority, plan.running),
        };
        SubmitTask {
            task: TaskId::from_uuid(self.id(now)),
            user: account.id,
            pool: case.wanted,
            priority,
            charges: TaskCharges {
                access: case.access,
                analysis_hold: HoldId::from_uuid(self.id(now)),
                analysis_price: case.analysis,
            },
            max_price,
            max_running,
            idempotency,
            key: case.key,
            holds_expire_at: self.hold_expiry(now),
            now,
        }
    }
}

/// What makes two requests the same for an idempotency key: all that was asked, as it was asked.
fn fingerprint(request: &AnalysisRequest) -> Digest {
    let asked = serde_json::json!([
        request.filing,
        request.template.as_str(),
        request.quality.map(Quality::as_str),
        request.refresh,
        request.max_price.map(|max| max.to_string()),
    ]);
    Digest::of(asked.to_string().as_bytes())
}
