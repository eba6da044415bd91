//! How runs end: SE-7 to SE-10, SE-12 and SE-14.

use futures_util::future::join_all;

use super::super::support::{
    ACCESS, ANALYSIS, Again, Desk, Snapshot, at, failure, usd, withdrawal,
};
use super::submit::{events, messages};
use crate::*;

/// A running leader with two followers, all of whom wait for the filing.
struct Run {
    leader: Task,
    lease: LeaseToken,
    followers: [Task; 2],
}

impl Run {
    async fn begin(desk: &Desk) -> Self {
        let key = Desk::pool_key(desk.filing().await);
        let request = desk.request_with_access(desk.funded(1000).await, &key);
        let (leader, lease) = desk.running(&request).await;
        let first = desk.request_with_access(desk.funded(1000).await, &key);
        let second = desk.request_with_access(desk.funded(ACCESS).await, &key);
        let followers = [desk.submit(&first).await, desk.submit(&second).await];
        desk.drain().await;
        Self {
            leader,
            lease,
            followers,
        }
    }

    fn all(&self) -> impl Iterator<Item = &Task> {
        std::iter::once(&self.leader).chain(&self.followers)
    }

    fn abandon(&self, now: i64) -> AbandonTask {
        AbandonTask {
            task: self.leader.id,
            guard: Guard::Lease(self.lease),
            failure: failure(),
            goodwill_until: None,
            now: at(now),
        }
    }
}

async fn charges(desk: &Desk, user: UserId) -> Vec<LedgerEntry> {
    desk.entries(user).await.split_off(1)
}

pub(super) async fn completion_pays_and_tells_everyone(desk: Desk) {
    let run = Run::begin(&desk).await;
    let settlement = &desk.stores.settlement;
    settlement
        .deliver_filing(run.leader.id, run.lease, None, at(5))
        .await
        .unwrap();
    let done = desk.completion(&run.leader, run.lease);
    settlement.complete(&done).await.unwrap();

    let analysis = done.analysis.id;
    for task in run.all() {
        let now = desk.task(task.id).await;
        assert_eq!(
            (now.status, now.progress),
            (TaskStatus::Completed, AnalysisStatus::Completed)
        );
        assert_eq!((now.analysis, now.lease), (Some(analysis), None));
        assert_eq!((now.failure, now.updated_at), (None, at(10)));
        let read = desk
            .stores
            .pool
            .readable(task.user, analysis)
            .await
            .unwrap();
        assert_eq!(read, Some((done.analysis.clone(), AccessSource::Paid)));
    }
    let paid = charges(&desk, run.leader.user).await;
    assert_eq!(paid.len(), 2, "access and analysis");
    assert_eq!(
        (paid[1].amount, paid[1].kind),
        (usd(-ANALYSIS), EntryKind::Analysis)
    );
    assert_eq!(
        (paid[1].task, paid[1].analysis),
        (Some(run.leader.id), Some(analysis))
    );
    assert_eq!(paid[1].hold, Some(run.leader.charges.analysis_hold));
    for follower in &run.followers {
        assert_eq!(charges(&desk, follower.user).await.len(), 1, "access alone");
    }
    let told = events(&desk.drain().await);
    assert_eq!(told.len(), 3);
    for task in run.all() {
        assert_eq!(told.iter().filter(|event| event.task == task.id).count(), 1);
    }
    desk.audit().await;
}

pub(super) async fn an_uncharged_completion_gives_the_hold_back(desk: Desk) {
    let run = Run::begin(&desk).await;
    let mut done = desk.completion(&run.leader, run.lease);
    done.free = Some(Waiver::StandIn);
    desk.stores.settlement.complete(&done).await.unwrap();
    let hold = run.leader.charges.analysis_hold;
    assert_eq!(
        desk.hold_status(run.leader.user, hold).await,
        Some(HoldStatus::Voided)
    );
    assert_eq!(
        charges(&desk, run.leader.user).await.len(),
        1,
        "access alone"
    );
    assert_eq!(desk.status(run.leader.id).await, TaskStatus::Completed);
    desk.audit().await;
}

pub(super) async fn completion_serves_who_still_waits_for_the_filing(desk: Desk) {
    let run = Run::begin(&desk).await;
    let settlement = &desk.stores.settlement;
    settlement
        .deliver_filing(run.leader.id, run.lease, None, at(5))
        .await
        .unwrap();
    let late = desk.funded(ACCESS).await;
    let late = desk
        .submit(&desk.request_with_access(late, &run.leader.key))
        .await;
    let done = desk.completion(&run.leader, run.lease);
    settlement.complete(&done).await.unwrap();
    let read = desk
        .stores
        .pool
        .readable(late.user, done.analysis.id)
        .await
        .unwrap();
    assert!(
        read.is_some(),
        "a completed task can be read by who paid for it"
    );
    assert_eq!(charges(&desk, late.user).await.len(), 1);
    desk.audit().await;
}

pub(super) async fn of_many_completions_one_counts(desk: Desk) {
    let run = Run::begin(&desk).await;
    let done: Vec<_> = (0..32)
        .map(|_| desk.completion(&run.leader, run.lease))
        .collect();
    let outcomes = join_all(
        done.iter()
            .map(|done| desk.stores.settlement.complete(done)),
    )
    .await;
    assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 1);
    for refused in outcomes.iter().filter_map(|outcome| outcome.as_ref().err()) {
        assert_conflict(refused, TaskStatus::Completed);
    }
    let pooled = desk
        .stores
        .pool
        .list(run.leader.user, None, None, 99)
        .await
        .unwrap();
    assert_eq!(pooled.len(), 1, "one analysis");
    assert_eq!(
        desk.balance(run.leader.user).await.posted,
        usd(1000 - ACCESS - ANALYSIS)
    );
    desk.audit().await;
}

fn assert_conflict(refused: &SettlementError, status: TaskStatus) {
    let conflict = matches!(
        refused,
        SettlementError::Task(TaskStoreError::Conflict { actual }) if *actual == status
    );
    assert!(
        conflict,
        "expected a conflict with {status}, got {refused:?}"
    );
}

/// Runs every command of a worker; gives how each was refused.
async fn refusals(desk: &Desk, task: &Task, lease: LeaseToken, now: i64) -> Vec<SettlementError> {
    let settlement = &desk.stores.settlement;
    let abandon = AbandonTask {
        task: task.id,
        guard: Guard::Lease(lease),
        failure: failure(),
        goodwill_until: None,
        now: at(now),
    };
    let done = CompleteTask {
        now: at(now),
        ..desk.completion(task, lease)
    };
    let outcomes = [
        settlement
            .deliver_filing(task.id, lease, None, at(now))
            .await,
        settlement.complete(&done).await,
        settlement.retry(&abandon.at(now + 9)).await,
        settlement.abandon(&abandon).await,
    ];
    outcomes.into_iter().map(Result::unwrap_err).collect()
}

async fn state(desk: &Desk) -> (Snapshot, usize) {
    (desk.snapshot().await, desk.drain().await.len())
}

pub(super) async fn a_lost_lease_changes_nothing(desk: Desk) {
    let run = Run::begin(&desk).await;
    let before = state(&desk).await;
    let stranger = desk.id(LeaseToken::from_uuid);
    for (lease, now) in [(stranger, 5), (run.lease, 62)] {
        for refused in refusals(&desk, &run.leader, lease, now).await {
            let lost = matches!(refused, SettlementError::Task(TaskStoreError::LeaseLost));
            assert!(lost, "{refused:?}");
        }
    }
    assert_eq!(state(&desk).await, before);
    desk.claim(run.leader.id, 70).await;
    let before = state(&desk).await;
    for refused in refusals(&desk, &run.leader, run.lease, 71).await {
        let lost = matches!(refused, SettlementError::Task(TaskStoreError::LeaseLost));
        assert!(lost, "of an earlier run: {refused:?}");
    }
    let after = state(&desk).await;
    assert_eq!(after.0, before.0);
    assert_eq!(after.1, 0, "nothing is sent");
    let pooled = desk
        .stores
        .pool
        .list(run.leader.user, None, None, 9)
        .await
        .unwrap();
    assert!(pooled.is_empty());
}

pub(super) async fn failure_gives_everyone_back_what_is_held(desk: Desk) {
    let run = Run::begin(&desk).await;
    desk.stores
        .settlement
        .abandon(&run.abandon(9))
        .await
        .unwrap();
    for task in run.all() {
        let now = desk.task(task.id).await;
        assert_eq!(
            (now.status, now.progress),
            (TaskStatus::Failed, AnalysisStatus::Error)
        );
        assert_eq!((now.failure, now.lease), (Some(failure()), None));
        assert!(
            charges(&desk, task.user).await.is_empty(),
            "nobody pays for what failed"
        );
        assert_eq!(desk.balance(task.user).await.held, usd(0));
        let last = desk.events(task.id).await.pop().unwrap();
        assert_eq!((last.failure, last.at), (Some(failure()), at(9)));
    }
    let sent = desk.drain().await;
    assert_eq!((events(&sent).len(), messages(&sent).len()), (3, 0));
    let user = run.leader.user;
    let next = desk.submit(&desk.request(user, &run.leader.key)).await;
    assert_eq!(
        next.role,
        TaskRole::Leader,
        "a failed run does not hold the key"
    );
    desk.audit().await;
}

pub(super) async fn failure_keeps_delivered_access(desk: Desk) {
    let run = Run::begin(&desk).await;
    let settlement = &desk.stores.settlement;
    settlement
        .deliver_filing(run.leader.id, run.lease, None, at(5))
        .await
        .unwrap();
    settlement.abandon(&run.abandon(9)).await.unwrap();
    for task in run.all() {
        let access = desk
            .stores
            .filings
            .access(task.user, task.key.filing)
            .await
            .unwrap();
        assert_eq!(access, Some(AccessSource::Paid));
        assert_eq!(charges(&desk, task.user).await.len(), 1, "access alone");
    }
    desk.audit().await;
}

pub(super) async fn the_sweeper_ends_what_nobody_works_on(desk: Desk) {
    let run = Run::begin(&desk).await;
    let sweep = |generation, now| AbandonTask {
        guard: Guard::Unleased { generation },
        ..run.abandon(now)
    };
    let settlement = &desk.stores.settlement;
    let generation = run.leader.generation;
    let before = state(&desk).await;
    let refused = settlement
        .abandon(&sweep(generation, 30))
        .await
        .unwrap_err();
    assert_conflict(&refused, TaskStatus::Running);
    let refused = settlement.abandon(&sweep(generation + 1, 70)).await;
    let superseded = SettlementError::Task(TaskStoreError::Superseded);
    assert_eq!(
        format!("{refused:?}"),
        format!("{:?}", Err::<(), _>(superseded))
    );
    assert_eq!(state(&desk).await, before);
    settlement.abandon(&sweep(generation, 70)).await.unwrap();
    for task in run.all() {
        assert_eq!(desk.status(task.id).await, TaskStatus::Failed);
    }
    desk.audit().await;
}

pub(super) async fn a_retry_sends_a_new_generation(desk: Desk) {
    let run = Run::begin(&desk).await;
    let settlement = &desk.stores.settlement;
    settlement.retry(&run.abandon(9).at(40)).await.unwrap();
    let task = desk.task(run.leader.id).await;
    assert_eq!(
        (task.status, task.progress),
        (TaskStatus::Retrying, AnalysisStatus::Queued)
    );
    assert_eq!(task.generation, run.leader.generation + 1);
    assert_eq!((&task.failure, task.lease), (&Some(failure()), None));
    assert_eq!(task.attempts, 1, "what was begun stays counted");
    assert_eq!(task.not_before, Some(at(40)));
    let message = TaskMessage {
        task: task.id,
        generation: task.generation,
    };
    let sent = desk.drain().await;
    assert_eq!(messages(&sent), [(message, task.priority, at(40))]);
    for task in run.all() {
        assert!(
            desk.balance(task.user).await.held > usd(0),
            "holds stay open"
        );
    }
    let follower = desk.status(run.followers[0].id).await;
    assert_eq!(follower, TaskStatus::Queued, "followers go on waiting");
    desk.stores
        .tasks
        .mark_queued(task.id, task.generation, at(40))
        .await
        .unwrap();
    let lease = desk.claim(task.id, 41).await;
    let done = CompleteTask {
        now: at(50),
        ..desk.completion(&task, lease)
    };
    settlement.complete(&done).await.unwrap();
    let task = desk.task(task.id).await;
    assert_eq!((task.status, task.attempts), (TaskStatus::Completed, 2));
    desk.audit().await;
}

pub(super) async fn an_uncounted_retry_takes_the_attempt_back(desk: Desk) {
    let run = Run::begin(&desk).await;
    let settlement = &desk.stores.settlement;
    for (counted, now, attempts) in [(false, 9, 0), (true, 20, 1), (false, 30, 1)] {
        let task = desk.task(run.leader.id).await;
        let lease = match task.lease {
            Some(lease) => lease.token,
            None => desk.claim(task.id, now).await,
        };
        let mut end = run.abandon(now);
        end.guard = Guard::Lease(lease);
        let again = RetryTask {
            counted,
            ..end.at(now)
        };
        settlement.retry(&again).await.unwrap();
        let task = desk.task(task.id).await;
        assert_eq!(task.attempts, attempts, "at {now}");
        assert_eq!(task.status, TaskStatus::Retrying);
    }
    let never_begun = desk.lone_task().await;
    let end = AbandonTask {
        task: never_begun.id,
        guard: Guard::Unleased {
            generation: never_begun.generation,
        },
        failure: failure(),
        goodwill_until: None,
        now: at(40),
    };
    let again = RetryTask {
        counted: false,
        ..end.at(40)
    };
    settlement.retry(&again).await.unwrap();
    assert_eq!(desk.task(never_begun.id).await.attempts, 0);
    desk.audit().await;
}

pub(super) async fn the_sweeper_sends_a_lost_message_again(desk: Desk) {
    let task = desk.lone_task().await;
    let sweep = |generation| {
        AbandonTask {
            task: task.id,
            guard: Guard::Unleased { generation },
            failure: failure(),
            goodwill_until: None,
            now: at(500),
        }
        .at(500)
    };
    desk.drain().await;
    let settlement = &desk.stores.settlement;
    let commands: Vec<_> = (0..16).map(|_| sweep(task.generation)).collect();
    let sweeps = commands.iter().map(|sweep| settlement.retry(sweep));
    let outcomes = join_all(sweeps).await;
    assert_eq!(
        outcomes.iter().filter(|outcome| outcome.is_ok()).count(),
        1,
        "one sweeper"
    );
    for refused in outcomes.iter().filter_map(|outcome| outcome.as_ref().err()) {
        let superseded = matches!(refused, SettlementError::Task(TaskStoreError::Superseded));
        assert!(superseded, "{refused:?}");
    }
    assert_eq!(messages(&desk.drain().await).len(), 1);
    desk.claim(task.id, 501).await;
    desk.audit().await;
}

pub(super) async fn a_finished_task_is_finished(desk: Desk) {
    let [completed, failed] = [Run::begin(&desk).await, Run::begin(&desk).await];
    let settlement = &desk.stores.settlement;
    let done = desk.completion(&completed.leader, completed.lease);
    settlement.complete(&done).await.unwrap();
    settlement.abandon(&failed.abandon(9)).await.unwrap();
    let cancelled = desk.lone_task().await;
    settlement
        .cancel(&withdrawal(cancelled.id, at(9)))
        .await
        .unwrap();
    desk.drain().await;
    let before = state(&desk).await;

    let stranger = desk.id(LeaseToken::from_uuid);
    for (task, lease, status) in [
        (&completed.leader, completed.lease, TaskStatus::Completed),
        (&failed.leader, failed.lease, TaskStatus::Failed),
        (&cancelled, stranger, TaskStatus::Cancelled),
    ] {
        for refused in refusals(&desk, task, lease, 20).await {
            assert_conflict(&refused, status);
        }
        let sweep = AbandonTask {
            task: task.id,
            guard: Guard::Unleased {
                generation: desk.task(task.id).await.generation,
            },
            failure: failure(),
            goodwill_until: None,
            now: at(999),
        };
        assert_conflict(&settlement.abandon(&sweep).await.unwrap_err(), status);
        assert_conflict(&settlement.retry(&sweep.at(999)).await.unwrap_err(), status);
        let refused = settlement
            .cancel(&withdrawal(task.id, at(20)))
            .await
            .unwrap_err();
        assert_conflict(&refused, status);
    }
    assert_eq!(state(&desk).await, before);
}

pub(super) async fn finished_tasks_hold_nothing(desk: Desk) {
    let settlement = &desk.stores.settlement;
    let [completed, failed] = [Run::begin(&desk).await, Run::begin(&desk).await];
    let done = desk.completion(&completed.leader, completed.lease);
    settlement.complete(&done).await.unwrap();
    settlement.abandon(&failed.abandon(9)).await.unwrap();
    let key = Desk::pool_key(desk.filing().await);
    let request = desk.request_with_access(desk.funded(1000).await, &key);
    let cancelled = desk.submit(&request).await;
    settlement
        .cancel(&withdrawal(cancelled.id, at(9)))
        .await
        .unwrap();
    for task in completed.all().chain(failed.all()).chain([&cancelled]) {
        assert!(desk.status(task.id).await.is_terminal());
        assert_eq!(
            desk.balance(task.user).await.held,
            usd(0),
            "{:?}",
            task.role
        );
    }
    let late = desk
        .stores
        .ledger
        .expire(None, at(99_999), 99)
        .await
        .unwrap();
    assert!(late.is_empty(), "nothing is left to expire");
    desk.audit().await;
}

pub(super) async fn racing_ends_agree(desk: Desk) {
    let run = Run::begin(&desk).await;
    let settlement = &desk.stores.settlement;
    let done = desk.completion(&run.leader, run.lease);
    let abandon = run.abandon(10);
    let ends = (0..16).flat_map(|n| {
        let mut ends = [settlement.complete(&done), settlement.abandon(&abandon)];
        ends.rotate_left(n % 2);
        ends
    });
    let leaving = run.followers.iter();
    let leaving = leaving.map(|f| async { settlement.cancel(&withdrawal(f.id, at(10))).await });
    let (ends, _) = futures_util::future::join(join_all(ends), join_all(leaving)).await;
    assert_eq!(ends.iter().filter(|outcome| outcome.is_ok()).count(), 1);
    let charged = charges(&desk, run.leader.user).await.len();
    match desk.status(run.leader.id).await {
        TaskStatus::Completed => assert_eq!(charged, 2),
        TaskStatus::Failed => assert_eq!(charged, 0),
        other => panic!("{other}"),
    }
    for task in run.all() {
        assert!(desk.status(task.id).await.is_terminal());
    }
    desk.audit().await;
}
