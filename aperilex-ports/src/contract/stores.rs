//! One fixture for the stores of a database.

use async_trait::async_trait;

use super::*;
use crate::Stores;

/// How a contract test gets at the stores of a database.
#[async_trait]
pub trait StoresFixture: Send + Sync + 'static {
    /// Whether the database can be had. Must not connect: it is asked while tests are listed.
    fn backend(&self) -> Backend;

    /// Empty stores that nobody else uses.
    async fn fresh(&self) -> Stores;

    /// Drives a scenario to its end, on whatever runtime the adapter needs.
    fn block_on(&self, scenario: Running<'_>);
}

/// The suites that run on stores.
const SUITES: &[(&str, &[Scenario<Desk>])] = &[
    ("account_store", account_store::SCENARIOS),
    ("filing_store", filing_store::SCENARIOS),
    ("analysis_pool", analysis_pool::SCENARIOS),
    ("ledger", ledger::SCENARIOS),
    ("task_store", task_store::SCENARIOS),
    ("settlement", settlement::SCENARIOS),
    ("import_store", import_store::SCENARIOS),
    ("imports", imports::SCENARIOS),
    ("quota_store", quota_store::SCENARIOS),
    ("outbox", outbox::SCENARIOS),
    ("payment_store", payment_store::SCENARIOS),
    ("audit_store", audit_store::SCENARIOS),
    ("session_store", session_store::SCENARIOS),
    ("audit_log", audit_log::SCENARIOS),
    ("report_store", report_store::SCENARIOS),
];

/// The trials of all stores.
#[must_use]
pub fn stores(name: &str, fixture: impl StoresFixture) -> Vec<Trial> {
    let fixture = Arc::new(fixture);
    let backend = fixture.backend();
    scenarios()
        .map(|(suite, scenario)| {
            let fixture = Arc::clone(&fixture);
            let path = format!("{suite}::{}_{}", scenario.id, scenario.name);
            trial(name, backend, &path, true, move || {
                play(&*fixture, scenario);
            })
        })
        .collect()
}

/// The clauses these stores break.
pub fn stores_failures(fixture: &dyn StoresFixture) -> Vec<&'static str> {
    failed(scenarios().map(|(_, scenario)| (scenario.id, passes(|| play(fixture, scenario)))))
}

/// The clauses with scenarios here.
pub(super) fn clauses() -> impl Iterator<Item = &'static str> {
    scenarios().map(|(_, scenario)| scenario.id)
}

fn scenarios() -> impl Iterator<Item = (&'static str, &'static Scenario<Desk>)> {
    SUITES
        .iter()
        .flat_map(|(suite, scenarios)| scenarios.iter().map(move |scenario| (*suite, scenario)))
}

fn play(fixture: &dyn StoresFixture, scenario: &'static Scenario<Desk>) {
    fixture.block_on(Box::pin(async {
        let desk = Desk::new(fixture.fresh().await);
        (scenario.run)(desk).await;
    }));
}
