//! Where actors wait for their turn: before every port call.

use std::collections::VecDeque;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};

use aperilex_core::ports::{
    AccountStoreError, AnalystError, BoxError, DocumentStoreError, EventBusError,
    FilingSourceError, ImportError, LedgerError, NotifyError, QueueError, SettlementError,
    StoreError, TaskStoreError,
};

/// Steps that are shown of a schedule that failed.
const SHOWN: usize = 40;

/// Shared by all ports of one world.
#[derive(Debug, Clone)]
pub(crate) struct Gate(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    /// An actor stands before a call.
    reached: AtomicBool,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    random: fastrand::Rng,
    /// Faults may strike.
    stormy: bool,
    calls: u64,
    last: VecDeque<String>,
}

/// A fault: the cause inside a port's error.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Fault {
    #[error("{0} was not reached")]
    Refused(&'static str),
    #[error("the reply of {0} was lost")]
    ReplyLost(&'static str),
}

impl Gate {
    pub(crate) fn new(seed: u64) -> Self {
        Self(Arc::new(Shared {
            reached: AtomicBool::new(false),
            state: Mutex::new(State {
                random: fastrand::Rng::with_seed(seed ^ 0x6A7E),
                stormy: true,
                calls: 0,
                last: VecDeque::new(),
            }),
        }))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// No more faults.
    pub(crate) fn calm(&self) {
        self.state().stormy = false;
    }

    /// Port calls so far.
    pub(crate) fn calls(&self) -> u64 {
        self.state().calls
    }

    /// Notes what happens, for a schedule that fails.
    pub(crate) fn note(&self, what: impl FnOnce() -> String) {
        let mut state = self.state();
        if state.last.len() >= SHOWN {
            state.last.pop_front();
        }
        state.last.push_back(what());
    }

    /// What happened last.
    pub(crate) fn last(&self) -> Vec<String> {
        self.state().last.iter().cloned().collect()
    }

    /// Whether an actor has come to a call since this was asked last.
    pub(crate) fn was_reached(&self) -> bool {
        self.0.reached.swap(false, Ordering::Relaxed)
    }

    /// Waits for a turn, then says whether a fault strikes the call.
    pub(crate) async fn enter(&self, call: &'static str) -> Option<Fault> {
        Turn {
            gate: self,
            waited: false,
        }
        .await;
        let fault = {
            let mut state = self.state();
            state.calls = state.calls.wrapping_add(1);
            let strikes = state.stormy && state.random.u8(0..100) < 5;
            let lost = strikes && state.random.bool();
            strikes.then_some(match lost {
                true => Fault::ReplyLost(call),
                false => Fault::Refused(call),
            })
        };
        self.note(|| match &fault {
            Some(fault) => format!("  {fault}"),
            None => format!("  {call}"),
        });
        fault
    }
}

/// Pending once: then another actor may run.
struct Turn<'g> {
    gate: &'g Gate,
    waited: bool,
}

impl Future for Turn<'_> {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<()> {
        if self.waited {
            return Poll::Ready(());
        }
        self.waited = true;
        self.gate.0.reached.store(true, Ordering::Relaxed);
        Poll::Pending
    }
}

/// A port's error that a fault is told by.
pub(crate) trait Unavailable {
    fn unavailable(source: BoxError) -> Self;
}

impl Unavailable for StoreError {
    fn unavailable(source: BoxError) -> Self {
        Self::Unavailable { source }
    }
}

macro_rules! by_store {
    ($($error:ident)*) => {$(
        impl Unavailable for $error {
            fn unavailable(source: BoxError) -> Self {
                StoreError::unavailable(source).into()
            }
        }
    )*};
}

by_store!(AccountStoreError ImportError LedgerError SettlementError TaskStoreError);

macro_rules! by_itself {
    ($($error:ident)*) => {$(
        impl Unavailable for $error {
            fn unavailable(source: BoxError) -> Self {
                Self::Unavailable { source }
            }
        }
    )*};
}

by_itself!(AnalystError DocumentStoreError FilingSourceError NotifyError QueueError);

impl Unavailable for EventBusError {
    fn unavailable(source: BoxError) -> Self {
        Self(source)
    }
}
