//! The contracts as scenarios: written once, run against every adapter.
//!
//! A suite is a table of [`Scenario`]s, one or more for each numbered clause of the ports' docs. An
//! adapter writes a fixture and a test without harness:
//!
//! ```ignore
//! fn main() -> ExitCode {
//!     contract::run(contract::stores("sqlite", SqliteFixture))
//! }
//! ```
//!
//! A backend that is absent is shown as `ignored`; named in `APERILEX_REQUIRE` (a comma list), it
//! fails instead. Nothing connects before a scenario runs.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a scenario fails by panicking"
)]

use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::process::ExitCode;
use std::sync::Arc;

use libtest_mimic::{Arguments, Failed, Trial};

macro_rules! scenario {
    (id: $id:literal, $run:ident) => {
        scenario!(id: $id, $run, if |_| true)
    };
    (id: $id:literal, $run:ident, if $needs:expr) => {
        $crate::contract::Scenario {
            id: $id,
            name: stringify!($run),
            needs: $needs,
            run: |input| Box::pin($run(input)),
        }
    };
}

pub mod account_store;
pub mod analysis_pool;
pub mod audit_log;
pub mod audit_store;
pub mod document_store;
pub mod event_bus;
pub mod filing_store;
pub mod import_store;
pub mod imports;
pub mod ledger;
pub mod notifier;
pub mod outbox;
pub mod payment_store;
pub mod quota_store;
pub mod report_store;
pub mod session_store;
pub mod settlement;
mod stores;
mod support;
pub mod task_queue;
pub mod task_store;

pub use document_store::{
    DocumentBench, DocumentStoreFixture, document_store, document_store_failures,
};
pub use event_bus::{EventBusFixture, event_bus, event_bus_failures};
pub use notifier::{NotifierBench, NotifierFixture, notifier, notifier_failures};
pub use stores::{StoresFixture, stores, stores_failures};
pub use support::Desk;
pub use task_queue::{QueueBench, QueueFixture, task_queue, task_queue_failures};

/// A scenario under way.
pub type Running<'a> = Pin<Box<dyn Future<Output = ()> + Send + 'a>>;

/// Whether what an adapter speaks to is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Backend {
    /// It is.
    Ready,
    /// It is not; the text says how to provide it, such as `set APERILEX_TEST_POSTGRES_URL`.
    Missing(&'static str),
}

/// A clause put to the test. `I` is what it works on, `C` what it may ask an adapter to be able to.
#[derive(Debug)]
pub struct Scenario<I, C = ()> {
    /// The clause, such as `LG-7`.
    pub id: &'static str,
    /// What happens in it.
    pub name: &'static str,
    /// Whether an adapter of these abilities has to pass it.
    pub needs: fn(&C) -> bool,
    /// Panics where the clause is broken.
    pub run: fn(I) -> Running<'static>,
}

/// Runs trials as `cargo test` asks for on the command line.
#[must_use]
pub fn run(trials: Vec<Trial>) -> ExitCode {
    libtest_mimic::run(&Arguments::from_args(), trials).exit_code()
}

/// Ids of the clauses that have scenarios, in the order of the suites, each once.
#[must_use]
pub fn clauses() -> Vec<&'static str> {
    let mut ids: Vec<_> = stores::clauses().collect();
    ids.extend(task_queue::SCENARIOS.iter().map(|it| it.id));
    ids.extend(document_store::SCENARIOS.iter().map(|it| it.id));
    ids.extend(event_bus::SCENARIOS.iter().map(|it| it.id));
    ids.extend(notifier::SCENARIOS.iter().map(|it| it.id));
    ids.dedup();
    ids
}

/// One trial: ignored or failed where the backend is missing, otherwise what `test` does.
fn trial(
    backend_name: &str,
    backend: Backend,
    path: &str,
    capable: bool,
    test: impl FnOnce() + Send + 'static,
) -> Trial {
    let name = format!("{backend_name}::{path}");
    match backend {
        Backend::Ready => Trial::test(name, move || {
            test();
            Ok(())
        })
        .with_ignored_flag(!capable),
        Backend::Missing(hint) => {
            let required = is_required(backend_name);
            Trial::test(name, move || Err(Failed::from(hint)))
                .with_ignored_flag(!required || !capable)
        }
    }
}

/// Whether `APERILEX_REQUIRE` names this backend.
fn is_required(backend: &str) -> bool {
    std::env::var("APERILEX_REQUIRE").is_ok_and(|list| names(&list, backend))
}

fn names(list: &str, backend: &str) -> bool {
    list.split(',').any(|name| name.trim() == backend)
}

/// Whether `test` ends without a panic.
fn passes(test: impl FnOnce()) -> bool {
    catch_unwind(AssertUnwindSafe(test)).is_ok()
}

/// The clauses among `results` that did not pass, each once.
fn failed(results: impl Iterator<Item = (&'static str, bool)>) -> Vec<&'static str> {
    let mut ids: Vec<_> = results.filter(|(_, ok)| !ok).map(|(id, _)| id).collect();
    ids.dedup();
    ids
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_names_whole_words() {
        assert!(names("sqlite, postgres", "postgres"));
        assert!(!names("sqlite,postgres-15", "postgres"));
        assert!(!names("", "postgres"));
    }

    #[test]
    fn a_trial_is_run_shown_or_failed() {
        let missing = Backend::Missing("set THE_URL");
        let of = |backend, capable| trial("some", backend, "suite::XX-1_name", capable, || ());
        assert_eq!(of(Backend::Ready, true).name(), "some::suite::XX-1_name");
        assert!(!of(Backend::Ready, true).has_ignored_flag());
        assert!(of(Backend::Ready, false).has_ignored_flag(), "not able to");
        assert!(of(missing, true).has_ignored_flag(), "not there");
        let arguments = Arguments {
            include_ignored: true,
            quiet: true,
            ..Arguments::default()
        };
        let absent = libtest_mimic::run(&arguments, vec![of(missing, true)]);
        assert_eq!(
            absent.num_failed, 1,
            "asked for, it fails and does not pass"
        );
    }

    #[test]
    fn failures_name_each_clause_once() {
        let results = [
            ("A-1", true),
            ("A-2", false),
            ("A-2", false),
            ("A-3", false),
        ];
        assert_eq!(failed(results.into_iter()), ["A-2", "A-3"]);
        assert!(passes(|| ()));
    }
}
