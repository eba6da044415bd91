//! Asking for imports: IS-1, IS-2.

use futures_util::future::join_all;

use super::super::ledger::suspend;
use super::super::support::{Desk, at, usd};
use super::{LIFE, UNIT};
use crate::*;

fn key(request: &str) -> IdempotentRequest {
    IdempotentRequest {
        key: "client-key-1".into(),
        request: Digest::of(request.as_bytes()),
        expires_at: at(3_000),
    }
}

pub(super) async fn an_import_comes_with_items_and_one_hold(desk: Desk) {
    let user = desk.funded(100).await;
    let filings = desk.filings(3).await;
    let import = SubmitImport {
        duplicates: 2,
        ..desk.import(user, &filings)
    };
    let job = desk.start(&import).await;
    let expected = ImportJob {
        id: import.import,
        user,
        status: ImportStatus::Running,
        unit_price: usd(UNIT),
        hold: Some(import.hold),
        counts: ImportCounts {
            waiting: 3,
            ..ImportCounts::default()
        },
        duplicates: 2,
        excused: 0,
        expires_at: at(LIFE),
        created_at: at(0),
        updated_at: at(0),
    };
    assert_eq!(job, expected);
    assert_eq!(desk.job(job.id).await, expected);
    let items = desk.items(job.id).await;
    for (place, (item, new)) in (1..).zip(items.iter().zip(&import.items)) {
        assert_eq!(
            (item.place, item.status),
            (place, ImportItemStatus::Waiting)
        );
        assert_eq!((&item.locator, item.filing), (&new.locator, new.filing));
        assert_eq!((item.attempts, item.lease), (0, None));
    }
    let hold = desk.find_hold(user, import.hold).await.unwrap();
    assert_eq!(
        (hold.purpose, hold.amount),
        (EntryKind::BulkImport, usd(3 * UNIT))
    );
    let balance = desk.balance(user).await;
    assert_eq!((balance.posted, balance.held), (usd(100), usd(30)));
    desk.audit().await;
}

pub(super) async fn a_refused_import_leaves_nothing(desk: Desk) {
    let user = desk.funded(29).await;
    let filings = desk.filings(3).await;
    let suspended = desk.funded(1000).await;
    suspend(&desk, suspended).await;
    let before = desk.snapshot().await;
    let imports = &desk.stores.imports;
    let import = desk.import(user, &filings);
    match imports.submit(&import).await {
        Err(ImportError::InsufficientCredits { needed, available }) => {
            assert_eq!((needed, available), (usd(30), usd(29)));
        }
        other => panic!("{other:?}"),
    }
    let dear = SubmitImport {
        max_price: Some(usd(19)),
        ..desk.import(user, &filings[..2])
    };
    match imports.submit(&dear).await {
        Err(ImportError::OverMaxPrice { price, max }) => {
            assert_eq!((price, max), (usd(20), usd(19)));
        }
        other => panic!("{other:?}"),
    }
    let refused = imports.submit(&desk.import(suspended, &filings)).await;
    assert!(
        matches!(refused, Err(ImportError::AccountClosed)),
        "{refused:?}"
    );
    let stranger = SubmitImport {
        user: desk.id(UserId::from_uuid),
        ..desk.import(user, &filings)
    };
    let refused = imports.submit(&stranger).await;
    assert!(matches!(refused, Err(ImportError::Unknown)), "{refused:?}");
    assert_eq!(desk.snapshot().await, before);
    for import in [import, dear] {
        let store = &desk.stores.import_store;
        assert_eq!(store.get(import.import).await.unwrap(), None);
    }
    desk.audit().await;
}

pub(super) async fn what_is_had_already_is_free(desk: Desk) {
    let user = desk.funded(100).await;
    let filings = desk.filings(3).await;
    desk.give_access(user, filings[0], AccessSource::Paid).await;
    // What came with a tier may go with it: it is still to be paid for.
    desk.give_access(user, filings[1], AccessSource::Policy)
        .await;
    let job = desk.start(&desk.import(user, &filings)).await;
    assert_eq!((job.counts.owned, job.counts.waiting), (1, 2));
    assert_eq!(desk.balance(user).await.held, usd(2 * UNIT));
    let items = desk.items(job.id).await;
    assert_eq!(items[0].status, ImportItemStatus::Owned);

    let again = desk.start(&desk.import(user, &filings[..1])).await;
    assert_eq!((again.status, again.hold), (ImportStatus::Done, None));
    assert_eq!(desk.balance(user).await.held, usd(2 * UNIT));
    desk.audit().await;
}

pub(super) async fn a_repeated_import_is_replayed(desk: Desk) {
    let [user, other] = [desk.funded(100).await, desk.funded(100).await];
    let filings = desk.filings(2).await;
    let import = |user, body| SubmitImport {
        idempotency: Some(key(body)),
        ..desk.import(user, &filings)
    };
    let imports = &desk.stores.imports;
    let unknown = imports.replayed(user, &key("body"), at(0)).await.unwrap();
    assert_eq!(unknown, None);
    let job = desk.start(&import(user, "body")).await;
    let before = desk.snapshot().await;
    let again = imports.submit(&import(user, "body")).await.unwrap();
    assert!(again.replayed);
    assert_eq!(again.job, job);
    let known = imports.replayed(user, &key("body"), at(1)).await.unwrap();
    assert_eq!(known, Some(job.clone()));
    let reused = imports.submit(&import(user, "another body")).await;
    assert!(matches!(reused, Err(ImportError::KeyReused)), "{reused:?}");
    let reused = imports.replayed(user, &key("another body"), at(1)).await;
    assert!(matches!(reused, Err(ImportError::KeyReused)), "{reused:?}");
    assert_eq!(desk.snapshot().await, before);

    let own = desk.start(&import(other, "another body")).await;
    assert_ne!(own.id, job.id, "keys are the account's own");
    imports.cancel(job.id, None, at(2)).await.unwrap();
    let later = imports.submit(&import(user, "body")).await.unwrap();
    assert_eq!(later.job.status, ImportStatus::Cancelled, "as it is now");
    let expired = imports.replayed(user, &key("body"), at(3_000)).await;
    assert_eq!(expired.unwrap(), None);
    desk.audit().await;
}

pub(super) async fn a_repeated_import_by_many_at_once_is_made_once(desk: Desk) {
    let user = desk.funded(1000).await;
    let filings = desk.filings(3).await;
    let asked: Vec<_> = (0..16)
        .map(|_| SubmitImport {
            idempotency: Some(key("body")),
            ..desk.import(user, &filings)
        })
        .collect();
    let imports = &desk.stores.imports;
    let answers = join_all(asked.iter().map(|import| imports.submit(import))).await;
    let answers: Vec<_> = answers.into_iter().map(Result::unwrap).collect();
    let first = answers.iter().filter(|answer| !answer.replayed);
    assert_eq!(first.count(), 1);
    assert!(answers.iter().all(|answer| answer.job == answers[0].job));
    assert_eq!(desk.balance(user).await.held, usd(3 * UNIT), "held once");
    desk.audit().await;
}

pub(super) async fn keys_are_shared_with_other_requests(desk: Desk) {
    let user = desk.funded(1000).await;
    let filing = desk.filing().await;
    let request = SubmitTask {
        idempotency: Some(key("an analysis")),
        ..desk.request(user, &Desk::pool_key(filing))
    };
    desk.submit(&request).await;
    let import = SubmitImport {
        idempotency: Some(key("an import")),
        ..desk.import(user, &[filing])
    };
    let refused = desk.stores.imports.submit(&import).await;
    assert!(
        matches!(refused, Err(ImportError::KeyReused)),
        "{refused:?}"
    );

    let other = desk.funded(1000).await;
    desk.start(&SubmitImport {
        user: other,
        ..import
    })
    .await;
    let request = SubmitTask {
        user: other,
        ..desk.request(other, &Desk::pool_key(filing))
    };
    let request = SubmitTask {
        idempotency: Some(key("an analysis")),
        ..request
    };
    let refused = desk.stores.settlement.submit(&request).await;
    assert!(
        matches!(refused, Err(SettlementError::KeyReused)),
        "{refused:?}"
    );
    desk.audit().await;
}
