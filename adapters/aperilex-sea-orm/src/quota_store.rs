//! Requests per sliding window, exact to the microsecond.
//!
//! Allowed requests of an account are numbered rows, so one look-up tells whether a window is full: the
//! request as many places back as the limit is still inside. Whoever writes the next number first has it;
//! the others look again. So a request costs one read and one write that is a transaction by itself, a
//! refused one costs the read alone, and no lock is held in between. Times never fall from one number to
//! the next: a process whose clock is behind counts at the time of the newest request.

use std::collections::BTreeMap;
use std::time::Duration;

use aperilex_ports::{
    AccountStoreError, QuotaOutcome, QuotaStore, QuotaUse, QuotaWindow, StoreError, Timestamp,
    UserId,
};
use async_trait::async_trait;
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::{Expr, ExprTrait, OnConflict, Query, SelectStatement};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DatabaseTransaction, EntityTrait, Order, QueryFilter,
    QueryResult, QueryTrait,
};
use uuid::Uuid;

use crate::database::Store;
use crate::entity::quota_log::{ActiveModel, Column, Entity};
use crate::error::{Stop, store_error};
use crate::read::page;
use crate::stored::micros;
use crate::transaction::Durability;

/// How often a number is tried for while others of the same account try too. Each time somebody gets it.
const MAX_TRIES: u32 = 1000;
/// Requests after which those that have left all windows are removed.
const TRIM_EVERY: i64 = 64;
/// The row of the newest request, in the query below.
const NEWEST: &str = "newest";

/// What of an account's requests has to be known.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Log {
    /// Number of the newest request; 0 if there is none.
    n: i64,
    /// The time that counts: the caller's, or that of the newest request if it is later.
    at: i64,
    windows: Vec<Place>,
}

/// Where a window begins in the log.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Place {
    /// Number of the oldest request inside.
    oldest: Option<i64>,
    /// When the request was that is as many places back as the limit.
    last_in: Option<i64>,
    /// And the one after it.
    next_in: Option<i64>,
}

#[async_trait]
impl QuotaStore for Store {
    async fn consume(
        &self,
        user: UserId,
        windows: &[QuotaWindow],
        now: Timestamp,
    ) -> Result<QuotaOutcome, StoreError> {
        for _ in 0..MAX_TRIES {
            let log = self.log(user, windows, now).await?;
            let before = log.outcome(windows, now);
            if !before.allowed || windows.is_empty() {
                return Ok(before);
            }
            if self.append(user, &log).await? {
                let log = log.with_one_more(windows);
                self.trim(user, windows, &log).await;
                let mut after = log.outcome(windows, now);
                after.allowed = true;
                return Ok(after);
            }
        }
        Err(StoreError::Conflict)
    }

    async fn reset(&self, user: UserId) -> Result<(), StoreError> {
        let all = Entity::delete_many()
            .filter(Column::UserId.eq(user.as_uuid()))
            .into_query();
        let reset = self.db.alone(Durability::Relaxed, &all).await;
        reset.map(drop).map_err(store_error)
    }

    async fn forget(&self, before: Timestamp, limit: usize) -> Result<usize, StoreError> {
        let rows = self.db.rows(&oldest(before, limit)).await;
        let mut newest_of = BTreeMap::new();
        for row in rows.map_err(store_error)? {
            let user: Uuid = row.try_get_by_index(0).map_err(store_error)?;
            let n: i64 = row.try_get_by_index(1).map_err(store_error)?;
            newest_of.insert(user, n);
        }
        let mut removed = 0;
        for (user, n) in newest_of {
            // Times never fall from one number to the next, so these are the rows that were found.
            let old = Entity::delete_many()
                .filter(Column::UserId.eq(user))
                .filter(Column::N.lte(n))
                .into_query();
            let old = self.db.alone(Durability::Relaxed, &old).await;
            removed += old.map_err(store_error)?;
        }
        Ok(usize::try_from(removed).unwrap_or(usize::MAX))
    }

    async fn usage(
        &self,
        user: UserId,
        windows: &[QuotaWindow],
        now: Timestamp,
    ) -> Result<QuotaOutcome, StoreError> {
        let log = self.log(user, windows, now).await?;
        Ok(log.outcome(windows, now))
    }
}

impl Store {
    async fn log(
        &self,
        user: UserId,
        windows: &[QuotaWindow],
        now: Timestamp,
    ) -> Result<Log, StoreError> {
        let mut at = micros(now);
        loop {
            let rows = self.db.rows(&newest(user, windows, at)).await;
            let rows = rows.map_err(store_error)?;
            let Some(row) = rows.first() else {
                return Ok(Log::empty(windows, at));
            };
            let (log, newest) = read(row, windows, at)?;
            if newest <= at {
                return Ok(log);
            }
            // This clock is behind: as of the newest request.
            at = newest;
        }
    }

    /// Takes the next number; false if somebody else has it.
    async fn append(&self, user: UserId, log: &Log) -> Result<bool, StoreError> {
        let row = log.next(user);
        let first_stays = OnConflict::columns([Column::UserId, Column::N])
            .do_nothing_on([Column::UserId, Column::N])
            .to_owned();
        let insert = Entity::insert(row).on_conflict(first_stays).into_query();
        let taken = self.db.alone(Durability::Relaxed, &insert).await;
        Ok(taken.map_err(store_error)? == 1)
    }

    /// Now and then removes what has left all windows. The newest request is always inside.
    async fn trim(&self, user: UserId, windows: &[QuotaWindow], log: &Log) {
        if log.n % TRIM_EVERY != 0 {
            return;
        }
        let longest = windows.iter().map(length).max().unwrap_or_default();
        let left = Entity::delete_many()
            .filter(Column::UserId.eq(user.as_uuid()))
            .filter(Column::At.lte(log.at.saturating_sub(longest)))
            .filter(Column::N.lt(log.n))
            .into_query();
        if let Err(error) = self.db.alone(Durability::Relaxed, &left).await {
            tracing::debug!(%error, "old requests are removed at a later one");
        }
    }
}

/// Requests of before a time, the oldest first.
pub(crate) fn oldest(before: Timestamp, limit: usize) -> SelectStatement {
    let mut query = Query::select();
    query
        .columns([Column::UserId, Column::N])
        .from(Entity)
        .and_where(Column::At.lt(micros(before)))
        .limit(page(limit));
    for column in [Column::At, Column::UserId, Column::N] {
        query.order_by(column, Order::Asc);
    }
    query
}

/// Takes one request if it fits into all windows, as part of what else is done.
pub(crate) async fn take(
    tx: &DatabaseTransaction,
    user: UserId,
    windows: &[QuotaWindow],
    now: Timestamp,
) -> Result<bool, Stop<AccountStoreError>> {
    let mut at = micros(now);
    let log = loop {
        let rows = tx.query_all(&newest(user, windows, at)).await?;
        let Some(row) = rows.first() else {
            break Log::empty(windows, at);
        };
        let read = read(row, windows, at).map_err(AccountStoreError::from);
        let (log, newest) = read.map_err(Stop::Refused)?;
        if newest <= at {
            break log;
        }
        at = newest;
    };
    let fits = log.outcome(windows, now).allowed;
    if fits && !windows.is_empty() {
        // Where two are as fast as each other the second runs again, and finds the first.
        Entity::insert(log.next(user))
            .exec_without_returning(tx)
            .await?;
    }
    Ok(fits)
}

/// The newest request, and where the windows begin as of a time: one row, each of whose columns is found
/// by its index.
pub(crate) fn newest(user: UserId, windows: &[QuotaWindow], at: i64) -> SelectStatement {
    let user = user.as_uuid();
    let highest = Query::select()
        .expr(Column::N.max())
        .from(Entity)
        .and_where(Column::UserId.eq(user))
        .take();
    let mut query = Query::select()
        .column((NEWEST, Column::N))
        .column((NEWEST, Column::At))
        .from_as(Entity, NEWEST)
        .and_where(Expr::col((NEWEST, Column::UserId)).eq(user))
        .and_where(Expr::col((NEWEST, Column::N)).eq(Expr::from(highest)))
        .take();
    let back = |places: i64| {
        let there = Expr::col((NEWEST, Column::N)).sub(places);
        Query::select()
            .column(Column::At)
            .from(Entity)
            .and_where(Column::UserId.eq(user))
            .and_where(Expr::col((Entity, Column::N)).eq(there))
            .take()
    };
    for window in windows {
        let oldest = Query::select()
            .column(Column::N)
            .from(Entity)
            .and_where(Column::UserId.eq(user))
            .and_where(Column::At.gt(at.saturating_sub(length(window))))
            .order_by(Column::At, Order::Asc)
            .order_by(Column::N, Order::Asc)
            .limit(1)
            .take();
        let limit = i64::from(window.limit);
        query
            .expr(Expr::from(oldest))
            .expr(Expr::from(back(limit - 1)))
            .expr(Expr::from(back(limit - 2)));
    }
    query
}

/// The log as of `at`, and when its newest request was.
fn read(row: &QueryResult, windows: &[QuotaWindow], at: i64) -> Result<(Log, i64), StoreError> {
    let number = |index: usize| row.try_get_by_index::<Option<i64>>(index);
    let mut log = Log::empty(windows, at);
    log.n = number(0).map_err(store_error)?.unwrap_or_default();
    let newest = number(1).map_err(store_error)?.unwrap_or_default();
    for (place, first) in log.windows.iter_mut().zip((2..).step_by(3)) {
        *place = Place {
            oldest: number(first).map_err(store_error)?,
            last_in: number(first + 1).map_err(store_error)?,
            next_in: number(first + 2).map_err(store_error)?,
        };
    }
    Ok((log, newest))
}

impl Log {
    fn empty(windows: &[QuotaWindow], at: i64) -> Self {
        Self {
            n: 0,
            at,
            windows: vec![Place::default(); windows.len()],
        }
    }

    /// The request that comes next.
    fn next(&self, user: UserId) -> ActiveModel {
        ActiveModel {
            user_id: Set(user.as_uuid()),
            n: Set(self.n.saturating_add(1)),
            at: Set(self.at),
        }
    }

    /// As it is when one more was taken.
    fn with_one_more(mut self, windows: &[QuotaWindow]) -> Self {
        self.n = self.n.saturating_add(1);
        for (place, window) in self.windows.iter_mut().zip(windows) {
            place.oldest = place.oldest.or(Some(self.n));
            // The request before this one was the first place back, and so on.
            place.last_in = if window.limit == 1 {
                Some(self.at)
            } else {
                place.next_in
            };
            place.next_in = None;
        }
        self
    }

    fn outcome(&self, windows: &[QuotaWindow], now: Timestamp) -> QuotaOutcome {
        let places = self.windows.iter().zip(windows);
        let windows: Vec<_> = places
            .map(|(place, window)| QuotaUse {
                window: *window,
                used: self.used(*place),
                retry_after: self.retry_after(*place, window, micros(now)),
            })
            .collect();
        QuotaOutcome {
            allowed: windows.iter().all(|used| used.retry_after.is_zero()),
            windows,
        }
    }

    fn used(&self, place: Place) -> u32 {
        let inside = place.oldest.map(|oldest| self.n - oldest + 1);
        inside.map_or(0, |n| u32::try_from(n).unwrap_or(u32::MAX))
    }

    /// Until the request that is as many places back as the limit has left; counted from the caller's
    /// own clock, also if it is behind.
    fn retry_after(&self, place: Place, window: &QuotaWindow, now: i64) -> Duration {
        if window.limit == 0 {
            // Nothing ever fits.
            return window.length.max(Duration::from_micros(1));
        }
        let leaves = place.last_in.map(|at| at.saturating_add(length(window)));
        match leaves {
            Some(leaves) if leaves > self.at => {
                Duration::from_micros(leaves.saturating_sub(now).unsigned_abs())
            }
            _ => Duration::ZERO,
        }
    }
}

/// In microseconds.
fn length(window: &QuotaWindow) -> i64 {
    let length = i64::try_from(window.length.as_micros()).unwrap_or(i64::MAX);
    length.clamp(1, i64::MAX / 4)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::support::each;
    use sea_orm::PaginatorTrait;

    const HOUR: QuotaWindow = QuotaWindow {
        name: "hour",
        length: Duration::from_secs(3600),
        limit: 10,
    };

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_second(1_767_225_600 + seconds).unwrap()
    }

    fn someone() -> UserId {
        UserId::from_uuid(Uuid::now_v7())
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn what_is_kept_does_not_grow() {
        for fresh in &each().await {
            let (quota, user) = (fresh.database.stores().quota, someone());
            let minute = QuotaWindow {
                length: Duration::from_secs(60),
                ..HOUR
            };
            for n in 0..1000 {
                let outcome = quota.consume(user, &[minute], at(7 * n)).await.unwrap();
                assert!(outcome.allowed, "{n}: {outcome:?}");
            }
            let kept = Entity::find().count(fresh.database.connection()).await;
            assert!(kept.unwrap() <= 10 + TRIM_EVERY.unsigned_abs());
        }
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn windows_of_no_length_and_of_all_time_do_no_harm() {
        for fresh in &each().await {
            let quota = fresh.database.stores().quota;
            for length in [Duration::ZERO, Duration::from_micros(1), Duration::MAX] {
                let (window, user) = (QuotaWindow { length, ..HOUR }, someone());
                for now in [Timestamp::MIN, at(0), Timestamp::MAX] {
                    let outcome = quota.consume(user, &[window], now).await.unwrap();
                    assert!(outcome.allowed, "{outcome:?}");
                }
            }
            let nothing = QuotaWindow { limit: 0, ..HOUR };
            let outcome = quota.consume(someone(), &[nothing], at(0)).await.unwrap();
            assert!(!outcome.allowed);
            assert_eq!(outcome.windows[0].retry_after, HOUR.length);
            // Without windows nothing is counted, and nothing is stored.
            let free = quota.consume(someone(), &[], at(0)).await.unwrap();
            assert!(free.allowed && free.windows.is_empty());
        }
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_log_whose_number_is_taken_is_looked_at_again() {
        for fresh in &each().await {
            let (stores, user) = (fresh.database.stores(), someone());
            stores.quota.consume(user, &[HOUR], at(0)).await.unwrap();
            let store = Store {
                db: fresh.database.clone(),
            };
            let log = store.log(user, &[HOUR], at(1)).await.unwrap();
            assert_eq!((log.n, log.windows[0].oldest), (1, Some(1)));
            assert!(store.append(user, &log).await.unwrap());
            assert!(!store.append(user, &log).await.unwrap(), "taken");
            let wrecked = "DROP TABLE quota_log";
            let database = fresh.database.connection();
            database.execute_unprepared(wrecked).await.unwrap();
            let refused = stores.quota.consume(user, &[HOUR], at(2)).await;
            assert!(
                matches!(refused, Err(StoreError::Unavailable { .. })),
                "{refused:?}"
            );
        }
    }
}
