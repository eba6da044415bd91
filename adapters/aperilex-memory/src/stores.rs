//! All stores over one state behind one lock.

use std::sync::{Arc, Mutex, PoisonError};

use aperilex_ports::{StoreError, Stores};

use crate::faults::{Fault, Faults};
use crate::state::State;

/// The stores of one database: all their ports over the same records. Clones share them.
#[derive(Debug, Clone, Default)]
pub struct MemoryStores {
    state: Arc<Mutex<State>>,
    faults: Faults,
}

impl MemoryStores {
    /// Empty stores that fail as `faults` says.
    #[must_use]
    pub fn new(faults: Faults) -> Self {
        Self {
            state: Arc::default(),
            faults,
        }
    }

    /// Plants a bug: the stores do wrong from now on.
    #[cfg(feature = "planted")]
    pub fn plant(&self, bug: crate::Bug) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.bug = Some(bug);
    }

    /// The stores as ports.
    #[must_use]
    pub fn stores(&self) -> Stores {
        let all = Arc::new(self.clone());
        Stores {
            accounts: all.clone(),
            filings: all.clone(),
            pool: all.clone(),
            tasks: all.clone(),
            ledger: all.clone(),
            settlement: all.clone(),
            import_store: all.clone(),
            imports: all.clone(),
            quota: all.clone(),
            outbox: all.clone(),
            sessions: all.clone(),
            audit_log: all.clone(),
            reports: all.clone(),
            payments: all.clone(),
            audit: all,
        }
    }

    /// Looks at the records.
    pub(crate) fn read<T>(
        &self,
        method: &'static str,
        look: impl FnOnce(&State) -> T,
    ) -> Result<T, StoreError> {
        if let Some(fault) = self.faults.strike(method) {
            return Err(fault.into());
        }
        Ok(look(
            &self.state.lock().unwrap_or_else(PoisonError::into_inner),
        ))
    }

    /// A transaction: `act` works on a copy, which becomes the state only if it succeeds.
    pub(crate) fn commit<T, E: From<StoreError>>(
        &self,
        method: &'static str,
        act: impl FnOnce(&mut State) -> Result<T, E>,
    ) -> Result<T, E> {
        let fault = self.faults.strike(method);
        if let Some(fault @ Fault::Refused(_)) = fault {
            return Err(StoreError::from(fault).into());
        }
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let mut copy = state.clone();
        let outcome = act(&mut copy)?;
        *state = copy;
        match fault {
            Some(lost) => Err(StoreError::from(lost).into()),
            None => Ok(outcome),
        }
    }
}
