//! Accounts that are suspended.

use super::super::audit_log::record;
use super::super::support::{Desk, at, usd, withdrawal};
use crate::*;

/// Suspends the account.
pub(crate) async fn suspend(desk: &Desk, user: UserId) {
    let account = desk.stores.accounts.get(user).await.unwrap().unwrap();
    let change = ChangeAccount {
        user,
        expected: account.standing(),
        to: Standing {
            status: AccountStatus::Suspended,
            ..account.standing()
        },
        audit: record(1),
        grant: None,
        notice: None,
        now: at(1),
    };
    desk.stores.accounts.change(&change).await.unwrap();
}

pub(super) async fn a_suspended_account_holds_nothing(desk: Desk) {
    let user = desk.funded(1000).await;
    let ledger = &desk.stores.ledger;
    let holds = [desk.hold(user, 10), desk.hold(user, 20)];
    for hold in &holds {
        ledger.place_hold(hold).await.unwrap();
    }
    suspend(&desk, user).await;
    let before = desk.snapshot().await;

    let refused = ledger.place_hold(&desk.hold(user, 30)).await;
    assert!(
        matches!(refused, Err(LedgerError::AccountClosed)),
        "{refused:?}"
    );
    let key = Desk::pool_key(desk.filing().await);
    let mut free = desk.request(user, &key);
    free.charges.analysis_price = MicroUsd::ZERO;
    for request in [desk.request(user, &key), free] {
        let refused = desk.stores.settlement.submit(&request).await;
        assert!(
            matches!(refused, Err(SettlementError::AccountClosed)),
            "{refused:?}"
        );
    }
    assert_eq!(desk.snapshot().await, before);

    // What was done before stays done, and ends as it would.
    ledger.place_hold(&holds[0]).await.unwrap();
    ledger
        .capture(holds[0].id, usd(10), "work", at(2))
        .await
        .unwrap();
    ledger.void(holds[1].id, None, at(2)).await.unwrap();
    ledger.post(&desk.top_up(user, 5)).await.unwrap();
    assert_eq!(desk.balance(user).await.available(), usd(995));
    desk.audit().await;
}

/// The leader withdraws; of its followers the suspended one is passed over.
pub(super) async fn a_suspended_follower_takes_nothing_over(desk: Desk) {
    let key = Desk::pool_key(desk.filing().await);
    let [leader, first, second] = [
        desk.funded(1000).await,
        desk.funded(1000).await,
        desk.funded(1000).await,
    ];
    let mut tasks = Vec::new();
    for user in [leader, first, second] {
        tasks.push(desk.submit(&desk.request(user, &key)).await.id);
    }
    suspend(&desk, first).await;
    let settlement = &desk.stores.settlement;
    settlement
        .cancel(&withdrawal(tasks[0], at(2)))
        .await
        .unwrap();
    assert_eq!(desk.task(tasks[1]).await.role, TaskRole::Follower);
    assert_eq!(desk.task(tasks[2]).await.role, TaskRole::Leader);
    desk.audit().await;
}
