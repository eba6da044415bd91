//! Clauses of [`Imports`](crate::Imports).

mod end;
mod goodwill;
mod settle;
mod submit;

use super::support::{Desk, MOST_PAGES, at, failure, usd};
use super::*;
use crate::*;

use end::*;
use goodwill::*;
use settle::*;
use submit::*;

/// What a filing costs in these scenarios.
pub(super) const UNIT: i64 = 10;
/// When an import is given up unless something moves.
pub(super) const LIFE: i64 = 5_000;

/// The scenarios.
pub const SCENARIOS: &[Scenario<Desk>] = &[
    scenario!(id: "IS-1", an_import_comes_with_items_and_one_hold),
    scenario!(id: "IS-1", a_refused_import_leaves_nothing),
    scenario!(id: "IS-1", what_is_had_already_is_free),
    scenario!(id: "IS-2", a_repeated_import_is_replayed),
    scenario!(id: "IS-2", a_repeated_import_by_many_at_once_is_made_once),
    scenario!(id: "IS-2", keys_are_shared_with_other_requests),
    scenario!(id: "IS-3", a_stored_filing_is_opened_and_charged),
    scenario!(id: "IS-3", a_filing_paid_for_meanwhile_is_free),
    scenario!(id: "IS-3", without_a_price_nothing_is_charged),
    scenario!(id: "IS-4", failures_cost_nothing_and_the_last_item_ends_it),
    scenario!(id: "IS-4", only_excused_failures_are_made_good),
    scenario!(id: "IS-5", a_lost_lease_settles_nothing),
    scenario!(id: "IS-6", a_cancelled_import_gives_the_rest_back),
    scenario!(id: "IS-6", a_withdrawal_is_made_good_for_what_failed_before),
    scenario!(id: "IS-7", racing_settles_charge_each_item_once),
    scenario!(id: "IS-7", racing_settles_and_cancels_agree),
    scenario!(id: "IS-8", an_item_put_back_waits),
    scenario!(id: "IS-9", the_hold_of_a_running_import_does_not_expire),
    scenario!(id: "IS-9", imports_that_stand_still_are_given_up_and_no_others),
    scenario!(id: "IS-9", who_waited_in_vain_loses_nothing),
    scenario!(id: "IS-10", nothing_is_opened_for_a_hold_that_is_gone),
];

impl Desk {
    /// An import of these filings.
    pub(super) fn import(&self, user: UserId, filings: &[FilingId]) -> SubmitImport {
        let item = |filing: &FilingId| NewImportItem {
            locator: FilingLocator::Stored(*filing),
            filing: Some(*filing),
        };
        SubmitImport {
            import: self.id(ImportId::from_uuid),
            user,
            items: filings.iter().map(item).collect(),
            duplicates: 0,
            unit_price: usd(UNIT),
            hold: self.id(HoldId::from_uuid),
            max_price: None,
            idempotency: None,
            expires_at: at(LIFE),
            now: at(0),
        }
    }

    pub(super) async fn filings(&self, count: usize) -> Vec<FilingId> {
        let mut filings = Vec::new();
        for _ in 0..count {
            filings.push(self.filing().await);
        }
        filings
    }

    pub(super) async fn start(&self, import: &SubmitImport) -> ImportJob {
        let submitted = self.stores.imports.submit(import).await.unwrap();
        assert!(!submitted.replayed);
        submitted.job
    }

    pub(super) async fn job(&self, id: ImportId) -> ImportJob {
        self.stores.import_store.get(id).await.unwrap().unwrap()
    }

    pub(super) async fn items(&self, id: ImportId) -> Vec<ImportItem> {
        let store = &self.stores.import_store;
        store.items(id, 0, MAX_PAGE).await.unwrap()
    }
}

/// A new import of so many filings.
pub(super) async fn submitted(desk: &Desk, user: UserId, count: usize) -> ImportJob {
    let filings = desk.filings(count).await;
    desk.start(&desk.import(user, &filings)).await
}

/// Takes an item for 60 seconds.
pub(super) async fn claim(desk: &Desk, now: i64) -> Option<(ImportJob, ImportItem)> {
    let claim = ClaimItem {
        lease: desk.lease(now + 60),
        only: None,
        now: at(now),
    };
    desk.stores.import_store.claim(&claim).await.unwrap()
}

/// Takes all items that can be taken; not without an end where an item can be taken again and again.
pub(super) async fn claim_all(desk: &Desk, now: i64) -> Vec<(ImportJob, ImportItem)> {
    let mut claimed = Vec::new();
    for _ in 0..MOST_PAGES {
        let Some(next) = claim(desk, now).await else {
            return claimed;
        };
        claimed.push(next);
    }
    panic!("items are claimed without an end");
}

/// How a claimed item ends: well or badly.
pub(super) fn settling(item: &ImportItem, well: bool) -> SettleItem {
    let outcome = if well {
        ImportOutcome::Stored {
            filing: item.filing.unwrap(),
            source: AccessSource::Paid,
        }
    } else {
        ImportOutcome::Failed {
            failure: failure(),
            excused: false,
        }
    };
    SettleItem {
        import: item.job,
        place: item.place,
        lease: item.lease.unwrap(),
        outcome,
        expires_at: at(2 * LIFE),
        goodwill_until: None,
        now: at(10),
    }
}

/// Takes the next item and ends it; gives the import as it is then.
pub(super) async fn settled(desk: &Desk, well: bool) -> ImportJob {
    let (_, item) = claim(desk, 0).await.unwrap();
    let settling = settling(&item, well);
    desk.stores.imports.settle(&settling).await.unwrap()
}
