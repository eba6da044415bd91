//! Tasks that wait: TS-8, TS-10 and TS-11.

use super::super::support::{Again, Desk, at, failure};
use super::claim;
use crate::*;

/// A leader that waits until a time, after a run that began and ended at once.
async fn waiting_until(desk: &Desk, seconds: i64) -> Task {
    let task = desk.lone_task().await;
    let end = AbandonTask {
        task: task.id,
        guard: Guard::Lease(desk.claim(task.id, 1).await),
        failure: failure(),
        goodwill_until: None,
        now: at(2),
    };
    let again = end.at(seconds);
    desk.stores.settlement.retry(&again).await.unwrap();
    desk.task(task.id).await
}

pub(super) async fn nobody_begins_before_the_time(desk: Desk) {
    let tasks = &desk.stores.tasks;
    let task = waiting_until(&desk, 600).await;
    assert_eq!(task.not_before, Some(at(600)));
    tasks
        .mark_queued(task.id, task.generation, at(3))
        .await
        .unwrap();
    let before = desk.snapshot().await;
    for now in [4, 599] {
        let refused = tasks.claim(&claim(&desk, &task, 700, now)).await;
        assert!(
            matches!(refused, Err(TaskStoreError::NotYet { until }) if until == at(600)),
            "at {now}: {refused:?}"
        );
    }
    assert_eq!(desk.snapshot().await, before);
    let idle = tasks.stale(at(599), at(599), 10).await.unwrap();
    assert_eq!(idle, [], "it waits for its time, not for a message");
    let due = tasks.stale(at(700), at(601), 10).await.unwrap();
    assert_eq!(due.len(), 1);
    let claimed = tasks.claim(&claim(&desk, &task, 700, 600)).await.unwrap();
    assert_eq!((claimed.attempts, claimed.not_before), (2, None));
    desk.audit().await;
}

pub(super) async fn stale_gives_the_lapsed_first_and_then_the_oldest(desk: Desk) {
    let tasks = &desk.stores.tasks;
    let [young, old, lapsed] = [
        desk.lone_task().await,
        desk.lone_task().await,
        desk.lone_task().await,
    ];
    for (task, now) in [(&old, 10), (&young, 20)] {
        tasks
            .mark_queued(task.id, task.generation, at(now))
            .await
            .unwrap();
    }
    desk.claim(lapsed.id, 30).await;
    let order = async |limit| -> Vec<TaskId> {
        let found = tasks.stale(at(100), at(60), limit).await.unwrap();
        found.iter().map(|task| task.id).collect()
    };
    assert_eq!(order(10).await, [lapsed.id, old.id, young.id]);
    assert_eq!(order(2).await, [lapsed.id, old.id]);
}

pub(super) async fn a_touch_puts_a_waiting_task_last(desk: Desk) {
    let tasks = &desk.stores.tasks;
    let [first, second] = [desk.lone_task().await, desk.lone_task().await];
    tasks
        .touch(second.id, second.generation, at(5))
        .await
        .unwrap();
    tasks
        .touch(first.id, first.generation, at(10))
        .await
        .unwrap();
    let touched = desk.task(first.id).await;
    let expected = Task {
        updated_at: at(10),
        ..first.clone()
    };
    assert_eq!(touched, expected, "nothing else has changed");
    assert_eq!(desk.events(first.id).await.len(), 1, "and nothing is told");
    let found = tasks.stale(at(20), at(15), 10).await.unwrap();
    let order: Vec<_> = found.iter().map(|task| task.id).collect();
    assert_eq!(order, [second.id, first.id]);

    let before = desk.snapshot().await;
    tasks
        .touch(first.id, first.generation + 1, at(30))
        .await
        .unwrap();
    assert_eq!(desk.snapshot().await, before, "another generation");
    desk.claim(first.id, 31).await;
    let before = desk.snapshot().await;
    tasks
        .touch(first.id, first.generation, at(40))
        .await
        .unwrap();
    assert_eq!(desk.snapshot().await, before, "it does not wait");
    let nothing = desk.id(TaskId::from_uuid);
    let refused = tasks.touch(nothing, 1, at(50)).await;
    assert!(
        matches!(refused, Err(TaskStoreError::Unknown)),
        "{refused:?}"
    );
}

pub(super) async fn an_early_claim_takes_the_way_through_the_queue(desk: Desk) {
    let task = waiting_until(&desk, 3).await;
    let tasks = &desk.stores.tasks;
    tasks.claim(&claim(&desk, &task, 700, 4)).await.unwrap();
    let events = desk.events(task.id).await;
    let way: Vec<_> = events.iter().map(|event| event.status).collect();
    assert_eq!(
        way,
        [
            TaskStatus::Pending,
            TaskStatus::Queued,
            TaskStatus::Running,
            TaskStatus::Retrying,
            TaskStatus::Queued,
            TaskStatus::Running
        ]
    );
    desk.audit().await;
}
