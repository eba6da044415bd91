//! Messages for workers.

use std::fmt::Debug;
use std::time::Duration;

use async_trait::async_trait;

use crate::error::{BoxError, Retry};
use crate::model::{Priority, Timestamp};

/// Longest time a message may be hidden: 12 h, the limit of SQS.
pub const MAX_VISIBILITY: Duration = Duration::from_secs(12 * 60 * 60);
/// How much later than the least urgent message the most urgent one may have become due, and still go
/// before it: five minutes for each of the nine levels between them.
pub const MAX_OVERTAKING: Duration = Duration::from_secs(9 * 5 * 60);
/// Most messages one receive hands out.
pub const MAX_BATCH: usize = 10;
/// Largest message body: 64 KiB.
pub const MAX_MESSAGE_BYTES: usize = 64 * 1024;

/// Why the queue cannot serve.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum QueueError {
    /// The lease ran out, or the message is settled: the receipt is void.
    #[error("the receipt is no longer valid")]
    LeaseExpired,
    /// A body over [`MAX_MESSAGE_BYTES`], a batch over [`MAX_BATCH`] or a time over
    /// [`MAX_VISIBILITY`]: refused before sending.
    #[error("over the limit: {what}")]
    OverLimit {
        /// Which limit.
        what: &'static str,
    },
    /// Anything else.
    #[error("the queue cannot be reached")]
    Unavailable {
        /// The adapter's own error.
        #[source]
        source: BoxError,
    },
}

impl QueueError {
    /// Whether the same call may succeed later.
    #[must_use]
    pub const fn retry(&self) -> Retry {
        match self {
            Self::Unavailable { .. } => Retry::Backoff,
            _ => Retry::Never,
        }
    }
}

/// What a queue can do: data, known without connecting.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct QueueCapabilities {
    /// How long a sent `dedup_id` is remembered; none if it is not.
    pub dedup_window: Option<Duration>,
    /// Whether urgent messages overtake others.
    pub priorities: bool,
    /// Whether a message can be sent to appear later.
    pub delays: bool,
    /// Deliveries after which a message becomes a dead letter; none if never.
    pub max_receives: Option<u32>,
}

/// A message to send.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewMessage {
    /// The bytes, from [`TaskMessage::encode`](crate::TaskMessage::encode).
    pub body: Vec<u8>,
    /// Sent again within the window, it is dropped: `task:generation`.
    pub dedup_id: String,
    /// Urgency.
    pub priority: Priority,
    /// Not before this long from now.
    pub delay: Duration,
}

/// The right to settle one delivery.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ReceiptHandle(pub String);

/// A message as delivered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    /// The bytes as sent.
    pub body: Vec<u8>,
    /// For settling it.
    pub receipt: ReceiptHandle,
    /// Deliveries so far, this one included.
    pub receive_count: u32,
}

/// Names a dead letter, in the queue's own way.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct LetterId(pub String);

/// A message that was given up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeadLetter {
    /// For sending it again.
    pub id: LetterId,
    /// The bytes as sent.
    pub body: Vec<u8>,
    /// Why, if it was said.
    pub reason: Option<String>,
    /// When, if the queue knows.
    pub died_at: Option<Timestamp>,
}

/// A queue: at least once, no order promised.
///
/// # Contract
/// - **TQ-1** a delivered message is hidden until its visibility time has passed.
/// - **TQ-2** when it has passed the message is delivered again and `receive_count` grows by one.
/// - **TQ-3** a receipt whose time has passed and whose message was delivered again settles
///   nothing: [`QueueError::LeaseExpired`]. Nor does a receipt of a settled message.
/// - **TQ-4** an acknowledged message is never delivered again.
/// - **TQ-5** `extend` prolongs the hiding, counted from now; zero makes the message visible at
///   once.
/// - **TQ-6** two receivers never get the same message at the same time.
/// - **TQ-7** bodies arrive unchanged, up to [`MAX_MESSAGE_BYTES`].
/// - **TQ-8** a message with a `dedup_id` sent within the window is dropped, also after the first
///   was acknowledged (`dedup_window`).
/// - **TQ-9** the more urgent of two waiting messages is delivered first, yet none is overtaken for
///   ever: what became due [`MAX_OVERTAKING`] later comes after it, however urgent (`priorities`).
/// - **TQ-10** after `max_receives` deliveries the message is a dead letter (`max_receives`).
/// - **TQ-11** receiving from an empty queue returns, and does not hang.
/// - **TQ-12** over-limit bodies, batches and times are refused before sending.
/// - **TQ-13** a delayed message appears after its delay and not before (`delays`).
/// - **TQ-14** `reject` makes a dead letter at once, listed with its reason.
/// - **TQ-15** a redriven dead letter is delivered again, its deliveries counted anew, and is listed no
///   more. Of an unknown one, or one that was redriven, nothing is sent: `false`.
///
/// # Units
/// `visibility` and `delay` are wall time, at most [`MAX_VISIBILITY`].
#[async_trait]
pub trait TaskQueue: Debug + Send + Sync + 'static {
    /// What this queue can do.
    fn capabilities(&self) -> QueueCapabilities;

    /// Sends a message; durable when it returns.
    ///
    /// # Errors
    /// [`QueueError`].
    async fn send(&self, message: &NewMessage) -> Result<(), QueueError>;

    /// Takes up to `max` messages, hiding them from others for `visibility`.
    ///
    /// # Errors
    /// [`QueueError`].
    async fn receive(&self, max: usize, visibility: Duration) -> Result<Vec<Delivery>, QueueError>;

    /// Settles a message for good.
    ///
    /// # Errors
    /// [`QueueError::LeaseExpired`] if the receipt is void.
    async fn acknowledge(&self, receipt: &ReceiptHandle) -> Result<(), QueueError>;

    /// Hides a message for `visibility` from now.
    ///
    /// # Errors
    /// [`QueueError::LeaseExpired`] if the receipt is void.
    async fn extend(&self, receipt: &ReceiptHandle, visibility: Duration)
    -> Result<(), QueueError>;

    /// Makes a delivered message a dead letter.
    ///
    /// # Errors
    /// [`QueueError::LeaseExpired`] if the receipt is void.
    async fn reject(&self, receipt: &ReceiptHandle, reason: &str) -> Result<(), QueueError>;

    /// Messages waiting or in flight, as far as the queue knows.
    ///
    /// # Errors
    /// [`QueueError`].
    async fn depth(&self) -> Result<u64, QueueError>;

    /// The newest dead letters, at most `limit`.
    ///
    /// # Errors
    /// [`QueueError`].
    async fn dead_letters(&self, limit: usize) -> Result<Vec<DeadLetter>, QueueError>;

    /// Sends a dead letter again, visible at once. Returns whether there was one.
    ///
    /// # Errors
    /// [`QueueError`].
    async fn redrive(&self, letter: &LetterId) -> Result<bool, QueueError>;
}
