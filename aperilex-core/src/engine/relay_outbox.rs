//! From the outbox to the queue and to those who wait.

use std::time::Duration;

use aperilex_ports::{NewMessage, OutboxItem, Priority, TaskMessage, Timestamp};

use super::{Engine, later};
use crate::error::EngineError;
use crate::probe::Step;

/// Rows sent in one go.
const BATCH: usize = 64;
/// Time for sending them.
const LEASE: Duration = Duration::from_secs(30);

impl Engine {
    /// Sends what the outbox holds, one batch; says how many rows that were. A row is sent at least
    /// once: if this stops half-way, the rest, and perhaps a row already sent, is sent again.
    ///
    /// # Errors
    /// A port's failure; what was not sent stays in the outbox.
    pub async fn relay_outbox(&self) -> Result<usize, EngineError> {
        let now = self.now();
        let outbox = &self.ports.stores.outbox;
        let batch = outbox.next_batch(BATCH, later(now, LEASE), now).await?;
        let mut sent = Vec::with_capacity(batch.len());
        for row in &batch {
            match &row.item {
                OutboxItem::Enqueue {
                    message,
                    priority,
                    not_before,
                } => {
                    self.enqueue(*message, *priority, *not_before).await?;
                }
                OutboxItem::Event(event) => {
                    // The bus only wakes; those who wait also look by themselves.
                    let _ = self.ports.events.publish(event).await;
                }
            }
            sent.push(row.id);
        }
        if !sent.is_empty() {
            outbox.mark_sent(&sent, self.now()).await?;
            self.reached(Step::Relayed, None);
        }
        Ok(sent.len())
    }

    async fn enqueue(
        &self,
        message: TaskMessage,
        priority: Priority,
        not_before: Timestamp,
    ) -> Result<(), EngineError> {
        let dedup_id = format!("{}:{}", message.task, message.generation);
        self.send(message, dedup_id, priority, not_before).await?;
        self.reached(Step::MessageSent, Some(message.task));
        let marked = self
            .ports
            .stores
            .tasks
            .mark_queued(message.task, message.generation, self.now())
            .await;
        match marked {
            // The worker was faster, or the task is finished: the message says all there is to say.
            Err(
                aperilex_ports::TaskStoreError::Conflict { .. }
                | aperilex_ports::TaskStoreError::Superseded
                | aperilex_ports::TaskStoreError::Unknown,
            ) => Ok(()),
            marked => Ok(marked?),
        }
    }

    pub(super) async fn send(
        &self,
        message: TaskMessage,
        dedup_id: String,
        priority: Priority,
        not_before: Timestamp,
    ) -> Result<(), EngineError> {
        let delay = not_before.duration_since(self.now());
        let delay = Duration::try_from(delay).unwrap_or_default();
        let message = NewMessage {
            body: message.encode(),
            dedup_id,
            priority,
            delay,
        };
        Ok(self.ports.queue.send(&message).await?)
    }
}
