//! Imports that end: IS-6, IS-7, IS-9.

use futures_util::future::{join, join_all};

use super::super::support::{Desk, at, usd};
use super::{LIFE, UNIT, claim, claim_all, settled, settling, submitted};
use crate::*;

pub(super) async fn a_cancelled_import_gives_the_rest_back(desk: Desk) {
    let user = desk.funded(100).await;
    let job = submitted(&desk, user, 4).await;
    let imports = &desk.stores.imports;
    settled(&desk, true).await;
    let (_, claimed) = claim(&desk, 0).await.unwrap();
    let job = imports.cancel(job.id, None, at(20)).await.unwrap();
    assert_eq!(job.status, ImportStatus::Cancelled);
    assert_eq!((job.counts.imported, job.counts.cancelled), (1, 3));
    assert_eq!(desk.job(job.id).await, job);
    let balance = desk.balance(user).await;
    assert_eq!((balance.posted, balance.held), (usd(90), usd(0)));
    let before = desk.snapshot().await;
    let late = imports.settle(&settling(&claimed, true)).await;
    assert!(matches!(late, Err(ImportError::LeaseLost)), "{late:?}");
    assert_eq!(imports.cancel(job.id, None, at(30)).await.unwrap(), job);
    let unknown = imports
        .cancel(desk.id(ImportId::from_uuid), None, at(30))
        .await;
    assert!(matches!(unknown, Err(ImportError::Unknown)), "{unknown:?}");
    assert_eq!(desk.snapshot().await, before);

    let done = submitted(&desk, user, 1).await;
    let done = {
        settled(&desk, true).await;
        desk.job(done.id).await
    };
    assert_eq!(imports.cancel(done.id, None, at(40)).await.unwrap(), done);
    desk.audit().await;
}

pub(super) async fn racing_settles_charge_each_item_once(desk: Desk) {
    let user = desk.funded(1000).await;
    let job = submitted(&desk, user, 6).await;
    let mut settles = Vec::new();
    for (_, item) in claim_all(&desk, 0).await {
        let well = item.place % 3 != 0;
        settles.extend(vec![settling(&item, well); 4]);
    }
    let imports = &desk.stores.imports;
    let outcomes = join_all(settles.iter().map(|settle| imports.settle(settle))).await;
    assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 6);
    let job = desk.job(job.id).await;
    assert_eq!((job.status, job.counts.imported), (ImportStatus::Done, 4));
    let balance = desk.balance(user).await;
    assert_eq!(
        (balance.posted, balance.held),
        (usd(1000 - 4 * UNIT), usd(0))
    );
    desk.audit().await;
}

pub(super) async fn racing_settles_and_cancels_agree(desk: Desk) {
    for _ in 0..4 {
        let user = desk.funded(1000).await;
        let job = submitted(&desk, user, 6).await;
        let mut settles = Vec::new();
        for (_, item) in claim_all(&desk, 0).await {
            settles.push(settling(&item, true));
        }
        let imports = &desk.stores.imports;
        let settling = join_all(settles.iter().map(|settle| imports.settle(settle)));
        let cancels = join_all((0..4).map(|_| imports.cancel(job.id, None, at(10))));
        let (settled, cancelled) = join(settling, cancels).await;
        let well = settled.iter().filter(|outcome| outcome.is_ok()).count();
        assert!(cancelled.iter().all(Result::is_ok), "{cancelled:?}");
        let job = desk.job(job.id).await;
        assert_ne!(job.status, ImportStatus::Running);
        assert_eq!(usize::try_from(job.counts.imported).unwrap(), well);
        assert_eq!(job.counts.imported + job.counts.cancelled, 6);
        let balance = desk.balance(user).await;
        let paid = UNIT * i64::from(job.counts.imported);
        assert_eq!((balance.posted, balance.held), (usd(1000 - paid), usd(0)));
        desk.audit().await;
    }
}

pub(super) async fn the_hold_of_a_running_import_does_not_expire(desk: Desk) {
    let user = desk.funded(100).await;
    let ledger = &desk.stores.ledger;
    let job = submitted(&desk, user, 2).await;
    let expired = ledger.expire(None, at(10 * LIFE), 9).await.unwrap();
    assert_eq!(expired, [], "it is at work");
    settled(&desk, true).await;
    assert_eq!(ledger.expire(None, at(10 * LIFE), 9).await.unwrap(), []);
    desk.stores
        .imports
        .cancel(job.id, None, at(11))
        .await
        .unwrap();
    assert_eq!(ledger.expire(None, at(10 * LIFE), 9).await.unwrap(), []);
    assert_eq!(desk.balance(user).await.posted, usd(90));
    desk.audit().await;
}

pub(super) async fn imports_that_stand_still_are_given_up_and_no_others(desk: Desk) {
    let user = desk.funded(1000).await;
    let imports = &desk.stores.imports;
    let moving = submitted(&desk, user, 2).await;
    settled(&desk, true).await;
    let [one, two] = [
        submitted(&desk, user, 2).await,
        submitted(&desk, user, 3).await,
    ];
    let done = {
        let done = submitted(&desk, user, 1).await;
        imports.cancel(done.id, None, at(1)).await.unwrap()
    };
    assert_eq!(imports.expire(None, at(LIFE - 1), 9).await.unwrap(), []);
    let first = imports.expire(None, at(LIFE), 1).await.unwrap();
    let rest = imports.expire(None, at(LIFE), 9).await.unwrap();
    let mut given_up: Vec<_> = first.iter().chain(&rest).map(|job| job.id).collect();
    assert_eq!(first.len(), 1, "the limit");
    given_up.sort_unstable();
    assert_eq!(given_up, [one.id, two.id]);
    let one = desk.job(one.id).await;
    assert_eq!(
        (one.status, one.counts.cancelled),
        (ImportStatus::Expired, 2)
    );
    assert_eq!(desk.job(done.id).await, done);
    assert_eq!(desk.job(moving.id).await.status, ImportStatus::Running);
    let balance = desk.balance(user).await;
    assert_eq!((balance.posted, balance.held), (usd(990), usd(UNIT)));
    desk.audit().await;
}
