//! Access to filings: paid for in the commit that gives it.

use aperilex_ports::audit::Opened;
use aperilex_ports::wallet::Goodwill;
use aperilex_ports::{
    AccessSource, EntryKind, FilingId, GrantAccess, LeaseToken, LedgerError, MicroUsd,
    PendingAccess, PlaceHold, Task, TaskId, TaskRole, TaskStoreError, Timestamp, UserId, Waiver,
};
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::OnConflict;
use sea_orm::{
    ColumnTrait, DatabaseTransaction, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
};

use super::charge::settle;
use super::{Outcome, close::void_if_open};
use crate::entity::{filing_access, task};
use crate::error::Stop;
use crate::ledger::{Wallet, Wallets};
use crate::run::{self, require_lease};
use crate::stored::{micros, word};

pub(super) async fn grant(tx: &DatabaseTransaction, command: &GrantAccess) -> Outcome<bool> {
    let mut wallet = Wallet::lock(tx, command.user).await?;
    if !is_wanted(tx, command.user, command.filing, &command.access).await? {
        return Ok(false);
    }
    let waiver = if command.access.price == MicroUsd::ZERO {
        Some(Waiver::NoFee)
    } else {
        let hold = wanted(
            &command.access,
            (command.user, command.filing),
            None,
            command.now,
        );
        wallet.place(tx, &hold).await?;
        let waiver = charge(tx, &mut wallet, &hold).await?;
        if waiver == Some(Waiver::Absorbed) {
            // Nothing was delivered yet, so nothing is absorbed either.
            let needed = command.access.price;
            let available = wallet.available(command.now);
            return Err(Stop::Refused(
                LedgerError::InsufficientCredits { needed, available }.into(),
            ));
        }
        waiver
    };
    let opened = Opened {
        filing: command.filing,
        source: command.access.source,
        waiver,
    };
    insert(tx, command.user, opened, command.now).await?;
    Ok(command.access.price.is_positive())
}

pub(super) async fn deliver(
    tx: &DatabaseTransaction,
    id: TaskId,
    lease: LeaseToken,
    (goodwill_until, now): (Option<Timestamp>, Timestamp),
) -> Outcome<()> {
    let mut waiting = lock_waiting(tx, id, lease, now).await?;
    let users = waiting.iter().map(|task| task.user);
    let mut wallets = Wallets::lock(tx, users).await?;
    for task in &mut waiting {
        let wallet = wallets.of(task.user)?;
        deliver_to(tx, wallet, task, (goodwill_until, now)).await?;
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
/// paid access meanwhile: with goodwill, since what was held would have paid for it. The caller saves the
/// task.
pub(super) async fn deliver_to(
    tx: &DatabaseTransaction,
    wallet: &mut Wallet,
    task: &mut Task,
    (goodwill_until, now): (Option<Timestamp>, Timestamp),
) -> Outcome<()> {
    let Some(access) = task.charges.access.take() else {
        return Ok(());
    };
    let filing = task.key.filing;
    if !is_wanted(tx, task.user, filing, &access).await? {
        let goodwill = goodwill_until.map(Goodwill::whole);
        return void_if_open(tx, wallet, access.hold, goodwill, now).await;
    }
    let hold = wanted(&access, (task.user, filing), Some(task.id), now);
    let waiver = charge(tx, wallet, &hold).await?;
    let opened = Opened {
        filing,
        source: access.source,
        waiver,
    };
    insert(tx, task.user, opened, now).await
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

fn wanted(
    access: &PendingAccess,
    (user, filing): (UserId, FilingId),
    task: Option<TaskId>,
    now: Timestamp,
) -> PlaceHold {
    PlaceHold {
        id: access.hold,
        user,
        purpose: access.purpose,
        amount: access.price,
        filing: Some(filing),
        task,
        expires_at: now,
        now,
    }
}

async fn charge(
    tx: &DatabaseTransaction,
    wallet: &mut Wallet,
    hold: &PlaceHold,
) -> Outcome<Option<Waiver>> {
    let description = match hold.purpose {
        EntryKind::FilingImport | EntryKind::BulkImport => "import of a filing",
        _ => "access to a filing",
    };
    settle(tx, wallet, hold, description, None).await
}

pub(crate) async fn insert(
    tx: &DatabaseTransaction,
    user: UserId,
    opened: Opened,
    now: Timestamp,
) -> Outcome<()> {
    use filing_access::Column;
    let paid = opened.source == AccessSource::Paid;
    let waiver = opened.waiver.filter(|_| paid);
    let row = filing_access::ActiveModel {
        user_id: Set(user.as_uuid()),
        filing_id: Set(opened.filing.as_uuid()),
        source: Set(opened.source.as_str().to_owned()),
        granted_at: Set(micros(now)),
        waiver: Set(waiver.map(|waiver| waiver.as_str().to_owned())),
    };
    let better = OnConflict::columns([Column::UserId, Column::FilingId])
        .update_columns([Column::Source, Column::GrantedAt, Column::Waiver])
        .to_owned();
    filing_access::Entity::insert(row)
        .on_conflict(better)
        .exec_without_returning(tx)
        .await?;
    Ok(())
}
