//! A task is withdrawn; if it led, the oldest follower who can pay takes over.

use aperilex_ports::{
    CancelTask, EntryKind, PlaceHold, SettlementError, Task, TaskId, TaskRole, TaskStatus,
    TaskStoreError, Timestamp,
};
use sea_orm::{ColumnTrait, DatabaseTransaction, EntityTrait, QueryFilter};

use super::Outcome;
use super::close::void_all;
use super::submit::running;
use crate::entity::{live_run, task};
use crate::error::Stop;
use crate::ledger::{Wallet, Wallets};
use crate::run::{self, Run, conflict, enqueue, save_all};

pub(super) async fn cancel(tx: &DatabaseTransaction, command: &CancelTask) -> Outcome<Task> {
    let (id, now) = (command.task, command.now);
    let leader = lock_leader(tx, id).await?;
    let mut run = Run::of(tx, leader).await?;
    let place = run.tasks.iter().position(|task| task.id == id);
    // It may have ended, or become the leader, before the lock was had.
    let mut task = run
        .tasks
        .swap_remove(place.ok_or(Stop::<SettlementError>::Again)?);
    if task.role == TaskRole::Follower {
        let mut wallet = Wallet::lock(tx, task.user).await?;
        withdraw(tx, &mut wallet, &mut task, (None, now)).await?;
        return saved(tx, vec![task], now).await;
    }
    if task.status == TaskStatus::Running {
        return Err(conflict(&task).into());
    }
    let others = hand_over(tx, &mut task, run.tasks, command).await?;
    let changed = std::iter::once(task).chain(others).collect();
    saved(tx, changed, now).await
}

/// Locks the leader of the live run that the task is in.
async fn lock_leader(tx: &DatabaseTransaction, id: TaskId) -> Outcome<Task> {
    let row = task::Entity::find_by_id(id.as_uuid()).one(tx).await?;
    let row = row.ok_or(Stop::Refused(TaskStoreError::Unknown))?;
    let run_of = row.pool_key.clone();
    let task = Task::try_from(row)?;
    if task.status.is_terminal() {
        return Err(conflict(&task).into());
    }
    let run = live_run::Entity::find_by_id(run_of).one(tx).await?;
    let leader = TaskId::from_uuid(run.ok_or(Stop::<SettlementError>::Again)?.leader_id);
    let leader = run::lock(tx, leader).await?;
    if leader.status.is_terminal() || leader.role != TaskRole::Leader {
        return Err(Stop::Again);
    }
    Ok(leader)
}

/// Withdraws the leader; gives those of the others that change with it.
async fn hand_over(
    tx: &DatabaseTransaction,
    leader: &mut Task,
    mut followers: Vec<Task>,
    command: &CancelTask,
) -> Outcome<Vec<Task>> {
    let now = command.now;
    followers.sort_by_key(|task| (task.created_at, task.id));
    let users = followers.iter().map(|task| task.user).chain([leader.user]);
    let mut wallets = Wallets::lock(tx, users).await?;
    withdraw(tx, wallets.of(leader.user)?, leader, (None, now)).await?;
    let mut heir = None;
    for (place, follower) in followers.iter().enumerate() {
        let price = follower.charges.analysis_price;
        let wallet = wallets.of(follower.user)?;
        let can_pay = wallet.require_active().is_ok() && wallet.require(price, now).is_ok();
        if can_pay && has_place(tx, follower).await? {
            heir = Some(place);
            break;
        }
    }
    let Some(place) = heir else {
        Run::close(tx, &leader.key).await?;
        for follower in &mut followers {
            // Not their doing: what lapsed while it was held for this comes again.
            let how = (command.goodwill_until, now);
            withdraw(tx, wallets.of(follower.user)?, follower, how).await?;
        }
        return Ok(followers);
    };
    let mut heir = followers.swap_remove(place);
    promote(tx, wallets.of(heir.user)?, &mut heir, command).await?;
    Ok(vec![heir])
}

/// Whether the account may have one more analysis.
async fn has_place(tx: &DatabaseTransaction, task: &Task) -> Outcome<bool> {
    match task.max_running {
        None => Ok(true),
        Some(most) => Ok(running(tx, task.user).await? < most),
    }
}

async fn withdraw(
    tx: &DatabaseTransaction,
    wallet: &mut Wallet,
    task: &mut Task,
    (goodwill_until, now): (Option<Timestamp>, Timestamp),
) -> Outcome<()> {
    void_all(tx, wallet, task, goodwill_until, now).await?;
    task.status = TaskStatus::Cancelled;
    task.lease = None;
    Ok(())
}

async fn promote(
    tx: &DatabaseTransaction,
    wallet: &mut Wallet,
    heir: &mut Task,
    command: &CancelTask,
) -> Outcome<()> {
    let now = command.now;
    if heir.charges.analysis_price.is_positive() {
        let hold = PlaceHold {
            id: heir.charges.analysis_hold,
            user: heir.user,
            purpose: EntryKind::Analysis,
            amount: heir.charges.analysis_price,
            filing: Some(heir.key.filing),
            task: Some(heir.id),
            expires_at: command.holds_expire_at,
            now,
        };
        wallet.place(tx, &hold).await?;
    }
    heir.role = TaskRole::Leader;
    live_run::Entity::update_many()
        .col_expr(live_run::Column::LeaderId, heir.id.as_uuid().into())
        .filter(live_run::Column::PoolKey.eq(heir.key.to_string()))
        .exec(tx)
        .await?;
    enqueue(tx, heir, now).await?;
    Ok(())
}

/// Saves them all; gives the first.
async fn saved(tx: &DatabaseTransaction, mut tasks: Vec<Task>, now: Timestamp) -> Outcome<Task> {
    save_all(tx, &mut tasks, now).await?;
    tasks.into_iter().next().ok_or(Stop::Again)
}
