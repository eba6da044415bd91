//! A queue.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use aperilex_ports::{
    Clock, DeadLetter, Delivery, LetterId, MAX_BATCH, MAX_MESSAGE_BYTES, MAX_OVERTAKING,
    MAX_VISIBILITY, NewMessage, Priority, QueueCapabilities, QueueError, ReceiptHandle, TaskQueue,
    Timestamp,
};
use async_trait::async_trait;

use crate::faults::Faults;

/// Waiting is worth a level of priority for each of these, so that none waits for ever.
const LEVEL: Duration = Duration::from_secs(MAX_OVERTAKING.as_secs() / 9);

/// A queue with every ability a queue can have.
#[derive(Debug)]
pub struct MemoryQueue {
    clock: Arc<dyn Clock>,
    faults: Faults,
    contents: Mutex<Contents>,
}

#[derive(Debug, Default)]
struct Contents {
    /// In the order they were sent.
    messages: BTreeMap<u64, Message>,
    sent: u64,
    /// When each id was sent.
    seen: BTreeMap<String, Timestamp>,
    /// Oldest first.
    dead: Vec<DeadLetter>,
    /// Dead letters ever.
    died: u64,
}

#[derive(Debug)]
struct Message {
    body: Vec<u8>,
    /// What is served by: when it was due, and later the less urgent it is.
    rank: Timestamp,
    visible_at: Timestamp,
    receive_count: u32,
}

impl MemoryQueue {
    /// What it can do.
    pub const CAPABILITIES: QueueCapabilities = QueueCapabilities {
        dedup_window: Some(Duration::from_secs(5 * 60)),
        priorities: true,
        delays: true,
        max_receives: Some(5),
    };

    /// An empty queue that lives by this clock.
    #[must_use]
    pub fn new(clock: Arc<dyn Clock>, faults: Faults) -> Self {
        Self {
            clock,
            faults,
            contents: Mutex::default(),
        }
    }

    fn run<T>(
        &self,
        method: &'static str,
        act: impl FnOnce(MutexGuard<'_, Contents>, Timestamp) -> Result<T, QueueError>,
    ) -> Result<T, QueueError> {
        let unavailable = |source| QueueError::Unavailable { source };
        self.faults.around(method, unavailable, || {
            let contents = self.contents.lock().unwrap_or_else(PoisonError::into_inner);
            act(contents, self.clock.now())
        })
    }
}

#[async_trait]
impl TaskQueue for MemoryQueue {
    fn capabilities(&self) -> QueueCapabilities {
        Self::CAPABILITIES
    }

    async fn send(&self, message: &NewMessage) -> Result<(), QueueError> {
        if message.body.len() > MAX_MESSAGE_BYTES {
            return Err(QueueError::OverLimit { what: "body" });
        }
        check_time("delay", message.delay)?;
        self.run("queue.send", |mut contents, now| {
            contents.send(message, now);
            Ok(())
        })
    }

    async fn receive(&self, max: usize, visibility: Duration) -> Result<Vec<Delivery>, QueueError> {
        if max > MAX_BATCH {
            return Err(QueueError::OverLimit { what: "batch" });
        }
        check_time("visibility", visibility)?;
        self.run("queue.receive", |mut contents, now| {
            Ok(contents.receive(max, after(now, visibility), now))
        })
    }

    async fn acknowledge(&self, receipt: &ReceiptHandle) -> Result<(), QueueError> {
        self.run("queue.acknowledge", |mut contents, _| {
            contents.take(receipt).map(drop)
        })
    }

    async fn extend(
        &self,
        receipt: &ReceiptHandle,
        visibility: Duration,
    ) -> Result<(), QueueError> {
        check_time("visibility", visibility)?;
        self.run("queue.extend", |mut contents, now| {
            let id = contents.find(receipt)?;
            if let Some(message) = contents.messages.get_mut(&id) {
                message.visible_at = after(now, visibility);
            }
            Ok(())
        })
    }

    async fn reject(&self, receipt: &ReceiptHandle, reason: &str) -> Result<(), QueueError> {
        self.run("queue.reject", |mut contents, now| {
            let message = contents.take(receipt)?;
            contents.give_up(message, Some(reason.to_owned()), now);
            Ok(())
        })
    }

    async fn depth(&self) -> Result<u64, QueueError> {
        self.run("queue.depth", |mut contents, now| {
            contents.bury(now);
            Ok(u64::try_from(contents.messages.len()).unwrap_or(u64::MAX))
        })
    }

    async fn dead_letters(&self, limit: usize) -> Result<Vec<DeadLetter>, QueueError> {
        self.run("queue.dead_letters", |mut contents, now| {
            contents.bury(now);
            let newest = contents.dead.iter().rev().take(limit);
            Ok(newest.cloned().collect())
        })
    }

    async fn redrive(&self, letter: &LetterId) -> Result<bool, QueueError> {
        self.run("queue.redrive", |mut contents, now| {
            let mut dead = contents.dead.iter();
            let Some(place) = dead.position(|one| one.id == *letter) else {
                return Ok(false);
            };
            let letter = contents.dead.remove(place);
            contents.sent += 1;
            let message = Message {
                body: letter.body,
                // How urgent it was died with it.
                rank: after(now, LEVEL * u32::from(Priority::new(5).level())),
                visible_at: now,
                receive_count: 0,
            };
            let id = contents.sent;
            contents.messages.insert(id, message);
            Ok(true)
        })
    }
}

impl Contents {
    fn send(&mut self, message: &NewMessage, now: Timestamp) {
        let window = MemoryQueue::CAPABILITIES.dedup_window.unwrap_or_default();
        self.seen.retain(|_, sent| now < after(*sent, window));
        if self.seen.contains_key(&message.dedup_id) {
            return;
        }
        self.seen.insert(message.dedup_id.clone(), now);
        self.sent += 1;
        let due = after(now, message.delay);
        let message = Message {
            body: message.body.clone(),
            rank: after(due, LEVEL * u32::from(message.priority.level())),
            visible_at: due,
            receive_count: 0,
        };
        self.messages.insert(self.sent, message);
    }

    fn receive(&mut self, max: usize, hidden_until: Timestamp, now: Timestamp) -> Vec<Delivery> {
        self.bury(now);
        let visible = self
            .messages
            .iter_mut()
            .filter(|(_, it)| it.visible_at <= now);
        let mut waiting: Vec<_> = visible.collect();
        waiting.sort_by_key(|(id, message)| (message.rank, **id));
        let deliver = |(id, message): (&u64, &mut Message)| {
            message.receive_count += 1;
            message.visible_at = hidden_until;
            Delivery {
                body: message.body.clone(),
                receipt: receipt(*id, message),
                receive_count: message.receive_count,
            }
        };
        waiting.into_iter().take(max).map(deliver).collect()
    }

    /// Gives up messages that came back too often.
    fn bury(&mut self, now: Timestamp) {
        let most = MemoryQueue::CAPABILITIES.max_receives.unwrap_or(u32::MAX);
        let given_up = |_: &u64, it: &mut Message| it.receive_count >= most && it.visible_at <= now;
        let spent: Vec<_> = self.messages.extract_if(.., given_up).collect();
        for (_, message) in spent {
            self.give_up(message, None, now);
        }
    }

    fn give_up(&mut self, message: Message, reason: Option<String>, now: Timestamp) {
        self.died += 1;
        self.dead.push(DeadLetter {
            id: LetterId(self.died.to_string()),
            body: message.body,
            reason,
            died_at: Some(now),
        });
    }

    /// The message that was delivered with this receipt and not since.
    fn find(&self, handle: &ReceiptHandle) -> Result<u64, QueueError> {
        let id = handle.0.split(':').next().and_then(|id| id.parse().ok());
        let id = id.ok_or(QueueError::LeaseExpired)?;
        let message = self.messages.get(&id).ok_or(QueueError::LeaseExpired)?;
        if receipt(id, message) == *handle {
            Ok(id)
        } else {
            Err(QueueError::LeaseExpired)
        }
    }

    fn take(&mut self, handle: &ReceiptHandle) -> Result<Message, QueueError> {
        let id = self.find(handle)?;
        self.messages.remove(&id).ok_or(QueueError::LeaseExpired)
    }
}

/// Names the message and its latest delivery.
fn receipt(id: u64, message: &Message) -> ReceiptHandle {
    ReceiptHandle(format!("{id}:{}", message.receive_count))
}

fn after(now: Timestamp, by: Duration) -> Timestamp {
    now.checked_add(by).unwrap_or(Timestamp::MAX)
}

fn check_time(what: &'static str, time: Duration) -> Result<(), QueueError> {
    if time > MAX_VISIBILITY {
        return Err(QueueError::OverLimit { what });
    }
    Ok(())
}
