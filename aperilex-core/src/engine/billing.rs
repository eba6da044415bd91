//! Credits that come and go beside the analyses: monthly grants, refunds, statements.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use aperilex_ports::{
    Account, AccountStatus, Actor, AnalysisId, AuditRecord, Balance, CreditLot, Date, EntryId,
    EntryKind, Funds, LedgerEntry, LedgerError, MAX_PAGE, MicroUsd, ModelCost, PostEntry, Refund,
    RetractAnalysis, Retracted, Timestamp, UserId,
};

use super::admin::own_key;
use super::{Engine, later};
use crate::error::EngineError;
use crate::period::{BillingPeriod, midnight};

/// Credits that come in the place of lapsed ones live as long.
pub(super) const FRESH: Duration = Duration::from_secs(30 * 24 * 60 * 60);
/// Credits that come for those that lapsed while they were held for what failed.
const GOODWILL: Duration = Duration::from_secs(7 * 24 * 60 * 60);
/// Accounts that are remembered to have their grant: a few megabytes.
const REMEMBERED: usize = 100_000;

/// Until when accounts have their monthly credits, as far as this process knows.
#[derive(Debug, Default)]
pub(super) struct Granted(Mutex<HashMap<UserId, Timestamp>>);

impl Granted {
    fn has(&self, user: UserId, now: Timestamp) -> bool {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.get(&user).is_some_and(|end| now < *end)
    }

    fn note(&self, user: UserId, end: Timestamp, now: Timestamp) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= REMEMBERED {
            known.retain(|_, end| now < *end);
        }
        if known.len() < REMEMBERED {
            known.insert(user, end);
        }
    }
}

/// What of a charge is given back, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefundCharge {
    /// The charge.
    pub charge: EntryId,
    /// How much; with earlier refunds at most the charge.
    pub amount: MicroUsd,
    /// What makes it happen once.
    pub key: String,
    /// For the account's statement.
    pub reason: String,
}

/// What an account's credits did in a span of time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountStatement {
    /// The span.
    pub period: BillingPeriod,
    /// The balance at its beginning.
    pub opening: MicroUsd,
    /// What happened, oldest first.
    pub lines: Vec<LedgerEntry>,
    /// The balance at its end: the opening one and all lines.
    pub closing: MicroUsd,
}

impl Engine {
    /// Gives an account the monthly credits of its plan for the period that is now, once; they lapse on
    /// the next reset day. None if it has them, or its plan has none.
    ///
    /// # Errors
    /// A port's failure.
    pub async fn grant_monthly(
        &self,
        account: &Account,
    ) -> Result<Option<LedgerEntry>, EngineError> {
        let (now, amount) = (self.now(), self.settings.plan_of(account).monthly_credits);
        let active = account.status == AccountStatus::Active;
        if !active || !amount.is_positive() || self.granted.has(account.id, now) {
            return Ok(None);
        }
        // A change of plan that is due comes first: the month is that of the plan it begins with.
        let changed = self.changed_by_now(account.id).await?;
        let account = changed.as_ref().unwrap_or(account);
        let amount = self.settings.plan_of(account).monthly_credits;
        if !amount.is_positive() {
            return Ok(None);
        }
        let period = BillingPeriod::of(account.created_at, now);
        let command = PostEntry {
            id: EntryId::from_uuid(self.id(now)),
            user: account.id,
            kind: EntryKind::MonthlyGrant,
            amount,
            key: format!("grant:{}", period.start),
            expires_at: Some(period.end),
            description: format!("monthly credits ({})", account.tier),
            now,
        };
        let posted = match self.ports.stores.ledger.post(&command).await {
            Ok(entry) => Some(entry).filter(|entry| entry.id == command.id),
            // Of another plan: its credits for this period are there.
            Err(LedgerError::KeyReused) => None,
            Err(error) => return Err(error.into()),
        };
        self.granted.note(account.id, period.end, now);
        Ok(posted)
    }

    /// Until when goodwill that is given at `now` can be spent.
    pub(super) fn goodwill_until(&self, now: Timestamp) -> Timestamp {
        later(now, GOODWILL)
    }

    /// The same for the accounts behind `after`, at most `limit`; gives the last of them, none behind
    /// the end, and the first failure. An account that fails keeps no other back.
    ///
    /// # Errors
    /// The accounts could not be listed.
    pub async fn grant_monthly_to_some(
        &self,
        after: Option<UserId>,
        limit: usize,
    ) -> Result<(Option<UserId>, Option<EngineError>), EngineError> {
        let page = self.ports.stores.accounts.list(after, limit).await?;
        let mut failed = None;
        for account in &page {
            if let Err(error) = self.grant_monthly(account).await {
                failed = failed.or(Some(error));
            }
        }
        Ok((page.last().map(|account| account.id), failed))
    }

    /// Gives a charge back, in whole or part, to the lots that paid it. The same key again gives the
    /// first refund.
    ///
    /// # Errors
    /// [`EngineError::NotFound`] if there is no such charge, or a port's failure.
    pub async fn refund(
        &self,
        user: UserId,
        refund: &RefundCharge,
    ) -> Result<LedgerEntry, EngineError> {
        let now = self.now();
        let command = Refund {
            id: EntryId::from_uuid(self.id(now)),
            user,
            entry: refund.charge,
            amount: refund.amount,
            key: own_key(&refund.key),
            description: refund.reason.clone(),
            fresh_until: later(now, FRESH),
            now,
        };
        match self.ports.stores.ledger.refund(&command).await {
            Err(LedgerError::Unknown) => {
                Err(EngineError::not_found(format!("charge {}", refund.charge)))
            }
            refunded => Ok(refunded?),
        }
    }

    /// Withdraws an analysis: it answers no request any more, and who paid for it has the fee back. Who
    /// has read it can read it still, and is told that it was withdrawn. Repeated, it gives the first
    /// outcome.
    ///
    /// # Errors
    /// [`EngineError::NotFound`] if there is no such analysis, or a port's failure.
    pub async fn retract_analysis(
        &self,
        actor: Actor,
        analysis: AnalysisId,
        reason: &str,
    ) -> Result<Retracted, EngineError> {
        let now = self.now();
        let audit = AuditRecord {
            actor,
            action: "analysis.retract".to_owned(),
            subject: format!("analysis {analysis}"),
            detail: serde_json::json!({ "reason": reason }),
            at: now,
        };
        let command = RetractAnalysis {
            analysis,
            refund: EntryId::from_uuid(self.id(now)),
            description: format!("analysis withdrawn: {reason}"),
            fresh_until: later(now, FRESH),
            audit,
            now,
        };
        let retracted = self.ports.stores.settlement.retract(&command).await?;
        retracted.ok_or_else(|| EngineError::not_found(format!("analysis {analysis}")))
    }

    /// Adds bought credits. The same key again gives the first entry.
    ///
    /// # Errors
    /// A port's failure.
    pub async fn top_up(
        &self,
        user: UserId,
        amount: MicroUsd,
        key: &str,
        description: &str,
    ) -> Result<LedgerEntry, EngineError> {
        let now = self.now();
        let command = PostEntry {
            id: EntryId::from_uuid(self.id(now)),
            user,
            kind: EntryKind::TopUp,
            amount,
            key: own_key(key),
            expires_at: None,
            description: description.to_owned(),
            now,
        };
        Ok(self.ports.stores.ledger.post(&command).await?)
    }

    /// What models cost us from one day to another, both included, in UTC: from the first of this month, and to
    /// today, if not said.
    ///
    /// # Errors
    /// A port's failure.
    pub async fn model_costs(
        &self,
        from: Option<Date>,
        to: Option<Date>,
    ) -> Result<Vec<ModelCost>, EngineError> {
        let to = to.unwrap_or_else(|| self.today());
        let from = from.unwrap_or_else(|| to.first_of_month());
        let (begin, end) = (midnight(from), midnight(to.tomorrow().unwrap_or(Date::MAX)));
        Ok(self.ports.stores.costs.totals(begin, end).await?)
    }

    /// What an account has.
    ///
    /// # Errors
    /// [`EngineError::NotFound`] for an unknown account, or a port's failure.
    pub async fn balance(&self, user: UserId) -> Result<Balance, EngineError> {
        Ok(self.ports.stores.ledger.balance(user).await?)
    }

    /// What an account has and what it owes.
    ///
    /// # Errors
    /// [`EngineError::NotFound`] for an unknown account, or a port's failure.
    pub async fn funds(&self, user: UserId) -> Result<Funds, EngineError> {
        Ok(self.ports.stores.ledger.funds(user).await?)
    }

    /// Its credits by lot, in the order in which they are spent.
    ///
    /// # Errors
    /// A port's failure.
    pub async fn lots(&self, user: UserId) -> Result<Vec<CreditLot>, EngineError> {
        Ok(self.ports.stores.ledger.lots(user).await?)
    }

    /// What an account's credits did in a period.
    ///
    /// # Errors
    /// [`EngineError::NotFound`] for an unknown account, or a port's failure.
    pub async fn statement(
        &self,
        user: UserId,
        period: BillingPeriod,
    ) -> Result<AccountStatement, EngineError> {
        let ledger = &self.ports.stores.ledger;
        ledger.balance(user).await?;
        let (mut lines, mut before) = (Vec::new(), None);
        let mut opening = MicroUsd::ZERO;
        'pages: loop {
            let page = ledger.entries(user, before, MAX_PAGE).await?;
            let Some(last) = page.last() else { break };
            before = Some(last.seq);
            for line in page {
                if line.at < period.start {
                    opening = line.balance_after;
                    break 'pages;
                }
                if line.at < period.end {
                    lines.push(line);
                }
            }
        }
        lines.reverse();
        let closing = lines.last().map_or(opening, |line| line.balance_after);
        Ok(AccountStatement {
            period,
            opening,
            lines,
            closing,
        })
    }
}
