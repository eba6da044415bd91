//! Access to filings: paid for in the commit that gives it.

use aperilex_ports::{
    AccessSource, EntryKind, FilingId, GrantAccess, HoldStatus, LeaseToken, MicroUsd,
    PendingAccess, PlaceHold, Task, TaskId, TaskRole, TaskStoreError, Timestamp, UserId,
};
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::OnConflict;
use sea_orm::{
    ColumnTrait, DatabaseTransaction, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
};

use super::{Outcome, close::void_if_open};
use crate::entity::{filing_access, task};
use crate::error::Stop;
use crate::ledger::{Capture, Wallet, Wallets, find_hold};
use crate::run::{self, require_lease};
use crate::stored::{micros, word};

pub(super) async fn grant(tx: &DatabaseTransaction, command: &GrantAccess) -> Outcome<bool> {
    let mut wallet = Wallet::lock(tx, command.user).await?;
    if !is_wanted(tx, command.user, command.filing, &command.access).await? {
        return Ok(false);
    }
    if command.access.price != MicroUsd::ZERO {
        let hold = PlaceHold {
            id: command.access.hold,
            user: command.user,
            purpose: command.access.purpose,
            amount: command.access.price,
            filing: Some(command.filing),
            task: None,
            expires_at: command.now,
            now: command.now,
        };
        wallet.place(tx, &hold).await?;
        capture(tx, &mut wallet, &command.access, command.now).await?;
    }
    let source = command.access.source;
    insert(tx, command.user, command.filing, source, command.now).await?;
    Ok(command.access.price.is_positive())
}

pub(super) async fn deliver(
    tx: &DatabaseTransaction,
    id: TaskId,
    lease: LeaseToken,
    now: Timestamp,
) -> Outcome<()> {
    let mut waiting = lock_waiting(tx, id, lease, now).await?;
    let users = waiting.iter().map(|task| task.user);
    let mut wallets = Wallets::lock(tx, users).await?;
    for task in &mut waiting {
        deliver_to(tx, wallets.of(task.user)?, task, now).await?;
        run::update(tx, task).await?;
    }
    Ok(())
}

/// Locks this run and all live ones of the same filing, and gives the tasks that wait for the filing.
async fn lock_waiting(
    tx: &DatabaseTransaction,
    id: TaskId,
    lease: LeaseToken,
    now: Timestamp,
) -> Outcome<Vec<Task>> {
    let row = task::Entity::find_by_id(id.as_uuid()).one(tx).await?;
    let filing = row.ok_or(Stop::Refused(TaskStoreError::Unknown))?.filing_id;
    let live = || {
        task::Entity::find()
            .filter(task::Column::FilingId.eq(filing))
            .filter(task::Column::Status.is_in(task::LIVE))
            .order_by_asc(task::Column::Id)
            .lock_exclusive()
    };
    live()
        .filter(task::Column::Role.eq(TaskRole::Leader.as_str()))
        .all(tx)
        .await?;
    let leader = run::lock_live(tx, id).await?;
    require_lease(&leader, lease, now)?;
    let rows = live()
        .filter(task::Column::AccessHold.is_not_null())
        .all(tx)
        .await?;
    let mut waiting = Vec::new();
    for row in rows {
        waiting.push(Task::try_from(row)?);
    }
    Ok(waiting)
}

/// Gives a task's account the access it waits for; its hold is charged, or given back if the account has
/// paid access meanwhile. A hold that an operator has ended by hand is no reason to withhold what is
/// there: then there is no charge. The caller saves the task.
pub(super) async fn deliver_to(
    tx: &DatabaseTransaction,
    wallet: &mut Wallet,
    task: &mut Task,
    now: Timestamp,
) -> Outcome<()> {
    let Some(access) = task.charges.access.take() else {
        return Ok(());
    };
    if !is_wanted(tx, task.user, task.key.filing, &access).await? {
        return void_if_open(tx, wallet, access.hold, now).await;
    }
    if access.price.is_positive() {
        let placed = find_hold(tx, access.hold).await?;
        if placed.is_some_and(|hold| hold.status == HoldStatus::Open) {
            capture(tx, wallet, &access, now).await?;
        } else {
            tracing::warn!(task = %task.id, hold = %access.hold, "access without charge: the hold is not open");
        }
    }
    insert(tx, task.user, task.key.filing, access.source, now).await
}

/// Whether the access would be more than the account has. Paid access is never paid again; access from
/// another source may end with the tier, so paying for it is no mistake.
pub(crate) async fn is_wanted(
    tx: &DatabaseTransaction,
    user: UserId,
    filing: FilingId,
    access: &PendingAccess,
) -> Outcome<bool> {
    let row = filing_access::Entity::find_by_id((user.as_uuid(), filing.as_uuid()))
        .one(tx)
        .await?;
    let Some(row) = row else { return Ok(true) };
    let held: AccessSource = word("source of access", &row.source)?;
    Ok(held != AccessSource::Paid && access.source == AccessSource::Paid)
}

async fn capture(
    tx: &DatabaseTransaction,
    wallet: &mut Wallet,
    access: &PendingAccess,
    now: Timestamp,
) -> Outcome<()> {
    let description = match access.purpose {
        EntryKind::FilingImport | EntryKind::BulkImport => "import of a filing",
        _ => "access to a filing",
    };
    let capture = Capture {
        hold: access.hold,
        amount: access.price,
        description,
        analysis: None,
        now,
    };
    wallet.capture(tx, &capture).await?;
    Ok(())
}

pub(crate) async fn insert(
    tx: &DatabaseTransaction,
    user: UserId,
    filing: FilingId,
    source: AccessSource,
    now: Timestamp,
) -> Outcome<()> {
    use filing_access::Column;
    let row = filing_access::ActiveModel {
        user_id: Set(user.as_uuid()),
        filing_id: Set(filing.as_uuid()),
        source: Set(source.as_str().to_owned()),
        granted_at: Set(micros(now)),
    };
    let better = OnConflict::columns([Column::UserId, Column::FilingId])
        .update_columns([Column::Source, Column::GrantedAt])
        .to_owned();
    filing_access::Entity::insert(row)
        .on_conflict(better)
        .exec_without_returning(tx)
        .await?;
    Ok(())
}
