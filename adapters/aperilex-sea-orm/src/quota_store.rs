//! Requests per sliding window.
//!
//! A window is cut into sixty parts, and each part counts whole for as long as any of it lies in the
//! window: a limit is never exceeded, and a request leaves at most a sixtieth of the window late. All
//! counts of an account are one row that is compared and set, so a request costs one read and one write
//! and no lock is held in between.

use std::time::Duration;

use aperilex_ports::{
    QuotaOutcome, QuotaStore, QuotaUse, QuotaWindow, StoreError, Timestamp, UserId,
};
use async_trait::async_trait;
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::OnConflict;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryTrait};

use crate::database::Store;
use crate::entity::quota::{ActiveModel, Column, Entity, Model};
use crate::error::{Unreadable, store_error};
use crate::shape::{Window, read_windows, write_windows};
use crate::stored::micros;
use crate::transaction::Durability;

/// Parts of a window.
const PARTS: i64 = 60;
/// How often counting is tried while others of the same account count too. Each time somebody succeeds.
const MAX_TRIES: u32 = 1000;

/// The counts of an account, and which writing of them this is; 0 where there are none yet.
#[derive(Debug, Default)]
struct Counts {
    version: i64,
    windows: Vec<Window>,
}

impl TryFrom<Model> for Counts {
    type Error = Unreadable;

    fn try_from(row: Model) -> Result<Self, Unreadable> {
        Ok(Self {
            version: row.version,
            windows: read_windows(&row.windows)?,
        })
    }
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
            let mut counts = self.counts(user).await?;
            let before = outcome(&counts, windows, now);
            if !before.allowed || windows.is_empty() {
                return Ok(before);
            }
            for window in windows {
                counts.add(window, now);
            }
            let mut after = outcome(&counts, windows, now);
            if self.replace(user, counts).await? {
                after.allowed = true;
                return Ok(after);
            }
        }
        Err(StoreError::Conflict)
    }

    async fn usage(
        &self,
        user: UserId,
        windows: &[QuotaWindow],
        now: Timestamp,
    ) -> Result<QuotaOutcome, StoreError> {
        let counts = self.counts(user).await?;
        Ok(outcome(&counts, windows, now))
    }
}

impl Store {
    async fn counts(&self, user: UserId) -> Result<Counts, StoreError> {
        let query = Entity::find_by_id(user.as_uuid()).into_query();
        let counts = self.db.one::<Model, Counts>(&query).await?;
        Ok(counts.unwrap_or_default())
    }

    /// Writes the counts, unless somebody has written others since these were read.
    async fn replace(&self, user: UserId, counts: Counts) -> Result<bool, StoreError> {
        let (version, next) = (counts.version, counts.version.saturating_add(1));
        let windows = write_windows(counts.windows)?;
        let row = ActiveModel {
            user_id: Set(user.as_uuid()),
            version: Set(next),
            windows: Set(windows),
        };
        let changed = if version == 0 {
            let first_stays = OnConflict::column(Column::UserId)
                .do_nothing_on([Column::UserId])
                .to_owned();
            let insert = Entity::insert(row).on_conflict(first_stays).into_query();
            self.db.alone(Durability::Relaxed, &insert).await
        } else {
            let update = Entity::update_many()
                .set(row)
                .filter(Column::UserId.eq(user.as_uuid()))
                .filter(Column::Version.eq(version))
                .into_query();
            self.db.alone(Durability::Relaxed, &update).await
        };
        Ok(changed.map_err(store_error)? == 1)
    }
}

impl Counts {
    fn of(&self, window: &QuotaWindow) -> &[(i64, u32)] {
        let found = self.windows.iter().find(|w| w.name == window.name);
        found.map_or(&[], |found| &found.counts)
    }

    /// Counts one request, and forgets what the window has left behind for as long as it is long: until
    /// then a process whose clock is behind may still have to count it.
    fn add(&mut self, window: &QuotaWindow, now: Timestamp) {
        let place = self.windows.iter().position(|w| w.name == window.name);
        let place = place.unwrap_or_else(|| {
            self.windows.push(Window {
                name: window.name.to_owned(),
                counts: Vec::new(),
            });
            self.windows.len() - 1
        });
        let Some(Window { counts, .. }) = self.windows.get_mut(place) else {
            return;
        };
        let span = Span::of(window);
        let forgotten = micros(now).saturating_sub(span.window);
        counts.retain(|(start, _)| span.end_of(*start) > forgotten);
        let part = span.part_of(now);
        match counts.binary_search_by_key(&part, |(start, _)| *start) {
            Ok(place) => {
                if let Some((_, count)) = counts.get_mut(place) {
                    *count = count.saturating_add(1);
                }
            }
            Err(place) => counts.insert(place, (part, 1)),
        }
    }
}

/// Lengths in microseconds.
#[derive(Clone, Copy)]
struct Span {
    window: i64,
    part: i64,
}

impl Span {
    fn of(window: &QuotaWindow) -> Self {
        let length = i64::try_from(window.length.as_micros()).unwrap_or(i64::MAX / 4);
        let window = length.clamp(1, i64::MAX / 4);
        // Rounded down: sixty parts are never longer than the window.
        let part = (window / PARTS).max(1);
        Self { window, part }
    }

    /// Start of the part that a time lies in.
    fn part_of(self, now: Timestamp) -> i64 {
        let now = micros(now);
        now - now.rem_euclid(self.part)
    }

    /// When the last request that can be in the part has left the window.
    const fn end_of(self, start: i64) -> i64 {
        start.saturating_add(self.part).saturating_add(self.window)
    }
}

fn outcome(counts: &Counts, windows: &[QuotaWindow], now: Timestamp) -> QuotaOutcome {
    let windows: Vec<_> = windows
        .iter()
        .map(|window| QuotaUse {
            window: *window,
            used: used(counts.of(window), window, now),
            retry_after: retry_after(counts.of(window), window, now),
        })
        .collect();
    QuotaOutcome {
        allowed: windows.iter().all(|used| used.used < used.window.limit),
        windows,
    }
}

fn used(counts: &[(i64, u32)], window: &QuotaWindow, now: Timestamp) -> u32 {
    let span = Span::of(window);
    counts
        .iter()
        .filter(|(start, _)| span.end_of(*start) > micros(now))
        .fold(0, |sum: u32, (_, count)| sum.saturating_add(*count))
}

/// When so many have left that one more fits: parts leave oldest first.
fn retry_after(counts: &[(i64, u32)], window: &QuotaWindow, now: Timestamp) -> Duration {
    let mut left = used(counts, window, now);
    if left < window.limit {
        return Duration::ZERO;
    }
    let (span, now) = (Span::of(window), micros(now));
    for (start, count) in counts.iter().filter(|(start, _)| span.end_of(*start) > now) {
        left = left.saturating_sub(*count);
        if left < window.limit {
            let wait = span.end_of(*start).saturating_sub(now);
            return Duration::from_micros(wait.unsigned_abs());
        }
    }
    // Nothing ever fits.
    window.length
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: QuotaWindow = QuotaWindow {
        name: "hour",
        length: Duration::from_secs(3600),
        limit: 10,
    };

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_second(1_767_225_600 + seconds).unwrap()
    }

    #[test]
    fn what_is_kept_does_not_grow() {
        let mut counts = Counts::default();
        for n in 0..10_000 {
            counts.add(&HOUR, at(20 * n));
        }
        assert!(counts.of(&HOUR).len() <= 122, "{}", counts.of(&HOUR).len());
    }

    #[test]
    fn a_clock_that_is_behind_counts_what_it_should() {
        let mut counts = Counts::default();
        for _ in 0..10 {
            counts.add(&HOUR, at(0));
        }
        counts.add(&HOUR, at(3700));
        assert_eq!(used(counts.of(&HOUR), &HOUR, at(3700)), 1);
        assert_eq!(used(counts.of(&HOUR), &HOUR, at(3500)), 11);
    }

    #[test]
    fn windows_of_no_length_and_of_all_time_do_no_harm() {
        for length in [Duration::ZERO, Duration::from_micros(1), Duration::MAX] {
            let window = QuotaWindow { length, ..HOUR };
            let mut counts = Counts::default();
            for now in [Timestamp::MIN, at(0), Timestamp::MAX] {
                counts.add(&window, now);
                let outcome = outcome(&counts, &[window], now);
                assert!(outcome.allowed, "{outcome:?}");
            }
        }
    }

    #[test]
    fn nothing_fits_into_a_window_without_room() {
        let closed = QuotaWindow { limit: 0, ..HOUR };
        let outcome = outcome(&Counts::default(), &[closed], at(0));
        assert!(!outcome.allowed);
        assert_eq!(outcome.windows[0].retry_after, HOUR.length);
    }
}
