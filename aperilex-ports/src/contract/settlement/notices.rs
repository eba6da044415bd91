//! What ends of runs leave for the accounts: SE-19.

use super::super::support::{Desk, at, failure};
use crate::*;

/// A running leader with two followers; the leader and the second follower want to be told.
async fn run(desk: &Desk) -> (Task, LeaseToken, [Task; 2]) {
    let key = Desk::pool_key(desk.filing().await);
    let [one, two, three] = [
        desk.funded(1000).await,
        desk.funded(1000).await,
        desk.funded(1000).await,
    ];
    desk.prefer(one, true, false).await;
    desk.prefer(two, false, false).await;
    desk.prefer(three, true, false).await;
    let (leader, lease) = desk.running(&desk.request(one, &key)).await;
    let first = desk.submit(&desk.request(two, &key)).await;
    let second = desk.submit(&desk.request(three, &key)).await;
    (leader, lease, [first, second])
}

fn abandon(task: TaskId, lease: LeaseToken) -> AbandonTask {
    AbandonTask {
        task,
        guard: Guard::Lease(lease),
        failure: failure(),
        goodwill_until: None,
        now: at(10),
    }
}

async fn told(desk: &Desk, task: &Task, now: i64) -> Vec<(NoticeKind, Timestamp)> {
    let notices = desk.notices(task.user, now).await.into_iter();
    notices.map(|notice| (notice.kind, notice.at)).collect()
}

pub(super) async fn who_wants_to_be_told_of_tasks_is_told(desk: Desk) {
    let (leader, lease, [silent, follower]) = run(&desk).await;
    let done = desk.completion(&leader, lease);
    desk.stores.settlement.complete(&done).await.unwrap();
    let completed = |task: &Task| NoticeKind::Completed {
        task: task.id,
        analysis: done.analysis.id,
    };
    assert_eq!(
        told(&desk, &leader, 100).await,
        [(completed(&leader), at(10))]
    );
    assert_eq!(
        told(&desk, &follower, 200).await,
        [(completed(&follower), at(10))]
    );
    assert_eq!(told(&desk, &silent, 300).await, []);

    let (leader, lease, [silent, follower]) = run(&desk).await;
    let settlement = &desk.stores.settlement;
    let end = abandon(leader.id, lease);
    settlement
        .retry(&super::super::support::Again::at(&end, 10))
        .await
        .unwrap();
    assert_eq!(told(&desk, &leader, 400).await, [], "it goes on");
    let lease = desk.claim(leader.id, 11).await;
    settlement
        .abandon(&abandon(leader.id, lease))
        .await
        .unwrap();
    for (now, task) in [(500, &leader), (600, &follower)] {
        let failed = NoticeKind::Failed {
            task: task.id,
            failure: failure(),
        };
        assert_eq!(told(&desk, task, now).await, [(failed, at(10))]);
    }
    assert_eq!(told(&desk, &silent, 700).await, []);
}

pub(super) async fn a_refused_end_tells_nobody(desk: Desk) {
    let (leader, lease, _) = run(&desk).await;
    let settlement = &desk.stores.settlement;
    let lost = desk.lease(60).token;
    let done = desk.completion(&leader, lost);
    settlement.complete(&done).await.unwrap_err();
    settlement
        .abandon(&abandon(leader.id, lost))
        .await
        .unwrap_err();
    assert_eq!(told(&desk, &leader, 100).await, []);
    settlement
        .abandon(&abandon(leader.id, lease))
        .await
        .unwrap();
    settlement
        .abandon(&abandon(leader.id, lease))
        .await
        .unwrap_err();
    assert_eq!(told(&desk, &leader, 200).await.len(), 1, "once");
}
