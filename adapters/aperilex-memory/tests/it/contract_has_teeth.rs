//! Adapters broken on purpose: each is caught by the clause it breaks, and each clause catches one.

use std::collections::BTreeSet;
use std::fmt::Debug;

use aperilex_ports::contract::clauses;

use crate::broken::{
    accounts, audit, audit_log, documents, events, filings, imports, ledger, notifier, outbox,
    payments, pool, queue, quota, reports, sessions, settlement, tasks,
};

/// Asserts that every flaw is caught by its clause.
fn bite<F: Copy + Debug>(flaws: &[(F, &str)], caught: impl Fn(F) -> Vec<&'static str>) {
    for (flaw, clause) in flaws {
        let found = caught(*flaw);
        assert!(
            found.contains(clause),
            "{flaw:?} breaks {clause}, found were {found:?}"
        );
    }
}

#[test]
fn sound_stores_are_not_caught() {
    assert!(crate::broken::failures(|stores| stores).is_empty());
}

#[test]
fn broken_ledgers_are_caught() {
    bite(ledger::FLAWS, ledger::caught);
}

#[test]
fn broken_task_stores_are_caught() {
    bite(tasks::FLAWS, tasks::caught);
}

#[test]
fn broken_settlements_are_caught() {
    bite(settlement::FLAWS, settlement::caught);
}

#[test]
fn broken_pools_are_caught() {
    bite(pool::FLAWS, pool::caught);
}

#[test]
fn broken_filing_stores_are_caught() {
    bite(filings::FLAWS, filings::caught);
}

#[test]
fn broken_account_stores_are_caught() {
    bite(accounts::FLAWS, accounts::caught);
}

#[test]
fn broken_books_are_caught() {
    bite(audit::FLAWS, audit::caught);
}

#[test]
fn broken_imports_are_caught() {
    bite(imports::FLAWS, imports::caught);
}

#[test]
fn broken_audit_logs_are_caught() {
    bite(audit_log::FLAWS, audit_log::caught);
}

#[test]
fn broken_reports_are_caught() {
    bite(reports::FLAWS, reports::caught);
}

#[test]
fn broken_quota_stores_are_caught() {
    bite(quota::FLAWS, quota::caught);
}

#[test]
fn broken_session_stores_are_caught() {
    bite(sessions::FLAWS, sessions::caught);
}

#[test]
fn broken_outboxes_are_caught() {
    bite(outbox::FLAWS, outbox::caught);
}

#[test]
fn broken_queues_are_caught() {
    bite(queue::FLAWS, queue::caught);
}

#[test]
fn broken_document_stores_are_caught() {
    bite(documents::FLAWS, documents::caught);
}

#[test]
fn broken_event_buses_are_caught() {
    bite(events::FLAWS, events::caught);
}

#[test]
fn broken_payment_stores_are_caught() {
    bite(payments::FLAWS, payments::caught);
}

#[test]
fn broken_notifiers_are_caught() {
    bite(notifier::FLAWS, notifier::caught);
}

fn ids<F>(flaws: &[(F, &'static str)]) -> impl Iterator<Item = &'static str> {
    flaws.iter().map(|(_, clause)| *clause)
}

#[test]
fn every_clause_bites() {
    let biting: BTreeSet<_> = ids(ledger::FLAWS)
        .chain(ids(tasks::FLAWS))
        .chain(ids(settlement::FLAWS))
        .chain(ids(pool::FLAWS))
        .chain(ids(filings::FLAWS))
        .chain(ids(accounts::FLAWS))
        .chain(ids(imports::FLAWS))
        .chain(ids(quota::FLAWS))
        .chain(ids(audit::FLAWS))
        .chain(ids(sessions::FLAWS))
        .chain(ids(audit_log::FLAWS))
        .chain(ids(reports::FLAWS))
        .chain(ids(outbox::FLAWS))
        .chain(ids(queue::FLAWS))
        .chain(ids(documents::FLAWS))
        .chain(ids(events::FLAWS))
        .chain(ids(notifier::FLAWS))
        .chain(ids(payments::FLAWS))
        .collect();
    let all: BTreeSet<_> = clauses().into_iter().collect();
    let toothless: Vec<_> = all.difference(&biting).collect();
    assert!(
        toothless.is_empty(),
        "no broken adapter shows that these catch one: {toothless:?}"
    );
}
