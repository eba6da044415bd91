//! The commits of bulk imports. All that changes an import does so while it holds the lock on its
//! account's row; taking an item alone needs no more than the item's own.

mod settle;
mod submit;

use aperilex_ports::wallet::Goodwill;
use aperilex_ports::{
    IdempotentRequest, ImportError, ImportId, ImportItemStatus, ImportJob, ImportStatus, Imports,
    PutBackItem, SettleItem, StoreError, SubmitImport, SubmittedImport, Timestamp, UserId,
};
use async_trait::async_trait;
use sea_orm::{
    ColumnTrait, DatabaseTransaction, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
    QueryTrait, Select,
};
use uuid::Uuid;

use crate::database::Store;
use crate::entity::{import_item, import_job};
use crate::error::{Stop, store_error};
use crate::ledger::Wallet;
use crate::read::page;
use crate::settlement::void_if_open;
use crate::stored::{micros, rounded};

type Outcome<T> = Result<T, Stop<ImportError>>;

/// How an import ends, until when goodwill can be spent, and the time.
type How = (ImportStatus, Option<Timestamp>, Timestamp);

#[async_trait]
impl Imports for Store {
    async fn submit(&self, import: &SubmitImport) -> Result<SubmittedImport, ImportError> {
        transact!(self.db, |tx| submit::submit(tx, import).await)
    }

    async fn replayed(
        &self,
        user: UserId,
        request: &IdempotentRequest,
        now: Timestamp,
    ) -> Result<Option<ImportJob>, ImportError> {
        let replayed = submit::replayed(self.db.reader(), user, request, now).await;
        replayed.map_err(Stop::into_refusal)
    }

    async fn settle(&self, item: &SettleItem) -> Result<ImportJob, ImportError> {
        transact!(self.db, |tx| settle::settle(tx, item).await)
    }

    async fn put_back(&self, item: &PutBackItem) -> Result<(), ImportError> {
        transact!(self.db, |tx| settle::put_back(tx, item).await)
    }

    async fn cancel(
        &self,
        import: ImportId,
        goodwill_until: Option<Timestamp>,
        now: Timestamp,
    ) -> Result<ImportJob, ImportError> {
        transact!(self.db, |tx| {
            let is_running = |job: &ImportJob| job.status == ImportStatus::Running;
            let how = (ImportStatus::Cancelled, goodwill_until, now);
            end_if(tx, import, how, is_running).await
        })
    }

    async fn expire(
        &self,
        goodwill_until: Option<Timestamp>,
        now: Timestamp,
        limit: usize,
    ) -> Result<Vec<ImportJob>, ImportError> {
        let late = late(now)
            .select_only()
            .column(import_job::Column::Id)
            .limit(page(limit));
        let rows = self
            .db
            .rows(&late.into_query())
            .await
            .map_err(store_error)?;
        let (mut ended, mut failed) = (Vec::new(), None);
        for row in rows {
            let id: Uuid = row.try_get("", "id").map_err(store_error)?;
            let id = ImportId::from_uuid(id);
            // Each by itself: a sweep must not lock many accounts at a time.
            let outcome: Result<ImportJob, ImportError> = transact!(self.db, |tx| {
                let is_late =
                    |job: &ImportJob| job.status == ImportStatus::Running && job.expires_at <= now;
                let how = (ImportStatus::Expired, goodwill_until, now);
                end_if(tx, id, how, is_late).await
            });
            match outcome {
                Ok(job) if job.status == ImportStatus::Expired => ended.push(job),
                // It moved meanwhile.
                Ok(_) => {}
                Err(ImportError::Store(error)) => failed = failed.or(Some(error)),
                Err(_) => failed = failed.or(Some(StoreError::Conflict)),
            }
        }
        failed.map_or(Ok(ended), |error| Err(error.into()))
    }
}

/// Running imports whose time has passed, those longest ago first.
pub(crate) fn late(now: Timestamp) -> Select<import_job::Entity> {
    import_job::Entity::find()
        .filter(import_job::Column::Status.eq(ImportStatus::Running.as_str()))
        .filter(import_job::Column::ExpiresAt.lte(micros(now)))
        .order_by_asc(import_job::Column::ExpiresAt)
}

async fn find(tx: &DatabaseTransaction, id: ImportId) -> Outcome<ImportJob> {
    let row = import_job::Entity::find_by_id(id.as_uuid()).one(tx).await?;
    let row = row.ok_or(Stop::Refused(ImportError::Unknown))?;
    Ok(row.try_into()?)
}

/// An import with its account's wallet, locked: nothing but the wallet's owner never changes.
async fn lock(tx: &DatabaseTransaction, id: ImportId) -> Outcome<(ImportJob, Wallet)> {
    let owner = find(tx, id).await?.user;
    let wallet = Wallet::lock(tx, owner).await?;
    Ok((find(tx, id).await?, wallet))
}

/// Ends an import if it is so; gives it as it is then.
async fn end_if(
    tx: &DatabaseTransaction,
    id: ImportId,
    how: How,
    wanted: impl Fn(&ImportJob) -> bool,
) -> Outcome<ImportJob> {
    let (job, mut wallet) = lock(tx, id).await?;
    if !wanted(&job) {
        return Ok(job);
    }
    end(tx, &mut wallet, job, how).await
}

/// Ends an import: what waits is cancelled, what is set aside goes back.
async fn end(
    tx: &DatabaseTransaction,
    wallet: &mut Wallet,
    mut job: ImportJob,
    (status, goodwill_until, now): How,
) -> Outcome<ImportJob> {
    import_item::Entity::update_many()
        .col_expr(
            import_item::Column::Status,
            ImportItemStatus::Cancelled.as_str().into(),
        )
        .col_expr(import_item::Column::LeaseToken, Option::<Uuid>::None.into())
        .filter(import_item::Column::JobId.eq(job.id.as_uuid()))
        .filter(import_item::Column::Status.eq(ImportItemStatus::Waiting.as_str()))
        .exec(tx)
        .await?;
    if let Some(hold) = job.hold {
        let nobody_came = status == ImportStatus::Expired && wallet.require_active().is_ok();
        let most = Some(job.excused_price(nobody_came));
        let goodwill = goodwill_until.map(|until| Goodwill { until, most });
        void_if_open(tx, wallet, hold, goodwill, now).await?;
    }
    job.counts.cancelled();
    job.status = status;
    job.updated_at = rounded(now);
    save(tx, &job).await?;
    Ok(job)
}

/// Saves an import whose account is locked.
async fn save(tx: &DatabaseTransaction, job: &ImportJob) -> Outcome<()> {
    let mut row = import_job::ActiveModel::from(job);
    row.id = sea_orm::ActiveValue::NotSet;
    import_job::Entity::update_many()
        .set(row)
        .filter(import_job::Column::Id.eq(job.id.as_uuid()))
        .exec(tx)
        .await?;
    Ok(())
}
