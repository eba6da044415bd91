//! Asking for an analysis: the order of decisions of product §5.

use std::time::Duration;

use aperilex_ports::{
    Account, AnalysisResult, Answer, CountName, Digest, FilingAnalyst, FilingLocator, FilingRecord,
    FindAnalysis, HoldId, IdempotentRequest, MicroUsd, PendingAccess, PoolKey, Priority, Quality,
    QuoteId, Role, SubmitTask, Submitted, TaskCharges, TaskId, Template,
};

use super::analysts::Choice;
use super::{Engine, later};
use crate::error::EngineError;
use crate::pricing::{self, Fee};
use crate::probe::Step;

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
    /// The quote that it relies on.
    pub quote: Option<QuoteId>,
    /// The client's key for repeating the request safely.
    pub idempotency_key: Option<String>,
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
pub(super) struct Case {
    pub(super) record: FilingRecord,
    pub(super) key: PoolKey,
    pub(super) access: Option<PendingAccess>,
    pub(super) fee: Fee,
    /// What of the pool satisfies it; none if it is to be made anew.
    pub(super) wanted: Option<FindAnalysis>,
}

impl Engine {
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
        let mut case = self.decide(account, request).await?;
        let promise = self.promise(account, request, &mut case).await?;
        let mut command = self.command(account, request.max_price, idempotency, case);
        promise.bind(&mut command);
        let submitted = settlement.submit(&command).await;
        let submitted = submitted.map_err(|error| promise.explain(error))?;
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

    pub(super) async fn decide(
        &self,
        account: &Account,
        request: &AnalysisRequest,
    ) -> Result<Case, EngineError> {
        let Choice { analyst, owner } = self.choose(account, request.quality).await?;
        let record = self.resolve(&request.filing).await?;
        let access = self.missing_access(account, &record).await?;
        let profile = analyst.as_ref().ok().map(|analyst| analyst.profile());
        let made = profile.as_ref().map(|profile| profile.quality);
        let least = request.quality.or(made).unwrap_or(Quality::Extractive);
        let key = PoolKey {
            filing: record.meta.id,
            template: request.template,
            quality: made.unwrap_or(least),
            prompt_version: profile.map_or_else(String::new, |profile| profile.prompt_version),
            owner,
        };
        let wanted = (!request.refresh).then(|| self.wanted(account, &record, &key, least));
        let fee = match (analyst, owner) {
            (Ok(analyst), None) => self.fee(account, &record, &*analyst, request.template),
            // Its own key has been paid for elsewhere.
            (Ok(_), Some(_)) => Fee::NONE,
            (Err(obstacle), _) => {
                // Should it be withdrawn before the commit, the task that is made in its place ends as the
                // obstacle says, for nothing.
                if !self.is_pooled(wanted.as_ref()).await? {
                    return Err(obstacle);
                }
                Fee::NONE
            }
        };
        Ok(Case {
            record,
            key,
            access,
            fee,
            wanted,
        })
    }

    fn fee(
        &self,
        account: &Account,
        record: &FilingRecord,
        analyst: &dyn FilingAnalyst,
        template: Template,
    ) -> Fee {
        let plan = self.settings.plan_of(account);
        // Of a filing that is not stored nobody knows how large it is: there the ceiling alone counts.
        let stored = record.stored.as_ref();
        let main = stored.and_then(|stored| stored.documents.first());
        let estimate = main.map(|main| analyst.estimate(main.bytes, template));
        let estimate = estimate.unwrap_or(MicroUsd::ZERO);
        pricing::analysis(account, &plan, analyst.profile().quality, estimate)
    }

    /// Whether the pool has what is wanted.
    pub(super) async fn is_pooled(
        &self,
        wanted: Option<&FindAnalysis>,
    ) -> Result<bool, EngineError> {
        match wanted {
            Some(wanted) => Ok(self.ports.stores.pool.find(wanted).await?.is_some()),
            None => Ok(false),
        }
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
        let plan = self.settings.plan_of(account);
        let stored = record.stored.is_some();
        Ok(Some(pricing::access(
            account,
            &plan,
            stored,
            &*self.ports.ids,
            self.now(),
        )))
    }

    /// What of the pool satisfies a request for `key`: drawn from the same document, of the current
    /// shape, by a current prompt of any quality that is good enough.
    fn wanted(
        &self,
        account: &Account,
        record: &FilingRecord,
        key: &PoolKey,
        least: Quality,
    ) -> FindAnalysis {
        let stored = record.stored.as_ref();
        let main = stored.and_then(|stored| stored.documents.first());
        FindAnalysis {
            filing: key.filing,
            template: key.template,
            quality: least,
            document_sha256: main.map(|main| main.sha256),
            schema_version: AnalysisResult::VERSION,
            prompt_versions: self.prompt_versions(),
            owner: Some(account.id),
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
        let plan = self.settings.plan_of(account);
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
                analysis_price: case.fee.price,
            },
            quote: None,
            max_price,
            max_running,
            shares: self.shares(account),
            idempotency,
            key: case.key,
            holds_expire_at: self.hold_expiry(now),
            now,
        }
    }
}

/// What makes two requests the same for an idempotency key: all that was asked, as it was asked.
fn fingerprint(request: &AnalysisRequest) -> Digest {
    let mut asked = vec![
        serde_json::json!(request.filing),
        request.template.as_str().into(),
        request.quality.map(Quality::as_str).into(),
        request.refresh.into(),
        request.max_price.map(|max| max.to_string()).into(),
    ];
    // Only where there is one: keys that were used before quotes could be named are still good.
    asked.extend(request.quote.map(|quote| quote.to_string().into()));
    let asked = serde_json::Value::Array(asked);
    Digest::of(asked.to_string().as_bytes())
}
