//! A request is answered from the pool, leads a new run, or follows a live one.

use aperilex_ports::{
    AccountStatus, AnalysisRecord, AnalysisStatus, EntryKind, GrantAccess, HoldId, LedgerError,
    MicroUsd, PlaceHold, SettlementError, SubmitTask, Submitted, Task, TaskId, TaskRole,
    TaskStatus, UserId,
};
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::OnConflict;
use sea_orm::{ColumnTrait, DatabaseTransaction, EntityTrait, PaginatorTrait, QueryFilter};

use super::Outcome;
use super::access::grant;
use super::idempotency::{remember, replayed};
use crate::analysis_pool::satisfying;
use crate::entity::{account, live_run, task};
use crate::error::Stop;
use crate::ledger::Wallet;
use crate::quote_store::use_quote;
use crate::run::{self, enqueue};
use crate::stored::rounded;

pub(super) async fn submit(tx: &DatabaseTransaction, command: &SubmitTask) -> Outcome<Submitted> {
    if let Some(request) = &command.idempotency
        && let Some(answer) = replayed(tx, command.user, request, command.now).await?
    {
        return Ok(Submitted::Replayed(answer));
    }
    require_active(tx, command.user).await?;
    let submitted = match from_pool(tx, command).await? {
        Some(record) => Submitted::Pooled(record),
        None => run_or_join(tx, command).await?,
    };
    remember(tx, command, &submitted.clone().into_answer()).await?;
    Ok(submitted)
}

/// Refused unless the account may act. Where something is charged it is asked again under the wallet's lock.
async fn require_active(tx: &DatabaseTransaction, user: UserId) -> Outcome<()> {
    let account = account::Entity::find_by_id(user.as_uuid()).one(tx).await?;
    let account = account.ok_or(Stop::Refused(LedgerError::Unknown))?;
    if account.status == AccountStatus::Active.as_str() {
        return Ok(());
    }
    Err(Stop::Refused(SettlementError::AccountClosed))
}

async fn run_or_join(tx: &DatabaseTransaction, command: &SubmitTask) -> Outcome<Submitted> {
    let leader = match lead(tx, command).await? {
        true => None,
        false => Some(live_leader(tx, command).await?),
    };
    if leader.is_some()
        && let Some(own) = own_live_task(tx, command).await?
    {
        return Ok(Submitted::Joined(own));
    }
    command.check_price(false).map_err(Stop::Refused)?;
    if leader.is_none() && find_pooled(tx, command).await?.is_some() {
        // A run that was live until now has filled the pool.
        return Err(Stop::Again);
    }
    use_quote(tx, command).await?;
    let task = new_task(command, leader.as_ref());
    pay(tx, command, &task).await?;
    if let Some(leader) = leader.filter(|leader| command.priority < leader.priority) {
        lift(tx, leader, command).await?;
    }
    run::insert(tx, &task).await?;
    if task.role == TaskRole::Leader {
        enqueue(tx, &task, task.created_at).await?;
    }
    Ok(Submitted::Accepted(task))
}

/// The analysis of the pool that satisfies the request, with access paid for.
async fn from_pool(
    tx: &DatabaseTransaction,
    command: &SubmitTask,
) -> Outcome<Option<AnalysisRecord>> {
    let Some(record) = find_pooled(tx, command).await? else {
        return Ok(None);
    };
    command.check_price(true).map_err(Stop::Refused)?;
    if let Some(access) = command.charges.access.clone() {
        let access = GrantAccess {
            user: command.user,
            filing: command.key.filing,
            access,
            now: command.now,
        };
        grant(tx, &access).await?;
    }
    Ok(Some(record))
}

async fn find_pooled(
    tx: &DatabaseTransaction,
    command: &SubmitTask,
) -> Outcome<Option<AnalysisRecord>> {
    let Some(wanted) = &command.pool else {
        return Ok(None);
    };
    let row = satisfying(wanted).one(tx).await?;
    Ok(row.map(AnalysisRecord::try_from).transpose()?)
}

/// Whether this task leads: the unique row decides. Where another request has just written it and not
/// committed, this waits for its end.
async fn lead(tx: &DatabaseTransaction, command: &SubmitTask) -> Outcome<bool> {
    let row = live_run::ActiveModel {
        pool_key: Set(command.key.to_string()),
        leader_id: Set(command.task.as_uuid()),
    };
    let first_stays = OnConflict::column(live_run::Column::PoolKey)
        .do_nothing_on([live_run::Column::PoolKey])
        .to_owned();
    let inserted = live_run::Entity::insert(row)
        .on_conflict(first_stays)
        .exec_without_returning(tx)
        .await?;
    Ok(inserted == 1)
}

/// The leader to follow, under lock. If it has ended or handed over meanwhile, all begins again.
async fn live_leader(tx: &DatabaseTransaction, command: &SubmitTask) -> Outcome<Task> {
    let id = leader_id(tx, command).await?;
    let leader = run::lock(tx, id).await?;
    if leader.status.is_terminal() || leader_id(tx, command).await? != id {
        return Err(Stop::Again);
    }
    Ok(leader)
}

async fn leader_id(tx: &DatabaseTransaction, command: &SubmitTask) -> Outcome<TaskId> {
    let row = live_run::Entity::find_by_id(command.key.to_string())
        .one(tx)
        .await?;
    row.map(|row| TaskId::from_uuid(row.leader_id))
        .ok_or(Stop::Again)
}

async fn own_live_task(tx: &DatabaseTransaction, command: &SubmitTask) -> Outcome<Option<Task>> {
    let row = run::live(&command.key)
        .filter(task::Column::UserId.eq(command.user.as_uuid()))
        .one(tx)
        .await?;
    Ok(row.map(Task::try_from).transpose()?)
}

fn new_task(command: &SubmitTask, leader: Option<&Task>) -> Task {
    let now = rounded(command.now);
    Task {
        id: command.task,
        user: command.user,
        key: command.key.clone(),
        status: leader.map_or(TaskStatus::Pending, |_| TaskStatus::Queued),
        progress: leader.map_or(AnalysisStatus::Initiated, |leader| leader.progress),
        role: leader.map_or(TaskRole::Leader, |_| TaskRole::Follower),
        priority: command.priority,
        generation: 1,
        attempts: 0,
        not_before: None,
        lease: None,
        charges: command.charges.clone(),
        max_running: command.max_running,
        shares: command.shares,
        waiver: None,
        analysis: None,
        failure: None,
        last_event: 1,
        created_at: now,
        updated_at: now,
    }
}

/// Makes a run as urgent as one who waits for it. Its leader is locked.
async fn lift(tx: &DatabaseTransaction, mut leader: Task, command: &SubmitTask) -> Outcome<()> {
    leader.priority = command.priority;
    task::Entity::update_many()
        .col_expr(
            task::Column::Priority,
            i64::from(leader.priority.level()).into(),
        )
        .filter(task::Column::Id.eq(leader.id.as_uuid()))
        .exec(tx)
        .await?;
    if leader.status != TaskStatus::Running {
        let now = rounded(command.now);
        enqueue(tx, &leader, leader.not_before.unwrap_or(now).max(now)).await?;
    }
    Ok(())
}

/// Places the holds: for access, and for the analysis if the task leads.
async fn pay(tx: &DatabaseTransaction, command: &SubmitTask, task: &Task) -> Outcome<()> {
    let mut wallet = Wallet::lock(tx, command.user).await?;
    let leads = task.role == TaskRole::Leader;
    let access = command.charges.access.as_ref();
    let fee = access.map_or(MicroUsd::ZERO, |access| access.price);
    let access = access.map(|access| (access.hold, access.price, access.purpose));
    let (hold, price) = (
        command.charges.analysis_hold,
        command.charges.analysis_price,
    );
    let analysis = leads.then_some((hold, price, EntryKind::Analysis));
    let holds: Vec<_> = access.into_iter().chain(analysis).collect();
    if holds.iter().any(|(_, price, _)| *price < MicroUsd::ZERO) {
        return Err(Stop::Refused(LedgerError::BadAmount).into());
    }
    let needed = holds.iter().map(|(_, price, _)| *price).sum();
    // Who cannot pay for access is told so first, and what is needed in all: waiting for a place would not
    // help.
    if wallet.require(fee, command.now).is_err() {
        wallet.require(needed, command.now)?;
    }
    if leads {
        require_slot(tx, command).await?;
    }
    wallet.require(needed, command.now)?;
    for (id, amount, purpose) in holds {
        if amount.is_positive() {
            let hold = place_hold(command, id, amount, purpose);
            wallet.place(tx, &hold).await?;
        }
    }
    Ok(())
}

fn place_hold(command: &SubmitTask, id: HoldId, amount: MicroUsd, purpose: EntryKind) -> PlaceHold {
    PlaceHold {
        id,
        user: command.user,
        purpose,
        amount,
        filing: Some(command.key.filing),
        task: Some(command.task),
        expires_at: command.holds_expire_at,
        now: command.now,
    }
}

/// Analyses that an account has at the moment. Its wallet must be locked.
pub(super) async fn running(tx: &DatabaseTransaction, user: UserId) -> Outcome<u32> {
    let running = task::Entity::find()
        .filter(task::Column::UserId.eq(user.as_uuid()))
        .filter(task::Column::Status.is_in(task::LIVE))
        .filter(task::Column::Role.eq(TaskRole::Leader.as_str()))
        .count(tx)
        .await?;
    Ok(u32::try_from(running).unwrap_or(u32::MAX))
}

/// Refused if the account leads as many live runs as it may. Its wallet is locked: it is counted once
/// at a time.
async fn require_slot(tx: &DatabaseTransaction, command: &SubmitTask) -> Outcome<()> {
    let Some(limit) = command.max_running else {
        return Ok(());
    };
    let running = running(tx, command.user).await?;
    if running < limit {
        return Ok(());
    }
    Err(Stop::Refused(SettlementError::TooManyAnalyses {
        running,
        limit,
    }))
}
