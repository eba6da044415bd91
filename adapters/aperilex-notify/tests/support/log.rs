//! A log that is read back.

use std::cell::RefCell;
use std::io::Write;
use std::sync::Arc;

use aperilex_notify::LogNotifier;
use aperilex_ports::contract::{Backend, NotifierBench, NotifierFixture, Running};
use aperilex_ports::{NoticeId, Notifier};
use async_trait::async_trait;

thread_local! {
    /// What this thread has logged.
    static WRITTEN: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

struct Written;

impl Write for Written {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        WRITTEN.with_borrow_mut(|written| written.write(bytes))
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

pub(crate) struct Log;

#[async_trait]
impl NotifierFixture for Log {
    fn backend(&self) -> Backend {
        Backend::Ready
    }

    async fn fresh(&self) -> Box<dyn NotifierBench> {
        Box::new(Log)
    }

    fn block_on(&self, scenario: Running<'_>) {
        WRITTEN.with_borrow_mut(Vec::clear);
        let subscriber = tracing_subscriber::fmt()
            .with_ansi(false)
            .with_writer(|| Written)
            .finish();
        let runtime = tokio::runtime::Builder::new_current_thread().build();
        tracing::subscriber::with_default(subscriber, || runtime.unwrap().block_on(scenario));
        let log = WRITTEN.with_borrow(|written| String::from_utf8_lossy(written).into_owned());
        assert!(!log.contains("token-"), "a token was logged");
        assert!(!log.contains("@example.com"), "an address was logged");
    }
}

#[async_trait]
impl NotifierBench for Log {
    fn notifier(&self) -> Arc<dyn Notifier> {
        Arc::new(LogNotifier)
    }

    async fn received(&self) -> Vec<NoticeId> {
        let log = WRITTEN.with_borrow(|written| String::from_utf8_lossy(written).into_owned());
        let ids = log.lines().filter_map(|line| line.split_once("notice.id="));
        ids.map(|(_, rest)| rest.split_whitespace().next().unwrap().parse().unwrap())
            .collect()
    }

    async fn fail(&self, _failing: bool) -> bool {
        false
    }
}
