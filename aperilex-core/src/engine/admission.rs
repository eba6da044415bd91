//! The first two decisions on every request: may the account act, and does its quota allow one more.

use aperilex_ports::{
    Account, AccountStatus, Actor, AuditRecord, ChangeAccount, QuotaOutcome, Standing, Timestamp,
    UserId,
};

use super::Engine;
use super::accounts::may_act;
use crate::conduct::{self, TooEarly};
use crate::error::EngineError;
use crate::quota;
use crate::refusal::Refusal;

impl Engine {
    /// The first two decisions on every request: the account may act, and its quota allows one more. Then
    /// it is given its monthly credits, if it lacks them.
    ///
    /// An account that comes before the time it was told is refused without asking its quota, and must
    /// wait longer; one that does so too often, on whatever servers, is suspended.
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
        let now = self.now();
        if let Some(early) = self.conduct.too_early(account.id, &windows, now) {
            return Err(self.refuse(account, early, now).await.into());
        }
        let quota = &self.ports.stores.quota;
        let outcome = quota.consume(account.id, &windows, now).await?;
        if outcome.allowed {
            self.grant_or_go_on(account).await;
            return Ok(outcome);
        }
        let (user, full) = (account.id, &outcome.windows);
        let wait = self.conduct.refused(user, full, now);
        Err(Refusal::QuotaExceeded {
            retry_after: wait,
            windows: outcome.windows,
        }
        .into())
    }

    /// What a request that comes too early is told.
    async fn refuse(&self, account: &Account, early: TooEarly, now: Timestamp) -> Refusal {
        let TooEarly {
            mut retry_after,
            windows,
            ignored,
        } = early;
        if ignored {
            let conduct = &self.settings.conduct;
            let ignored = self.count_ignored(account.id, now).await;
            // If it cannot be done, the next refusal that is ignored tries again.
            if conduct.suspends(ignored) && self.suspend(account, ignored, now).await.is_ok() {
                return Refusal::AccountSuspended;
            }
            let wait = conduct.backoff(ignored);
            retry_after = self.conduct.hold(account.id, wait, now);
        }
        Refusal::QuotaExceeded {
            retry_after,
            windows,
        }
    }

    /// Counts one more ignored refusal, and says how many there were within the window on all servers. None
    /// is known while they cannot be counted: it is as if this were the first.
    async fn count_ignored(&self, user: UserId, now: Timestamp) -> u32 {
        let window = self.settings.conduct.window();
        let quota = &self.ports.stores.quota;
        let counted = quota.consume(conduct::counted(user), &[window], now).await;
        let used = counted.map(|counted| counted.windows.first().map(|window| window.used));
        used.ok().flatten().unwrap_or_default()
    }

    /// Suspends an account for ignoring refusals.
    async fn suspend(
        &self,
        account: &Account,
        ignored: u32,
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
                    "ignored": ignored,
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
        // Once it is lifted it begins anew. If that cannot be noted, what was ignored is held against the
        // account until it leaves the window.
        let counted = conduct::counted(account.id);
        let _ = self.ports.stores.quota.reset(counted).await;
        Ok(())
    }
}
