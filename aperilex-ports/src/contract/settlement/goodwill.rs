//! Credits that lapse while they are held: SE-6, SE-7 and SE-11.

use super::super::support::{ACCESS, ANALYSIS, Desk, at, usd, withdrawal};
use crate::*;

const UNTIL: i64 = 9_000;
/// All credits of the month have lapsed by then.
const LATE: i64 = 2_000;

/// Keeps the lease on a task over the end of the month.
async fn prolong(desk: &Desk, task: TaskId, token: LeaseToken) {
    let until = at(LATE + 1_000);
    let lease = Lease { token, until };
    let tasks = &desk.stores.tasks;
    tasks.extend(task, lease, at(5)).await.unwrap();
}

pub(super) async fn what_would_have_paid_for_access_comes_again(desk: Desk) {
    let user = desk.lapsing(ACCESS + ANALYSIS).await;
    let bought = desk.top_up(user, 1_000);
    desk.stores.ledger.post(&bought).await.unwrap();
    let filing = desk.filing().await;
    let request = desk.request_with_access(user, &Desk::pool_key(filing));
    let (task, lease) = desk.running(&request).await;
    let settlement = &desk.stores.settlement;
    let grant = GrantAccess {
        user,
        filing,
        access: desk.pending_access(),
        now: at(5),
    };
    assert!(settlement.grant_access(&grant).await.unwrap());
    prolong(&desk, task.id, lease).await;
    settlement
        .deliver_filing(task.id, lease, Some(at(UNTIL)), at(LATE))
        .await
        .unwrap();
    assert_eq!(desk.goodwill(user).await, usd(ACCESS));
    assert_eq!(desk.balance(user).await.available(), usd(1_000));
    desk.audit().await;
}

pub(super) async fn what_a_free_result_held_comes_again(desk: Desk) {
    let user = desk.lapsing(ACCESS + ANALYSIS).await;
    let key = Desk::pool_key(desk.filing().await);
    let (task, lease) = desk.running(&desk.request_with_access(user, &key)).await;
    prolong(&desk, task.id, lease).await;
    let done = CompleteTask {
        free: Some(Waiver::StandIn),
        goodwill_until: Some(at(UNTIL)),
        now: at(LATE),
        ..desk.completion(&task, lease)
    };
    desk.stores.settlement.complete(&done).await.unwrap();
    assert_eq!(desk.goodwill(user).await, usd(ANALYSIS));
    assert_eq!(desk.balance(user).await.posted, usd(ANALYSIS));
    desk.audit().await;
}

pub(super) async fn who_is_cancelled_with_others_loses_nothing(desk: Desk) {
    let key = Desk::pool_key(desk.filing().await);
    let leaves = desk.lapsing(ACCESS + ANALYSIS).await;
    let follows = desk.lapsing(ACCESS).await;
    let leader = desk.submit(&desk.request_with_access(leaves, &key)).await;
    let follower = desk.submit(&desk.request_with_access(follows, &key)).await;
    let leaving = CancelTask {
        goodwill_until: Some(at(UNTIL)),
        ..withdrawal(leader.id, at(LATE))
    };
    desk.stores.settlement.cancel(&leaving).await.unwrap();
    for task in [&leader, &follower] {
        assert_eq!(desk.status(task.id).await, TaskStatus::Cancelled);
    }
    assert_eq!(desk.goodwill(leaves).await, usd(0), "its own doing");
    assert_eq!(desk.goodwill(follows).await, usd(ACCESS));

    // A follower that leaves by itself does so by its own doing.
    let leads = desk.funded(1_000).await;
    let follows = desk.lapsing(ACCESS).await;
    desk.submit(&desk.request_with_access(leads, &key)).await;
    let follower = desk.submit(&desk.request_with_access(follows, &key)).await;
    let leaving = CancelTask {
        task: follower.id,
        ..leaving
    };
    desk.stores.settlement.cancel(&leaving).await.unwrap();
    assert_eq!(desk.goodwill(follows).await, usd(0));
    desk.audit().await;
}
