//! A run ends well.

use aperilex_ports::{
    AnalysisStatus, CompleteTask, HoldStatus, MicroUsd, NoticeKind, SettlementError, StoreError,
    Task, TaskStatus,
};
use sea_orm::{DatabaseTransaction, EntityTrait};

use super::Outcome;
use super::access::deliver_to;
use super::close::{notices, void_if_open};
use crate::entity::analysis;
use crate::error::Stop;
use crate::ledger::{Capture, Wallet, Wallets, find_hold};
use crate::run::{Run, save_all};

pub(super) async fn complete(tx: &DatabaseTransaction, command: &CompleteTask) -> Outcome<()> {
    let mut run = Run::leased(tx, command.task, command.lease, command.now).await?;
    store(tx, command).await?;
    let users = run.tasks.iter().map(|task| task.user);
    let mut wallets = Wallets::lock(tx, users).await?;
    for task in &mut run.tasks {
        let wallet = wallets.of(task.user)?;
        deliver_to(tx, wallet, task, command.now).await?;
        if task.id == command.task {
            charge(tx, wallet, task, command).await?;
            Run::close(tx, &task.key).await?;
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

/// Charges the leader what it was quoted, or gives its hold back. A hold that an operator has ended by
/// hand is no reason to withhold what was made: then there is no charge.
async fn charge(
    tx: &DatabaseTransaction,
    wallet: &mut Wallet,
    leader: &Task,
    command: &CompleteTask,
) -> Outcome<()> {
    let hold = leader.charges.analysis_hold;
    if !command.charge || leader.charges.analysis_price == MicroUsd::ZERO {
        return void_if_open(tx, wallet, hold, command.now).await;
    }
    let placed = find_hold(tx, hold).await?;
    if placed.is_none_or(|placed| placed.status != HoldStatus::Open) {
        tracing::warn!(task = %leader.id, %hold, "completed without charge: the hold is not open");
        return Ok(());
    }
    let description = format!("analysis ({}, {})", leader.key.template, leader.key.quality);
    let capture = Capture {
        hold,
        amount: leader.charges.analysis_price,
        description: &description,
        analysis: Some(command.analysis.id),
        now: command.now,
    };
    wallet.capture(tx, &capture).await?;
    Ok(())
}
