//! Withdrawals: SE-11.

use super::super::support::{ACCESS, ANALYSIS, Desk, at, usd};
use super::submit::messages;
use crate::*;

pub(super) async fn a_cancelled_leader_hands_over_to_who_can_pay(desk: Desk) {
    let key = Desk::pool_key(desk.filing().await);
    let mut first = desk.request_with_access(desk.funded(1000).await, &key);
    first.charges.analysis_price = usd(7);
    let leader = desk.submit(&first).await;
    let poor = desk
        .submit(&desk.request(desk.funded(ANALYSIS - 1).await, &key))
        .await;
    let heir = desk.request_with_access(desk.funded(ACCESS + ANALYSIS).await, &key);
    let heir = desk.submit(&heir).await;
    let rich = desk
        .submit(&desk.request(desk.funded(1000).await, &key))
        .await;
    desk.drain().await;

    let left = desk
        .stores
        .settlement
        .cancel(leader.id, at(3600), at(30))
        .await
        .unwrap();
    assert_eq!((left.id, left.status), (leader.id, TaskStatus::Cancelled));
    assert_eq!(desk.task(leader.id).await, left);
    assert_eq!(
        desk.balance(leader.user).await,
        Balance {
            posted: usd(1000),
            held: usd(0)
        }
    );

    let now = desk.task(heir.id).await;
    assert_eq!(
        (now.role, now.status),
        (TaskRole::Leader, TaskStatus::Pending)
    );
    assert_eq!(now.progress, AnalysisStatus::Initiated);
    let hold = desk
        .find_hold(heir.user, heir.charges.analysis_hold)
        .await
        .unwrap();
    assert_eq!(
        (hold.amount, hold.status),
        (usd(ANALYSIS), HoldStatus::Open)
    );
    assert_eq!((hold.expires_at, hold.created_at), (at(3600), at(30)));
    assert_eq!(hold.task, Some(heir.id));
    assert_eq!(desk.balance(heir.user).await.available(), usd(0));
    let message = TaskMessage {
        task: heir.id,
        generation: now.generation,
    };
    assert_eq!(
        messages(&desk.drain().await),
        [(message, heir.priority, at(30))]
    );

    for follower in [&poor, &rich] {
        let now = desk.task(follower.id).await;
        assert_eq!(
            (now.role, now.status),
            (TaskRole::Follower, TaskStatus::Queued)
        );
        assert_eq!(desk.balance(follower.user).await.held, usd(0));
    }
    let lease = desk.claim(heir.id, 31).await;
    let done = CompleteTask {
        now: at(40),
        ..desk.completion(&heir, lease)
    };
    desk.stores.settlement.complete(&done).await.unwrap();
    for task in [&poor, &heir, &rich] {
        assert_eq!(desk.status(task.id).await, TaskStatus::Completed);
    }
    assert_eq!(desk.status(leader.id).await, TaskStatus::Cancelled);
    assert_eq!(
        desk.balance(heir.user).await.posted,
        usd(0),
        "the heir paid what it was quoted"
    );
    assert_eq!(
        desk.entries(leader.user).await.len(),
        1,
        "who left pays nothing"
    );
    desk.audit().await;
}

pub(super) async fn without_heirs_all_are_cancelled(desk: Desk) {
    let key = Desk::pool_key(desk.filing().await);
    let leader = desk
        .submit(&desk.request(desk.funded(1000).await, &key))
        .await;
    let poor = desk.request_with_access(desk.funded(ACCESS).await, &key);
    let poor = desk.submit(&poor).await;
    let queue = &desk.stores.tasks;
    queue
        .mark_queued(leader.id, leader.generation, at(1))
        .await
        .unwrap();
    desk.drain().await;
    desk.stores
        .settlement
        .cancel(leader.id, at(1800), at(2))
        .await
        .unwrap();
    for task in [&leader, &poor] {
        assert_eq!(desk.status(task.id).await, TaskStatus::Cancelled);
        assert_eq!(desk.balance(task.user).await.held, usd(0));
        assert_eq!(desk.entries(task.user).await.len(), 1, "nobody pays");
    }
    assert!(messages(&desk.drain().await).is_empty());
    let next = desk.submit(&desk.request(leader.user, &key)).await;
    assert_eq!(
        next.role,
        TaskRole::Leader,
        "a cancelled run does not hold the key"
    );
    desk.audit().await;
}

pub(super) async fn a_running_leader_is_not_cancelled(desk: Desk) {
    let key = Desk::pool_key(desk.filing().await);
    let request = desk.request(desk.funded(1000).await, &key);
    let (task, lease) = desk.running(&request).await;
    let before = desk.snapshot().await;
    let refused = desk
        .stores
        .settlement
        .cancel(task.id, at(1800), at(5))
        .await;
    let running = matches!(
        refused,
        Err(SettlementError::Task(TaskStoreError::Conflict {
            actual: TaskStatus::Running
        }))
    );
    assert!(running, "{refused:?}");
    assert_eq!(desk.snapshot().await, before);
    let done = desk.completion(&task, lease);
    desk.stores.settlement.complete(&done).await.unwrap();
    let unknown = desk.id(TaskId::from_uuid);
    let refused = desk
        .stores
        .settlement
        .cancel(unknown, at(1800), at(5))
        .await;
    let unknown = matches!(refused, Err(SettlementError::Task(TaskStoreError::Unknown)));
    assert!(unknown, "{refused:?}");
}

pub(super) async fn a_follower_leaves_alone(desk: Desk) {
    let key = Desk::pool_key(desk.filing().await);
    let request = desk.request(desk.funded(1000).await, &key);
    let (leader, lease) = desk.running(&request).await;
    let leaving = desk.request_with_access(desk.funded(1000).await, &key);
    let leaving = desk.submit(&leaving).await;
    let staying = desk.submit(&desk.request(desk.account().await, &key)).await;
    let left = desk
        .stores
        .settlement
        .cancel(leaving.id, at(1800), at(5))
        .await
        .unwrap();
    assert_eq!(left.status, TaskStatus::Cancelled);
    assert_eq!(
        desk.balance(leaving.user).await,
        Balance {
            posted: usd(1000),
            held: usd(0)
        }
    );
    assert_eq!(desk.task(leader.id).await, leader, "the run goes on");

    let done = desk.completion(&leader, lease);
    desk.stores.settlement.complete(&done).await.unwrap();
    assert_eq!(desk.status(leaving.id).await, TaskStatus::Cancelled);
    assert_eq!(desk.status(staying.id).await, TaskStatus::Completed);
    assert_eq!(desk.balance(leaving.user).await.posted, usd(1000));
    desk.audit().await;
}
