//! A run ends well.

use aperilex_ports::wallet::Goodwill;
use aperilex_ports::{
    AnalysisStatus, CompleteTask, EntryKind, NoticeKind, PlaceHold, SettlementError, StoreError,
    Task, TaskStatus, Waiver,
};
use sea_orm::{DatabaseTransaction, EntityTrait};

use super::Outcome;
use super::access::deliver_to;
use super::charge::settle;
use super::close::{notices, void_if_open};
use crate::entity::analysis;
use crate::error::Stop;
use crate::ledger::{Wallet, Wallets};
use crate::run::{Run, save_all};

pub(super) async fn complete(tx: &DatabaseTransaction, command: &CompleteTask) -> Outcome<()> {
    let mut run = Run::leased(tx, command.task, command.lease, command.now).await?;
    store(tx, command).await?;
    let users = run.tasks.iter().map(|task| task.user);
    let mut wallets = Wallets::lock(tx, users).await?;
    for task in &mut run.tasks {
        let wallet = wallets.of(task.user)?;
        deliver_to(tx, wallet, task, (command.goodwill_until, command.now)).await?;
        if task.id == command.task {
            task.waiver = charge(tx, wallet, task, command).await?;
            Run::close(tx, &task.key).await?;
        } else {
            task.waiver = Some(Waiver::Follower);
        }
        task.status = TaskStatus::Completed;
        task.progress = AnalysisStatus::Completed;
        task.lease = None;
        task.failure = None;
        task.analysis = Some(command.analysis.id);
    }
    save_all(tx, &mut run.tasks, command.now).await?;
    notices(tx, &run, &mut wallets, |task| NoticeKind::Completed {
        task,
        analysis: command.analysis.id,
    })
    .await
}

async fn store(tx: &DatabaseTransaction, command: &CompleteTask) -> Outcome<()> {
    let id = command.analysis.id.as_uuid();
    if analysis::Entity::find_by_id(id).one(tx).await?.is_some() {
        return Err(Stop::Refused(SettlementError::Store(StoreError::Conflict)));
    }
    analysis::Entity::insert(analysis::ActiveModel::from(&command.analysis))
        .exec_without_returning(tx)
        .await?;
    Ok(())
}

/// Charges the leader what it was quoted, or gives its hold back; gives why it was not charged.
async fn charge(
    tx: &DatabaseTransaction,
    wallet: &mut Wallet,
    leader: &Task,
    command: &CompleteTask,
) -> Outcome<Option<Waiver>> {
    let hold = leader.charges.analysis_hold;
    if command.free.is_some() {
        let goodwill = command.goodwill_until.map(Goodwill::whole);
        void_if_open(tx, wallet, hold, goodwill, command.now).await?;
        return Ok(command.free);
    }
    let wanted = PlaceHold {
        id: hold,
        user: leader.user,
        purpose: EntryKind::Analysis,
        amount: leader.charges.analysis_price,
        filing: Some(leader.key.filing),
        task: Some(leader.id),
        expires_at: command.now,
        now: command.now,
    };
    let description = format!("analysis ({}, {})", leader.key.template, leader.key.quality);
    settle(tx, wallet, &wanted, &description, Some(command.analysis.id)).await
}
