//! Where actors wait for their turn, and where faults strike: before and behind every port call.

use std::collections::{BTreeMap, VecDeque};
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
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
pub struct Gate(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    /// An actor stands before a call.
    reached: AtomicBool,
    /// Actors take turns: each stops before each call.
    turns: bool,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    strikes: Strikes,
    calls: u64,
    /// Calls of each method since they were last counted anew.
    counts: BTreeMap<&'static str, u32>,
    counting: bool,
    /// An actor has died at a call.
    crashed: bool,
    /// Whether the one planned fault has struck.
    struck: bool,
    last: VecDeque<String>,
    log: DefaultHasher,
}

/// When faults strike.
#[derive(Debug)]
pub enum Strikes {
    /// Never.
    Calm,
    /// Now and then, and actors take turns.
    Storm(fastrand::Rng),
    /// Once.
    Once(Strike),
}

/// One fault at one call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Strike {
    /// The call, as [`gated::calls`](crate::gated::calls) names it.
    pub call: &'static str,
    /// Which of them, from 1.
    pub nth: u32,
    /// What happens.
    pub kind: Kind,
}

/// What can happen to a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// It is not made, and fails.
    Refused,
    /// It is made, and fails.
    ReplyLost,
    /// Whoever makes it dies before.
    CrashBefore,
    /// It is made, and whoever made it dies.
    CrashAfter,
}

impl Kind {
    /// All of them.
    pub const ALL: [Self; 4] = [
        Self::Refused,
        Self::ReplyLost,
        Self::CrashBefore,
        Self::CrashAfter,
    ];
}

/// A fault: the cause inside a port's error.
#[derive(Debug, thiserror::Error)]
pub enum Fault {
    /// The call is not made.
    #[error("{0} was not reached")]
    Refused(&'static str),
    /// The call is made, and nobody hears of it.
    #[error("the reply of {0} was lost")]
    ReplyLost(&'static str),
    /// The call is made, and its caller dies.
    #[error("the caller of {0} died")]
    Died(&'static str),
}

impl Gate {
    /// A gate at which actors take turns and faults strike by chance.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        let random = fastrand::Rng::with_seed(seed ^ 0x6A7E);
        Self::with(Strikes::Storm(random))
    }

    /// A gate at which nothing happens until a fault is planned.
    #[must_use]
    pub fn open() -> Self {
        Self::with(Strikes::Calm)
    }

    fn with(strikes: Strikes) -> Self {
        Self(Arc::new(Shared {
            reached: AtomicBool::new(false),
            turns: matches!(strikes, Strikes::Storm(_)),
            state: Mutex::new(State {
                strikes,
                calls: 0,
                counts: BTreeMap::new(),
                counting: true,
                crashed: false,
                struck: false,
                last: VecDeque::new(),
                log: DefaultHasher::new(),
            }),
        }))
    }

    /// Counts calls anew, and lets this fault strike; none at all, if none.
    pub fn plan(&self, strike: Option<Strike>) {
        let mut state = self.state();
        state.strikes = strike.map_or(Strikes::Calm, Strikes::Once);
        state.counts.clear();
        state.counting = true;
        state.struck = false;
    }

    /// Whether the planned fault has struck.
    #[must_use]
    pub fn has_struck(&self) -> bool {
        self.state().struck
    }

    /// How often each method was called since a fault was planned.
    #[must_use]
    pub fn counts(&self) -> BTreeMap<&'static str, u32> {
        self.state().counts.clone()
    }

    /// The log of all steps so far as one number.
    #[must_use]
    pub fn log(&self) -> u64 {
        self.state().log.finish()
    }

    /// Runs an actor to its end; none, if it died at a call.
    pub async fn survive<T>(&self, actor: impl Future<Output = T>) -> Option<T> {
        let mut actor = std::pin::pin!(actor);
        std::future::poll_fn(|context| match actor.as_mut().poll(context) {
            Poll::Ready(told) => Poll::Ready(Some(told)),
            Poll::Pending if std::mem::take(&mut self.state().crashed) => Poll::Ready(None),
            Poll::Pending => Poll::Pending,
        })
        .await
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// No more faults, and no more counting.
    pub fn calm(&self) {
        let mut state = self.state();
        state.strikes = Strikes::Calm;
        state.counting = false;
    }

    /// No faults until [`Gate::resume`], given what this gives.
    #[must_use]
    pub fn pause(&self) -> Strikes {
        std::mem::replace(&mut self.state().strikes, Strikes::Calm)
    }

    /// Faults strike as before.
    pub fn resume(&self, strikes: Strikes) {
        self.state().strikes = strikes;
    }

    /// Port calls so far.
    pub fn calls(&self) -> u64 {
        self.state().calls
    }

    /// Notes what happens, for a schedule that fails.
    pub fn note(&self, what: impl FnOnce() -> String) {
        let what = what();
        let mut state = self.state();
        what.hash(&mut state.log);
        if state.last.len() >= SHOWN {
            state.last.pop_front();
        }
        state.last.push_back(what);
    }

    /// What happened last.
    pub fn last(&self) -> Vec<String> {
        self.state().last.iter().cloned().collect()
    }

    /// Whether an actor has come to a call since this was asked last.
    pub fn was_reached(&self) -> bool {
        self.0.reached.swap(false, Ordering::Relaxed)
    }

    /// Waits for a turn, then says whether a fault strikes the call.
    pub async fn enter(&self, call: &'static str) -> Option<Fault> {
        if self.0.turns {
            let waited = false;
            Turn { gate: self, waited }.await;
        }
        let kind = self.state().strike(call);
        let fault = match kind {
            None => None,
            Some(Kind::Refused) => Some(Fault::Refused(call)),
            Some(Kind::ReplyLost) => Some(Fault::ReplyLost(call)),
            Some(Kind::CrashAfter) => Some(Fault::Died(call)),
            Some(Kind::CrashBefore) => {
                self.note(|| format!("  died before {call}"));
                return self.die().await;
            }
        };
        self.note(|| match &fault {
            Some(fault) => format!("  {fault}"),
            None => format!("  {call}"),
        });
        fault
    }

    /// Behind a call: gives the fault that its caller hears of.
    pub async fn leave(&self, fault: Option<Fault>) -> Option<Fault> {
        match fault {
            Some(Fault::Died(_)) => self.die().await,
            fault => fault,
        }
    }

    /// Never comes back: whoever runs the actor drops it.
    async fn die(&self) -> Option<Fault> {
        self.state().crashed = true;
        std::future::pending().await
    }
}

impl State {
    fn strike(&mut self, call: &'static str) -> Option<Kind> {
        self.calls = self.calls.wrapping_add(1);
        let count = self.counts.entry(call).or_default();
        *count = count.wrapping_add(u32::from(self.counting));
        match &mut self.strikes {
            Strikes::Calm => None,
            Strikes::Storm(random) => {
                let strikes = random.u8(0..100) < 5;
                let lost = strikes && random.bool();
                strikes.then_some(if lost { Kind::ReplyLost } else { Kind::Refused })
            }
            Strikes::Once(planned) => {
                let strikes = !self.struck && planned.call == call && planned.nth == *count;
                self.struck |= strikes;
                strikes.then_some(planned.kind)
            }
        }
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
pub trait Unavailable {
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
