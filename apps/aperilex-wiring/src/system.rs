//! The real clock and real randomness.

use aperilex_core::Timestamp;
use aperilex_core::ports::{Clock, IdSource};
use uuid::Uuid;

/// The system's clock, cut to microseconds: databases keep no more.
#[derive(Debug, Clone, Copy)]
pub(crate) struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        let now = Timestamp::now();
        Timestamp::from_microsecond(now.as_microsecond()).unwrap_or(now)
    }
}

/// Ids and secrets from the system's randomness.
#[derive(Debug, Clone, Copy)]
pub(crate) struct SystemIds;

impl IdSource for SystemIds {
    fn uuid_v7(&self, now: Timestamp) -> Uuid {
        let millis = u64::try_from(now.as_millisecond()).unwrap_or_default();
        let random = *Uuid::new_v4().as_bytes();
        let mut tail = [0; 10];
        tail.copy_from_slice(&random[..10]);
        uuid::Builder::from_unix_timestamp_millis(millis, &tail).into_uuid()
    }

    fn secret(&self) -> [u8; 32] {
        let mut bytes = [0; 32];
        match getrandom::fill(&mut bytes) {
            Ok(()) => bytes,
            // Without the system's randomness no key is a secret: better no process at all.
            Err(_) => std::process::abort(),
        }
    }
}
