//! The journal: both sides of everything, in one chain.

use super::super::support::{Desk, at, usd};
use crate::*;

/// All transactions, read in pages of `limit`.
async fn all(desk: &Desk, user: UserId, limit: usize) -> Vec<JournalTx> {
    let mut all: Vec<JournalTx> = Vec::new();
    loop {
        let after = all.last().map_or(0, |tx| tx.seq);
        let page = desk.stores.ledger.journal(user, after, limit).await;
        let page = page.unwrap();
        if page.is_empty() {
            return all;
        }
        all.extend(page);
    }
}

pub(super) async fn every_change_is_a_transaction_of_two_sides(desk: Desk) {
    let user = desk.funded(100).await;
    let ledger = &desk.stores.ledger;
    let (one, two, three) = (desk.hold(user, 30), desk.hold(user, 20), desk.hold(user, 5));
    for hold in [&one, &two, &three] {
        ledger.place_hold(hold).await.unwrap();
    }
    ledger
        .capture(one.id, usd(25), "work", at(1))
        .await
        .unwrap();
    ledger.void(two.id, None, at(2)).await.unwrap();
    ledger.expire(None, at(1800), MAX_PAGE).await.unwrap();
    let correction = PostEntry {
        kind: EntryKind::Adjustment,
        ..desk.top_up(user, -7)
    };
    ledger.post(&correction).await.unwrap();
    // The same again, and what is refused, change nothing.
    ledger.post(&correction).await.unwrap();
    ledger.place_hold(&desk.hold(user, 1000)).await.unwrap_err();

    let journal = all(&desk, user, 3).await;
    let operations: Vec<_> = journal.iter().map(|tx| tx.operation).collect();
    assert_eq!(
        operations,
        [
            Operation::Credit,
            Operation::Hold,
            Operation::Hold,
            Operation::Hold,
            Operation::Capture,
            Operation::Void,
            Operation::Expire,
            Operation::Debit,
        ]
    );
    let entries = desk.entries(user).await;
    let holds = ledger.holds(user).await.unwrap();
    let mut head = ChainHead::genesis(user);
    for (tx, seq) in journal.iter().zip(1..) {
        assert_eq!((tx.sum(), tx.seq, tx.prev_hash), (0, seq, head.hash));
        assert!(tx.postings.len() >= 2, "{tx:?}");
        let line = entries.iter().find(|line| Some(line.id) == tx.entry);
        let hold = holds.iter().find(|hold| Some(hold.id) == tx.hold);
        assert_eq!(tx.sealed(line, hold), tx.hash, "{tx:?}");
        head = tx.head();
    }
    let capture = &journal[4];
    assert_eq!(
        (capture.posted_after, capture.held_after),
        (usd(75), usd(25))
    );
    let earned = capture.postings.last().unwrap();
    assert_eq!(
        (earned.account, earned.amount),
        (LedgerAccount::Revenue, usd(25))
    );
    let books = desk.stores.audit.books(user).await.unwrap().unwrap();
    assert_eq!((&books.journal, books.head), (&journal, head));
    desk.audit().await;
}
