//! Time and ids that a test turns by hand.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use aperilex_ports::{Clock, Digest, IdSource, Timestamp};
use uuid::Uuid;

/// A clock that stands still until it is turned.
#[derive(Debug)]
pub struct VirtualClock {
    now: Mutex<Timestamp>,
}

impl VirtualClock {
    /// A clock that shows this time.
    #[must_use]
    pub const fn new(now: Timestamp) -> Self {
        Self {
            now: Mutex::new(now),
        }
    }

    /// Turns it on; at the end of all time it stops.
    pub fn advance(&self, by: Duration) {
        let mut now = self.now.lock().unwrap_or_else(PoisonError::into_inner);
        *now = now.checked_add(by).unwrap_or(Timestamp::MAX);
    }
}

impl Clock for VirtualClock {
    fn now(&self) -> Timestamp {
        *self.now.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Ids that are the same in every run: the time, and a number that counts up.
///
/// Not for secrets that have to be secret: those can be foretold too.
#[derive(Debug, Default)]
pub struct SequentialIds {
    next: AtomicU64,
}

impl SequentialIds {
    fn number(&self) -> u64 {
        self.next.fetch_add(1, Ordering::Relaxed)
    }
}

impl IdSource for SequentialIds {
    fn uuid_v7(&self, now: Timestamp) -> Uuid {
        let millis = u64::try_from(now.as_millisecond()).unwrap_or(0);
        let [a, b, c, d, e, f, g, h] = self.number().to_be_bytes();
        // The version and variant bits overwrite some of the first bytes; the number is behind them.
        let rest = [0, 0, 0, a ^ b, c, d, e, f, g, h];
        uuid::Builder::from_unix_timestamp_millis(millis, &rest).into_uuid()
    }

    fn secret(&self) -> [u8; 32] {
        let text = format!("secret {}", self.number());
        *Digest::of(text.as_bytes()).as_bytes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_clock_turns_by_hand() {
        let clock = VirtualClock::new(Timestamp::UNIX_EPOCH);
        clock.advance(Duration::from_secs(90));
        assert_eq!(clock.now().as_second(), 90);
        clock.advance(Duration::MAX);
        assert_eq!(clock.now(), Timestamp::MAX);
    }

    #[test]
    fn ids_are_v7_and_rise() {
        let ids = SequentialIds::default();
        let now = Timestamp::UNIX_EPOCH;
        let made: Vec<_> = (0..1000).map(|_| ids.uuid_v7(now)).collect();
        assert!(made.is_sorted_by(|a, b| a < b));
        assert!(made.iter().all(|id| id.get_version_num() == 7));
        let later = now + Duration::from_millis(1);
        assert!(ids.uuid_v7(later) > made[999]);
        assert_ne!(ids.secret(), ids.secret());
    }
}
