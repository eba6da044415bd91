//! From the outbox to the queue and to those who wait.

use std::time::Duration;

use aperilex_ports::{
    Delivery, MAX_VISIBILITY, NewMessage, OutboxItem, Priority, QueueError, TaskMessage, Timestamp,
};

use super::{Engine, between, later};
use crate::error::EngineError;
use crate::probe::Step;

/// Rows sent in one go.
const BATCH: usize = 64;
/// Time for sending them.
const LEASE: Duration = Duration::from_secs(30);

impl Engine {
    /// Sends what the outbox holds, one batch; says how many rows that were. A row is sent at least
    /// once: if this stops half-way, the rest, and perhaps a row already sent, is sent again. A row
    /// that cannot be sent keeps no other back.
    ///
    /// # Errors
    /// The first failure of a port; what was not sent stays in the outbox.
    pub async fn relay_outbox(&self) -> Result<usize, EngineError> {
        let now = self.now();
        let outbox = &self.ports.stores.outbox;
        let batch = outbox.next_batch(BATCH, later(now, LEASE), now).await?;
        let mut sent = Vec::with_capacity(batch.len());
        let mut failed = None;
        for row in &batch {
            match self.pass_on(&row.item).await {
                Ok(()) => sent.push(row.id),
                Err(error) => failed = failed.or(Some(error)),
            }
        }
        if !sent.is_empty() {
            outbox.mark_sent(&sent, self.now()).await?;
            self.reached(Step::Relayed, None);
        }
        failed.map_or(Ok(sent.len()), Err)
    }

    async fn pass_on(&self, item: &OutboxItem) -> Result<(), EngineError> {
        match item {
            OutboxItem::Enqueue {
                message,
                priority,
                not_before,
            } => self.enqueue(*message, *priority, *not_before).await,
            OutboxItem::Event(event) => {
                // The bus only wakes; those who wait also look by themselves.
                let _ = self.ports.events.publish(event).await;
                Ok(())
            }
            // These go their own way, and no store hands them out here.
            OutboxItem::Notice(_) => Ok(()),
        }
    }

    /// Puts a message back for a while. It is sent anew and the old one acknowledged, because each
    /// further delivery of the old one would bring it nearer to the dead letters.
    ///
    /// # Errors
    /// A port's failure: leave the message alone, it will be delivered again.
    pub async fn postpone(&self, delivery: &Delivery, wait: Duration) -> Result<(), EngineError> {
        let known = match TaskMessage::decode(&delivery.body) {
            Ok(message) => self.ports.stores.tasks.get(message.task).await?,
            Err(_) => None,
        };
        let message = NewMessage {
            body: delivery.body.clone(),
            dedup_id: format!("postponed:{}", self.id(self.now())),
            priority: known.map_or(Priority::BACKGROUND, |task| task.priority),
            delay: wait.min(MAX_VISIBILITY),
        };
        self.ports.queue.send(&message).await?;
        match self.ports.queue.acknowledge(&delivery.receipt).await {
            // It was delivered to another meanwhile, who puts it back too: one more does no harm.
            Err(QueueError::LeaseExpired) => Ok(()),
            acknowledged => Ok(acknowledged?),
        }
    }

    async fn enqueue(
        &self,
        message: TaskMessage,
        priority: Priority,
        not_before: Timestamp,
    ) -> Result<(), EngineError> {
        // A run that became more urgent is sent again: that message is another.
        let level = priority.level();
        let dedup_id = format!("{}:{}:{level}", message.task, message.generation);
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
        // Longer than a queue can hide it: it comes early, and is put back.
        let delay = between(self.now(), not_before).min(MAX_VISIBILITY);
        let message = NewMessage {
            body: message.encode(),
            dedup_id,
            priority,
            delay,
        };
        Ok(self.ports.queue.send(&message).await?)
    }
}
