//! Changes of plan: up at once, down when the month is over.

use aperilex_ports::{
    Account, AccountStatus, AccountStoreError, Actor, ArrangeTier, AuditRecord, ChangeAccount,
    EntryId, EntryKind, MicroUsd, PostEntry, Standing, StoreError, Tier, TierChange, Timestamp,
    UserId,
};
use serde_json::json;

use super::Engine;
use super::admin::{action, difference};
use crate::error::EngineError;
use crate::period::BillingPeriod;
use crate::proration::rest_of;

/// Changes carried out in one go.
const BATCH: usize = 100;

impl Engine {
    /// Changes an account's plan. A higher one counts at once, and what its monthly credits are more comes
    /// for the rest of the month; a lower one counts from the next reset day on, so that nothing that was
    /// given is taken back. Prices that were quoted stay. The plan it has takes back what was arranged.
    ///
    /// # Errors
    /// [`EngineError::NotFound`], or a port's failure: a conflict if somebody else changed it at the same
    /// time.
    pub async fn change_tier(
        &self,
        actor: Actor,
        user: UserId,
        to: Tier,
        reason: &str,
    ) -> Result<Account, EngineError> {
        let account = self.account(user).await?;
        if account.status == AccountStatus::Deleted {
            return Ok(account);
        }
        if to > account.tier {
            // What the month gives on the plan that was comes first: the difference is to that.
            self.grant_monthly(&account).await?;
            let now = self.now();
            let grant = self.difference_of(&account, to, now);
            let changed = self.set_tier(actor, &account, to, (reason, grant)).await?;
            return Ok(changed);
        }
        let now = self.now();
        let arranged = self.ports.stores.accounts.arranged(user).await?;
        let change = (to < account.tier).then(|| TierChange {
            tier: to,
            at: BillingPeriod::of(account.created_at, now).end,
        });
        if arranged == change {
            return Ok(account);
        }
        let command = ArrangeTier {
            user,
            change,
            audit: AuditRecord {
                actor,
                action: "account.arrange_tier".to_owned(),
                subject: format!("account {user}"),
                detail: json!({
                    "tier": change.map(|change| change.tier.as_str()),
                    "at": change.map(|change| change.at.to_string()),
                    "reason": reason,
                }),
                at: now,
            },
        };
        self.ports.stores.accounts.arrange(&command).await?;
        Ok(account)
    }

    /// The change of plan that is arranged for an account.
    ///
    /// # Errors
    /// A port's failure.
    pub async fn arranged_tier(&self, user: UserId) -> Result<Option<TierChange>, EngineError> {
        Ok(self.ports.stores.accounts.arranged(user).await?)
    }

    /// Carries out the changes whose time has come; says how many. One that fails keeps no other back.
    ///
    /// # Errors
    /// The first failure of a port.
    pub(super) async fn change_due_tiers(&self) -> Result<usize, EngineError> {
        let now = self.now();
        let due = self.ports.stores.accounts.due(now, BATCH).await?;
        let (mut done, mut failed) = (0, None);
        for user in due {
            match self.changed_by_now(user).await {
                Ok(changed) => done += usize::from(changed.is_some()),
                Err(error) => failed = failed.or(Some(error)),
            }
        }
        failed.map_or(Ok(done), Err)
    }

    /// Carries out the change that is arranged for an account, if its time has come.
    pub(super) async fn changed_by_now(
        &self,
        user: UserId,
    ) -> Result<Option<Account>, EngineError> {
        let now = self.now();
        let arranged = self.ports.stores.accounts.arranged(user).await?;
        let Some(change) = arranged.filter(|change| change.at <= now) else {
            return Ok(None);
        };
        let account = self.account(user).await?;
        if account.tier == change.tier {
            return Ok(Some(account));
        }
        let reason = ("as arranged", None);
        match self
            .set_tier(Actor::System, &account, change.tier, reason)
            .await
        {
            Ok(changed) => Ok(Some(changed)),
            // Another process did it, or somebody changed the account: what is arranged is looked at again.
            Err(AccountStoreError::Store(StoreError::Conflict)) => {
                Ok(Some(self.account(user).await?))
            }
            Err(error) => Err(error.into()),
        }
    }

    async fn set_tier(
        &self,
        actor: Actor,
        account: &Account,
        to: Tier,
        (reason, grant): (&str, Option<PostEntry>),
    ) -> Result<Account, AccountStoreError> {
        let (now, expected) = (self.now(), account.standing());
        let to = Standing {
            tier: to,
            ..expected
        };
        let command = ChangeAccount {
            user: account.id,
            expected,
            to,
            audit: AuditRecord {
                actor,
                action: action(expected, to).to_owned(),
                subject: format!("account {}", account.id),
                detail: difference(expected, to, reason),
                at: now,
            },
            grant,
            notice: None,
            now,
        };
        self.ports.stores.accounts.change(&command).await
    }

    /// What a higher plan gives more, for the rest of the month.
    fn difference_of(&self, account: &Account, to: Tier, now: Timestamp) -> Option<PostEntry> {
        if account.status != AccountStatus::Active {
            return None;
        }
        let raised = Account {
            tier: to,
            ..account.clone()
        };
        let credits = |of: &Account| self.settings.plan_of(of).monthly_credits;
        let (before, after) = (credits(account), credits(&raised));
        let period = BillingPeriod::of(account.created_at, now);
        let more = after
            .checked_sub(before)
            .filter(|more| more.is_positive())?;
        let first = !before.is_positive();
        let mut amount = rest_of(more, period, now);
        if first {
            // It stands for the month's grant, so that this is not given in full beside it: never nothing.
            amount = amount.max(MicroUsd::new(1));
        }
        let key = match first {
            true => format!("grant:{}", period.start),
            false => format!("grant:{}:{to}", period.start),
        };
        amount.is_positive().then(|| PostEntry {
            id: EntryId::from_uuid(self.id(now)),
            user: account.id,
            kind: EntryKind::MonthlyGrant,
            amount,
            key,
            expires_at: Some(period.end),
            description: format!("monthly credits ({to}), for the rest of the month"),
            now,
        })
    }
}
