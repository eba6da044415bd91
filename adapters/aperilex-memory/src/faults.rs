//! Failing on purpose.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use aperilex_ports::{BoxError, StoreError};

/// Makes calls of port methods fail. Clones share the plan.
///
/// A method is named `port.method`, such as `settlement.complete` or `queue.send`. Calls are counted
/// from the moment a fault is planned: the first call after that is number 1.
#[derive(Debug, Clone, Default)]
pub struct Faults {
    plan: Arc<Mutex<BTreeMap<String, Vec<Planned>>>>,
}

#[derive(Debug, Clone, Copy)]
struct Planned {
    /// Calls that pass before it strikes.
    remaining: u32,
    reply_lost: bool,
}

/// A fault that strikes: the cause inside the port's `Unavailable`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// The call fails before it acts.
    #[error("{0} failed on purpose, nothing was done")]
    Refused(&'static str),
    /// The call acts, and then fails.
    #[error("{0} failed on purpose, what was asked is done")]
    ReplyLost(&'static str),
}

impl Faults {
    /// The next call of the method fails before it acts.
    pub fn fail_next(&self, method: &str) {
        self.fail_nth(method, 1);
    }

    /// The `n`-th call of the method from now, counted from 1, fails before it acts.
    pub fn fail_nth(&self, method: &str, n: u32) {
        self.plan(method, n, false);
    }

    /// The next call of the method acts, and then fails.
    pub fn lose_reply_next(&self, method: &str) {
        self.lose_reply_nth(method, 1);
    }

    /// The `n`-th call of the method from now, counted from 1, acts, and then fails.
    pub fn lose_reply_nth(&self, method: &str, n: u32) {
        self.plan(method, n, true);
    }

    /// Forgets all faults that have not struck.
    pub fn clear(&self) {
        self.lock().clear();
    }

    /// Methods with faults that have not struck: a test that ends with some has tested nothing.
    #[must_use]
    pub fn pending(&self) -> Vec<String> {
        self.lock().keys().cloned().collect()
    }

    fn plan(&self, method: &str, n: u32, reply_lost: bool) {
        let planned = Planned {
            remaining: n.saturating_sub(1),
            reply_lost,
        };
        self.lock()
            .entry(method.to_owned())
            .or_default()
            .push(planned);
    }

    /// Counts a call; the fault that strikes it, if any.
    pub(crate) fn strike(&self, method: &'static str) -> Option<Fault> {
        let mut plan = self.lock();
        let planned = plan.get_mut(method)?;
        let due = planned.iter().position(|fault| fault.remaining == 0);
        let struck = due.map(|index| planned.remove(index));
        for fault in planned.iter_mut() {
            fault.remaining = fault.remaining.saturating_sub(1);
        }
        if planned.is_empty() {
            plan.remove(method);
        }
        struck.map(|fault| match fault.reply_lost {
            false => Fault::Refused(method),
            true => Fault::ReplyLost(method),
        })
    }

    /// Runs a call that cannot half happen, striking it if that is planned.
    pub(crate) fn around<T, E>(
        &self,
        method: &'static str,
        unavailable: fn(BoxError) -> E,
        act: impl FnOnce() -> Result<T, E>,
    ) -> Result<T, E> {
        match self.strike(method) {
            Some(fault @ Fault::Refused(_)) => Err(unavailable(Box::new(fault))),
            Some(fault @ Fault::ReplyLost(_)) => {
                act()?;
                Err(unavailable(Box::new(fault)))
            }
            None => act(),
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, BTreeMap<String, Vec<Planned>>> {
        self.plan.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl From<Fault> for StoreError {
    fn from(fault: Fault) -> Self {
        Self::Unavailable {
            source: Box::new(fault),
        }
    }
}
