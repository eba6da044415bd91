//! Time and identity as inputs.

use std::fmt::Debug;

use uuid::Uuid;

use crate::model::Timestamp;

/// The time. Tests turn it by hand.
pub trait Clock: Debug + Send + Sync + 'static {
    /// Now, in UTC.
    fn now(&self) -> Timestamp;
}

/// New ids.
pub trait IdSource: Debug + Send + Sync + 'static {
    /// A UUID v7 of this moment: later ones sort behind earlier ones to the millisecond.
    fn uuid_v7(&self, now: Timestamp) -> Uuid;

    /// 32 random bytes for a secret.
    fn secret(&self) -> [u8; 32];
}
