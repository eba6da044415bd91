//! Withdrawals: SE-11.

use super::super::support::{ACCESS, ANALYSIS, Desk, at, usd, withdrawal};
use super::submit::messages;
use crate::*;

/// A leader that does not run, and followers of whom the first cannot pay.
struct Waiting {
    leader: Task,
    poor: Task,
    heir: Task,
    rich: Task,
}

impl Waiting {
    async fn begin(desk: &Desk) -> Self {
        let key = Desk::pool_key(desk.filing().await);
        let mut first = desk.request_with_access(desk.funded(1000).await, &key);
        // The heir pays its own price, not the leader's.
        first.charges.analysis_price = usd(7);
        let poor = desk.request(desk.funded(ANALYSIS - 1).await, &key);
        let heir = desk.request_with_access(desk.funded(ACCESS + ANALYSIS).await, &key);
        let rich = desk.request(desk.funded(1000).await, &key);
        let waiting = Self {
            leader: desk.submit(&first).await,
            poor: desk.submit(&poor).await,
            heir: desk.submit(&heir).await,
            rich: desk.submit(&rich).await,
        };
        desk.drain().await;
        waiting
    }

    async fn cancel(&self, desk: &Desk) -> Task {
        let settlement = &desk.stores.settlement;
        let left = settlement.cancel(&withdrawal(self.leader.id, at(30))).await;
        left.unwrap()
    }
}

pub(super) async fn a_cancelled_leader_hands_over_to_who_can_pay(desk: Desk) {
    let waiting = Waiting::begin(&desk).await;
    let (leader, heir) = (&waiting.leader, &waiting.heir);
    let left = waiting.cancel(&desk).await;
    assert_eq!((left.id, left.status), (leader.id, TaskStatus::Cancelled));
    assert_eq!(desk.task(leader.id).await, left);
    let whole = Balance {
        posted: usd(1000),
        held: usd(0),
    };
    assert_eq!(desk.balance(leader.user).await, whole);

    let now = desk.task(heir.id).await;
    assert_eq!(
        (now.role, now.status),
        (TaskRole::Leader, TaskStatus::Queued)
    );
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
    for follower in [&waiting.poor, &waiting.rich] {
        let now = desk.task(follower.id).await;
        assert_eq!(
            (now.role, now.status),
            (TaskRole::Follower, TaskStatus::Queued)
        );
        assert_eq!(desk.balance(follower.user).await.held, usd(0));
    }
    desk.audit().await;
}

pub(super) async fn the_heir_pays_what_it_was_quoted(desk: Desk) {
    let waiting = Waiting::begin(&desk).await;
    waiting.cancel(&desk).await;
    let lease = desk.claim(waiting.heir.id, 31).await;
    let done = CompleteTask {
        now: at(40),
        ..desk.completion(&waiting.heir, lease)
    };
    desk.stores.settlement.complete(&done).await.unwrap();
    for task in [&waiting.poor, &waiting.heir, &waiting.rich] {
        assert_eq!(desk.status(task.id).await, TaskStatus::Completed);
    }
    assert_eq!(desk.status(waiting.leader.id).await, TaskStatus::Cancelled);
    assert_eq!(desk.balance(waiting.heir.user).await.posted, usd(0));
    for free in [&waiting.leader, &waiting.poor, &waiting.rich] {
        assert_eq!(desk.entries(free.user).await.len(), 1, "pays nothing");
    }
    desk.audit().await;
}

pub(super) async fn an_heir_needs_a_free_place(desk: Desk) {
    let key = Desk::pool_key(desk.filing().await);
    let leader = desk.request(desk.funded(1000).await, &key);
    let leader = desk.submit(&leader).await;
    let busy = SubmitTask {
        max_running: Some(1),
        ..desk.request(desk.funded(1000).await, &key)
    };
    let other = SubmitTask {
        max_running: Some(1),
        ..desk.request(busy.user, &Desk::pool_key(desk.filing().await))
    };
    let free = SubmitTask {
        max_running: Some(1),
        ..desk.request(desk.funded(1000).await, &key)
    };
    let (busy, free) = (desk.submit(&busy).await, desk.submit(&free).await);
    desk.submit(&other).await;
    let settlement = &desk.stores.settlement;
    settlement
        .cancel(&withdrawal(leader.id, at(30)))
        .await
        .unwrap();
    let role = async |task: &Task| desk.task(task.id).await.role;
    assert_eq!(role(&busy).await, TaskRole::Follower);
    assert_eq!(role(&free).await, TaskRole::Leader);
    settlement
        .cancel(&withdrawal(free.id, at(31)))
        .await
        .unwrap();
    assert_eq!(desk.status(busy.id).await, TaskStatus::Cancelled);
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
        .cancel(&withdrawal(leader.id, at(2)))
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
        .cancel(&withdrawal(task.id, at(5)))
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
        .cancel(&withdrawal(unknown, at(5)))
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
        .cancel(&withdrawal(leaving.id, at(5)))
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
