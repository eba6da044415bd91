//! Clauses of [`TaskStore`].

mod waiting;

use futures_util::future::join_all;

use super::support::{Again, Desk, MOST_PAGES, at, failure, withdrawal};
use super::*;
use crate::*;

use waiting::{
    a_touch_puts_a_waiting_task_last, an_early_claim_takes_the_way_through_the_queue,
    nobody_begins_before_the_time, stale_gives_the_lapsed_first_and_then_the_oldest,
};

/// The scenarios.
pub const SCENARIOS: &[Scenario<Desk>] = &[
    scenario!(id: "TS-1", one_of_many_claims_wins),
    scenario!(id: "TS-1", a_claim_begins_a_run),
    scenario!(id: "TS-1", a_claim_may_overtake_the_mark),
    scenario!(id: "TS-2", an_expired_run_is_claimed_again),
    scenario!(id: "TS-2", one_of_many_takes_an_expired_run_over),
    scenario!(id: "TS-3", what_cannot_be_claimed),
    scenario!(id: "TS-4", advance_needs_the_living_lease),
    scenario!(id: "TS-4", advance_is_compare_and_set),
    scenario!(id: "TS-5", extend_prolongs_the_newest_lease_alone),
    scenario!(id: "TS-6", every_change_is_one_event),
    scenario!(id: "TS-6", followers_share_the_progress),
    scenario!(id: "TS-6", events_come_again_from_any_number),
    scenario!(id: "TS-7", mark_queued_takes_its_generation_alone),
    scenario!(id: "TS-8", stale_gives_what_nobody_works_on),
    scenario!(id: "TS-8", stale_gives_the_lapsed_first_and_then_the_oldest),
    scenario!(id: "TS-9", tasks_come_newest_first_by_page),
    scenario!(id: "TS-10", nobody_begins_before_the_time),
    scenario!(id: "TS-11", a_touch_puts_a_waiting_task_last),
    scenario!(id: "TS-12", an_early_claim_takes_the_way_through_the_queue),
];

const STEPS: [AnalysisStatus; 5] = [
    AnalysisStatus::Queued,
    AnalysisStatus::Fetching,
    AnalysisStatus::Parsing,
    AnalysisStatus::Analyzing,
    AnalysisStatus::Verifying,
];

fn claim(desk: &Desk, task: &Task, until: i64, now: i64) -> ClaimTask {
    ClaimTask {
        task: task.id,
        generation: task.generation,
        lease: desk.lease(until),
        now: at(now),
    }
}

fn step(task: &Task, token: LeaseToken, n: usize, now: i64) -> AdvanceTask {
    AdvanceTask {
        task: task.id,
        token,
        from: STEPS[n],
        to: STEPS[n + 1],
        now: at(now),
    }
}

async fn one_of_many_claims_wins(desk: Desk) {
    let task = desk.lone_task().await;
    let tasks = &desk.stores.tasks;
    tasks
        .mark_queued(task.id, task.generation, at(1))
        .await
        .unwrap();
    let claims: Vec<_> = (0..32).map(|_| claim(&desk, &task, 60, 2)).collect();
    let outcomes = join_all(claims.iter().map(|claim| tasks.claim(claim))).await;
    let won: Vec<_> = outcomes
        .iter()
        .filter_map(|outcome| outcome.as_ref().ok())
        .collect();
    assert_eq!(won.len(), 1);
    for lost in outcomes.iter().filter_map(|outcome| outcome.as_ref().err()) {
        let running = TaskStatus::Running;
        assert!(
            matches!(lost, TaskStoreError::Conflict { actual } if *actual == running),
            "{lost:?}"
        );
    }
    assert_eq!((won[0], won[0].attempts), (&desk.task(task.id).await, 1));
    desk.audit().await;
}

async fn a_claim_begins_a_run(desk: Desk) {
    let task = desk.lone_task().await;
    assert_eq!(
        (task.status, task.attempts, task.lease),
        (TaskStatus::Pending, 0, None)
    );
    let tasks = &desk.stores.tasks;
    tasks
        .mark_queued(task.id, task.generation, at(1))
        .await
        .unwrap();
    let claim = claim(&desk, &task, 60, 2);
    let claimed = tasks.claim(&claim).await.unwrap();
    assert_eq!(claimed.status, TaskStatus::Running);
    assert_eq!(claimed.progress, AnalysisStatus::Queued);
    assert_eq!((claimed.lease, claimed.attempts), (Some(claim.lease), 1));
    assert_eq!(claimed.updated_at, at(2));
    assert_eq!(claimed.generation, task.generation);
    desk.audit().await;
}

async fn a_claim_may_overtake_the_mark(desk: Desk) {
    let task = desk.lone_task().await;
    let tasks = &desk.stores.tasks;
    let claimed = tasks.claim(&claim(&desk, &task, 60, 1)).await.unwrap();
    assert_eq!(claimed.progress, AnalysisStatus::Queued);
    tasks
        .mark_queued(task.id, task.generation, at(2))
        .await
        .unwrap();
    assert_eq!(
        desk.task(task.id).await,
        claimed,
        "the late mark changes nothing"
    );
    desk.audit().await;
}

async fn an_expired_run_is_claimed_again(desk: Desk) {
    let task = desk.lone_task().await;
    let tasks = &desk.stores.tasks;
    let first = claim(&desk, &task, 60, 1);
    tasks.claim(&first).await.unwrap();
    tasks
        .advance(&step(&task, first.lease.token, 0, 2))
        .await
        .unwrap();
    let early = tasks.claim(&claim(&desk, &task, 120, 59)).await;
    assert!(
        matches!(early, Err(TaskStoreError::Conflict { .. })),
        "{early:?}"
    );

    let second = claim(&desk, &task, 120, 61);
    let claimed = tasks.claim(&second).await.unwrap();
    assert_eq!((claimed.attempts, claimed.lease), (2, Some(second.lease)));
    assert_eq!(
        claimed.progress,
        AnalysisStatus::Queued,
        "a run begins anew"
    );
    let old = tasks.advance(&step(&task, first.lease.token, 0, 62)).await;
    assert!(matches!(old, Err(TaskStoreError::LeaseLost)), "{old:?}");
    tasks
        .advance(&step(&task, second.lease.token, 0, 63))
        .await
        .unwrap();
    desk.audit().await;
}

async fn one_of_many_takes_an_expired_run_over(desk: Desk) {
    let task = desk.lone_task().await;
    desk.claim(task.id, 0).await;
    let claims: Vec<_> = (0..32).map(|_| claim(&desk, &task, 200, 100)).collect();
    let outcomes = join_all(claims.iter().map(|claim| desk.stores.tasks.claim(claim))).await;
    assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 1);
    assert_eq!(desk.task(task.id).await.attempts, 2);
    desk.audit().await;
}

async fn what_cannot_be_claimed(desk: Desk) {
    let tasks = &desk.stores.tasks;
    let user = desk.funded(1000).await;
    let key = Desk::pool_key(desk.filing().await);
    let (task, lease) = desk.running(&desk.request(user, &key)).await;
    let follower = desk.submit(&desk.request(desk.account().await, &key)).await;
    let refused = tasks.claim(&claim(&desk, &follower, 60, 5)).await;
    assert!(
        matches!(refused, Err(TaskStoreError::Conflict { .. })),
        "follower: {refused:?}"
    );

    let again = AbandonTask {
        task: task.id,
        guard: Guard::Lease(lease),
        failure: failure(),
        goodwill_until: None,
        now: at(5),
    };
    let again = again.at(6);
    desk.stores.settlement.retry(&again).await.unwrap();
    let refused = tasks.claim(&claim(&desk, &task, 60, 7)).await;
    assert!(
        matches!(refused, Err(TaskStoreError::Superseded)),
        "old message: {refused:?}"
    );

    let lease = desk.claim(task.id, 8).await;
    let done = desk.completion(&task, lease);
    desk.stores.settlement.complete(&done).await.unwrap();
    let finished = desk.task(task.id).await;
    let refused = tasks.claim(&claim(&desk, &finished, 99, 20)).await;
    let completed = TaskStatus::Completed;
    assert!(
        matches!(refused, Err(TaskStoreError::Conflict { actual }) if actual == completed),
        "finished: {refused:?}"
    );
    let nothing = ClaimTask {
        task: desk.id(TaskId::from_uuid),
        ..claim(&desk, &task, 60, 1)
    };
    assert!(matches!(
        tasks.claim(&nothing).await,
        Err(TaskStoreError::Unknown)
    ));
    desk.audit().await;
}

async fn advance_needs_the_living_lease(desk: Desk) {
    let task = desk.lone_task().await;
    let lease = desk.claim(task.id, 0).await;
    let before = desk.snapshot().await;
    let stranger = desk.id(LeaseToken::from_uuid);
    for lost in [step(&task, stranger, 0, 1), step(&task, lease, 0, 61)] {
        let refused = desk.stores.tasks.advance(&lost).await;
        assert!(
            matches!(refused, Err(TaskStoreError::LeaseLost)),
            "{refused:?}"
        );
    }
    assert_eq!(desk.snapshot().await, before);
    let unknown = AdvanceTask {
        task: desk.id(TaskId::from_uuid),
        ..step(&task, lease, 0, 1)
    };
    let refused = desk.stores.tasks.advance(&unknown).await;
    assert!(
        matches!(refused, Err(TaskStoreError::Unknown)),
        "{refused:?}"
    );
}

async fn advance_is_compare_and_set(desk: Desk) {
    let task = desk.lone_task().await;
    let lease = desk.claim(task.id, 0).await;
    let tasks = &desk.stores.tasks;
    let first = step(&task, lease, 0, 1);
    let outcomes = join_all((0..32).map(|_| tasks.advance(&first))).await;
    assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 1);
    for refused in outcomes.iter().filter_map(|outcome| outcome.as_ref().err()) {
        assert!(
            matches!(refused, TaskStoreError::Conflict { .. }),
            "{refused:?}"
        );
    }
    assert_eq!(desk.task(task.id).await.progress, AnalysisStatus::Fetching);
    desk.audit().await;
}

async fn extend_prolongs_the_newest_lease_alone(desk: Desk) {
    let task = desk.lone_task().await;
    let tasks = &desk.stores.tasks;
    let token = desk.claim(task.id, 0).await;
    let until = |seconds| Lease {
        token,
        until: at(seconds),
    };
    tasks.extend(task.id, until(100), at(50)).await.unwrap();
    tasks.advance(&step(&task, token, 0, 90)).await.unwrap();
    assert_eq!(desk.task(task.id).await.lease, Some(until(100)));

    let before = desk.snapshot().await;
    let foreign = desk.lease(900);
    for (lease, now) in [(foreign, 95), (until(900), 101)] {
        let refused = tasks.extend(task.id, lease, at(now)).await;
        assert!(
            matches!(refused, Err(TaskStoreError::LeaseLost)),
            "{refused:?}"
        );
    }
    assert_eq!(desk.snapshot().await, before);
    desk.claim(task.id, 102).await;
    let refused = tasks.extend(task.id, until(900), at(103)).await;
    assert!(
        matches!(refused, Err(TaskStoreError::LeaseLost)),
        "an older lease: {refused:?}"
    );
}

async fn every_change_is_one_event(desk: Desk) {
    let task = desk.lone_task().await;
    let tasks = &desk.stores.tasks;
    tasks
        .mark_queued(task.id, task.generation, at(1))
        .await
        .unwrap();
    let token = desk.claim(task.id, 2).await;
    for n in 0..4 {
        tasks.advance(&step(&task, token, n, 3)).await.unwrap();
        let lease = Lease {
            token,
            until: at(70),
        };
        tasks.extend(task.id, lease, at(4)).await.unwrap();
    }
    let done = desk.completion(&task, token);
    desk.stores.settlement.complete(&done).await.unwrap();
    let told: Vec<_> = desk.events(task.id).await;
    let states: Vec<_> = told
        .iter()
        .map(|event| (event.status, event.progress))
        .collect();
    let expected = [
        (TaskStatus::Pending, AnalysisStatus::Initiated),
        (TaskStatus::Queued, AnalysisStatus::Queued),
        (TaskStatus::Running, AnalysisStatus::Queued),
        (TaskStatus::Running, AnalysisStatus::Fetching),
        (TaskStatus::Running, AnalysisStatus::Parsing),
        (TaskStatus::Running, AnalysisStatus::Analyzing),
        (TaskStatus::Running, AnalysisStatus::Verifying),
        (TaskStatus::Completed, AnalysisStatus::Completed),
    ];
    assert_eq!(states, expected);
    assert_eq!(told[3].at, at(3));
    let announced: Vec<_> = desk
        .drain()
        .await
        .into_iter()
        .filter_map(event_of)
        .collect();
    assert_eq!(announced, told, "each event is in the outbox too");
    desk.audit().await;
}

fn event_of(item: OutboxItem) -> Option<TaskEvent> {
    match item {
        OutboxItem::Event(event) => Some(event),
        OutboxItem::Enqueue { .. } | OutboxItem::Notice(_) => None,
    }
}

async fn followers_share_the_progress(desk: Desk) {
    let tasks = &desk.stores.tasks;
    let key = Desk::pool_key(desk.filing().await);
    let leader = desk
        .submit(&desk.request(desk.funded(1000).await, &key))
        .await;
    let follower = desk.submit(&desk.request(desk.account().await, &key)).await;
    let same_progress = async |now| {
        let [leader, follower] = [desk.task(leader.id).await, desk.task(follower.id).await];
        assert_eq!(follower.progress, leader.progress, "at {now}");
        assert_eq!(follower.status, TaskStatus::Queued, "at {now}");
        desk.audit().await;
    };
    same_progress("submit").await;
    tasks
        .mark_queued(leader.id, leader.generation, at(1))
        .await
        .unwrap();
    same_progress("mark").await;
    let token = desk.claim(leader.id, 2).await;
    same_progress("claim").await;
    for n in 0..4 {
        tasks.advance(&step(&leader, token, n, 3)).await.unwrap();
        same_progress("advance").await;
    }
    let late = desk.submit(&desk.request(desk.account().await, &key)).await;
    assert_eq!(
        late.progress,
        AnalysisStatus::Verifying,
        "joins where the run is"
    );
    desk.claim(leader.id, 100).await;
    same_progress("second claim").await;
}

async fn events_come_again_from_any_number(desk: Desk) {
    let task = desk.lone_task().await;
    let token = desk.claim(task.id, 1).await;
    for n in 0..4 {
        desk.stores
            .tasks
            .advance(&step(&task, token, n, 2))
            .await
            .unwrap();
    }
    let all = desk.events(task.id).await;
    let count = u64::try_from(all.len()).unwrap();
    for after in 0..=count {
        let rest = desk
            .stores
            .tasks
            .events(task.id, after, MAX_PAGE)
            .await
            .unwrap();
        assert_eq!(rest, all[usize::try_from(after).unwrap()..]);
    }
    assert_eq!(
        desk.stores.tasks.events(task.id, 1, 2).await.unwrap(),
        all[1..3]
    );
    let nothing = desk.id(TaskId::from_uuid);
    assert!(
        desk.stores
            .tasks
            .events(nothing, 0, 9)
            .await
            .unwrap()
            .is_empty()
    );
}

async fn mark_queued_takes_its_generation_alone(desk: Desk) {
    let tasks = &desk.stores.tasks;
    let task = desk.lone_task().await;
    let before = desk.snapshot().await;
    tasks
        .mark_queued(task.id, task.generation + 1, at(1))
        .await
        .unwrap();
    assert_eq!(desk.snapshot().await, before, "another generation");

    join_all((0..16).map(|_| tasks.mark_queued(task.id, task.generation, at(2)))).await;
    let queued = desk.task(task.id).await;
    assert_eq!(
        (queued.status, queued.progress),
        (TaskStatus::Queued, AnalysisStatus::Queued)
    );
    assert_eq!(queued.last_event, task.last_event + 1, "once");

    let lease = desk.claim(task.id, 3).await;
    let again = AbandonTask {
        task: task.id,
        guard: Guard::Lease(lease),
        failure: failure(),
        goodwill_until: None,
        now: at(4),
    };
    let again = again.at(9);
    desk.stores.settlement.retry(&again).await.unwrap();
    let retrying = desk.task(task.id).await;
    tasks
        .mark_queued(task.id, task.generation, at(5))
        .await
        .unwrap();
    assert_eq!(desk.task(task.id).await, retrying, "the old generation");
    tasks
        .mark_queued(task.id, retrying.generation, at(6))
        .await
        .unwrap();
    assert_eq!(desk.status(task.id).await, TaskStatus::Queued);
    let nothing = desk.id(TaskId::from_uuid);
    let refused = tasks.mark_queued(nothing, 1, at(7)).await;
    assert!(
        matches!(refused, Err(TaskStoreError::Unknown)),
        "{refused:?}"
    );
    desk.audit().await;
}

async fn stale_gives_what_nobody_works_on(desk: Desk) {
    let tasks = &desk.stores.tasks;
    let waiting = desk.lone_task().await;
    let queued = desk.lone_task().await;
    tasks
        .mark_queued(queued.id, queued.generation, at(50))
        .await
        .unwrap();
    let [lapsed, alive] = [desk.lone_task().await, desk.lone_task().await];
    desk.claim(lapsed.id, 10).await;
    desk.claim(alive.id, 60).await;
    desk.submit(&desk.request(desk.account().await, &waiting.key))
        .await;
    let (cancelled, now) = (desk.lone_task().await, at(5));
    desk.stores
        .settlement
        .cancel(&withdrawal(cancelled.id, now))
        .await
        .unwrap();

    let stale = async |idle_since, limit| {
        let found = tasks.stale(at(100), at(idle_since), limit).await.unwrap();
        let mut ids: Vec<_> = found.iter().map(|task| task.id).collect();
        ids.sort();
        ids
    };
    assert_eq!(
        stale(-10, 10).await,
        [lapsed.id],
        "nobody has waited that long"
    );
    assert_eq!(
        stale(40, 10).await,
        [waiting.id, lapsed.id],
        "followers wait for their leader"
    );
    assert_eq!(stale(60, 10).await, [waiting.id, queued.id, lapsed.id]);
    assert_eq!(stale(60, 2).await.len(), 2, "at most the limit");
}

async fn tasks_come_newest_first_by_page(desk: Desk) {
    let tasks = &desk.stores.tasks;
    let user = desk.funded(1000).await;
    desk.lone_task().await;
    let mut made = Vec::new();
    for second in 0..5 {
        let key = Desk::pool_key(desk.filing().await);
        let request = SubmitTask {
            now: at(second),
            ..desk.request(user, &key)
        };
        made.push(desk.submit(&request).await.id);
    }
    made.reverse();
    let (mut seen, mut before) = (Vec::new(), None);
    for _ in 0..MOST_PAGES {
        let page = tasks.list(user, before, 2).await.unwrap();
        let Some(last) = page.last() else { break };
        assert!(page.len() <= 2);
        before = Some(last.id);
        seen.extend(page.iter().map(|task| task.id));
    }
    assert_eq!(seen, made);
    assert_eq!(tasks.get(desk.id(TaskId::from_uuid)).await.unwrap(), None);
}
