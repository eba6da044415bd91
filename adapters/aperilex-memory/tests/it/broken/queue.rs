//! Broken queues.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use aperilex_memory::{Faults, MemoryQueue, VirtualClock};
use aperilex_ports::contract::{Backend, QueueBench, QueueFixture, Running, task_queue_failures};
use aperilex_ports::{
    DeadLetter, Delivery, LetterId, MAX_BATCH, MAX_MESSAGE_BYTES, MAX_VISIBILITY, NewMessage,
    Priority, QueueCapabilities, QueueError, ReceiptHandle, TaskQueue, Timestamp,
};
use async_trait::async_trait;

use super::{broken, drive, fresh_number};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Flaw {
    NeverHides,
    CountsNothing,
    TakesOldReceipts,
    ForgetsAcknowledgements,
    ExtendsNothing,
    HandsOutTwice,
    SpoilsBytes,
    ForgetsIds,
    IgnoresPriority,
    LetsStarve,
    LosesTheDead,
    FailsWhenEmpty,
    BendsLimits,
    IgnoresDelay,
    ForgetsReasons,
    ListsRedrivenOnes,
    RedrivesNothing,
}

pub(crate) const FLAWS: &[(Flaw, &str)] = &[
    (Flaw::NeverHides, "TQ-1"),
    (Flaw::CountsNothing, "TQ-2"),
    (Flaw::TakesOldReceipts, "TQ-3"),
    (Flaw::ForgetsAcknowledgements, "TQ-4"),
    (Flaw::ExtendsNothing, "TQ-5"),
    (Flaw::HandsOutTwice, "TQ-6"),
    (Flaw::SpoilsBytes, "TQ-7"),
    (Flaw::ForgetsIds, "TQ-8"),
    (Flaw::IgnoresPriority, "TQ-9"),
    (Flaw::LetsStarve, "TQ-9"),
    (Flaw::LosesTheDead, "TQ-10"),
    (Flaw::FailsWhenEmpty, "TQ-11"),
    (Flaw::BendsLimits, "TQ-12"),
    (Flaw::IgnoresDelay, "TQ-13"),
    (Flaw::ForgetsReasons, "TQ-14"),
    (Flaw::ListsRedrivenOnes, "TQ-15"),
    (Flaw::RedrivesNothing, "TQ-15"),
];

pub(crate) fn caught(flaw: Flaw) -> Vec<&'static str> {
    task_queue_failures(&Fixture(flaw))
}

struct Fixture(Flaw);

#[async_trait]
impl QueueFixture for Fixture {
    fn capabilities(&self) -> QueueCapabilities {
        MemoryQueue::CAPABILITIES
    }

    fn backend(&self) -> Backend {
        Backend::Ready
    }

    async fn fresh(&self) -> Box<dyn QueueBench> {
        let clock = Arc::new(VirtualClock::new(Timestamp::UNIX_EPOCH));
        let inner = MemoryQueue::new(clock.clone(), Faults::default());
        let queue = Arc::new(Broken {
            inner,
            held_back: Mutex::default(),
            flaw: self.0,
        });
        Box::new(Bench { clock, queue })
    }

    fn block_on(&self, scenario: Running<'_>) {
        drive(scenario);
    }
}

struct Bench {
    clock: Arc<VirtualClock>,
    queue: Arc<Broken>,
}

#[async_trait]
impl QueueBench for Bench {
    fn queue(&self) -> Arc<dyn TaskQueue> {
        self.queue.clone()
    }

    async fn advance(&self, by: Duration) {
        self.clock.advance(by);
    }
}

#[derive(Debug)]
struct Broken {
    inner: MemoryQueue,
    /// The least urgent, until nothing else is left.
    held_back: Mutex<Vec<NewMessage>>,
    flaw: Flaw,
}

type Outcome = Result<(), QueueError>;

impl Broken {
    fn forgive(&self, outcome: Outcome) -> Outcome {
        match (self.flaw, outcome) {
            (Flaw::TakesOldReceipts, Err(QueueError::LeaseExpired)) => Ok(()),
            (_, outcome) => outcome,
        }
    }
}

#[async_trait]
impl TaskQueue for Broken {
    fn capabilities(&self) -> QueueCapabilities {
        self.inner.capabilities()
    }

    async fn send(&self, message: &NewMessage) -> Outcome {
        let mut message = message.clone();
        match self.flaw {
            Flaw::SpoilsBytes => {
                message.body = String::from_utf8_lossy(&message.body).into_owned().into();
            }
            Flaw::ForgetsIds => message.dedup_id = format!("id {}", fresh_number()),
            Flaw::IgnoresPriority => message.priority = Priority::new(5),
            Flaw::BendsLimits => {
                message.body.truncate(MAX_MESSAGE_BYTES);
                message.delay = message.delay.min(MAX_VISIBILITY);
            }
            Flaw::IgnoresDelay => message.delay = Duration::ZERO,
            Flaw::LetsStarve if message.priority == Priority::new(9) => {
                self.held_back.lock().unwrap().push(message);
                return Ok(());
            }
            _ => {}
        }
        self.inner.send(&message).await
    }

    async fn receive(&self, max: usize, visibility: Duration) -> Result<Vec<Delivery>, QueueError> {
        let (max, visibility) = match self.flaw {
            Flaw::NeverHides => (max, Duration::ZERO),
            Flaw::BendsLimits => (max.min(MAX_BATCH), visibility.min(MAX_VISIBILITY)),
            _ => (max, visibility),
        };
        let mut deliveries = self.inner.receive(max, visibility).await?;
        match self.flaw {
            Flaw::CountsNothing => deliveries.iter_mut().for_each(|it| it.receive_count = 1),
            Flaw::HandsOutTwice => deliveries.extend(deliveries.clone()),
            Flaw::LetsStarve if deliveries.len() < max => {
                let held_back = std::mem::take(&mut *self.held_back.lock().unwrap());
                for message in &held_back {
                    self.inner.send(message).await?;
                }
                let left = max - deliveries.len();
                deliveries.extend(self.inner.receive(left, visibility).await?);
            }
            Flaw::FailsWhenEmpty if deliveries.is_empty() => {
                return Err(QueueError::Unavailable { source: broken() });
            }
            _ => {}
        }
        Ok(deliveries)
    }

    async fn acknowledge(&self, receipt: &ReceiptHandle) -> Outcome {
        if self.flaw == Flaw::ForgetsAcknowledgements {
            return Ok(());
        }
        self.forgive(self.inner.acknowledge(receipt).await)
    }

    async fn extend(&self, receipt: &ReceiptHandle, visibility: Duration) -> Outcome {
        let visibility = match self.flaw {
            Flaw::ExtendsNothing => return Ok(()),
            Flaw::BendsLimits => visibility.min(MAX_VISIBILITY),
            _ => visibility,
        };
        self.forgive(self.inner.extend(receipt, visibility).await)
    }

    async fn reject(&self, receipt: &ReceiptHandle, reason: &str) -> Outcome {
        self.forgive(self.inner.reject(receipt, reason).await)
    }

    async fn depth(&self) -> Result<u64, QueueError> {
        self.inner.depth().await
    }

    async fn dead_letters(&self, limit: usize) -> Result<Vec<DeadLetter>, QueueError> {
        let mut dead = self.inner.dead_letters(limit).await?;
        match self.flaw {
            Flaw::LosesTheDead => dead.retain(|letter| letter.reason.is_some()),
            Flaw::ForgetsReasons => dead.iter_mut().for_each(|letter| letter.reason = None),
            _ => {}
        }
        Ok(dead)
    }
    async fn redrive(&self, letter: &LetterId) -> Result<bool, QueueError> {
        match self.flaw {
            Flaw::RedrivesNothing => Ok(true),
            Flaw::ListsRedrivenOnes => {
                let dead = self.inner.dead_letters(99).await?;
                let Some(letter) = dead.into_iter().find(|one| one.id == *letter) else {
                    return Ok(false);
                };
                let again = NewMessage {
                    body: letter.body,
                    dedup_id: format!("again {}", fresh_number()),
                    priority: Priority::new(5),
                    delay: Duration::ZERO,
                };
                self.inner.send(&again).await?;
                Ok(true)
            }
            _ => self.inner.redrive(letter).await,
        }
    }
}
