//! Clauses of [`AuditStore`].

use futures_util::future::join_all;

use super::account_store::noted;
use super::audit_log::record;
use super::support::{Desk, at, usd};
use super::*;
use crate::audit::{Acknowledged, project};
use crate::*;

/// The scenarios.
pub const SCENARIOS: &[Scenario<Desk>] = &[
    scenario!(id: "AU-1", books_under_way_are_whole),
    scenario!(id: "AU-2", books_say_what_the_other_ports_say),
    scenario!(id: "AU-2", a_stranger_has_no_books),
    scenario!(id: "AU-3", the_ends_of_all_chains_are_told),
    scenario!(id: "AU-4", roots_are_kept_once_and_for_ever),
    scenario!(id: "AU-5", a_rebuild_of_what_is_right_changes_nothing),
    scenario!(id: "AU-6", one_of_many_proves),
    scenario!(id: "AU-5", a_projection_that_is_overtaken_is_refused),
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
    let [own, others] = [desk.running_for(user).await, desk.running_for(other).await];
    for task in [own, others] {
        let call = super::cost_book::call(&desk, task, "m", 5, 1);
        stores.costs.record(&call).await.unwrap();
    }
    let books = stores.audit.books(user).await.unwrap().unwrap();
    assert_eq!(books.calls, stores.costs.of_task(own).await.unwrap());
    assert_eq!(books.answers, [("asked".into(), Acknowledged::Task(own))]);
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

async fn one_of_many_proves(desk: Desk) {
    let audit = &desk.stores.audit;
    for (not_since, now, expected) in [(-100, 0, 1), (-100, 50, 0), (0, 100, 0), (1, 200, 1)] {
        let claims = (0..8).map(|_| audit.claim_proof(at(not_since), at(now)));
        let claims = join_all(claims).await.into_iter().map(Result::unwrap);
        let won = claims.filter(|claimed| *claimed).count();
        assert_eq!(won, expected, "at {now}");
    }
}

async fn a_stranger_has_no_books(desk: Desk) {
    let nobody = desk.id(UserId::from_uuid);
    assert_eq!(desk.stores.audit.books(nobody).await.unwrap(), None);
    let empty = desk.account().await;
    let books = desk.stores.audit.books(empty).await.unwrap().unwrap();
    assert_eq!((books.entries.len(), books.tasks.len()), (0, 0));
}

async fn the_ends_of_all_chains_are_told(desk: Desk) {
    let mut users = Vec::new();
    for credits in [0, 5, 7] {
        users.push(match credits {
            0 => desk.account().await,
            credits => desk.funded(credits).await,
        });
    }
    let audit = &desk.stores.audit;
    let (mut heads, mut after) = (Vec::new(), None);
    loop {
        let page = audit.heads(after, 2).await.unwrap();
        assert!(page.len() <= 2);
        let Some((last, _)) = page.last() else { break };
        after = Some(*last);
        heads.extend(page);
    }
    assert!(heads.is_sorted_by(|one, other| one.0 < other.0));
    for user in users {
        let books = audit.books(user).await.unwrap().unwrap();
        let told: Vec<_> = heads.iter().filter(|(id, _)| *id == user).collect();
        assert_eq!(told, [&(user, Some(books.head))]);
    }
}

async fn roots_are_kept_once_and_for_ever(desk: Desk) {
    let audit = &desk.stores.audit;
    let root = |n: u8| LedgerRoot {
        digest: Digest::of(&[n]),
        accounts: 3,
        findings: u64::from(n),
        at: at(i64::from(n)),
    };
    for n in [1, 2, 2, 3] {
        audit.keep_root(&root(n)).await.unwrap();
    }
    assert_eq!(audit.roots(10).await.unwrap(), [root(3), root(2), root(1)]);
    assert_eq!(audit.roots(1).await.unwrap(), [root(3)]);
}

async fn a_rebuild_of_what_is_right_changes_nothing(desk: Desk) {
    let user = desk.funded(1000).await;
    let ledger = &desk.stores.ledger;
    let [open, paid] = [desk.hold(user, 30), desk.hold(user, 20)];
    for hold in [&open, &paid] {
        ledger.place_hold(hold).await.unwrap();
    }
    let charged = ledger.capture(paid.id, usd(20), "work", at(1)).await;
    charged.unwrap();
    let audit = &desk.stores.audit;
    let before = audit.books(user).await.unwrap().unwrap();
    let made = project(&before);
    assert_eq!(made.balance, before.balance);
    assert_eq!(made.lots, ledger.lots(user).await.unwrap());
    audit.rebuild(user, &made, &record(1)).await.unwrap();
    assert_eq!(noted(&desk).await, [record(1)]);
    assert_eq!(audit.books(user).await.unwrap(), Some(before));
    desk.audit().await;
}

async fn a_projection_that_is_overtaken_is_refused(desk: Desk) {
    let user = desk.funded(1000).await;
    let audit = &desk.stores.audit;
    let made = project(&audit.books(user).await.unwrap().unwrap());
    let hold = desk.hold(user, 30);
    desk.stores.ledger.place_hold(&hold).await.unwrap();
    let refused = audit.rebuild(user, &made, &record(1)).await;
    assert!(matches!(refused, Err(StoreError::Conflict)), "{refused:?}");
    assert_eq!(noted(&desk).await, []);
    desk.audit().await;
}
