//! A run ends badly, or is tried again.

use aperilex_ports::wallet::Goodwill;
use aperilex_ports::{
    AbandonTask, AnalysisStatus, HoldId, HoldStatus, NoticeKind, OutboxItem, PendingNotice,
    RetryTask, SettlementError, Task, TaskId, TaskStatus, Timestamp,
};
use sea_orm::DatabaseTransaction;

use super::Outcome;
use crate::error::Stop;
use crate::ledger::{Wallet, Wallets, find_hold};
use crate::outbox;
use crate::run::{Run, enqueue, save_all};

pub(super) async fn abandon(tx: &DatabaseTransaction, command: &AbandonTask) -> Outcome<()> {
    let mut run = Run::guarded(tx, command.task, command.guard, command.now).await?;
    let users = run.tasks.iter().map(|task| task.user);
    let mut wallets = Wallets::lock(tx, users).await?;
    for task in &mut run.tasks {
        void_all(
            tx,
            wallets.of(task.user)?,
            task,
            command.goodwill_until,
            command.now,
        )
        .await?;
        task.status = TaskStatus::Failed;
        task.progress = AnalysisStatus::Error;
        task.lease = None;
        task.failure = Some(command.failure.clone());
    }
    if let Some(leader) = run.tasks.first() {
        Run::close(tx, &leader.key).await?;
    }
    save_all(tx, &mut run.tasks, command.now).await?;
    notices(tx, &run, &mut wallets, |task| NoticeKind::Failed {
        task,
        failure: command.failure.clone(),
    })
    .await
}

/// Leaves a notice of the end of a run for each account that wants to be told.
pub(super) async fn notices(
    tx: &DatabaseTransaction,
    run: &Run,
    wallets: &mut Wallets,
    kind: impl Fn(TaskId) -> NoticeKind,
) -> Outcome<()> {
    let mut items = Vec::new();
    for task in &run.tasks {
        if wallets.of(task.user)?.wants().tasks {
            let (what, at) = (task.id.to_string(), task.updated_at);
            let notice = PendingNotice::of(task.user, &what, kind(task.id), at);
            items.push(OutboxItem::Notice(notice));
        }
    }
    outbox::put(tx, items).await
}

pub(super) async fn retry(tx: &DatabaseTransaction, command: &RetryTask) -> Outcome<()> {
    let end = &command.end;
    let mut run = Run::guarded(tx, end.task, end.guard, end.now).await?;
    run.set_progress(AnalysisStatus::Queued);
    let leader = run
        .tasks
        .first_mut()
        .ok_or(Stop::<SettlementError>::Again)?;
    leader.status = TaskStatus::Retrying;
    leader.generation = leader.generation.saturating_add(1);
    leader.attempts = leader.attempts.saturating_sub(u32::from(!command.counted));
    leader.not_before = Some(command.not_before);
    leader.lease = None;
    leader.failure = Some(end.failure.clone());
    enqueue(tx, leader, command.not_before).await?;
    save_all(tx, &mut run.tasks, end.now).await?;
    Ok(())
}

/// Gives back all that a task has set aside.
pub(super) async fn void_all(
    tx: &DatabaseTransaction,
    wallet: &mut Wallet,
    task: &Task,
    goodwill_until: Option<Timestamp>,
    now: Timestamp,
) -> Outcome<()> {
    let access = task.charges.access.as_ref().map(|access| access.hold);
    let goodwill = goodwill_until.map(Goodwill::whole);
    for hold in access.into_iter().chain([task.charges.analysis_hold]) {
        void_if_open(tx, wallet, hold, goodwill, now).await?;
    }
    Ok(())
}

/// Gives a hold back, if it was placed and has not ended.
pub(crate) async fn void_if_open(
    tx: &DatabaseTransaction,
    wallet: &mut Wallet,
    hold: HoldId,
    goodwill: Option<Goodwill>,
    now: Timestamp,
) -> Outcome<()> {
    let placed = find_hold(tx, hold).await?;
    if placed.is_some_and(|hold| hold.status == HoldStatus::Open) {
        wallet.void(tx, hold, goodwill, now).await?;
    }
    Ok(())
}
