//! Clauses of [`ImportStore`].

use futures_util::future::join_all;

use super::imports::{claim, claim_all, settled, submitted};
use super::support::{Desk, MOST_PAGES, at};
use super::*;
use crate::*;

/// The scenarios.
pub const SCENARIOS: &[Scenario<Desk>] = &[
    scenario!(id: "IM-1", a_claimed_item_is_nobody_elses),
    scenario!(id: "IM-1", racing_claims_get_different_items),
    scenario!(id: "IM-2", counts_are_those_of_the_items),
    scenario!(id: "IM-3", items_and_imports_come_by_page),
    scenario!(id: "IM-4", imports_take_turns),
    scenario!(id: "IM-4", newer_imports_overtake_no_older_one),
    scenario!(id: "IM-4", what_waits_is_left_alone),
];

async fn a_claimed_item_is_nobody_elses(desk: Desk) {
    let user = desk.funded(100).await;
    let job = submitted(&desk, user, 1).await;
    let (of, item) = claim(&desk, 0).await.unwrap();
    assert_eq!((of.id, item.job, item.place), (job.id, job.id, 1));
    assert_eq!((item.attempts, item.ready_at), (1, at(60)));
    assert!(item.lease.is_some());
    assert_eq!(claim(&desk, 59).await, None);
    let (_, again) = claim(&desk, 60).await.unwrap();
    assert_eq!((again.place, again.attempts), (1, 2));
    assert_ne!(again.lease, item.lease);
    desk.audit().await;
}

async fn racing_claims_get_different_items(desk: Desk) {
    let user = desk.funded(1000).await;
    submitted(&desk, user, 8).await;
    let claims = join_all((0..16).map(|_| claim(&desk, 0))).await;
    let mut places: Vec<_> = claims
        .iter()
        .flatten()
        .map(|(_, item)| item.place)
        .collect();
    places.sort_unstable();
    assert!(
        places.windows(2).all(|pair| pair[0] != pair[1]),
        "{places:?}"
    );
    // One that lost a race may have found nothing where another item was free: then it asks again.
    for (_, item) in claim_all(&desk, 0).await {
        assert!(!places.contains(&item.place));
        places.push(item.place);
    }
    assert_eq!(places.len(), 8);
}

async fn counts_are_those_of_the_items(desk: Desk) {
    let user = desk.funded(1000).await;
    let job = submitted(&desk, user, 4).await;
    let store = &desk.stores.import_store;
    for step in 0..4 {
        let stored = store.get(job.id).await.unwrap().unwrap();
        let items = store.items(job.id, 0, MAX_PAGE).await.unwrap();
        assert_eq!(stored.counts, ImportCounts::of(&items), "step {step}");
        assert_eq!(stored.counts.total(), 4);
        settled(&desk, step % 2 == 0).await;
    }
    let stored = store.get(job.id).await.unwrap().unwrap();
    let (imported, failed) = (stored.counts.imported, stored.counts.failed);
    assert_eq!((imported, failed, stored.counts.waiting), (2, 2, 0));
    desk.audit().await;
}

async fn items_and_imports_come_by_page(desk: Desk) {
    let [user, other] = [desk.funded(1000).await, desk.funded(1000).await];
    let store = &desk.stores.import_store;
    let mut jobs = Vec::new();
    for items in 1..=5 {
        jobs.push(submitted(&desk, user, items).await);
        submitted(&desk, other, 1).await;
    }
    jobs.reverse();
    let (mut read, mut before) = (Vec::new(), None);
    for _ in 0..MOST_PAGES {
        let page = store.list(user, before, 2).await.unwrap();
        let Some(last) = page.last() else { break };
        before = Some(last.id);
        read.extend(page);
    }
    assert_eq!(read, jobs);
    let (mut places, mut after) = (Vec::new(), 0);
    for _ in 0..MOST_PAGES {
        let page = store.items(jobs[0].id, after, 2).await.unwrap();
        let Some(last) = page.last() else { break };
        after = last.place;
        places.extend(page.iter().map(|item| item.place));
    }
    assert_eq!(places, [1, 2, 3, 4, 5]);
    let nothing = desk.id(ImportId::from_uuid);
    assert_eq!(store.get(nothing).await.unwrap(), None);
    assert_eq!(store.items(nothing, 0, 9).await.unwrap(), []);
}

async fn imports_take_turns(desk: Desk) {
    let user = desk.funded(1000).await;
    let [long, short] = [
        submitted(&desk, user, 4).await,
        submitted(&desk, user, 2).await,
    ];
    let claimed = claim_all(&desk, 0).await;
    let order: Vec<_> = claimed.iter().map(|(job, _)| job.id).collect();
    let turns = [long.id, short.id, long.id, short.id, long.id, long.id];
    assert_eq!(order, turns);

    let later = submitted(&desk, user, 1).await;
    let only = ClaimItem {
        lease: desk.lease(60),
        only: Some(short.id),
        now: at(0),
    };
    assert_eq!(desk.stores.import_store.claim(&only).await.unwrap(), None);
    let only = ClaimItem {
        only: Some(later.id),
        ..only
    };
    let claimed = desk.stores.import_store.claim(&only).await.unwrap();
    assert_eq!(claimed.map(|(job, _)| job.id), Some(later.id));
}

/// One import is long under way when others come, again and again: each waits for its turn, and the old one
/// gets its own.
async fn newer_imports_overtake_no_older_one(desk: Desk) {
    let user = desk.funded(1000).await;
    let old = submitted(&desk, user, 20).await;
    for place in 1..=3 {
        let (job, item) = claim(&desk, 0).await.unwrap();
        assert_eq!((job.id, item.place), (old.id, place));
    }
    let [second, third] = [
        submitted(&desk, user, 3).await,
        submitted(&desk, user, 3).await,
    ];
    let mut order = Vec::new();
    for _ in 0..6 {
        order.push(claim(&desk, 0).await.unwrap().0.id);
    }
    let round = [old.id, second.id, third.id];
    assert_eq!(order, [round, round].concat());
    // However many come, one round is all that lies between two turns of the old one.
    for _ in 0..4 {
        let fresh = submitted(&desk, user, 1).await;
        let mut seen = Vec::new();
        for _ in 0..4 {
            seen.extend(claim(&desk, 0).await.map(|(job, _)| job.id));
        }
        assert!(seen.contains(&fresh.id), "{seen:?}");
        assert!(seen.contains(&old.id), "{seen:?}");
    }
}

async fn what_waits_is_left_alone(desk: Desk) {
    let user = desk.funded(1000).await;
    let job = submitted(&desk, user, 2).await;
    let (_, first) = claim(&desk, 0).await.unwrap();
    let wait = PutBackItem {
        import: job.id,
        place: first.place,
        lease: first.lease.unwrap(),
        failure: super::support::failure(),
        not_before: at(500),
        counted: false,
        now: at(1),
    };
    desk.stores.imports.put_back(&wait).await.unwrap();
    let (_, second) = claim(&desk, 2).await.unwrap();
    assert_eq!(second.place, 2);
    assert_eq!(claim(&desk, 3).await, None, "the first waits");
    desk.stores
        .imports
        .cancel(job.id, None, at(3))
        .await
        .unwrap();
    assert_eq!(claim(&desk, 9999).await, None, "it was withdrawn");
    desk.audit().await;
}
