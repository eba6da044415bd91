//! The contract of every store and of the queue, on SQLite always and on Postgres where it is offered.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stderr,
    reason = "a test fails by panicking, and says what it skips"
)]

#[allow(dead_code, reason = "each test binary uses some of it")]
mod support;

use std::cell::RefCell;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use aperilex_ports::contract::{self, Backend, QueueBench, QueueFixture, Running, StoresFixture};
use aperilex_ports::{QueueCapabilities, Stores, TaskQueue};
use aperilex_sea_orm::QueueSettings;
use async_trait::async_trait;
use support::{Fresh, TestClock};

const SETTINGS: QueueSettings = QueueSettings {
    max_receives: 3,
    dedup_window: Duration::from_secs(300),
};

thread_local! {
    /// Databases of the scenario under way. It is driven by the thread that it began on.
    static KEPT: RefCell<Vec<Fresh>> = const { RefCell::new(Vec::new()) };
}

/// Drops the databases of a scenario when it ends, well or badly.
struct Sweep;

impl Drop for Sweep {
    fn drop(&mut self) {
        KEPT.with_borrow_mut(Vec::clear);
    }
}

#[derive(Clone, Copy)]
enum Kind {
    Sqlite,
    Postgres,
}

impl Kind {
    fn offered(self) -> Backend {
        match self {
            Self::Postgres if support::postgres_url().is_none() => {
                Backend::Missing("set APERILEX_TEST_POSTGRES_URL")
            }
            Self::Sqlite | Self::Postgres => Backend::Ready,
        }
    }

    async fn database(self) -> aperilex_sea_orm::Database {
        let fresh = match self {
            Self::Sqlite => support::sqlite().await,
            Self::Postgres => support::postgres(&support::postgres_url().unwrap()).await,
        };
        let database = fresh.database.clone();
        KEPT.with_borrow_mut(|kept| kept.push(fresh));
        database
    }

    fn play(scenario: Running<'_>) {
        let _sweep = Sweep;
        support::block_on(scenario);
    }
}

#[async_trait]
impl StoresFixture for Kind {
    fn backend(&self) -> Backend {
        self.offered()
    }

    async fn fresh(&self) -> Stores {
        self.database().await.stores()
    }

    fn block_on(&self, scenario: Running<'_>) {
        Self::play(scenario);
    }
}

struct Bench {
    queue: Arc<dyn TaskQueue>,
    clock: Arc<TestClock>,
}

#[async_trait]
impl QueueBench for Bench {
    fn queue(&self) -> Arc<dyn TaskQueue> {
        self.queue.clone()
    }

    async fn advance(&self, by: Duration) {
        self.clock.advance(by);
    }
}

#[async_trait]
impl QueueFixture for Kind {
    fn capabilities(&self) -> QueueCapabilities {
        QueueCapabilities {
            dedup_window: Some(SETTINGS.dedup_window),
            priorities: true,
            delays: true,
            max_receives: Some(SETTINGS.max_receives),
        }
    }

    fn backend(&self) -> Backend {
        self.offered()
    }

    async fn fresh(&self) -> Box<dyn QueueBench> {
        let clock = Arc::new(TestClock::default());
        let queue = self.database().await.queue(clock.clone(), SETTINGS);
        Box::new(Bench {
            queue: Arc::new(queue),
            clock,
        })
    }

    fn block_on(&self, scenario: Running<'_>) {
        Self::play(scenario);
    }
}

fn main() -> ExitCode {
    let mut trials = Vec::new();
    for (name, kind) in [("sqlite", Kind::Sqlite), ("postgres", Kind::Postgres)] {
        trials.extend(contract::stores(name, kind));
        trials.extend(contract::task_queue(name, kind));
    }
    contract::run(trials)
}
