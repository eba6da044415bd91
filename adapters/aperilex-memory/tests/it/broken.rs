//! Adapters that keep their port's contract in all but one point.

pub(crate) mod accounts;
pub(crate) mod audit;
pub(crate) mod audit_log;
pub(crate) mod documents;
pub(crate) mod events;
pub(crate) mod filings;
pub(crate) mod imports;
pub(crate) mod ledger;
pub(crate) mod notifier;
pub(crate) mod outbox;
pub(crate) mod payments;
pub(crate) mod pool;
pub(crate) mod queue;
pub(crate) mod quota;
pub(crate) mod reports;
pub(crate) mod sessions;
pub(crate) mod settlement;
pub(crate) mod tasks;

use std::future::poll_fn;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::task::{Context, Poll, Wake, Waker};

use aperilex_memory::{Faults, MemoryStores};
use aperilex_ports::contract::{Backend, Running, StoresFixture, stores_failures};
use aperilex_ports::{BoxError, StoreError, Stores};
use async_trait::async_trait;

/// The clauses that stores break after `breaking` has replaced some of them.
pub(crate) fn failures(
    breaking: impl Fn(Stores) -> Stores + Send + Sync + 'static,
) -> Vec<&'static str> {
    stores_failures(&Broken(breaking))
}

struct Broken<B>(B);

#[async_trait]
impl<B: Fn(Stores) -> Stores + Send + Sync + 'static> StoresFixture for Broken<B> {
    fn backend(&self) -> Backend {
        Backend::Ready
    }

    async fn fresh(&self) -> Stores {
        (self.0)(MemoryStores::new(Faults::default()).stores())
    }

    fn block_on(&self, scenario: Running<'_>) {
        drive(scenario);
    }
}

/// Polls until the end; panics where nothing will ever go on, because a broken adapter may hang.
fn drive(scenario: Running<'_>) {
    struct Woken(AtomicBool);
    impl Wake for Woken {
        fn wake(self: Arc<Self>) {
            self.0.store(true, Ordering::SeqCst);
        }
    }
    let woken = Arc::new(Woken(AtomicBool::new(false)));
    let waker = Waker::from(woken.clone());
    let mut scenario = pin!(scenario);
    while scenario
        .as_mut()
        .poll(&mut Context::from_waker(&waker))
        .is_pending()
    {
        assert!(woken.0.swap(false, Ordering::SeqCst), "nothing goes on");
    }
}

/// Lets other futures go first: where a broken adapter has its gap between look and act.
async fn pause() {
    let mut paused = false;
    poll_fn(|context| {
        if std::mem::replace(&mut paused, true) {
            return Poll::Ready(());
        }
        context.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}

/// A number that was not given before.
fn fresh_number() -> u64 {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    NEXT.fetch_add(1, Ordering::Relaxed)
}

fn broken() -> BoxError {
    "broken on purpose".into()
}

fn unavailable() -> StoreError {
    StoreError::Unavailable { source: broken() }
}
