//! Broken notifiers.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use aperilex_memory::MemoryNotifier;
use aperilex_ports::contract::{
    Backend, NotifierBench, NotifierFixture, Running, notifier_failures,
};
use aperilex_ports::{Notice, NoticeId, NoticeKind, Notifier, NotifyError};
use async_trait::async_trait;

use super::{broken, drive, fresh_number};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Flaw {
    SaysItToldAndDidNot,
    LosesWhatFails,
    GivesEachAttemptAnId,
    ShowsTheToken,
    ShowsTheAddress,
}

pub(crate) const FLAWS: &[(Flaw, &str)] = &[
    (Flaw::SaysItToldAndDidNot, "NO-1"),
    (Flaw::LosesWhatFails, "NO-1"),
    (Flaw::GivesEachAttemptAnId, "NO-1"),
    (Flaw::ShowsTheToken, "NO-2"),
    (Flaw::ShowsTheAddress, "NO-2"),
];

pub(crate) fn caught(flaw: Flaw) -> Vec<&'static str> {
    notifier_failures(&Fixture(flaw))
}

struct Fixture(Flaw);

#[async_trait]
impl NotifierFixture for Fixture {
    fn backend(&self) -> Backend {
        Backend::Ready
    }

    async fn fresh(&self) -> Box<dyn NotifierBench> {
        Box::new(Bench(Arc::new(Broken {
            inner: MemoryNotifier::default(),
            failing: AtomicBool::new(false),
            flaw: self.0,
        })))
    }

    fn block_on(&self, scenario: Running<'_>) {
        drive(scenario);
    }
}

struct Bench(Arc<Broken>);

#[async_trait]
impl NotifierBench for Bench {
    fn notifier(&self) -> Arc<dyn Notifier> {
        self.0.clone()
    }

    async fn received(&self) -> Vec<NoticeId> {
        let told = self.0.inner.told();
        told.into_iter().map(|notice| notice.id).collect()
    }

    async fn fail(&self, failing: bool) -> bool {
        self.0.failing.store(failing, Ordering::Relaxed);
        true
    }
}

#[derive(Debug)]
struct Broken {
    inner: MemoryNotifier,
    failing: AtomicBool,
    flaw: Flaw,
}

#[async_trait]
impl Notifier for Broken {
    async fn notify(&self, notice: &Notice) -> Result<(), NotifyError> {
        let mut notice = notice.clone();
        match self.flaw {
            Flaw::SaysItToldAndDidNot if matches!(notice.kind, NoticeKind::Failed { .. }) => {
                return Ok(());
            }
            Flaw::GivesEachAttemptAnId => {
                let bytes = notice.id.as_uuid().as_u128() ^ u128::from(fresh_number());
                notice.id = NoticeId::from_uuid(uuid::Uuid::from_u128(bytes));
            }
            _ => {}
        }
        if !self.failing.load(Ordering::Relaxed) {
            return self.inner.notify(&notice).await;
        }
        let reason = match (self.flaw, &notice.kind) {
            (Flaw::LosesWhatFails, _) => return Ok(()),
            (Flaw::ShowsTheToken, NoticeKind::Verification { token }) => {
                format!("{} was refused", token.reveal())
            }
            (Flaw::ShowsTheAddress, _) => format!("no such mailbox: {}", notice.to),
            _ => return Err(NotifyError::Unavailable { source: broken() }),
        };
        Err(NotifyError::Refused { reason })
    }
}
