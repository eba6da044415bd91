//! A small memory of answers, so that what has not changed is not sent again.

use std::time::Duration;

use bytes::Bytes;
use moka::sync::Cache;
use tokio::time::Instant;

use crate::transport::Validators;

const MAX_BYTES: u64 = 64 * 1024 * 1024;

/// An answer, when it came and what to ask with next time.
#[derive(Debug, Clone)]
pub(crate) struct Kept {
    pub(crate) bytes: Bytes,
    pub(crate) validators: Validators,
    pub(crate) at: Instant,
}

impl Kept {
    pub(crate) fn new(bytes: Bytes, validators: Validators) -> Self {
        Self {
            bytes,
            validators,
            at: Instant::now(),
        }
    }

    /// Whether it may be used without asking.
    pub(crate) fn is_fresh(&self, ttl: Duration) -> bool {
        self.at.elapsed() < ttl
    }
}

#[derive(Debug)]
pub(crate) struct Answers(Cache<String, Kept>);

impl Answers {
    pub(crate) fn new() -> Self {
        let weigh = |key: &String, kept: &Kept| {
            u32::try_from(key.len() + kept.bytes.len()).unwrap_or(u32::MAX)
        };
        Self(
            Cache::builder()
                .max_capacity(MAX_BYTES)
                .weigher(weigh)
                .build(),
        )
    }

    pub(crate) fn get(&self, key: &str) -> Option<Kept> {
        self.0.get(key)
    }

    pub(crate) fn keep(&self, key: String, kept: Kept) {
        self.0.insert(key, kept);
    }

    pub(crate) fn forget(&self, key: &str) {
        self.0.invalidate(key);
    }
}
