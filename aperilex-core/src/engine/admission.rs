//! The first two decisions on every request: may the account act, and does its quota allow one more.

use aperilex_ports::{
    Account, AccountStatus, Actor, AuditRecord, ChangeAccount, QuotaOutcome, Standing, Timestamp,
};

use super::Engine;
use super::accounts::may_act;
use crate::conduct::TooEarly;
use crate::error::EngineError;
use crate::quota;
use crate::refusal::Refusal;

impl Engine {
    /// The first two decisions on every request: the account may act, and its quota allows one more. Then
    /// it is given its monthly credits, if it lacks them.
    ///
    /// An account that comes before the time it was told is refused without asking the quota, and must
    /// wait longer; one that does so too often is suspended.
    ///
    /// # Errors
    /// [`Refusal::AccountSuspended`], [`Refusal::Unverified`], [`Refusal::QuotaExceeded`], or a port's
    /// failure.
    pub async fn admit(&self, account: &Account) -> Result<QuotaOutcome, EngineError> {
        may_act(account)?;
        let windows = quota::windows(&self.settings.plan_of(account));
        if windows.is_empty() {
            self.grant_or_go_on(account).await;
            return Ok(QuotaOutcome {
                allowed: true,
                windows: Vec::new(),
            });
        }
        let (now, conduct) = (self.now(), &self.settings.conduct);
        let early = self.conduct.too_early(account.id, &windows, now, conduct);
        if let Some(early) = early {
            // If it cannot be done, the next refusal that is ignored tries again.
            if conduct.suspends(early.ignored) && self.suspend(account, &early, now).await.is_ok() {
                return Err(Refusal::AccountSuspended.into());
            }
            return Err(Refusal::QuotaExceeded {
                retry_after: early.retry_after,
                windows: early.windows,
            }
            .into());
        }
        let quota = &self.ports.stores.quota;
        let outcome = quota.consume(account.id, &windows, now).await?;
        if outcome.allowed {
            self.grant_or_go_on(account).await;
            return Ok(outcome);
        }
        let (user, full) = (account.id, &outcome.windows);
        let wait = self.conduct.refused(user, full, now, conduct);
        Err(Refusal::QuotaExceeded {
            retry_after: wait,
            windows: outcome.windows,
        }
        .into())
    }

    /// Suspends an account for ignoring refusals.
    async fn suspend(
        &self,
        account: &Account,
        early: &TooEarly,
        now: Timestamp,
    ) -> Result<(), EngineError> {
        let expected = account.standing();
        let reason = "came back before the time told, again and again";
        let change = ChangeAccount {
            user: account.id,
            expected,
            to: Standing {
                status: AccountStatus::Suspended,
                ..expected
            },
            audit: AuditRecord {
                actor: Actor::System,
                action: "account.suspend".to_owned(),
                subject: format!("account {}", account.id),
                detail: serde_json::json!({
                    "reason": reason,
                    "ignored": early.ignored,
                    "within_s": self.settings.conduct.window_s,
                }),
                at: now,
            },
            grant: None,
            notice: Some(self.told_suspended(account.id, reason, now)),
            now,
        };
        self.ports.stores.accounts.change(&change).await?;
        self.conduct.forget(account.id);
        Ok(())
    }
}
