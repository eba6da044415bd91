//! A worker's part (product §6): claim, run, settle.

use std::time::Duration;

use aperilex_ports::{
    AbandonTask, ClaimTask, DecodeEnvelopeError, Delivery, Failure, Guard, Lease, LeaseToken,
    RetryTask, Task, TaskMessage, TaskStatus, TaskStoreError, Timestamp,
};

use super::failure::{Stop, is_ours};
use super::{Engine, between, later};
use crate::error::EngineError;
use crate::probe::Step;

/// What to do with a delivered message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Claimed {
    /// Run it: the lease is ours.
    Run(Box<Run>),
    /// Nothing is left to do: acknowledge it.
    Settled,
    /// Somebody else works on it, its time has not come, or it is not for this build: put it back
    /// for this long with [`Engine::postpone`].
    Leave(Duration),
    /// It can never be read: make it a dead letter.
    Poison {
        /// Why.
        reason: String,
    },
}

/// A task with the right to work on it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Run {
    /// The task as claimed.
    pub task: Task,
    /// The lease.
    pub lease: Lease,
}

/// How a run ended. In every case but a lost lease the message is to be acknowledged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// The analysis is in the pool.
    Completed,
    /// Given up; nobody pays for the analysis.
    Failed(Failure),
    /// A new message will come.
    Retried(Failure),
    /// Another works on it: leave the message alone.
    LeaseLost,
}

/// What ended a run from outside.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Interruption {
    /// It took longer than it may.
    TimedOut,
    /// It broke down.
    Crashed,
    /// Its worker must stop. Nothing is wrong with the task: this is no attempt.
    WorkerStopped,
}

/// How long a message of a newer version waits for a newer worker.
const NEWER_WAIT: Duration = Duration::from_secs(600);
/// Shortest wait that a source's wish comes to.
pub(super) const SHORTEST_WAIT: Duration = Duration::from_secs(1);

impl Engine {
    /// Decides what to do with a message and takes the task's lease.
    ///
    /// # Errors
    /// A port's failure: leave the message alone.
    pub async fn claim(&self, delivery: &Delivery) -> Result<Claimed, EngineError> {
        let message = match TaskMessage::decode(&delivery.body) {
            Ok(message) => message,
            Err(DecodeEnvelopeError::Newer { .. }) => return Ok(Claimed::Leave(NEWER_WAIT)),
            Err(error) => {
                return Ok(Claimed::Poison {
                    reason: error.to_string(),
                });
            }
        };
        let now = self.now();
        let lease = Lease {
            token: LeaseToken::from_uuid(self.id(now)),
            until: later(now, self.settings.timings.lease()),
        };
        let command = ClaimTask {
            task: message.task,
            generation: message.generation,
            lease,
            now,
        };
        match self.ports.stores.tasks.claim(&command).await {
            Ok(task) => {
                self.reached(Step::Claimed, Some(task.id));
                self.within_attempts(Run { task, lease }).await
            }
            Err(TaskStoreError::Conflict {
                actual: TaskStatus::Running,
            }) => Ok(Claimed::Leave(self.settings.timings.lease())),
            Err(TaskStoreError::NotYet { until }) => Ok(Claimed::Leave(between(now, until))),
            Err(
                TaskStoreError::Unknown
                | TaskStoreError::Superseded
                | TaskStoreError::Conflict { .. },
            ) => Ok(Claimed::Settled),
            Err(error) => Err(error.into()),
        }
    }

    /// A task whose workers keep dying is given up.
    async fn within_attempts(&self, run: Run) -> Result<Claimed, EngineError> {
        if run.task.attempts <= self.settings.timings.max_attempts {
            return Ok(Claimed::Run(Box::new(run)));
        }
        let failure = run.task.failure.clone().unwrap_or_else(|| Failure {
            code: "worker_crashed".to_owned(),
            message: "the analysis could not be finished; nothing was charged for it".to_owned(),
        });
        self.give_up(&run, failure).await?;
        Ok(Claimed::Settled)
    }

    /// Prolongs the lease.
    ///
    /// # Errors
    /// [`EngineError::LeaseLost`]: stop at once and write nothing; or a port's failure.
    pub async fn heartbeat(&self, run: &Run) -> Result<(), EngineError> {
        let now = self.now();
        let lease = Lease {
            token: run.lease.token,
            until: later(now, self.settings.timings.lease()),
        };
        Ok(self
            .ports
            .stores
            .tasks
            .extend(run.task.id, lease, now)
            .await?)
    }

    /// Does the work of a claimed task and settles it, well or badly.
    ///
    /// The caller keeps the lease alive with [`Engine::heartbeat`] and drops this future when that
    /// fails: nothing is written after the lease is lost.
    ///
    /// # Errors
    /// A port's failure while settling: leave the message alone, it will be delivered again.
    pub async fn run(&self, run: &Run) -> Result<Outcome, EngineError> {
        match self.analyse(run).await {
            Ok(()) => {
                self.reached(Step::Committed, Some(run.task.id));
                Ok(Outcome::Completed)
            }
            Err(stop) => self.settle(run, stop).await,
        }
    }

    /// Hands back a run that was ended from outside: whoever calls this has stopped it, or waits for
    /// it no longer. What it still does is fenced off by its lost lease.
    ///
    /// # Errors
    /// A port's failure while settling.
    pub async fn interrupt(&self, run: &Run, why: Interruption) -> Result<Outcome, EngineError> {
        let limit = self.settings.timings.run_limit_s;
        let (code, message) = match why {
            Interruption::TimedOut => (
                "timed_out",
                format!("the analysis took longer than {limit} s"),
            ),
            Interruption::Crashed => ("worker_crashed", "the analysis broke down".to_owned()),
            Interruption::WorkerStopped => ("worker_stopped", "the worker was stopped".to_owned()),
        };
        let failure = Failure {
            code: code.to_owned(),
            message,
        };
        let ended = match why {
            Interruption::WorkerStopped => self.again(run, failure, Duration::ZERO, false).await,
            _ => self.again_after_backoff(run, failure).await,
        };
        or_lease_lost(ended)
    }

    async fn settle(&self, run: &Run, stop: Stop) -> Result<Outcome, EngineError> {
        let ended = match stop {
            Stop::LeaseLost => return Ok(Outcome::LeaseLost),
            Stop::Final(failure) => self
                .give_up(run, failure.clone())
                .await
                .map(|()| Outcome::Failed(failure)),
            // Who asks for a wait of nothing, again and again, still gets a moment's peace.
            Stop::Asked { failure, wait } => {
                self.again(run, failure, wait.max(SHORTEST_WAIT), false)
                    .await
            }
            Stop::Later(failure) => self.again_after_backoff(run, failure).await,
        };
        or_lease_lost(ended)
    }

    async fn again_after_backoff(
        &self,
        run: &Run,
        failure: Failure,
    ) -> Result<Outcome, EngineError> {
        if run.task.attempts >= self.settings.timings.max_attempts {
            self.give_up(run, failure.clone()).await?;
            return Ok(Outcome::Failed(failure));
        }
        let wait = self.backoff(run.task.attempts);
        self.again(run, failure, wait, true).await
    }

    /// Sends the task to the queue again, unless it would be too old by then.
    async fn again(
        &self,
        run: &Run,
        failure: Failure,
        wait: Duration,
        counted: bool,
    ) -> Result<Outcome, EngineError> {
        let now = self.now();
        let not_before = later(now, wait);
        let max_age = Duration::from_secs(self.settings.timings.task_max_age_s);
        if later(run.task.created_at, max_age) <= not_before {
            self.give_up(run, failure.clone()).await?;
            return Ok(Outcome::Failed(failure));
        }
        let command = RetryTask {
            end: self.abandon(run, failure.clone(), now),
            not_before,
            counted,
        };
        self.ports.stores.settlement.retry(&command).await?;
        Ok(Outcome::Retried(failure))
    }

    async fn give_up(&self, run: &Run, failure: Failure) -> Result<(), EngineError> {
        let command = self.abandon(run, failure, self.now());
        Ok(self.ports.stores.settlement.abandon(&command).await?)
    }

    fn abandon(&self, run: &Run, failure: Failure, now: Timestamp) -> AbandonTask {
        AbandonTask {
            task: run.task.id,
            guard: Guard::Lease(run.lease.token),
            goodwill_until: is_ours(&failure).then(|| self.goodwill_until(now)),
            failure,
            now,
        }
    }

    /// Doubling back-off with full jitter.
    pub(super) fn backoff(&self, attempts: u32) -> Duration {
        let timings = &self.settings.timings;
        let doubled = 1_u64
            .checked_shl(attempts.saturating_sub(1))
            .unwrap_or(u64::MAX);
        let ceiling = timings
            .backoff_s
            .saturating_mul(doubled)
            .min(timings.backoff_max_s);
        let random = u64::from(self.ports.ids.secret()[0]);
        Duration::from_millis(ceiling.saturating_mul(1000).saturating_mul(random) / 255)
    }
}

fn or_lease_lost(ended: Result<Outcome, EngineError>) -> Result<Outcome, EngineError> {
    match ended {
        Err(EngineError::LeaseLost) => Ok(Outcome::LeaseLost),
        ended => ended,
    }
}
