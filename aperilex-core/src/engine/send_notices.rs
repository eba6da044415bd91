//! From the outbox to those who want to be told.

use std::time::Duration;

use aperilex_ports::{
    AccountStatus, MAX_NOTIFY_TIME, NoticeId, NoticeKind, NoticePreferences, NotifyError,
    OutboxItem, OutboxMessage, PendingNotice, Retry, UserId,
};

use super::{Engine, later};
use crate::error::EngineError;

/// Notices sent in one go. They go one after the other, each for [`MAX_NOTIFY_TIME`] at most.
const BATCH: u32 = 8;
/// Time for sending them.
const LEASE: Duration = MAX_NOTIFY_TIME.saturating_mul(BATCH + 2);

/// A notice that was not told.
#[derive(Debug)]
pub struct UntoldNotice {
    /// Which one.
    pub id: NoticeId,
    /// What it says.
    pub kind: &'static str,
    /// How often it was tried.
    pub attempts: u32,
    /// When it is tried again; never, if none.
    pub again_in: Option<Duration>,
    /// Why it was not told.
    pub error: NotifyError,
}

/// What became of a batch of notices.
#[derive(Debug, Default)]
pub struct SentNotices {
    /// How many are out of the way: told, of no interest any more, or given up.
    pub done: usize,
    /// Those that were not told.
    pub untold: Vec<UntoldNotice>,
}

impl Engine {
    /// Tells accounts what happened, one batch. A notice is told at least once, with the same id each
    /// time. One that cannot be told is tried again after a growing while and given up after its last
    /// attempt; it keeps no other back, and no message.
    ///
    /// # Errors
    /// The first failure of the stores; what was not told stays in the outbox.
    pub async fn send_notices(&self) -> Result<SentNotices, EngineError> {
        let now = self.now();
        let outbox = &self.ports.stores.outbox;
        let limit = usize::try_from(BATCH).unwrap_or(1);
        let batch = outbox.next_notices(limit, later(now, LEASE), now).await?;
        let (mut sent, mut failed) = (SentNotices::default(), None);
        for row in &batch {
            if let Err(error) = self.see_to(row, &mut sent).await {
                failed = failed.or(Some(error));
            }
        }
        failed.map_or(Ok(sent), Err)
    }

    /// What an account wants to be told of.
    ///
    /// # Errors
    /// [`EngineError::NotFound`] for an unknown account, or a port's failure.
    pub async fn notice_preferences(&self, user: UserId) -> Result<NoticePreferences, EngineError> {
        Ok(self.ports.stores.accounts.preferences(user).await?)
    }

    /// Chooses what an account is told of.
    ///
    /// # Errors
    /// [`EngineError::NotFound`] for an unknown account, or a port's failure.
    pub async fn set_notice_preferences(
        &self,
        user: UserId,
        preferences: NoticePreferences,
    ) -> Result<(), EngineError> {
        Ok(self.ports.stores.accounts.prefer(user, preferences).await?)
    }

    async fn see_to(&self, row: &OutboxMessage, sent: &mut SentNotices) -> Result<(), EngineError> {
        // No store hands anything else out here.
        let OutboxItem::Notice(notice) = &row.item else {
            return Ok(());
        };
        let outbox = &self.ports.stores.outbox;
        let untold = self.tell(notice, row.attempts).await?;
        let again_in = untold.as_ref().and_then(|untold| untold.again_in);
        sent.untold.extend(untold);
        match again_in {
            Some(wait) => outbox.put_off(row.id, later(self.now(), wait)).await?,
            None => {
                outbox.mark_sent(&[row.id], self.now()).await?;
                sent.done = sent.done.saturating_add(1);
            }
        }
        Ok(())
    }

    async fn tell(
        &self,
        pending: &PendingNotice,
        attempts: u32,
    ) -> Result<Option<UntoldNotice>, EngineError> {
        if !self.is_worth_telling(&pending.kind) {
            return Ok(None);
        }
        let account = self.ports.stores.accounts.get(pending.user).await?;
        // A closed account has no address that anybody reads.
        let Some(account) = account.filter(|account| account.status != AccountStatus::Deleted)
        else {
            return Ok(None);
        };
        let notice = pending.clone().to(account.email);
        let told = self.ports.notifier.notify(&notice).await;
        Ok(told.err().map(|error| UntoldNotice {
            id: notice.id,
            kind: notice.kind.name(),
            attempts,
            again_in: self.again_in(attempts, &error),
            error,
        }))
    }

    /// A balance is told when it crosses the threshold, and not again with every charge below it.
    fn is_worth_telling(&self, kind: &NoticeKind) -> bool {
        let low = self.settings.billing.low_balance_usd;
        match kind {
            NoticeKind::LowBalance {
                before, balance, ..
            } => *before >= low && *balance < low,
            _ => true,
        }
    }

    /// When to try again; the back-off doubles with every attempt.
    fn again_in(&self, attempts: u32, error: &NotifyError) -> Option<Duration> {
        let timings = &self.settings.timings;
        if attempts >= timings.notice_attempts {
            return None;
        }
        match error.retry() {
            Retry::Backoff => {
                let doublings = attempts.saturating_sub(1).min(32);
                let wait = timings.notice_backoff_s.saturating_mul(1 << doublings);
                Some(Duration::from_secs(wait.min(timings.notice_backoff_max_s)))
            }
            Retry::After(wait) => Some(wait),
            Retry::Never | _ => None,
        }
    }
}
