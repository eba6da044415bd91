//! Notices of a balance that has fallen: LG-21.

use super::super::support::{Desk, at, usd};
use crate::wallet::MAX_LOW_BALANCE;
use crate::*;

async fn told(desk: &Desk, user: UserId, now: i64) -> Vec<(i64, i64, i64)> {
    let notices = desk.notices(user, now).await.into_iter();
    let told = notices.map(|notice| match notice.kind {
        NoticeKind::LowBalance {
            before,
            available,
            balance,
        } => (before.micros(), balance.micros(), available.micros()),
        other => panic!("expected a balance, got {other:?}"),
    });
    told.collect()
}

async fn charge(desk: &Desk, user: UserId, held: i64, charged: i64) {
    let ledger = &desk.stores.ledger;
    let hold = ledger.place_hold(&desk.hold(user, held)).await.unwrap();
    ledger
        .capture(hold.id, usd(charged), "a charge", at(5))
        .await
        .unwrap();
}

pub(super) async fn a_balance_that_falls_leaves_a_notice(desk: Desk) {
    let ledger = &desk.stores.ledger;
    let user = desk.funded(100).await;
    let other = ledger.place_hold(&desk.hold(user, 30)).await.unwrap();
    assert_eq!(told(&desk, user, 100).await, [], "holds change no balance");
    charge(&desk, user, 20, 15).await;
    assert_eq!(told(&desk, user, 200).await, [(100, 85, 55)], "a charge");
    ledger.void(other.id, None, at(6)).await.unwrap();
    assert_eq!(
        told(&desk, user, 300).await,
        [(100, 85, 55)],
        "the same one"
    );
    let less = PostEntry {
        kind: EntryKind::Adjustment,
        ..desk.top_up(user, -5)
    };
    ledger.post(&less).await.unwrap();
    ledger.post(&less).await.unwrap();
    let lapsing = PostEntry {
        kind: EntryKind::MonthlyGrant,
        expires_at: Some(at(50)),
        ..desk.top_up(user, 7)
    };
    ledger.post(&lapsing).await.unwrap();
    ledger.lapse(at(60), 9).await.unwrap();
    let told = told(&desk, user, 400).await;
    assert_eq!(told[1..], [(85, 80, 80), (87, 80, 80)], "once each");
    let ids: Vec<_> = desk
        .notices(user, 500)
        .await
        .iter()
        .map(|it| it.id)
        .collect();
    assert!(
        ids.iter()
            .all(|id| ids.iter().filter(|it| *it == id).count() == 1)
    );
}

pub(super) async fn who_does_not_want_it_and_who_has_plenty_gets_none(desk: Desk) {
    let [silent, rich] = [desk.funded(100).await, desk.account().await];
    desk.prefer(silent, true, false).await;
    charge(&desk, silent, 20, 20).await;
    assert_eq!(told(&desk, silent, 100).await, []);
    let plenty = desk.top_up(rich, MAX_LOW_BALANCE.micros() + 10);
    desk.stores.ledger.post(&plenty).await.unwrap();
    charge(&desk, rich, 10, 10).await;
    assert_eq!(told(&desk, rich, 200).await, [], "nobody calls that low");
    charge(&desk, rich, 1, 1).await;
    assert_eq!(told(&desk, rich, 300).await.len(), 1);
}
