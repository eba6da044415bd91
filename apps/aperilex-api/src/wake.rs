//! Wakes requests that wait for a task: one subscription to the event bus for the whole process.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;

use aperilex_core::TaskId;
use aperilex_core::ports::{EventBus, EventStream};
use futures_util::StreamExt;
use tokio::sync::{OnceCell, watch};

/// Pause before a lost subscription is made anew.
const PAUSE: Duration = Duration::from_secs(1);

/// Who waits for which task.
#[derive(Debug, Default)]
pub(crate) struct Wakes {
    waiting: Mutex<HashMap<TaskId, watch::Sender<()>>>,
    started: OnceCell<()>,
}

/// Tells when something happened to a task, and forgets it when dropped.
#[derive(Debug)]
pub(crate) struct Wake {
    wakes: Arc<Wakes>,
    task: TaskId,
    happened: watch::Receiver<()>,
}

impl Wakes {
    /// Waits for a task from now on. A wake-up may be lost with the bus, so whoever waits also looks
    /// by itself from time to time.
    pub(crate) async fn wait_for(self: &Arc<Self>, bus: &Arc<dyn EventBus>, task: TaskId) -> Wake {
        let happened = self.table().entry(task).or_default().subscribe();
        self.started
            .get_or_init(|| async {
                let first = bus.subscribe().await.ok();
                tokio::spawn(listen(Arc::downgrade(self), Arc::clone(bus), first));
            })
            .await;
        Wake {
            wakes: Arc::clone(self),
            task,
            happened,
        }
    }

    fn table(&self) -> std::sync::MutexGuard<'_, HashMap<TaskId, watch::Sender<()>>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn wake(&self, task: TaskId) {
        if let Some(sender) = self.table().get(&task) {
            sender.send_replace(());
        }
    }

    fn wake_all(&self) {
        self.table().values().for_each(|sender| {
            sender.send_replace(());
        });
    }
}

async fn listen(wakes: Weak<Wakes>, bus: Arc<dyn EventBus>, first: Option<EventStream>) {
    let mut stream = first;
    loop {
        while let Some(event) = next(&mut stream).await {
            let Some(wakes) = wakes.upgrade() else { return };
            wakes.wake(event.task);
        }
        tokio::time::sleep(PAUSE).await;
        let Some(wakes) = wakes.upgrade() else { return };
        stream = bus.subscribe().await.ok();
        // What happened meanwhile was told to nobody.
        wakes.wake_all();
    }
}

async fn next(stream: &mut Option<EventStream>) -> Option<aperilex_core::TaskEvent> {
    match stream {
        Some(stream) => stream.next().await,
        None => None,
    }
}

impl Wake {
    /// Returns when something happened since the last call.
    pub(crate) async fn happened(&mut self) {
        if self.happened.changed().await.is_err() {
            // The sender lives as long as somebody waits.
            std::future::pending::<()>().await;
        }
    }
}

impl Drop for Wake {
    fn drop(&mut self) {
        let mut table = self.wakes.table();
        // This receiver is still counted.
        if table
            .get(&self.task)
            .is_some_and(|sender| sender.receiver_count() <= 1)
        {
            table.remove(&self.task);
        }
    }
}
