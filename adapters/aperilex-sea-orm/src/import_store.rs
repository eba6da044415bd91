//! Bulk imports: reading them, and taking their items.

use aperilex_ports::{
    ClaimItem, ImportId, ImportItem, ImportItemStatus, ImportJob, ImportStore, StoreError,
    Timestamp, UserId,
};
use async_trait::async_trait;
use sea_orm::sea_query::{LockBehavior, LockType};
use sea_orm::{
    ColumnTrait, DatabaseTransaction, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
    QueryTrait, Select,
};

use crate::database::Store;
use crate::entity::{import_item, import_job};
use crate::error::Stop;
use crate::read::page;
use crate::stored::micros;

type Outcome<T> = Result<T, Stop<StoreError>>;

#[async_trait]
impl ImportStore for Store {
    async fn get(&self, import: ImportId) -> Result<Option<ImportJob>, StoreError> {
        let query = import_job::Entity::find_by_id(import.as_uuid());
        self.db
            .one::<import_job::Model, _>(&query.into_query())
            .await
    }

    async fn list(
        &self,
        user: UserId,
        before: Option<ImportId>,
        limit: usize,
    ) -> Result<Vec<ImportJob>, StoreError> {
        let query = jobs_of(user, before).limit(page(limit));
        self.db
            .all::<import_job::Model, _>(&query.into_query())
            .await
    }

    async fn items(
        &self,
        import: ImportId,
        after: u32,
        limit: usize,
    ) -> Result<Vec<ImportItem>, StoreError> {
        let query = items_of(import, after).limit(page(limit));
        self.db
            .all::<import_item::Model, _>(&query.into_query())
            .await
    }

    async fn claim(
        &self,
        claim: &ClaimItem,
    ) -> Result<Option<(ImportJob, ImportItem)>, StoreError> {
        // Most of the time nothing is to be done, and then nothing is locked.
        let next = waiting(claim.only, claim.now).limit(1).into_query();
        let any: Option<ImportItem> = self.db.one::<import_item::Model, _>(&next).await?;
        if any.is_none() {
            return Ok(None);
        }
        transact!(self.db, |tx| take(tx, claim).await)
    }
}

/// Imports of an account, newest first: ids are in the order of their making.
pub(crate) fn jobs_of(user: UserId, before: Option<ImportId>) -> Select<import_job::Entity> {
    import_job::Entity::find()
        .filter(import_job::Column::UserId.eq(user.as_uuid()))
        .apply_if(before, |query, before| {
            query.filter(import_job::Column::Id.lt(before.as_uuid()))
        })
        .order_by_desc(import_job::Column::Id)
}

/// Items behind a place.
pub(crate) fn items_of(import: ImportId, after: u32) -> Select<import_item::Entity> {
    import_item::Entity::find()
        .filter(import_item::Column::JobId.eq(import.as_uuid()))
        .filter(import_item::Column::Place.gt(i64::from(after)))
        .order_by_asc(import_item::Column::Place)
}

/// Items that can be claimed: the first of each import before the second of any.
pub(crate) fn waiting(only: Option<ImportId>, now: Timestamp) -> Select<import_item::Entity> {
    import_item::Entity::find()
        .filter(import_item::Column::Status.eq(ImportItemStatus::Waiting.as_str()))
        .filter(import_item::Column::ReadyAt.lte(micros(now)))
        .apply_if(only, |query, only| {
            query.filter(import_item::Column::JobId.eq(only.as_uuid()))
        })
        .order_by_asc(import_item::Column::Place)
        .order_by_asc(import_item::Column::JobId)
}

async fn take(
    tx: &DatabaseTransaction,
    claim: &ClaimItem,
) -> Outcome<Option<(ImportJob, ImportItem)>> {
    let next = waiting(claim.only, claim.now)
        .limit(1)
        .lock_with_behavior(LockType::Update, LockBehavior::SkipLocked);
    let Some(row) = next.one(tx).await? else {
        return Ok(None);
    };
    let mut item = ImportItem::try_from(row)?;
    item.lease = Some(claim.lease.token);
    item.ready_at = crate::stored::rounded(claim.lease.until);
    item.attempts = item.attempts.saturating_add(1);
    save(tx, &item).await?;
    let job = import_job::Entity::find_by_id(item.job.as_uuid());
    let job = job.one(tx).await?.ok_or(Stop::Again)?;
    Ok(Some((job.try_into()?, item)))
}

/// Saves an item whose row is locked.
pub(crate) async fn save<R>(tx: &DatabaseTransaction, item: &ImportItem) -> Result<(), Stop<R>> {
    let mut row = import_item::row(item)?;
    row.job_id = sea_orm::ActiveValue::NotSet;
    row.place = sea_orm::ActiveValue::NotSet;
    import_item::Entity::update_many()
        .set(row)
        .filter(import_item::Column::JobId.eq(item.job.as_uuid()))
        .filter(import_item::Column::Place.eq(i64::from(item.place)))
        .exec(tx)
        .await?;
    Ok(())
}
