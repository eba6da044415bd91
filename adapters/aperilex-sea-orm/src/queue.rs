//! The embedded queue: a table, for installations without a message broker.

mod receipt;
pub(crate) mod work;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use aperilex_ports::{
    Clock, DeadLetter, Delivery, LetterId, MAX_BATCH, MAX_MESSAGE_BYTES, MAX_VISIBILITY,
    NewMessage, QueueCapabilities, QueueError, ReceiptHandle, StoreError, TaskQueue,
};
use async_trait::async_trait;
use sea_orm::{ColumnTrait, DbErr, EntityTrait, QueryOrder, QuerySelect, QueryTrait};

use crate::database::Database;
use crate::entity::{queue_dead_letter, queue_message};
use crate::error::queue_error;
use crate::read::page;
use crate::stored::micros;
use crate::transaction::Durability;
use receipt::Receipt;

/// Ids of sent messages are cleared out once in so many sends.
const CLEAR_EVERY: u64 = 256;

/// How the embedded queue behaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct QueueSettings {
    /// Deliveries after which a message becomes a dead letter; at least 1.
    pub max_receives: u32,
    /// How long a sent `dedup_id` is remembered.
    pub dedup_window: Duration,
}

impl Default for QueueSettings {
    /// Five deliveries; five minutes, as SQS.
    fn default() -> Self {
        Self {
            max_receives: 5,
            dedup_window: Duration::from_secs(300),
        }
    }
}

/// A queue in the database. Time comes from the clock alone.
#[derive(Debug)]
pub struct SeaOrmQueue {
    db: Database,
    clock: Arc<dyn Clock>,
    settings: QueueSettings,
    sends: AtomicU64,
}

impl SeaOrmQueue {
    pub(crate) fn new(db: Database, clock: Arc<dyn Clock>, settings: QueueSettings) -> Self {
        Self {
            db,
            clock,
            settings,
            sends: AtomicU64::new(0),
        }
    }

    fn now(&self) -> i64 {
        micros(self.clock.now())
    }
}

#[async_trait]
impl TaskQueue for SeaOrmQueue {
    fn capabilities(&self) -> QueueCapabilities {
        QueueCapabilities {
            dedup_window: Some(self.settings.dedup_window),
            priorities: true,
            delays: true,
            max_receives: Some(self.settings.max_receives.max(1)),
        }
    }

    async fn send(&self, message: &NewMessage) -> Result<(), QueueError> {
        if message.body.len() > MAX_MESSAGE_BYTES {
            return Err(over("a message body, at most 64 KiB"));
        }
        within_visibility(message.delay)?;
        let clear = self.sends.fetch_add(1, Ordering::Relaxed) % CLEAR_EVERY == CLEAR_EVERY - 1;
        let (now, window) = (self.now(), span(self.settings.dedup_window));
        let sent: Result<(), StoreError> = transact!(self.db, |tx| {
            work::send(tx, message, now, window, clear).await
        });
        sent.map_err(unavailable)
    }

    async fn receive(&self, max: usize, visibility: Duration) -> Result<Vec<Delivery>, QueueError> {
        if max > MAX_BATCH {
            return Err(over("messages of one receive, at most 10"));
        }
        within_visibility(visibility)?;
        let now = self.now();
        // Workers ask often and mostly for nothing: a look takes no lock.
        let waiting = work::visible(now).limit(1).into_query();
        if max == 0
            || self
                .db
                .rows(&waiting)
                .await
                .map_err(queue_error)?
                .is_empty()
        {
            return Ok(Vec::new());
        }
        let batch = work::Batch {
            max,
            now,
            hidden_until: now.saturating_add(span(visibility)),
            max_receives: self.settings.max_receives.max(1).into(),
        };
        let taken: Result<_, StoreError> = transact!(self.db, |tx| batch.take(tx).await);
        taken.map_err(unavailable)
    }

    async fn acknowledge(&self, receipt: &ReceiptHandle) -> Result<(), QueueError> {
        let receipt = Receipt::parse(receipt)?;
        let removal = work::removal(receipt);
        valid(self.db.alone(Durability::Full, &removal).await)
    }

    async fn extend(
        &self,
        receipt: &ReceiptHandle,
        visibility: Duration,
    ) -> Result<(), QueueError> {
        within_visibility(visibility)?;
        let receipt = Receipt::parse(receipt)?;
        let hidden_until = self.now().saturating_add(span(visibility));
        let hiding = work::hiding(receipt, hidden_until);
        valid(self.db.alone(Durability::Full, &hiding).await)
    }

    async fn reject(&self, receipt: &ReceiptHandle, reason: &str) -> Result<(), QueueError> {
        let receipt = Receipt::parse(receipt)?;
        let now = self.now();
        let rejected: Result<bool, StoreError> =
            transact!(self.db, |tx| work::reject(tx, receipt, reason, now).await);
        if rejected.map_err(unavailable)? {
            Ok(())
        } else {
            Err(QueueError::LeaseExpired)
        }
    }

    async fn depth(&self) -> Result<u64, QueueError> {
        let query = queue_message::Entity::find()
            .select_only()
            .column_as(queue_message::Column::Id.count(), "depth")
            .into_query();
        let rows = self.db.rows(&query).await.map_err(queue_error)?;
        let depth = rows.first().map_or(Ok(0), |row| row.try_get("", "depth"));
        let depth: i64 = depth.map_err(queue_error)?;
        Ok(depth.unsigned_abs())
    }

    async fn dead_letters(&self, limit: usize) -> Result<Vec<DeadLetter>, QueueError> {
        let query = queue_dead_letter::Entity::find()
            .order_by_desc(queue_dead_letter::Column::Id)
            .limit(page(limit))
            .into_query();
        let letters = self.db.all::<queue_dead_letter::Model, _>(&query).await;
        letters.map_err(unavailable)
    }

    async fn redrive(&self, letter: &LetterId) -> Result<bool, QueueError> {
        let Ok(letter) = letter.0.parse::<i64>() else {
            return Ok(false);
        };
        let now = self.now();
        let sent: Result<bool, StoreError> =
            transact!(self.db, |tx| work::redrive(tx, letter, now).await);
        sent.map_err(unavailable)
    }
}

const fn over(what: &'static str) -> QueueError {
    QueueError::OverLimit { what }
}

fn within_visibility(time: Duration) -> Result<(), QueueError> {
    if time > MAX_VISIBILITY {
        return Err(over("a time, at most 12 h"));
    }
    Ok(())
}

fn span(time: Duration) -> i64 {
    i64::try_from(time.as_micros()).unwrap_or(i64::MAX)
}

/// A receipt is valid if it was for something.
fn valid(settled: Result<u64, DbErr>) -> Result<(), QueueError> {
    match settled.map_err(queue_error)? {
        0 => Err(QueueError::LeaseExpired),
        _ => Ok(()),
    }
}

fn unavailable(error: StoreError) -> QueueError {
    QueueError::Unavailable {
        source: Box::new(error),
    }
}
