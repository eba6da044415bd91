//! Everything at once on one filing: requests, cancellations, and workers that deliver, complete, retry and
//! abandon. Whatever interleaves, all ends, money adds up, and nobody is told of a lock.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use aperilex_ports::{
    AbandonTask, AccessSource, AdvanceTask, AnalysisId, AnalysisRecord, AnalysisStatus, Answer,
    CancelTask, ClaimTask, CompleteTask, Digest, EntryKind, Failure, FilingId, Guard, HoldId,
    HoldStatus, Lease, LeaseToken, Method, MicroUsd, OutboxItem, PendingAccess, RetryTask,
    SettlementError, Stores, Task, TaskId, TaskMessage, TaskRole, TaskStatus, TaskStoreError,
    Template, UserId,
};
use uuid::Uuid;

use crate::desk::{at, audit, funded, request};
use crate::support;

const USERS: usize = 8;
const REQUESTS: usize = 12;

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn all_ends_and_money_adds_up() {
    for fresh in &support::each().await {
        let stores = fresh.database.stores();
        let filing = FilingId::from_uuid(Uuid::now_v7());
        let asked = Arc::new(AtomicBool::new(false));
        let workers: Vec<_> = (0..3)
            .map(|_| tokio::spawn(work(stores.clone(), asked.clone())))
            .collect();
        let mut users = Vec::new();
        for _ in 0..USERS {
            users.push(funded(&stores, 100_000).await);
        }
        let asking: Vec<_> = (0..USERS)
            .map(|n| tokio::spawn(ask(stores.clone(), users[n], filing, n)))
            .collect();
        for asking in asking {
            asking.await.unwrap();
        }
        asked.store(true, Ordering::Relaxed);
        for worker in workers {
            worker.await.unwrap();
        }
        let mut completed = 0;
        for user in users {
            completed += settled(&stores, user, filing).await;
        }
        assert!(completed > USERS, "{completed} tasks completed");
    }
}

/// Asks for one analysis after another, and thinks better of some.
async fn ask(stores: Stores, user: UserId, filing: FilingId, n: usize) {
    for round in 0..REQUESTS {
        let mut command = request(user);
        command.key.filing = filing;
        command.key.template = Template::ALL[(n + round) % 3];
        command.charges.access = Some(PendingAccess {
            hold: HoldId::from_uuid(Uuid::now_v7()),
            price: MicroUsd::new(100),
            purpose: EntryKind::FilingAccess,
            source: AccessSource::Paid,
        });
        let submitted = stores.settlement.submit(&command).await.unwrap();
        if (n + round).is_multiple_of(4)
            && let Answer::Task(task) = submitted.into_answer()
        {
            let task = task.id;
            refused_lawfully(stores.settlement.cancel(&withdrawal(task)).await);
        }
        tokio::time::sleep(Duration::from_millis(3)).await;
    }
}

/// Takes what the outbox sends until nothing is left to do.
async fn work(stores: Stores, asked: Arc<AtomicBool>) {
    let mut idle = 0;
    // Requests have ended, and what a worker still did has shown up.
    while idle < 40 {
        let batch = stores.outbox.next_batch(4, at(9999), at(0)).await.unwrap();
        idle = match batch.is_empty() && asked.load(Ordering::Relaxed) {
            true => idle + 1,
            false => 0,
        };
        for row in &batch {
            if let OutboxItem::Enqueue { message, .. } = &row.item {
                let marked = stores
                    .tasks
                    .mark_queued(message.task, message.generation, at(1));
                marked.await.unwrap();
                run(&stores, *message, row.id).await;
            }
        }
        let ids: Vec<_> = batch.iter().map(|row| row.id).collect();
        stores.outbox.mark_sent(&ids, at(2)).await.unwrap();
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

async fn run(stores: &Stores, message: TaskMessage, luck: i64) {
    let token = LeaseToken::from_uuid(Uuid::now_v7());
    let claim = ClaimTask {
        task: message.task,
        generation: message.generation,
        lease: Lease {
            token,
            until: at(600),
        },
        now: at(2),
    };
    let task = match stores.tasks.claim(&claim).await {
        Ok(task) => task,
        Err(TaskStoreError::Conflict { .. } | TaskStoreError::Superseded) => return,
        Err(other) => panic!("{other:?}"),
    };
    let step = AdvanceTask {
        task: task.id,
        token,
        from: AnalysisStatus::Queued,
        to: AnalysisStatus::Fetching,
        now: at(3),
    };
    stores.tasks.advance(&step).await.unwrap();
    if luck % 3 != 0 {
        let delivered = stores
            .settlement
            .deliver_filing(task.id, token, None, at(3));
        delivered.await.unwrap();
    }
    let failed = AbandonTask {
        task: task.id,
        guard: Guard::Lease(token),
        failure: Failure {
            code: "source_unavailable".into(),
            message: "the source does not answer".into(),
        },
        goodwill_until: None,
        now: at(4),
    };
    match luck % 5 {
        0 if task.attempts < 3 => {
            let again = RetryTask {
                end: failed,
                not_before: at(2),
                counted: true,
            };
            stores.settlement.retry(&again).await.unwrap();
        }
        1 => stores.settlement.abandon(&failed).await.unwrap(),
        _ => stores
            .settlement
            .complete(&completion(&task, token))
            .await
            .unwrap(),
    }
}

pub(crate) fn completion(task: &Task, lease: LeaseToken) -> CompleteTask {
    CompleteTask {
        task: task.id,
        lease,
        analysis: AnalysisRecord {
            id: AnalysisId::from_uuid(Uuid::now_v7()),
            key: task.key.clone(),
            schema_version: 1,
            method: Method::Extractive,
            document_sha256: Digest::of(b"a filing"),
            result_sha256: Digest::of(b"a result"),
            result_bytes: 8,
            claims: 1,
            score: 1000,
            task: task.id,
            created_at: at(4),
            retracted_at: None,
        },
        free: None,
        goodwill_until: None,
        now: at(4),
    }
}

fn withdrawal(task: TaskId) -> CancelTask {
    CancelTask {
        task,
        holds_expire_at: at(1800),
        goodwill_until: None,
        now: at(5),
    }
}

fn refused_lawfully(outcome: Result<Task, SettlementError>) {
    match outcome {
        Ok(_) | Err(SettlementError::Task(TaskStoreError::Conflict { .. })) => {}
        Err(other) => panic!("{other:?}"),
    }
}

/// What has to be so of an account in the end; gives how many of its tasks completed.
async fn settled(stores: &Stores, user: UserId, filing: FilingId) -> usize {
    let holds = stores.ledger.holds(user).await.unwrap();
    assert!(holds.iter().all(|hold| hold.status != HoldStatus::Open));
    let entries = stores.ledger.entries(user, None, 500).await.unwrap();
    let paid = |kind| entries.iter().filter(move |entry| entry.kind == kind);
    let access = stores.filings.access(user, filing).await.unwrap();
    assert_eq!(
        paid(EntryKind::FilingAccess).count(),
        usize::from(access.is_some())
    );

    let tasks = stores.tasks.list(user, None, 500).await.unwrap();
    assert!(tasks.iter().all(|task| task.status.is_terminal()));
    let completed: Vec<_> = tasks
        .iter()
        .filter(|task| task.status == TaskStatus::Completed)
        .collect();
    let led: Vec<TaskId> = completed
        .iter()
        .filter(|task| task.role == TaskRole::Leader)
        .map(|task| task.id)
        .collect();
    let charged: Vec<_> = paid(EntryKind::Analysis)
        .filter_map(|entry| entry.task)
        .collect();
    assert_eq!(
        charged.len(),
        led.len(),
        "who led a run to its end paid, once"
    );
    assert!(led.iter().all(|task| charged.contains(task)));
    assert!(completed.is_empty() || access.is_some());
    assert_eq!(audit(stores, user).await.held, MicroUsd::ZERO);
    completed.len()
}
