//! Payments that are taken back: LG-22 and LG-23.

use futures_util::future::join_all;

use super::super::support::{Desk, at, usd};
use crate::*;

fn reverse(desk: &Desk, top_up: &LedgerEntry, micros: i64) -> ReverseCredit {
    let id = desk.id(EntryId::from_uuid);
    ReverseCredit {
        id,
        user: top_up.user,
        entry: top_up.id,
        amount: usd(micros),
        key: format!("back {id}"),
        description: "payment taken back".into(),
        now: at(20),
    }
}

/// An account with two top-ups.
async fn bought(desk: &Desk, first: i64, second: i64) -> (UserId, [LedgerEntry; 2]) {
    let user = desk.account().await;
    let ledger = &desk.stores.ledger;
    let first = ledger.post(&desk.top_up(user, first)).await.unwrap();
    let second = ledger.post(&desk.top_up(user, second)).await.unwrap();
    (user, [first, second])
}

async fn debt(desk: &Desk, user: UserId) -> i64 {
    let funds = desk.stores.ledger.funds(user).await.unwrap();
    assert_eq!(funds.balance, desk.balance(user).await);
    funds.owed.micros()
}

async fn free(desk: &Desk, user: UserId) -> i64 {
    desk.balance(user).await.available().micros()
}

pub(super) async fn a_top_up_is_taken_back_and_the_rest_is_owed(desk: Desk) {
    let ledger = &desk.stores.ledger;
    let (user, [first, second]) = bought(&desk, 100, 50).await;
    assert_eq!(debt(&desk, user).await, 0);
    let hold = ledger.place_hold(&desk.hold(user, 70)).await.unwrap();
    // Of the first 30 are left, of the second all.
    let told = ledger.reverse(&reverse(&desk, &second, 20)).await.unwrap();
    assert_eq!((told.taken, told.owed), (usd(20), usd(0)));
    let lots = ledger.lots(user).await.unwrap();
    let left: Vec<_> = lots.iter().map(|lot| lot.available.micros()).collect();
    assert_eq!(left, [30, 30], "its own credits first");
    let told = ledger.reverse(&reverse(&desk, &first, 100)).await.unwrap();
    assert_eq!((told.taken, told.owed), (usd(60), usd(40)));
    let balance = desk.balance(user).await;
    assert_eq!((balance.posted, balance.held), (usd(70), usd(70)));
    assert_eq!(debt(&desk, user).await, 40);
    let last = desk.entries(user).await.pop().unwrap();
    assert_eq!(
        (last.kind, last.amount),
        (EntryKind::Adjustment, usd(-60)),
        "what was taken is in the statement"
    );
    assert_eq!(
        desk.hold_status(user, hold.id).await,
        Some(HoldStatus::Open)
    );
    desk.audit().await;
}

pub(super) async fn only_own_top_ups_are_taken_back_and_once(desk: Desk) {
    let ledger = &desk.stores.ledger;
    let (user, [first, _]) = bought(&desk, 100, 50).await;
    let command = reverse(&desk, &first, 60);
    let told = ledger.reverse(&command).await.unwrap();
    let later = ReverseCredit {
        id: desk.id(EntryId::from_uuid),
        now: at(30),
        ..command.clone()
    };
    let before = desk.snapshot().await;
    assert_eq!(ledger.reverse(&later).await.unwrap(), told, "once");
    let grant = PostEntry {
        kind: EntryKind::MonthlyGrant,
        ..desk.top_up(user, 7)
    };
    let others = desk.funded(100).await;
    let before_grant = desk.snapshot().await;
    let grant = ledger.post(&grant).await.unwrap();
    let theirs = desk.entries(others).await.remove(0);
    let refused = [
        ReverseCredit {
            entry: desk.id(EntryId::from_uuid),
            ..reverse(&desk, &first, 1)
        },
        reverse(&desk, &grant, 1),
        ReverseCredit {
            user,
            ..reverse(&desk, &theirs, 1)
        },
        ReverseCredit {
            user: desk.person().id,
            ..reverse(&desk, &first, 1)
        },
    ];
    for command in refused {
        let refused = ledger.reverse(&command).await;
        assert!(matches!(refused, Err(LedgerError::Unknown)), "{refused:?}");
    }
    let over = ledger.reverse(&reverse(&desk, &first, 41)).await;
    assert!(
        matches!(over, Err(LedgerError::OverCapture { held }) if held == usd(40)),
        "{over:?}"
    );
    let other = ReverseCredit {
        amount: usd(59),
        ..command
    };
    let reused = ledger.reverse(&other).await;
    assert!(matches!(reused, Err(LedgerError::KeyReused)), "{reused:?}");
    for amount in [0, -1] {
        let refused = ledger.reverse(&reverse(&desk, &first, amount)).await;
        assert!(
            matches!(refused, Err(LedgerError::BadAmount)),
            "{refused:?}"
        );
    }
    assert_eq!(free(&desk, user).await, 97);
    assert_ne!(before, before_grant);
    desk.audit().await;
}

pub(super) async fn racing_reversals_take_back_no_more_than_came(desk: Desk) {
    let ledger = &desk.stores.ledger;
    let (user, [first, _]) = bought(&desk, 100, 50).await;
    let hold = desk.hold(user, 120);
    ledger.place_hold(&hold).await.unwrap();
    let commands: Vec<_> = (0..16).map(|_| reverse(&desk, &first, 10)).collect();
    let outcomes = join_all(commands.iter().map(|command| ledger.reverse(command))).await;
    assert_eq!(
        outcomes.iter().filter(|outcome| outcome.is_ok()).count(),
        10
    );
    assert_eq!(debt(&desk, user).await, 70, "30 were there");
    assert_eq!(free(&desk, user).await, 0);
    desk.audit().await;
}

pub(super) async fn who_owes_holds_nothing_until_it_is_paid(desk: Desk) {
    let ledger = &desk.stores.ledger;
    let (user, [first, second]) = bought(&desk, 100, 50).await;
    let hold = ledger.place_hold(&desk.hold(user, 120)).await.unwrap();
    ledger
        .capture(hold.id, usd(120), "work", at(1))
        .await
        .unwrap();
    ledger.reverse(&reverse(&desk, &first, 100)).await.unwrap();
    ledger.reverse(&reverse(&desk, &second, 50)).await.unwrap();
    assert_eq!(debt(&desk, user).await, 120);
    let before = desk.snapshot().await;
    let refused = ledger.place_hold(&desk.hold(user, 1)).await;
    assert!(
        matches!(refused, Err(LedgerError::PastDue { debt }) if debt == usd(120)),
        "{refused:?}"
    );
    let key = Desk::pool_key(desk.filing().await);
    let refused = desk
        .stores
        .settlement
        .submit(&desk.request(user, &key))
        .await;
    assert!(
        matches!(refused, Err(SettlementError::PastDue { debt }) if debt == usd(120)),
        "{refused:?}"
    );
    assert_eq!(desk.snapshot().await, before, "nothing has happened");
    let some = desk.top_up(user, 100);
    ledger.post(&some).await.unwrap();
    assert_eq!((debt(&desk, user).await, free(&desk, user).await), (20, 0));
    let refused = ledger.place_hold(&desk.hold(user, 1)).await;
    assert!(
        matches!(refused, Err(LedgerError::PastDue { .. })),
        "{refused:?}"
    );
    let again = ledger.post(&some).await.unwrap();
    assert_eq!((again.kind, again.amount), (EntryKind::TopUp, usd(100)));
    ledger.post(&desk.top_up(user, 50)).await.unwrap();
    assert_eq!((debt(&desk, user).await, free(&desk, user).await), (0, 30));
    let lines = desk.entries(user).await;
    let last: Vec<_> = lines.iter().rev().take(2).collect();
    assert_eq!((last[1].kind, last[1].amount), (EntryKind::TopUp, usd(50)));
    assert_eq!(
        (last[0].kind, last[0].amount),
        (EntryKind::Adjustment, usd(-20))
    );
    ledger.place_hold(&desk.hold(user, 30)).await.unwrap();
    desk.audit().await;
}

pub(super) async fn what_was_held_can_be_charged_and_what_comes_back_pays(desk: Desk) {
    let ledger = &desk.stores.ledger;
    let (user, [first, _]) = bought(&desk, 100, 50).await;
    let [one, two, three] = [
        desk.hold(user, 40),
        desk.hold(user, 60),
        desk.hold(user, 50),
    ];
    for hold in [&one, &two, &three] {
        ledger.place_hold(hold).await.unwrap();
    }
    ledger.reverse(&reverse(&desk, &first, 100)).await.unwrap();
    assert_eq!(debt(&desk, user).await, 100);
    ledger
        .capture(one.id, usd(30), "work", at(21))
        .await
        .unwrap();
    assert_eq!(debt(&desk, user).await, 90, "10 were not charged");
    ledger.void(two.id, None, at(22)).await.unwrap();
    assert_eq!(debt(&desk, user).await, 30);
    ledger.expire(None, at(9000), 9).await.unwrap();
    assert_eq!((debt(&desk, user).await, free(&desk, user).await), (0, 20));
    desk.audit().await;
}
