//! The loop that takes messages, and what becomes of each.

use std::sync::Arc;
use std::time::Duration;

use aperilex_core::ports::{Delivery, ReceiptHandle, TaskMessage};
use aperilex_core::{Claimed, Engine, EngineError, Interruption, Outcome, PoolKey, Run, Step};
use tokio::runtime::Handle;
use tokio::sync::Semaphore;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use tokio_util::task::{AbortOnDropHandle, TaskTracker};
use tracing::{debug, info, warn};

use crate::runtime::{WakeProbe, idle, report};

/// How long a message that is not ours is left to others.
const NOT_OURS: Duration = Duration::from_secs(1);

type Ended = Result<Outcome, EngineError>;

/// Takes messages and works on their tasks, several at a time.
#[derive(Debug, Clone)]
pub(crate) struct Worker {
    pub(crate) engine: Engine,
    /// The one thing to work on; everything if none.
    pub(crate) only: Option<PoolKey>,
    pub(crate) slots: Arc<Semaphore>,
    pub(crate) runs: TaskTracker,
    /// Takes no more messages once this is cancelled.
    pub(crate) stop: CancellationToken,
    /// Gives back what still runs once this is cancelled.
    pub(crate) hand_back: CancellationToken,
}

impl Worker {
    pub(crate) async fn work(self, wake: Arc<WakeProbe>, poll: Duration) {
        let lease = self.engine.settings().timings.lease();
        while !self.stop.is_cancelled() {
            let slot = tokio::select! {
                () = self.stop.cancelled() => return,
                slot = self.slots.clone().acquire_owned() => slot,
            };
            let Ok(slot) = slot else { return };
            match self.engine.ports().queue.receive(1, lease).await {
                Ok(deliveries) if deliveries.is_empty() => {
                    drop(slot);
                    idle(&wake.work, poll, &self.stop).await;
                }
                Ok(deliveries) => {
                    let worker = self.clone();
                    self.runs.spawn(async move {
                        for delivery in deliveries {
                            worker.handle(&delivery).await;
                        }
                        drop(slot);
                    });
                }
                Err(error) => {
                    report("queue", &error.into());
                    idle(&wake.work, poll.max(Duration::from_secs(1)), &self.stop).await;
                }
            }
        }
    }

    /// Whatever fails here, the message comes again when its visibility time has passed.
    async fn handle(&self, delivery: &Delivery) {
        if let Err(error) = self.settle(delivery).await {
            report("worker", &error);
        }
    }

    async fn settle(&self, delivery: &Delivery) -> Result<(), EngineError> {
        if self.is_others(delivery).await? {
            return self.engine.postpone(delivery, NOT_OURS).await;
        }
        match self.engine.claim(delivery).await? {
            Claimed::Run(run) => self.run(*run, delivery).await?,
            Claimed::Settled => self.acknowledge(delivery, None).await,
            Claimed::Leave(wait) => self.engine.postpone(delivery, wait).await?,
            Claimed::Poison { reason } => {
                warn!(reason, "a message cannot be read and is put aside");
                let queue = &self.engine.ports().queue;
                queue.reject(&delivery.receipt, &reason).await?;
            }
        }
        Ok(())
    }

    /// Whether it asks for something that this worker is not here for.
    async fn is_others(&self, delivery: &Delivery) -> Result<bool, EngineError> {
        let (Some(only), Ok(message)) = (&self.only, TaskMessage::decode(&delivery.body)) else {
            return Ok(false);
        };
        let tasks = &self.engine.ports().stores.tasks;
        let task = tasks.get(message.task).await?;
        Ok(task.is_some_and(|task| task.key != *only && !task.status.is_terminal()))
    }

    async fn run(&self, run: Run, delivery: &Delivery) -> Result<(), EngineError> {
        let id = run.task.id;
        match self.outcome(run, delivery).await {
            Ok(Outcome::LeaseLost) | Err(EngineError::LeaseLost) => {
                warn!(task.id = %id, "lost the lease of task {id}");
                return Ok(());
            }
            Ok(Outcome::Completed) => info!(task.id = %id, "completed task {id}"),
            Ok(Outcome::Retried(failure)) => {
                info!(task.id = %id, code = failure.code, "task {id} will be tried again");
            }
            Ok(Outcome::Failed(failure)) => {
                warn!(task.id = %id, code = failure.code, "gave up task {id}: {}", failure.message);
            }
            Err(error) => return Err(error),
        }
        self.acknowledge(delivery, Some(id)).await;
        Ok(())
    }

    /// How the run ends: by itself, or because of its lease, its time, or the end of this worker.
    async fn outcome(&self, run: Run, delivery: &Delivery) -> Ended {
        let limit = self.engine.settings().timings.run_limit();
        let stop = CancellationToken::new();
        // Dropped, it stops the work at its next step.
        let _guard = stop.clone().drop_guard();
        let work = self.begin(run.clone(), stop.clone());
        let receipt = delivery.receipt.clone();
        let beats = heartbeats(self.engine.clone(), run.clone(), receipt);
        let beats = AbortOnDropHandle::new(tokio::spawn(beats));
        let why = tokio::select! {
            ended = work => match ended {
                Ok(Some(ended)) => return ended,
                _ => Interruption::Crashed,
            },
            lost = beats => return Err(lost.unwrap_or(EngineError::LeaseLost)),
            () = tokio::time::sleep(limit) => Interruption::TimedOut,
            () = self.hand_back.cancelled() => Interruption::WorkerStopped,
        };
        stop.cancel();
        self.engine.interrupt(&run, why).await
    }

    /// Begins the work on a thread of its own: it computes for long stretches, and the heartbeats
    /// and everybody else must not wait for it.
    fn begin(&self, run: Run, stop: CancellationToken) -> JoinHandle<Option<Ended>> {
        let (engine, runtime) = (self.engine.clone(), Handle::current());
        tokio::task::spawn_blocking(move || {
            runtime.block_on(stop.run_until_cancelled(engine.run(&run)))
        })
    }

    async fn acknowledge(&self, delivery: &Delivery, task: Option<aperilex_core::TaskId>) {
        let queue = &self.engine.ports().queue;
        match queue.acknowledge(&delivery.receipt).await {
            Ok(()) => self.engine.reached(Step::Acknowledged, task),
            // It comes again, finds its task finished, and is acknowledged then.
            Err(error) => debug!(%error, "a message could not be acknowledged"),
        }
    }
}

/// Keeps lease and message while the run goes on; ends only when the lease is lost or the stores
/// have been away for longer than the lease lasts.
async fn heartbeats(engine: Engine, run: Run, receipt: ReceiptHandle) -> EngineError {
    let lease = engine.settings().timings.lease();
    let mut missed = 0;
    loop {
        tokio::time::sleep(lease / 3).await;
        match engine.heartbeat(&run).await {
            Ok(()) => missed = 0,
            Err(error @ EngineError::LeaseLost) => return error,
            // One silence is weather; after two the lease may be another's before the next try.
            Err(error) if missed > 0 => return error,
            Err(error) => {
                debug!(%error, "a heartbeat failed");
                missed += 1;
            }
        }
        let _ = engine.ports().queue.extend(&receipt, lease).await;
    }
}
