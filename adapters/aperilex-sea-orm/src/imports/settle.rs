//! Items that end, or are left for later.

use aperilex_ports::audit::Opened;
use aperilex_ports::{
    AccessSource, CapturePart, FilingId, HoldId, HoldStatus, ImportError, ImportId, ImportItem,
    ImportItemStatus, ImportJob, ImportOutcome, ImportStatus, LeaseToken, MicroUsd, PendingAccess,
    PutBackItem, SettleItem, Timestamp, Waiver,
};
use sea_orm::{DatabaseTransaction, EntityTrait, QuerySelect};

use super::{Outcome, end, lock, save};
use crate::entity::import_item;
use crate::error::Stop;
use crate::import_store;
use crate::ledger::{Wallet, find_hold};
use crate::settlement::{is_wanted, open_access};
use crate::stored::rounded;

/// An item under lock, if this is the right to work on it.
async fn leased(
    tx: &DatabaseTransaction,
    (import, place): (ImportId, u32),
    lease: LeaseToken,
    now: Timestamp,
) -> Outcome<ImportItem> {
    let key = (import.as_uuid(), i64::from(place));
    let row = import_item::Entity::find_by_id(key)
        .lock_exclusive()
        .one(tx)
        .await?;
    let item = row.map(ImportItem::try_from).transpose()?;
    item.filter(|item| item.is_leased(lease, now))
        .ok_or(Stop::Refused(ImportError::LeaseLost))
}

pub(super) async fn settle(tx: &DatabaseTransaction, command: &SettleItem) -> Outcome<ImportJob> {
    let (mut job, mut wallet) = lock(tx, command.import).await?;
    let key = (command.import, command.place);
    let mut item = leased(tx, key, command.lease, command.now).await?;
    item.lease = None;
    match &command.outcome {
        ImportOutcome::Failed { failure, excused } => {
            job.excused = job.excused.saturating_add(u32::from(*excused));
            item.status = ImportItemStatus::Failed;
            item.failure = Some(failure.clone());
        }
        ImportOutcome::Stored { filing, source } => {
            if job.unit_price.is_positive() && !is_open(tx, job.hold).await? {
                let how = (ImportStatus::Cancelled, command.goodwill_until, command.now);
                return end(tx, &mut wallet, job, how).await;
            }
            item.filing = Some(*filing);
            item.failure = None;
            let what = (*filing, *source);
            item.status = open(tx, &mut wallet, &job, what, command.now).await?;
        }
    }
    import_store::save::<ImportError>(tx, &item).await?;
    job.counts.ended(item.status);
    job.expires_at = rounded(command.expires_at);
    job.updated_at = rounded(command.now);
    if job.counts.waiting == 0 {
        let how = (ImportStatus::Done, command.goodwill_until, command.now);
        return end(tx, &mut wallet, job, how).await;
    }
    save(tx, &job).await?;
    Ok(job)
}

async fn is_open(tx: &DatabaseTransaction, hold: Option<HoldId>) -> Outcome<bool> {
    let Some(hold) = hold else { return Ok(false) };
    let hold = find_hold(tx, hold).await?;
    Ok(hold.is_some_and(|hold| hold.status == HoldStatus::Open))
}

/// Opens a filing to the account of an import, for its price.
async fn open(
    tx: &DatabaseTransaction,
    wallet: &mut Wallet,
    job: &ImportJob,
    (filing, source): (FilingId, AccessSource),
    now: Timestamp,
) -> Outcome<ImportItemStatus> {
    let access = PendingAccess {
        hold: job.hold.unwrap_or(HoldId::from_uuid(job.id.as_uuid())),
        price: job.unit_price,
        purpose: aperilex_ports::EntryKind::BulkImport,
        source,
    };
    if !is_wanted(tx, job.user, filing, &access).await? {
        return Ok(ImportItemStatus::Owned);
    }
    if job.unit_price != MicroUsd::ZERO {
        let part = CapturePart {
            hold: access.hold,
            filing,
            amount: job.unit_price,
            description: "import of a filing in bulk".to_owned(),
            now,
        };
        wallet.capture_part(tx, &part).await?;
    }
    let waiver = (job.unit_price == MicroUsd::ZERO).then_some(Waiver::NoFee);
    let opened = Opened {
        filing,
        source,
        waiver: waiver.filter(|_| source == AccessSource::Paid),
    };
    open_access(tx, job.user, opened, now).await?;
    Ok(ImportItemStatus::Imported)
}

pub(super) async fn put_back(tx: &DatabaseTransaction, command: &PutBackItem) -> Outcome<()> {
    let key = (command.import, command.place);
    let mut item = leased(tx, key, command.lease, command.now).await?;
    item.lease = None;
    item.ready_at = rounded(command.not_before);
    item.failure = Some(command.failure.clone());
    let counted = u32::from(!command.counted);
    item.attempts = item.attempts.saturating_sub(counted);
    import_store::save(tx, &item).await
}
