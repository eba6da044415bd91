//! Lots: which credits are spent, where they go back to, when they lapse.

use futures_util::future::join_all;

use super::super::support::{ANALYSIS, Desk, at, failure, usd};
use crate::*;

/// Credits of a kind, which lapse at this second.
fn credit(desk: &Desk, user: UserId, kind: EntryKind, micros: i64, end: Option<i64>) -> PostEntry {
    PostEntry {
        kind,
        expires_at: end.map(at),
        ..desk.top_up(user, micros)
    }
}

/// What is available of each lot, in their turn.
async fn left(desk: &Desk, user: UserId) -> Vec<(LotSource, i64)> {
    let lots = desk.stores.ledger.lots(user).await.unwrap();
    let left = lots.iter();
    left.map(|lot| (lot.source, lot.available.micros()))
        .collect()
}

/// An account with ten of each: bought, given, and included until the seconds 500 and 900.
async fn with_lots(desk: &Desk) -> UserId {
    let user = desk.account().await;
    for (kind, end) in [
        (EntryKind::TopUp, None),
        (EntryKind::Adjustment, None),
        (EntryKind::MonthlyGrant, Some(900)),
        (EntryKind::MonthlyGrant, Some(500)),
    ] {
        let command = credit(desk, user, kind, 10, end);
        desk.stores.ledger.post(&command).await.unwrap();
    }
    user
}

pub(super) async fn what_lapses_first_is_spent_first(desk: Desk) {
    let user = with_lots(&desk).await;
    let lots = desk.stores.ledger.lots(user).await.unwrap();
    let ends: Vec<_> = lots.iter().map(|lot| lot.expires_at).collect();
    assert_eq!(ends, [Some(at(500)), Some(at(900)), None, None]);
    let hold = desk.hold(user, 25);
    desk.stores.ledger.place_hold(&hold).await.unwrap();
    assert_eq!(
        left(&desk, user).await,
        [
            (LotSource::Included, 0),
            (LotSource::Included, 0),
            (LotSource::Goodwill, 5),
            (LotSource::Purchased, 10)
        ]
    );
    desk.audit().await;
}

pub(super) async fn what_is_not_charged_goes_back_where_it_came_from(desk: Desk) {
    let user = with_lots(&desk).await;
    let ledger = &desk.stores.ledger;
    let (one, other) = (desk.hold(user, 25), desk.hold(user, 12));
    let before = ledger.lots(user).await.unwrap();
    ledger.place_hold(&one).await.unwrap();
    ledger.place_hold(&other).await.unwrap();
    ledger.void(other.id, None, at(1)).await.unwrap();
    ledger.void(one.id, None, at(1)).await.unwrap();
    assert_eq!(ledger.lots(user).await.unwrap(), before);
    let partly = desk.hold(user, 25);
    ledger.place_hold(&partly).await.unwrap();
    ledger
        .capture(partly.id, usd(12), "work", at(2))
        .await
        .unwrap();
    assert_eq!(
        left(&desk, user).await,
        [
            (LotSource::Included, 8),
            (LotSource::Goodwill, 10),
            (LotSource::Purchased, 10)
        ]
    );
    desk.audit().await;
}

pub(super) async fn credits_lapse_at_the_next_touch(desk: Desk) {
    let user = desk.account().await;
    let ledger = &desk.stores.ledger;
    let monthly = credit(&desk, user, EntryKind::MonthlyGrant, 10, Some(100));
    ledger.post(&monthly).await.unwrap();
    let held = desk.hold(user, 4);
    ledger.place_hold(&held).await.unwrap();
    let late = PlaceHold {
        now: at(100),
        ..desk.hold(user, 1)
    };
    match ledger.place_hold(&late).await {
        Err(LedgerError::InsufficientCredits { needed, available }) => {
            assert_eq!((needed, available), (usd(1), usd(0)));
        }
        other => panic!("{other:?}"),
    }
    let lapsed = ledger.lapse(at(100), MAX_PAGE).await.unwrap();
    let lapsed: Vec<_> = lapsed.iter().filter(|line| line.user == user).collect();
    assert_eq!(lapsed.len(), 1);
    assert_eq!(
        (lapsed[0].kind, lapsed[0].amount),
        (EntryKind::Expiry, usd(-6))
    );
    assert_eq!(desk.entries(user).await.last(), Some(lapsed[0]));
    let again = ledger.lapse(at(100), MAX_PAGE).await.unwrap();
    assert!(again.iter().all(|line| line.user != user));
    // What is held can still be charged.
    ledger
        .capture(held.id, usd(3), "work", at(200))
        .await
        .unwrap();
    let last = desk.entries(user).await.pop().unwrap();
    assert_eq!((last.kind, last.amount), (EntryKind::Expiry, usd(-1)));
    assert_eq!(desk.balance(user).await, Balance::default());
    desk.audit().await;
}

pub(super) async fn what_lapsed_under_a_failure_comes_again(desk: Desk) {
    let [voided, expired, failed] = [
        desk.account().await,
        desk.account().await,
        desk.account().await,
    ];
    let ledger = &desk.stores.ledger;
    let until = Some(at(9_000));
    for user in [voided, expired, failed] {
        let monthly = credit(&desk, user, EntryKind::MonthlyGrant, ANALYSIS, Some(1_000));
        ledger.post(&monthly).await.unwrap();
    }
    let hold = desk.hold(voided, ANALYSIS);
    ledger.place_hold(&hold).await.unwrap();
    ledger.void(hold.id, until, at(2_000)).await.unwrap();
    ledger.void(hold.id, until, at(2_001)).await.unwrap();

    let hold = desk.hold(expired, ANALYSIS);
    ledger.place_hold(&hold).await.unwrap();
    let ended = ledger.expire(until, at(2_000), MAX_PAGE).await.unwrap();
    assert_eq!(ended.iter().filter(|end| end.id == hold.id).count(), 1);

    let key = Desk::pool_key(desk.filing().await);
    let (task, lease) = desk.running(&desk.request(failed, &key)).await;
    let lease_until = Lease {
        token: lease,
        until: at(3_000),
    };
    let extended = desk.stores.tasks.extend(task.id, lease_until, at(5));
    extended.await.unwrap();
    let end = AbandonTask {
        task: task.id,
        guard: Guard::Lease(lease),
        failure: failure(),
        goodwill_until: until,
        now: at(2_000),
    };
    desk.stores.settlement.abandon(&end).await.unwrap();

    for user in [voided, expired, failed] {
        let lots = ledger.lots(user).await.unwrap();
        assert_eq!(lots.len(), 1, "{lots:?}");
        assert_eq!(
            (lots[0].source, lots[0].available, lots[0].expires_at),
            (LotSource::Goodwill, usd(ANALYSIS), until)
        );
        let kinds: Vec<_> = desk
            .entries(user)
            .await
            .iter()
            .map(|line| line.kind)
            .collect();
        assert_eq!(
            kinds,
            [
                EntryKind::MonthlyGrant,
                EntryKind::Expiry,
                EntryKind::Adjustment
            ]
        );
    }
    desk.audit().await;
}

pub(super) async fn racing_lapses_end_credits_once(desk: Desk) {
    let user = desk.account().await;
    let ledger = &desk.stores.ledger;
    let monthly = credit(&desk, user, EntryKind::MonthlyGrant, 10, Some(100));
    ledger.post(&monthly).await.unwrap();
    let held = desk.hold(user, 4);
    ledger.place_hold(&held).await.unwrap();
    let lapses = join_all((0..8).map(|_| ledger.lapse(at(100), MAX_PAGE)));
    let (lapsed, voided) =
        futures_util::future::join(lapses, ledger.void(held.id, None, at(100))).await;
    voided.unwrap();
    let lapsed = lapsed.into_iter().flat_map(Result::unwrap);
    let own: MicroUsd = lapsed
        .filter(|line| line.user == user)
        .map(|line| line.amount)
        .sum();
    assert!(own >= usd(-10), "{own}");
    assert_eq!(desk.balance(user).await, Balance::default());
    let lines = desk.entries(user).await;
    let expired = lines.iter().filter(|line| line.kind == EntryKind::Expiry);
    assert_eq!(expired.map(|line| line.amount).sum::<MicroUsd>(), usd(-10));
    desk.audit().await;
}

fn refund(desk: &Desk, charge: &LedgerEntry, micros: i64, now: i64) -> Refund {
    let id = desk.id(EntryId::from_uuid);
    Refund {
        id,
        user: charge.user,
        entry: charge.id,
        amount: usd(micros),
        key: format!("refund {id}"),
        description: "it was wrong".into(),
        fresh_until: at(9999),
        now: at(now),
    }
}

/// A charge of 15: ten of credits that lapse at the second 100, five of bought ones.
async fn charged(desk: &Desk) -> LedgerEntry {
    let user = desk.account().await;
    let ledger = &desk.stores.ledger;
    let monthly = credit(desk, user, EntryKind::MonthlyGrant, 10, Some(100));
    ledger.post(&monthly).await.unwrap();
    ledger.post(&desk.top_up(user, 10)).await.unwrap();
    let hold = desk.hold(user, 16);
    ledger.place_hold(&hold).await.unwrap();
    let captured = ledger.capture(hold.id, usd(15), "work", at(1));
    captured.await.unwrap()
}

pub(super) async fn a_refund_goes_to_the_lots_that_paid(desk: Desk) {
    let ledger = &desk.stores.ledger;
    let charge = charged(&desk).await;
    let user = charge.user;
    let line = ledger.refund(&refund(&desk, &charge, 3, 2)).await.unwrap();
    assert_eq!((line.kind, line.amount), (EntryKind::Refund, usd(3)));
    assert_eq!(left(&desk, user).await, [(LotSource::Purchased, 8)]);
    match ledger.refund(&refund(&desk, &charge, 13, 2)).await {
        Err(LedgerError::OverCapture { held }) => assert_eq!(held, usd(12)),
        other => panic!("{other:?}"),
    }
    // The included credits have lapsed meanwhile: as much of their kind comes anew.
    ledger
        .refund(&refund(&desk, &charge, 12, 200))
        .await
        .unwrap();
    let lots = ledger.lots(user).await.unwrap();
    assert_eq!(lots[0].expires_at, Some(at(9999)));
    assert_eq!(
        left(&desk, user).await,
        [(LotSource::Included, 10), (LotSource::Purchased, 10)]
    );
    let more = ledger.refund(&refund(&desk, &charge, 1, 200)).await;
    assert!(matches!(more, Err(LedgerError::OverCapture { held }) if held == usd(0)));
    desk.audit().await;
}

pub(super) async fn racing_refunds_give_back_no_more_than_was_paid(desk: Desk) {
    let charge = charged(&desk).await;
    let refunds: Vec<_> = (0..8).map(|_| refund(&desk, &charge, 4, 2)).collect();
    let given = join_all(refunds.iter().map(|one| desk.stores.ledger.refund(one))).await;
    assert_eq!(given.iter().filter(|given| given.is_ok()).count(), 3);
    assert_eq!(desk.balance(charge.user).await.posted, usd(17));
    desk.audit().await;
}

pub(super) async fn only_own_charges_are_refunded_and_once(desk: Desk) {
    let ledger = &desk.stores.ledger;
    let charge = charged(&desk).await;
    let stranger = desk.funded(100).await;
    let bought = desk.entries(charge.user).await.swap_remove(1);
    let nothing = LedgerEntry {
        id: desk.id(EntryId::from_uuid),
        ..charge.clone()
    };
    let elsewhere = LedgerEntry {
        user: stranger,
        ..charge.clone()
    };
    let before = desk.snapshot().await;
    for wrong in [&bought, &nothing, &elsewhere] {
        let refused = ledger.refund(&refund(&desk, wrong, 1, 2)).await;
        assert!(matches!(refused, Err(LedgerError::Unknown)), "{refused:?}");
    }
    let refused = ledger.refund(&refund(&desk, &charge, 0, 2)).await;
    assert!(
        matches!(refused, Err(LedgerError::BadAmount)),
        "{refused:?}"
    );
    assert_eq!(desk.snapshot().await, before);
    let command = refund(&desk, &charge, 2, 2);
    let first = ledger.refund(&command).await.unwrap();
    let again = Refund {
        id: desk.id(EntryId::from_uuid),
        ..command.clone()
    };
    assert_eq!(ledger.refund(&again).await.unwrap(), first);
    let hold = desk.hold(charge.user, 2);
    ledger.place_hold(&hold).await.unwrap();
    let second = ledger
        .capture(hold.id, usd(2), "work", at(3))
        .await
        .unwrap();
    for other in [
        Refund {
            amount: usd(6),
            ..again.clone()
        },
        // The same amount of another charge.
        Refund {
            entry: second.id,
            ..again
        },
    ] {
        let reused = ledger.refund(&other).await;
        assert!(matches!(reused, Err(LedgerError::KeyReused)), "{reused:?}");
    }
    desk.audit().await;
}
