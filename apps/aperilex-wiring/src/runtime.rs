//! The loops that drive the engine: relay, workers, sweeper.

use std::sync::Arc;
use std::time::Duration;

use aperilex_core::ports::{Delivery, TaskQueue};
use aperilex_core::{Claimed, Engine, EngineError, Outcome, Probe, Run, Step, TaskId};
use tokio::sync::{Notify, Semaphore};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tracing::{debug, error, info, warn};

use crate::settings::WorkerSettings;

/// Wakes the loops of this process at once, instead of at their next look; passes steps on.
#[derive(Debug)]
pub struct WakeProbe {
    relay: Notify,
    work: Notify,
    next: Arc<dyn Probe>,
}

impl WakeProbe {
    /// A probe that wakes, and tells `next`.
    #[must_use]
    pub fn new(next: Arc<dyn Probe>) -> Arc<Self> {
        Arc::new(Self {
            relay: Notify::new(),
            work: Notify::new(),
            next,
        })
    }
}

impl Probe for WakeProbe {
    fn reached(&self, step: Step, task: Option<TaskId>) {
        match step {
            // Every committed change has left something in the outbox.
            Step::MessageSent => self.work.notify_one(),
            Step::Fetched | Step::Analysed | Step::Acknowledged | Step::Relayed => {}
            _ => self.relay.notify_one(),
        }
        self.next.reached(step, task);
    }
}

/// Which loops to run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Loops {
    /// Relay, workers and sweeper.
    All,
    /// Relay and sweeper: workers are elsewhere.
    WithoutWorkers,
}

/// Running loops.
#[derive(Debug)]
pub struct Runtime {
    stop: CancellationToken,
    loops: TaskTracker,
    grace: Duration,
}

impl Runtime {
    /// Starts the loops on an engine whose probe is `wake`.
    #[must_use]
    pub fn start(
        engine: &Engine,
        wake: &Arc<WakeProbe>,
        settings: &WorkerSettings,
        which: Loops,
    ) -> Self {
        let stop = CancellationToken::new();
        let loops = TaskTracker::new();
        let poll = Duration::from_millis(settings.poll_ms);
        let sweep = Duration::from_millis(settings.sweep_ms);
        loops.spawn(relay(engine.clone(), wake.clone(), poll, stop.clone()));
        loops.spawn(sweeper(engine.clone(), sweep, stop.clone()));
        if which == Loops::All {
            let concurrency = usize::try_from(settings.concurrency).unwrap_or(1);
            let worker = Worker {
                engine: engine.clone(),
                slots: Arc::new(Semaphore::new(concurrency)),
                runs: loops.clone(),
                stop: stop.clone(),
            };
            loops.spawn(worker.work(wake.clone(), poll));
        }
        loops.close();
        Self {
            stop,
            loops,
            grace: Duration::from_secs(settings.grace_s),
        }
    }

    /// Stops: no new work is taken, what runs gets the grace time, the rest is handed back by its
    /// lease running out.
    pub async fn stop(self) {
        self.stop.cancel();
        if tokio::time::timeout(self.grace, self.loops.wait())
            .await
            .is_err()
        {
            warn!("work is still running after the grace time; it will be taken up again later");
        }
    }
}

async fn relay(engine: Engine, wake: Arc<WakeProbe>, poll: Duration, stop: CancellationToken) {
    loop {
        match engine.relay_outbox().await {
            Ok(0) => idle(&wake.relay, poll, &stop).await,
            Ok(_) => {}
            Err(error) => {
                report("relay", &error);
                idle(&wake.relay, poll.max(Duration::from_secs(1)), &stop).await;
            }
        }
        if stop.is_cancelled() {
            return;
        }
    }
}

async fn sweeper(engine: Engine, every: Duration, stop: CancellationToken) {
    while !stop.is_cancelled() {
        match engine.sweep().await {
            Ok(0) => {}
            Ok(count) => info!(count, "swept {count} tasks and holds"),
            Err(error) => report("sweeper", &error),
        }
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(every) => {}
        }
    }
}

async fn idle(wake: &Notify, poll: Duration, stop: &CancellationToken) {
    tokio::select! {
        () = wake.notified() => {}
        () = stop.cancelled() => {}
        () = tokio::time::sleep(poll) => {}
    }
}

#[derive(Debug, Clone)]
struct Worker {
    engine: Engine,
    slots: Arc<Semaphore>,
    runs: TaskTracker,
    stop: CancellationToken,
}

impl Worker {
    async fn work(self, wake: Arc<WakeProbe>, poll: Duration) {
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

    async fn handle(&self, delivery: &Delivery) {
        let queue = &*self.engine.ports().queue;
        match self.engine.claim(delivery).await {
            Ok(Claimed::Run(run)) => self.run(&run, delivery, queue).await,
            Ok(Claimed::Settled) => acknowledge(&self.engine, queue, delivery, None).await,
            Ok(Claimed::Leave(wait)) => {
                let _ = queue.extend(&delivery.receipt, wait).await;
            }
            Ok(Claimed::Poison { reason }) => {
                warn!(reason, "a message cannot be read and is put aside");
                let _ = queue.reject(&delivery.receipt, &reason).await;
            }
            // The message comes again when its visibility time has passed.
            Err(error) => report("worker", &error),
        }
    }

    async fn run(&self, run: &Run, delivery: &Delivery, queue: &dyn TaskQueue) {
        let id = run.task.id;
        let limit = self.engine.settings().timings.run_limit();
        let outcome = tokio::select! {
            outcome = self.engine.run(run) => outcome,
            error = self.heartbeats(run, delivery) => Err(error),
            () = tokio::time::sleep(limit) => self.engine.run_timed_out(run).await,
        };
        match outcome {
            Ok(Outcome::LeaseLost) | Err(EngineError::LeaseLost) => {
                warn!(task.id = %id, "lost the lease of task {id}");
                return;
            }
            Ok(Outcome::Completed) => info!(task.id = %id, "completed task {id}"),
            Ok(Outcome::Retried(failure)) => {
                info!(task.id = %id, code = failure.code, "task {id} will be tried again");
            }
            Ok(Outcome::Failed(failure)) => {
                warn!(task.id = %id, code = failure.code, "gave up task {id}: {}", failure.message);
            }
            Err(error) => return report("worker", &error),
        }
        acknowledge(&self.engine, queue, delivery, Some(id)).await;
    }

    /// Keeps lease and message while the run goes on; ends only when the lease is lost or the
    /// stores have been away for longer than the lease lasts.
    async fn heartbeats(&self, run: &Run, delivery: &Delivery) -> EngineError {
        let lease = self.engine.settings().timings.lease();
        let mut missed = 0;
        loop {
            tokio::time::sleep(lease / 3).await;
            match self.engine.heartbeat(run).await {
                Ok(()) => missed = 0,
                Err(error @ EngineError::LeaseLost) => return error,
                // One silence is weather; after two the lease may be another's before the next try.
                Err(error) if missed > 0 => return error,
                Err(error) => {
                    debug!(%error, "a heartbeat failed");
                    missed += 1;
                }
            }
            let _ = self
                .engine
                .ports()
                .queue
                .extend(&delivery.receipt, lease)
                .await;
        }
    }
}

async fn acknowledge(
    engine: &Engine,
    queue: &dyn TaskQueue,
    delivery: &Delivery,
    task: Option<TaskId>,
) {
    match queue.acknowledge(&delivery.receipt).await {
        Ok(()) => engine.reached(Step::Acknowledged, task),
        // It comes again, finds its task finished, and is acknowledged then.
        Err(error) => debug!(%error, "a message could not be acknowledged"),
    }
}

fn report(part: &str, error: &EngineError) {
    let cause = std::error::Error::source(error)
        .map(ToString::to_string)
        .unwrap_or_default();
    error!(part, cause, "{part}: {error}");
}
