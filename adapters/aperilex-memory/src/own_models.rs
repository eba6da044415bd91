//! Customers' own models.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use aperilex_ports::{FilingAnalyst, OwnModels, StoreError, UserId};
use async_trait::async_trait;

use crate::faults::Faults;

type Analysts = BTreeMap<UserId, Arc<dyn FilingAnalyst>>;

/// Opens the analysts that it was given for accounts.
#[derive(Debug)]
pub struct MemoryOwnModels {
    faults: Faults,
    analysts: Mutex<Analysts>,
}

impl MemoryOwnModels {
    /// Without any.
    #[must_use]
    pub const fn new(faults: Faults) -> Self {
        Self {
            faults,
            analysts: Mutex::new(Analysts::new()),
        }
    }

    /// The account brings a key that opens this.
    pub fn bring(&self, account: UserId, analyst: Arc<dyn FilingAnalyst>) {
        self.held().insert(account, analyst);
    }

    /// The account takes its key away.
    pub fn take_away(&self, account: UserId) {
        self.held().remove(&account);
    }

    fn held(&self) -> MutexGuard<'_, Analysts> {
        self.analysts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl OwnModels for MemoryOwnModels {
    async fn of(&self, account: UserId) -> Result<Option<Arc<dyn FilingAnalyst>>, StoreError> {
        let unavailable = |source| StoreError::Unavailable { source };
        self.faults.around("own_models.of", unavailable, || {
            Ok(self.held().get(&account).cloned())
        })
    }

    fn prompt_versions(&self) -> Vec<String> {
        let held = self.held();
        let versions = held.values().map(|it| it.profile().prompt_version);
        versions.collect()
    }

    async fn forget(&self, account: UserId) -> Result<(), StoreError> {
        let unavailable = |source| StoreError::Unavailable { source };
        self.faults.around("own_models.forget", unavailable, || {
            self.take_away(account);
            Ok(())
        })
    }
}
