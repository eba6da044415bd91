//! The loops that drive the engine: relay, sender of notices, workers, importer, sweeper.

use std::sync::Arc;
use std::time::Duration;

use aperilex_core::{Engine, EngineError, PoolKey, Probe, Step, TaskId, UntoldNotice};
use tokio::sync::{Notify, Semaphore};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tracing::{error, info, warn};

use crate::importer;
use crate::settings::WorkerSettings;
use crate::worker::Worker;

/// Time for handing runs back, and for sending what that leaves in the outbox.
const LAST_STEPS: Duration = Duration::from_secs(5);
/// Pause before a loop that broke down begins again.
const RESTART: Duration = Duration::from_secs(1);

/// Wakes the loops of this process at once, instead of at their next look; passes steps on.
#[derive(Debug)]
pub struct WakeProbe {
    relay: Notify,
    notices: Notify,
    pub(crate) work: Notify,
    next: Arc<dyn Probe>,
}

impl WakeProbe {
    /// A probe that wakes, and tells `next`.
    #[must_use]
    pub fn new(next: Arc<dyn Probe>) -> Arc<Self> {
        Arc::new(Self {
            relay: Notify::new(),
            notices: Notify::new(),
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
            _ => {
                self.relay.notify_one();
                self.notices.notify_one();
            }
        }
        self.next.reached(step, task);
    }
}

/// Which loops to run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Loops {
    /// Relay, workers, importer and sweeper.
    All,
    /// Relay and sweeper: workers are elsewhere.
    WithoutWorkers,
    /// Relay and sweeper, and a worker that leaves everything but this to others.
    Only(PoolKey),
}

/// Running loops. One that breaks down is reported and begins again.
#[derive(Debug)]
pub struct Runtime {
    /// Sweeper, importer, workers and runs.
    work: TaskTracker,
    stop_work: CancellationToken,
    hand_back: CancellationToken,
    relay: TaskTracker,
    stop_relay: CancellationToken,
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
        let runtime = Self {
            work: TaskTracker::new(),
            stop_work: CancellationToken::new(),
            hand_back: CancellationToken::new(),
            relay: TaskTracker::new(),
            stop_relay: CancellationToken::new(),
            grace: Duration::from_secs(settings.grace_s),
        };
        let poll = Duration::from_millis(settings.poll_ms);
        let (stop, wake, on) = (&runtime.stop_relay, wake.clone(), engine.clone());
        let relaying = {
            let (stop, wake) = (stop.clone(), wake.clone());
            move || relay(on.clone(), wake.clone(), poll, stop.clone())
        };
        let relaying = supervise("relay", stop.clone(), relaying);
        runtime.relay.spawn(relaying);

        let (stop, on) = (&runtime.stop_work, engine.clone());
        let telling = {
            let (stop, wake) = (stop.clone(), wake.clone());
            move || notices(on.clone(), wake.clone(), poll, stop.clone())
        };
        let telling = supervise("sender of notices", stop.clone(), telling);
        runtime.work.spawn(telling);

        let every = Duration::from_millis(settings.sweep_ms);
        let (stop, on) = (&runtime.stop_work, engine.clone());
        let sweeping = {
            let stop = stop.clone();
            move || sweeper(on.clone(), every, stop.clone())
        };
        let sweeping = supervise("sweeper", stop.clone(), sweeping);
        runtime.work.spawn(sweeping);

        if which == Loops::All {
            runtime.import(engine, poll);
        }
        let (stop, on) = (&runtime.stop_work, engine.clone());
        let reconciling = {
            let stop = stop.clone();
            move || reconciler(on.clone(), stop.clone())
        };
        let reconciling = supervise("reconciler", stop.clone(), reconciling);
        runtime.work.spawn(reconciling);

        if let Some(worker) = runtime.worker(engine, settings, which) {
            let working = move || worker.clone().work(wake.clone(), poll);
            let working = supervise("worker", stop.clone(), working);
            runtime.work.spawn(working);
        }
        runtime.work.close();
        runtime.relay.close();
        runtime
    }

    /// Works on bulk imports in the background.
    fn import(&self, engine: &Engine, poll: Duration) {
        let (on, stop) = (engine.clone(), self.stop_work.clone());
        let hand_back = self.hand_back.clone();
        let importing = move || importer::work(on.clone(), poll, stop.clone(), hand_back.clone());
        let importing = supervise("importer", self.stop_work.clone(), importing);
        self.work.spawn(importing);
    }

    fn worker(&self, engine: &Engine, settings: &WorkerSettings, which: Loops) -> Option<Worker> {
        let only = match which {
            Loops::All => None,
            Loops::WithoutWorkers => return None,
            Loops::Only(key) => Some(key),
        };
        let concurrency = usize::try_from(settings.concurrency).unwrap_or(1);
        Some(Worker {
            engine: engine.clone(),
            only,
            slots: Arc::new(Semaphore::new(concurrency)),
            runs: self.work.clone(),
            stop: self.stop_work.clone(),
            hand_back: self.hand_back.clone(),
        })
    }

    /// Stops: no new work is taken, what runs gets the grace time, the rest is handed back. The
    /// relay goes last, so that others hear of it at once.
    pub async fn stop(self) {
        let grace = self.grace;
        self.stop_within(grace).await;
    }

    /// The same without grace: what runs is handed back at once.
    pub async fn hand_back(self) {
        self.stop_within(Duration::ZERO).await;
    }

    async fn stop_within(self, grace: Duration) {
        self.stop_work.cancel();
        if !ends_within(grace, &self.work).await {
            if !grace.is_zero() {
                warn!("work is still running after the grace time; it is handed back");
            }
            self.hand_back.cancel();
            if !ends_within(LAST_STEPS, &self.work).await {
                warn!("not all work could be handed back; its leases will run out");
            }
        }
        self.stop_relay.cancel();
        ends_within(LAST_STEPS, &self.relay).await;
    }
}

async fn ends_within(time: Duration, tasks: &TaskTracker) -> bool {
    tokio::time::timeout(time, tasks.wait()).await.is_ok()
}

/// Runs a loop, again and again if it breaks down, until it is to stop.
async fn supervise<F>(part: &'static str, stop: CancellationToken, begin: impl Fn() -> F)
where
    F: Future<Output = ()> + Send + 'static,
{
    loop {
        let ended = tokio::spawn(begin()).await;
        if stop.is_cancelled() {
            return;
        }
        let cause = ended.err().map(|e| e.to_string()).unwrap_or_default();
        error!(
            part,
            cause, "the {part} has ended by itself and begins again"
        );
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(RESTART) => {}
        }
    }
}

async fn relay(engine: Engine, wake: Arc<WakeProbe>, poll: Duration, stop: CancellationToken) {
    while !stop.is_cancelled() {
        match engine.relay_outbox().await {
            Ok(0) => idle(&wake.relay, poll, &stop).await,
            Ok(_) => {}
            Err(error) => {
                report("relay", &error);
                idle(&wake.relay, poll.max(Duration::from_secs(1)), &stop).await;
            }
        }
    }
    // What the last runs have left.
    while engine.relay_outbox().await.is_ok_and(|sent| sent > 0) {}
}

/// Tells accounts what happened, apart from the relay: a receiver that is slow delays no message.
async fn notices(engine: Engine, wake: Arc<WakeProbe>, poll: Duration, stop: CancellationToken) {
    while !stop.is_cancelled() {
        let sent = tokio::select! {
            // What is under way is told again: its lease runs out.
            () = stop.cancelled() => return,
            sent = engine.send_notices() => sent,
        };
        match sent {
            Ok(sent) => {
                sent.untold.iter().for_each(untold);
                if sent.done == 0 && sent.untold.is_empty() {
                    idle(&wake.notices, poll.max(Duration::from_secs(1)), &stop).await;
                }
            }
            Err(error) => {
                report("sender of notices", &error);
                idle(&wake.notices, poll.max(Duration::from_secs(1)), &stop).await;
            }
        }
    }
}

/// Reports a notice that was not told: one that never will be is for an operator to know.
fn untold(notice: &UntoldNotice) {
    let (id, kind, attempts) = (notice.id, notice.kind, notice.attempts);
    let cause = std::error::Error::source(&notice.error);
    let cause = cause.map(ToString::to_string).unwrap_or_default();
    let why = &notice.error;
    match notice.again_in {
        None => error!(notice.id = %id, attempts, cause, "notice `{kind}` given up: {why}"),
        Some(_) => warn!(notice.id = %id, attempts, cause, "notice `{kind}` put off: {why}"),
    }
}

/// Accounts that are looked at for their monthly credits in one round.
const ACCOUNTS: usize = 100;

/// How often all books are proved and anchored, by one process of all.
const RECONCILE_EVERY: Duration = Duration::from_secs(24 * 60 * 60);
/// How often it is asked whether that is due.
const RECONCILE_ASK: Duration = Duration::from_secs(15 * 60);

async fn reconciler(engine: Engine, stop: CancellationToken) {
    loop {
        // Not at the start of all processes at once, nor while they begin their work.
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(RECONCILE_ASK) => {}
        }
        match engine.reconcile_if_due(RECONCILE_EVERY).await {
            Ok(None) => {}
            Ok(Some((root, proved))) => {
                for (account, finding) in &proved.findings {
                    error!(%account, "the books do not hold: {finding}");
                }
                let (accounts, findings) = (root.accounts, root.findings);
                info!(accounts, findings, root = %root.digest, "books proved and anchored");
            }
            Err(error) => report("reconciler", &error),
        }
    }
}

async fn sweeper(engine: Engine, every: Duration, stop: CancellationToken) {
    let mut account = None;
    while !stop.is_cancelled() {
        match engine.sweep().await {
            Ok(0) => {}
            Ok(count) => info!(count, "swept {count} tasks and holds"),
            Err(error) => report("sweeper", &error),
        }
        match engine.grant_monthly_to_some(account, ACCOUNTS).await {
            Ok((last, failed)) => {
                account = last;
                if let Some(error) = failed {
                    report("sweeper", &error);
                }
            }
            Err(error) => report("sweeper", &error),
        }
        write_counts(&engine).await;
        tokio::select! {
            () = stop.cancelled() => break,
            () = tokio::time::sleep(every) => {}
        }
    }
    write_counts(&engine).await;
}

async fn write_counts(engine: &Engine) {
    if let Err(error) = engine.write_counts().await {
        report("sweeper", &error);
    }
}

pub(crate) async fn idle(wake: &Notify, poll: Duration, stop: &CancellationToken) {
    tokio::select! {
        () = wake.notified() => {}
        () = stop.cancelled() => {}
        () = tokio::time::sleep(poll) => {}
    }
}

pub(crate) fn report(part: &str, error: &EngineError) {
    let cause = std::error::Error::source(error)
        .map(ToString::to_string)
        .unwrap_or_default();
    error!(part, cause, "{part}: {error}");
}
