//! Clauses of [`AuditStore`].

use futures_util::future::join_all;

use super::support::{Desk, at, usd};
use super::*;
use crate::*;

/// The scenarios.
pub const SCENARIOS: &[Scenario<Desk>] = &[
    scenario!(id: "AU-1", books_under_way_are_whole),
    scenario!(id: "AU-2", books_say_what_the_other_ports_say),
    scenario!(id: "AU-2", a_stranger_has_no_books),
];

/// Looks into the books again and again while credits move.
async fn books_under_way_are_whole(desk: Desk) {
    let user = desk.funded(1000).await;
    let holds: Vec<_> = (0..24).map(|_| desk.hold(user, 7)).collect();
    let ledger = &desk.stores.ledger;
    let moves = holds.iter().enumerate().map(|(n, hold)| async move {
        ledger.place_hold(hold).await.unwrap();
        if n % 2 == 0 {
            ledger
                .capture(hold.id, usd(5), "work", at(1))
                .await
                .unwrap();
        } else {
            ledger.void(hold.id, None, at(1)).await.unwrap();
        }
    });
    let looks = (0..24).map(|_| desk.audit_one(user));
    futures_util::future::join(join_all(looks), join_all(moves)).await;
    desk.audit().await;
}

async fn books_say_what_the_other_ports_say(desk: Desk) {
    let [user, other] = [desk.funded(1000).await, desk.funded(1000).await];
    let filings = [desk.filing().await, desk.filing().await];
    for (filing, by) in [(filings[0], user), (filings[1], user), (filings[0], other)] {
        let mut request = desk.request_with_access(by, &Desk::pool_key(filing));
        request.key.prompt_version = by.to_string();
        let (task, lease) = desk.running(&request).await;
        if filing == filings[0] {
            let done = desk.completion(&task, lease);
            desk.stores.settlement.complete(&done).await.unwrap();
        }
    }
    let stores = &desk.stores;
    let books = stores.audit.books(user).await.unwrap().unwrap();
    assert_eq!(books.user, user);
    assert_eq!(books.balance, desk.balance(user).await);
    assert_eq!(books.entries, desk.entries(user).await);
    assert_eq!(books.entry_count, 3, "a top-up, access, an analysis");
    assert_eq!(books.holds, stores.ledger.holds(user).await.unwrap());
    let opened = books.access.iter().map(|open| (open.filing, open.source));
    assert_eq!(
        opened.collect::<Vec<_>>(),
        [(filings[0], AccessSource::Paid)]
    );
    let mut tasks = stores.tasks.list(user, None, MAX_PAGE).await.unwrap();
    tasks.reverse();
    assert_eq!(books.tasks.len(), tasks.len());
    for ((task, events), stored) in books.tasks.iter().zip(&tasks) {
        assert_eq!((task, events), (stored, &desk.events(stored.id).await));
    }
    let made = tasks.iter().filter_map(|task| task.analysis);
    let named: Vec<_> = books.analyses.iter().map(|record| record.id).collect();
    assert_eq!(named, made.collect::<Vec<_>>());
    desk.audit().await;
}

async fn a_stranger_has_no_books(desk: Desk) {
    let nobody = desk.id(UserId::from_uuid);
    assert_eq!(desk.stores.audit.books(nobody).await.unwrap(), None);
    let empty = desk.account().await;
    let books = desk.stores.audit.books(empty).await.unwrap().unwrap();
    assert_eq!((books.entries.len(), books.tasks.len()), (0, 0));
}
