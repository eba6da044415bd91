//! Picking up what was left lying: dead workers, lost messages, forgotten holds.

use std::time::Duration;

use aperilex_ports::{
    AbandonTask, Failure, Guard, ImportError, RetryTask, SettlementError, StoreError, Task,
    TaskMessage, TaskStatus, Timestamp,
};

use super::{Engine, earlier, later};
use crate::error::EngineError;
use crate::quota;

/// Rows handled in one go.
const BATCH: usize = 100;
/// How long an expired quote is kept, so that who comes late is told how the price has changed.
const QUOTES_KEPT: Duration = Duration::from_secs(24 * 60 * 60);

impl Engine {
    /// Picks up what was left lying; says how many tasks, imports, holds and lapsed credits that were.
    ///
    /// - a running task whose lease has run out goes back to the queue, or is given up after its
    ///   last attempt
    /// - a waiting task that is too old is given up; a younger one whose message seems lost gets it
    ///   sent again
    /// - a bulk import in which nothing moved for too long is given up
    /// - an open hold whose time has passed is given back
    /// - credits whose time has passed lapse
    /// - changes of plan whose time has come are made
    /// - idempotency keys, sessions and one-time tokens whose time has passed are forgotten, quotes a day
    ///   later, and so is what was counted in windows that are past
    /// - accounts that were not verified in time make room, unless they have books
    ///
    /// What cannot be picked up keeps nothing else back.
    ///
    /// # Errors
    /// The first failure of a port; what is left is picked up next time.
    pub async fn sweep(&self) -> Result<usize, EngineError> {
        let now = self.now();
        let idle = Duration::from_secs(self.settings.timings.resend_after_s);
        let stale = self
            .ports
            .stores
            .tasks
            .stale(now, earlier(now, idle), BATCH)
            .await?;
        let mut failed = None;
        for task in &stale {
            match self.rescue(task).await {
                // It moved meanwhile: it needs no rescue.
                Err(EngineError::LeaseLost | EngineError::NotFound { .. }) | Ok(()) => {}
                Err(error) => failed = failed.or(Some(error)),
            }
        }
        let moved = match self.change_due_tiers().await {
            Ok(moved) => moved,
            Err(error) => {
                failed = failed.or(Some(error));
                0
            }
        };
        let mut count = |swept: Result<usize, StoreError>| match swept {
            Ok(count) => count,
            Err(error) => {
                failed = failed.take().or(Some(error.into()));
                0
            }
        };
        let stores = &self.ports.stores;
        let expired = stores
            .ledger
            .expire(Some(self.goodwill_until(now)), now, BATCH)
            .await;
        let lapsed = stores.ledger.lapse(now, BATCH).await;
        let goodwill = Some(self.goodwill_until(now));
        let given_up = stores.imports.expire(goodwill, now, BATCH).await;
        let given_up = count(given_up.map(|jobs| jobs.len()).map_err(import_store));
        let expired = count(expired.map(|holds| holds.len()));
        let lapsed = count(lapsed.map(|entries| entries.len()));
        let done = stale.len() + given_up + expired + lapsed + moved;
        failed = failed.or(self.forget(now).await.err());
        failed.map_or(Ok(done), Err)
    }

    /// Forgets what is over. What cannot be forgotten keeps nothing else.
    async fn forget(&self, now: Timestamp) -> Result<(), EngineError> {
        let stores = &self.ports.stores;
        let unused = stores.settlement.forget(now, BATCH).await;
        let over = stores.sessions.forget(now, BATCH).await;
        let quotes = stores.quotes.forget(earlier(now, QUOTES_KEPT), BATCH).await;
        let counted = earlier(now, quota::longest(&self.settings));
        let counted = stores.quota.forget(counted, BATCH).await;
        let unverified = self.displace_unverified(now).await;
        unused?;
        over?;
        quotes?;
        counted?;
        unverified
    }

    async fn displace_unverified(&self, now: Timestamp) -> Result<(), EngineError> {
        let accounts = &self.ports.stores.accounts;
        let waits = Duration::from_secs(self.settings.accounts.unverified_ttl_s);
        let mut failed = None;
        for user in accounts.unverified(earlier(now, waits), BATCH).await? {
            if let Err(error) = accounts.displace(user).await {
                failed = failed.or(Some(error.into()));
            }
        }
        failed.map_or(Ok(()), Err)
    }

    async fn rescue(&self, task: &Task) -> Result<(), EngineError> {
        let now = self.now();
        let max_age = Duration::from_secs(self.settings.timings.task_max_age_s);
        let too_old = later(task.created_at, max_age) <= now;
        let running = task.status == TaskStatus::Running;
        let spent = running && task.attempts >= self.settings.timings.max_attempts;
        if too_old || spent {
            let (code, message) = if running {
                ("worker_crashed", "the analysis could not be finished")
            } else {
                ("expired", "the analysis could not be started in time")
            };
            return self.end(task, code, message, None).await;
        }
        if running {
            return self
                .end(task, "worker_crashed", "a worker stopped", Some(now))
                .await;
        }
        // De-duplication would drop a message it has seen, so each stretch of time has its own id.
        let stretch = self.settings.timings.resend_after_s.max(1);
        let slot = u64::try_from(now.as_second()).unwrap_or_default() / stretch;
        let dedup_id = format!("{}:{}:{slot}", task.id, task.generation);
        let message = TaskMessage {
            task: task.id,
            generation: task.generation,
        };
        self.send(message, dedup_id, task.priority, now).await?;
        // The next sweep looks at those first that were looked at longest ago.
        let tasks = &self.ports.stores.tasks;
        Ok(tasks.touch(task.id, task.generation, now).await?)
    }

    async fn end(
        &self,
        task: &Task,
        code: &str,
        message: &str,
        again: Option<Timestamp>,
    ) -> Result<(), EngineError> {
        let now = self.now();
        let command = AbandonTask {
            task: task.id,
            guard: Guard::Unleased {
                generation: task.generation,
            },
            failure: Failure {
                code: code.to_owned(),
                message: format!("{message}; nothing was charged for it"),
            },
            goodwill_until: Some(self.goodwill_until(now)),
            now,
        };
        let settlement = &self.ports.stores.settlement;
        let ended = match again {
            Some(not_before) => {
                let again = RetryTask {
                    end: command,
                    not_before,
                    counted: true,
                };
                settlement.retry(&again).await
            }
            None => settlement.abandon(&command).await,
        };
        match ended {
            // A worker came back to life, or another sweeper was faster.
            Err(SettlementError::Task(
                aperilex_ports::TaskStoreError::Conflict { .. }
                | aperilex_ports::TaskStoreError::Superseded,
            )) => Ok(()),
            ended => Ok(ended?),
        }
    }
}

/// Giving up refuses nothing.
fn import_store(error: ImportError) -> StoreError {
    match error {
        ImportError::Store(error) => error,
        _ => StoreError::Conflict,
    }
}
