//! Asking for imports.

use std::collections::BTreeSet;

use aperilex_ports::{
    AccessSource, EntryKind, HoldId, IdempotentRequest, ImportCounts, ImportError, ImportId,
    ImportItem, ImportItemStatus, ImportJob, LedgerError, MicroUsd, PlaceHold, SubmitImport,
    SubmittedImport, Timestamp, UserId,
};
use sea_orm::ActiveValue::Set;
use sea_orm::{
    ColumnTrait, ConnectionTrait, DatabaseTransaction, EntityTrait, QueryFilter, QuerySelect,
};
use uuid::Uuid;

use super::Outcome;
use crate::audit_store::CHUNK;
use crate::entity::{filing_access, import_item, import_job};
use crate::error::Stop;
use crate::import_store::last_turn;
use crate::ledger::Wallet;
use crate::settlement::idempotency;
use crate::stored::rounded;

/// The import that this key was answered with before.
pub(super) async fn replayed<C: ConnectionTrait>(
    tx: &C,
    user: UserId,
    request: &IdempotentRequest,
    now: Timestamp,
) -> Outcome<Option<ImportJob>> {
    let Some(row) = idempotency::known(tx, user, request, now).await? else {
        return Ok(None);
    };
    // The same fingerprint is an import's, unless something else wrote it.
    let id = row.import_id;
    let id = id.ok_or(Stop::Refused(ImportError::KeyReused))?;
    let row = import_job::Entity::find_by_id(id).one(tx).await?;
    Ok(row.map(ImportJob::try_from).transpose()?)
}

pub(super) async fn submit(
    tx: &DatabaseTransaction,
    command: &SubmitImport,
) -> Outcome<SubmittedImport> {
    let mut wallet = Wallet::lock(tx, command.user).await?;
    if let Some(request) = &command.idempotency
        && let Some(job) = replayed(tx, command.user, request, command.now).await?
    {
        return Ok(SubmittedImport {
            job,
            replayed: true,
        });
    }
    wallet.require_active()?;
    let items = items(tx, command).await?;
    let counts = ImportCounts::of(&items);
    let hold = set_aside(tx, &mut wallet, command, counts).await?;
    let begun = command.begun(hold, counts);
    let job = ImportJob {
        expires_at: rounded(begun.expires_at),
        created_at: rounded(begun.created_at),
        updated_at: rounded(begun.updated_at),
        ..begun
    };
    let row = import_job::ActiveModel {
        turn: Set(last_turn::<ImportError>(tx).await?),
        ..import_job::ActiveModel::from(&job)
    };
    import_job::Entity::insert(row)
        .exec_without_returning(tx)
        .await?;
    for some in items.chunks(CHUNK) {
        let rows: Result<Vec<_>, _> = some.iter().map(import_item::row).collect();
        import_item::Entity::insert_many(rows?)
            .exec_without_returning(tx)
            .await?;
    }
    if let Some(request) = &command.idempotency {
        remember(tx, command, request, job.id).await?;
    }
    Ok(SubmittedImport {
        job,
        replayed: false,
    })
}

async fn remember(
    tx: &DatabaseTransaction,
    command: &SubmitImport,
    request: &IdempotentRequest,
    job: ImportId,
) -> Outcome<()> {
    let made = idempotency::Made {
        import: Some(job),
        ..idempotency::Made::default()
    };
    Ok(idempotency::note(tx, command.user, request, made, command.now).await?)
}

/// The items: those of filings that are paid for have ended at once.
async fn items(tx: &DatabaseTransaction, command: &SubmitImport) -> Outcome<Vec<ImportItem>> {
    let named = command.items.iter().filter_map(|item| item.filing);
    let named: Vec<Uuid> = named.map(|filing| filing.as_uuid()).collect();
    let mut paid = BTreeSet::new();
    for some in named.chunks(CHUNK) {
        let rows: Vec<Uuid> = filing_access::Entity::find()
            .select_only()
            .column(filing_access::Column::FilingId)
            .filter(filing_access::Column::UserId.eq(command.user.as_uuid()))
            .filter(filing_access::Column::FilingId.is_in(some.iter().copied()))
            .filter(filing_access::Column::Source.eq(AccessSource::Paid.as_str()))
            .into_tuple()
            .all(tx)
            .await?;
        paid.extend(rows);
    }
    let item = |(place, new): (u32, &aperilex_ports::NewImportItem)| {
        let had = |filing: &aperilex_ports::FilingId| paid.contains(&filing.as_uuid());
        let status = match new.filing.as_ref().is_some_and(had) {
            true => ImportItemStatus::Owned,
            false => ImportItemStatus::Waiting,
        };
        ImportItem {
            job: command.import,
            place,
            locator: new.locator.clone(),
            filing: new.filing,
            status,
            failure: None,
            attempts: 0,
            ready_at: rounded(command.now),
            lease: None,
        }
    };
    Ok((1..).zip(&command.items).map(item).collect())
}

/// Sets aside what all that waits may cost.
async fn set_aside(
    tx: &DatabaseTransaction,
    wallet: &mut Wallet,
    command: &SubmitImport,
    counts: ImportCounts,
) -> Outcome<Option<HoldId>> {
    let price = command.unit_price.checked_mul(counts.waiting.into());
    let price = price.ok_or(Stop::Refused(LedgerError::BadAmount))?;
    if let Some(max) = command.max_price.filter(|max| price > *max) {
        return Err(Stop::Refused(ImportError::OverMaxPrice { price, max }));
    }
    if price == MicroUsd::ZERO {
        return Ok(None);
    }
    let hold = PlaceHold {
        id: command.hold,
        user: command.user,
        purpose: EntryKind::BulkImport,
        amount: price,
        filing: None,
        task: None,
        expires_at: command.expires_at,
        now: command.now,
    };
    Ok(Some(wallet.place(tx, &hold).await?.id))
}
