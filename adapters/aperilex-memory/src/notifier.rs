//! A notifier.

use std::fmt;
use std::sync::{Mutex, PoisonError};

use aperilex_ports::{Notice, Notifier, NotifyError};
use async_trait::async_trait;

use crate::faults::Faults;

/// Keeps what accounts were told, for tests to look at.
#[derive(Default)]
pub struct MemoryNotifier {
    faults: Faults,
    told: Mutex<Vec<Notice>>,
}

impl MemoryNotifier {
    /// A notifier that fails as `faults` says.
    #[must_use]
    pub fn new(faults: Faults) -> Self {
        Self {
            faults,
            ..Self::default()
        }
    }

    /// What was told, oldest first; what was told again is there again.
    #[must_use]
    pub fn told(&self) -> Vec<Notice> {
        self.told
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }
}

impl fmt::Debug for MemoryNotifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MemoryNotifier")
            .field("told", &self.told().len())
            .finish_non_exhaustive()
    }
}

#[async_trait]
impl Notifier for MemoryNotifier {
    async fn notify(&self, notice: &Notice) -> Result<(), NotifyError> {
        let unavailable = |source| NotifyError::Unavailable { source };
        self.faults.around("notifier.notify", unavailable, || {
            let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
            told.push(notice.clone());
            Ok(())
        })
    }
}
