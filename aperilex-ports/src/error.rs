//! What every port error has in common.

use std::time::Duration;

/// The cause of a port error: the adapter's own, kept for the log.
pub type BoxError = Box<dyn std::error::Error + Send + Sync + 'static>;

/// Whether the same call may succeed later. Callers retry on this and on nothing else.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Retry {
    /// Never: the same call fails the same way.
    Never,
    /// Yes, with the caller's own back-off.
    Backoff,
    /// Yes, but not before this long.
    After(Duration),
}
