//! Items that end: IS-3, IS-4, IS-5, IS-8, IS-10.

use super::super::support::{Desk, at, failure, usd};
use super::{LIFE, UNIT, claim, settled, settling, submitted};
use crate::*;

pub(super) async fn a_stored_filing_is_opened_and_charged(desk: Desk) {
    let user = desk.funded(100).await;
    let job = submitted(&desk, user, 2).await;
    let filing = desk.items(job.id).await[0].filing.unwrap();
    let filings = &desk.stores.filings;
    assert_eq!(filings.access(user, filing).await.unwrap(), None);
    let job = settled(&desk, true).await;
    assert_eq!((job.counts.imported, job.counts.waiting), (1, 1));
    assert_eq!(
        (job.charged(), job.status),
        (usd(UNIT), ImportStatus::Running)
    );
    assert_eq!(job.expires_at, at(2 * LIFE), "prolonged");
    let access = filings.access(user, filing).await.unwrap();
    assert_eq!(access, Some(AccessSource::Paid));
    let entry = desk.entries(user).await.pop().unwrap();
    assert_eq!(
        (entry.kind, entry.amount),
        (EntryKind::BulkImport, usd(-UNIT))
    );
    assert_eq!((entry.filing, entry.hold), (Some(filing), job.hold));
    let balance = desk.balance(user).await;
    assert_eq!((balance.posted, balance.held), (usd(90), usd(UNIT)));
    let item = &desk.items(job.id).await[0];
    assert_eq!(
        (item.status, item.lease),
        (ImportItemStatus::Imported, None)
    );
    let done = settled(&desk, true).await;
    assert_eq!(done.status, ImportStatus::Done);
    let balance = desk.balance(user).await;
    assert_eq!((balance.posted, balance.held), (usd(80), usd(0)));
    desk.audit().await;
}

pub(super) async fn a_filing_paid_for_meanwhile_is_free(desk: Desk) {
    let user = desk.funded(1000).await;
    let job = submitted(&desk, user, 2).await;
    let filing = desk.items(job.id).await[0].filing.unwrap();
    desk.give_access(user, filing, AccessSource::Paid).await;
    let job = settled(&desk, true).await;
    assert_eq!((job.counts.owned, job.counts.imported), (1, 0));
    // The second turns out to be the first under another name.
    let (_, item) = claim(&desk, 0).await.unwrap();
    let same = ImportItem {
        filing: Some(filing),
        ..item
    };
    let settle = settling(&same, true);
    let done = desk.stores.imports.settle(&settle).await.unwrap();
    assert_eq!((done.counts.owned, done.status), (2, ImportStatus::Done));
    assert_eq!(desk.items(job.id).await[1].filing, Some(filing));
    let balance = desk.balance(user).await;
    assert_eq!((balance.posted, balance.held), (usd(1000), usd(0)));
    desk.audit().await;
}

pub(super) async fn without_a_price_nothing_is_charged(desk: Desk) {
    let user = desk.account().await;
    let filings = desk.filings(2).await;
    let import = SubmitImport {
        unit_price: usd(0),
        ..desk.import(user, &filings)
    };
    let job = desk.start(&import).await;
    assert_eq!((job.hold, job.counts.waiting), (None, 2));
    settled(&desk, true).await;
    let done = settled(&desk, true).await;
    assert_eq!((done.status, done.counts.imported), (ImportStatus::Done, 2));
    assert_eq!(desk.entries(user).await, []);
    let access = desk.stores.filings.access(user, filings[0]).await.unwrap();
    assert_eq!(access, Some(AccessSource::Paid));
    desk.audit().await;
}

pub(super) async fn failures_cost_nothing_and_the_last_item_ends_it(desk: Desk) {
    let user = desk.funded(100).await;
    let job = submitted(&desk, user, 4).await;
    for well in [false, true, false] {
        let job = settled(&desk, well).await;
        assert_eq!(job.status, ImportStatus::Running);
    }
    assert_eq!(desk.balance(user).await.held, usd(3 * UNIT));
    let done = settled(&desk, false).await;
    assert_eq!(done.status, ImportStatus::Done);
    assert_eq!((done.counts.imported, done.counts.failed), (1, 3));
    let balance = desk.balance(user).await;
    assert_eq!((balance.posted, balance.held), (usd(90), usd(0)));
    let items = desk.items(job.id).await;
    assert_eq!(items[0].failure, Some(failure()));
    assert_eq!(
        (items[1].status, &items[1].failure),
        (ImportItemStatus::Imported, &None)
    );
    let hold = desk.hold_status(user, job.hold.unwrap()).await;
    assert_eq!(hold, Some(HoldStatus::Voided));
    desk.audit().await;
}

pub(super) async fn a_lost_lease_settles_nothing(desk: Desk) {
    let user = desk.funded(100).await;
    submitted(&desk, user, 1).await;
    let imports = &desk.stores.imports;
    let (_, first) = claim(&desk, 0).await.unwrap();
    let late = SettleItem {
        now: at(60),
        ..settling(&first, true)
    };
    let back = |item: &ImportItem, now| PutBackItem {
        import: item.job,
        place: item.place,
        lease: item.lease.unwrap(),
        failure: failure(),
        not_before: at(100),
        counted: true,
        now: at(now),
    };
    let before = desk.snapshot().await;
    let refused = imports.settle(&late).await;
    assert!(
        matches!(refused, Err(ImportError::LeaseLost)),
        "{refused:?}"
    );
    let refused = imports.put_back(&back(&first, 60)).await;
    assert!(
        matches!(refused, Err(ImportError::LeaseLost)),
        "{refused:?}"
    );
    assert_eq!(desk.snapshot().await, before);

    let (_, second) = claim(&desk, 60).await.unwrap();
    let before = desk.snapshot().await;
    for now in [61, 119] {
        let stale = SettleItem {
            now: at(now),
            ..settling(&first, true)
        };
        let refused = imports.settle(&stale).await;
        assert!(
            matches!(refused, Err(ImportError::LeaseLost)),
            "{refused:?}"
        );
        let refused = imports.put_back(&back(&first, now)).await;
        assert!(
            matches!(refused, Err(ImportError::LeaseLost)),
            "{refused:?}"
        );
    }
    assert_eq!(desk.snapshot().await, before);
    let settle = SettleItem {
        now: at(70),
        ..settling(&second, true)
    };
    imports.settle(&settle).await.unwrap();
    let again = imports.settle(&settle).await;
    assert!(matches!(again, Err(ImportError::LeaseLost)), "it has ended");
    assert_eq!(desk.balance(user).await.posted, usd(90));
    desk.audit().await;
}

pub(super) async fn an_item_put_back_waits(desk: Desk) {
    let user = desk.funded(100).await;
    let job = submitted(&desk, user, 1).await;
    let imports = &desk.stores.imports;
    for (now, counted, attempts) in [(0, true, 1), (200, false, 1), (400, true, 2)] {
        let (_, item) = claim(&desk, now).await.unwrap();
        let back = PutBackItem {
            import: job.id,
            place: item.place,
            lease: item.lease.unwrap(),
            failure: failure(),
            not_before: at(now + 200),
            counted,
            now: at(now + 1),
        };
        imports.put_back(&back).await.unwrap();
        let item = &desk.items(job.id).await[0];
        assert_eq!(
            (item.status, item.attempts),
            (ImportItemStatus::Waiting, attempts)
        );
        assert_eq!((item.lease, item.ready_at), (None, at(now + 200)));
        assert_eq!(item.failure, Some(failure()));
        assert_eq!(claim(&desk, now + 199).await, None);
    }
    assert_eq!(desk.balance(user).await.held, usd(UNIT));
    let (_, item) = claim(&desk, 600).await.unwrap();
    assert_eq!(item.attempts, 3);
    desk.audit().await;
}

pub(super) async fn nothing_is_opened_for_a_hold_that_is_gone(desk: Desk) {
    let user = desk.funded(100).await;
    let job = submitted(&desk, user, 2).await;
    let filing = desk.items(job.id).await[0].filing.unwrap();
    let hold = job.hold.unwrap();
    desk.stores.ledger.void(hold, None, at(1)).await.unwrap();
    let job = settled(&desk, true).await;
    assert_eq!(job.status, ImportStatus::Cancelled);
    assert_eq!((job.counts.cancelled, job.counts.waiting), (2, 0));
    let access = desk.stores.filings.access(user, filing).await.unwrap();
    assert_eq!(access, None);
    let balance = desk.balance(user).await;
    assert_eq!((balance.posted, balance.held), (usd(100), usd(0)));
    desk.audit().await;
}
