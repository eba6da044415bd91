//! Transactions: begun so that they cannot fail half-way for lack of a lock, and run again where only
//! the moment was bad.

use std::hash::{BuildHasher, RandomState};
use std::time::Duration;

use sea_orm::DatabaseTransaction;
use tokio::sync::OwnedMutexGuard;

use crate::error::{Stop, is_refused};

/// How often a transaction is run again.
pub(crate) const MAX_REPEATS: u32 = 8;

/// Runs `$body` in a write transaction: committed if it is `Ok`, rolled back otherwise, and run again
/// where that may help. Evaluates to a `Result` with the port's error.
macro_rules! transact {
    ($db:expr, |$tx:ident| $body:expr) => {
        transact!($db, $crate::transaction::Durability::Full, |$tx| $body)
    };
    ($db:expr, $durability:expr, |$tx:ident| $body:expr) => {{
        let mut repeats = 0;
        loop {
            let outcome = match $db.begin($durability).await {
                Ok(begun) => {
                    let $tx = begun.inner();
                    let outcome = $body;
                    begun.end(outcome).await
                }
                Err(error) => Err($crate::error::Stop::Database(error)),
            };
            match outcome {
                Ok(value) => break Ok(value),
                Err(stop) if repeats < $crate::transaction::MAX_REPEATS && stop.is_passing() => {
                    $crate::transaction::pause(repeats).await;
                    repeats += 1;
                }
                Err(stop) => break Err(stop.into_refusal()),
            }
        }
    }};
}

/// What a commit survives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Durability {
    /// Loss of power.
    Full,
    /// A crash of the program. After loss of power the last commits may be gone: for counts alone.
    Relaxed,
}

/// A transaction under way.
#[derive(Debug)]
pub(crate) struct Begun {
    inner: DatabaseTransaction,
    // Dropped last: the next writer begins when this one is done.
    _writer: Option<OwnedMutexGuard<()>>,
}

impl Begun {
    pub(crate) const fn new(
        inner: DatabaseTransaction,
        writer: Option<OwnedMutexGuard<()>>,
    ) -> Self {
        Self {
            inner,
            _writer: writer,
        }
    }

    pub(crate) const fn inner(&self) -> &DatabaseTransaction {
        &self.inner
    }

    /// Commits or rolls back.
    pub(crate) async fn end<T, R>(self, outcome: Result<T, Stop<R>>) -> Result<T, Stop<R>> {
        match outcome {
            Ok(value) => match self.inner.commit().await {
                Ok(()) => Ok(value),
                Err(error) if is_refused(&error) => Err(Stop::Database(error)),
                Err(error) => Err(Stop::Unknown(error)),
            },
            Err(stop) => {
                if let Err(error) = self.inner.rollback().await {
                    // The connection is gone, and the transaction with it.
                    tracing::debug!(%error, "rollback failed");
                }
                Err(stop)
            }
        }
    }
}

/// Waits before the next try: 5 ms doubling to 640 ms, with jitter so that two do not meet again.
pub(crate) async fn pause(repeats: u32) {
    let longest = 5_000_u64 << repeats.min(7);
    let jitter = RandomState::new().hash_one(repeats) % (longest / 2);
    tokio::time::sleep(Duration::from_micros(longest / 2 + jitter)).await;
}
