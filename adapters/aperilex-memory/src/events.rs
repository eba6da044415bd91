//! An event bus.

use std::sync::{Mutex, PoisonError};

use aperilex_ports::{EventBus, EventBusError, EventStream, TaskEvent};
use async_trait::async_trait;
use futures_channel::mpsc;

use crate::faults::Faults;

/// Events a subscriber may leave unread before it loses some.
const UNREAD: usize = 1024;

/// A channel for each subscriber.
#[derive(Debug, Default)]
pub struct MemoryEvents {
    faults: Faults,
    subscribers: Mutex<Vec<mpsc::Sender<TaskEvent>>>,
}

impl MemoryEvents {
    /// A bus without subscribers that fails as `faults` says.
    #[must_use]
    pub fn new(faults: Faults) -> Self {
        Self {
            faults,
            ..Self::default()
        }
    }
}

#[async_trait]
impl EventBus for MemoryEvents {
    async fn publish(&self, event: &TaskEvent) -> Result<(), EventBusError> {
        self.faults.around("events.publish", EventBusError, || {
            let mut subscribers = self
                .subscribers
                .lock()
                .unwrap_or_else(PoisonError::into_inner);
            // A full channel loses the event, a closed one is forgotten.
            subscribers.retain_mut(|subscriber| {
                let sent = subscriber.try_send(event.clone());
                !sent.is_err_and(|error| error.is_disconnected())
            });
            Ok(())
        })
    }

    async fn subscribe(&self) -> Result<EventStream, EventBusError> {
        self.faults.around("events.subscribe", EventBusError, || {
            let (sender, receiver) = mpsc::channel(UNREAD);
            let mut subscribers = self
                .subscribers
                .lock()
                .unwrap_or_else(PoisonError::into_inner);
            subscribers.push(sender);
            let stream: EventStream = Box::pin(receiver);
            Ok(stream)
        })
    }
}
