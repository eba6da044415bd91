//! The port.

use aperilex_ports::{EventBus, EventBusError, EventStream, TaskEvent};
use async_trait::async_trait;
use futures_util::stream::unfold;
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::broadcast::{Receiver, Sender};

/// Events that a subscriber may be behind.
const BUFFER: usize = 1024;

/// Tells the subscribers of this process. Clones are the same bus.
#[derive(Debug, Clone)]
pub struct InProcessEvents {
    sender: Sender<TaskEvent>,
}

impl InProcessEvents {
    /// A bus without subscribers.
    #[must_use]
    pub fn new() -> Self {
        Self {
            sender: Sender::new(BUFFER),
        }
    }
}

impl Default for InProcessEvents {
    fn default() -> Self {
        Self::new()
    }
}

#[async_trait]
impl EventBus for InProcessEvents {
    async fn publish(&self, event: &TaskEvent) -> Result<(), EventBusError> {
        // The only error is that nobody listens.
        let _ = self.sender.send(event.clone());
        Ok(())
    }

    async fn subscribe(&self) -> Result<EventStream, EventBusError> {
        Ok(Box::pin(unfold(self.sender.subscribe(), next)))
    }
}

/// The next event; those lost by lagging are skipped.
async fn next(mut receiver: Receiver<TaskEvent>) -> Option<(TaskEvent, Receiver<TaskEvent>)> {
    loop {
        match receiver.recv().await {
            Ok(event) => return Some((event, receiver)),
            Err(RecvError::Lagged(_)) => {}
            Err(RecvError::Closed) => return None,
        }
    }
}
