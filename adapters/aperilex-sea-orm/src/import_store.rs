//! Bulk imports: reading them, and taking their items.

use aperilex_ports::{
    ClaimItem, ImportId, ImportItem, ImportItemStatus, ImportJob, ImportStatus, ImportStore,
    StoreError, Timestamp, UserId,
};
use async_trait::async_trait;
use sea_orm::sea_query::{Expr, ExprTrait as _, LockBehavior, LockType};
use sea_orm::{
    ColumnTrait, DatabaseTransaction, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
    QueryTrait, Select,
};
use uuid::Uuid;

use crate::database::Store;
use crate::entity::{import_item, import_job};
use crate::error::{Stop, is_unreadable, store_error};
use crate::read::page;
use crate::stored::{micros, rounded};

type Outcome<T> = Result<T, Stop<StoreError>>;

/// How many imports are asked for an item at a time, where others ask them too.
const LINE: u64 = 64;
/// Items of one import that are put off in one go.
const ILLEGIBLE: usize = 100;
/// How long an item that cannot be read is left alone, in microseconds: ten minutes.
const PUT_OFF: i64 = 10 * 60 * 1_000_000;

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
        let line = in_line(claim).limit(1).into_query();
        if self.db.rows(&line).await.map_err(store_error)?.is_empty() {
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

/// Imports that have something to be done, in the order of their turns.
pub(crate) fn in_line(claim: &ClaimItem) -> Select<import_job::Entity> {
    let mut ready = ready(claim.now).into_query();
    ready.clear_selects().expr(Expr::value(1)).and_where(
        Expr::col((import_item::Entity, import_item::Column::JobId))
            .equals((import_job::Entity, import_job::Column::Id)),
    );
    import_job::Entity::find()
        .select_only()
        .column(import_job::Column::Id)
        .filter(import_job::Column::Status.eq(ImportStatus::Running.as_str()))
        .filter(Expr::exists(ready))
        .apply_if(claim.only, |query, only| {
            query.filter(import_job::Column::Id.eq(only.as_uuid()))
        })
        .order_by_asc(import_job::Column::Turn)
        .order_by_asc(import_job::Column::Id)
}

/// Items whose time has come.
fn ready(now: Timestamp) -> Select<import_item::Entity> {
    import_item::Entity::find()
        .filter(import_item::Column::Status.eq(ImportItemStatus::Waiting.as_str()))
        .filter(import_item::Column::ReadyAt.lte(micros(now)))
}

/// The key of the first item of an import whose time has come.
pub(crate) fn next(job: Uuid, now: Timestamp) -> Select<import_item::Entity> {
    ready(now)
        .select_only()
        .columns([import_item::Column::JobId, import_item::Column::Place])
        .filter(import_item::Column::JobId.eq(job))
        .order_by_asc(import_item::Column::Place)
        .limit(1)
}

/// Takes the first item of the import whose turn it is. Where others are about to take what it has, the next
/// import is asked. What cannot be read is named, put off, and keeps nothing else back.
async fn take(
    tx: &DatabaseTransaction,
    claim: &ClaimItem,
) -> Outcome<Option<(ImportJob, ImportItem)>> {
    let line: Vec<Uuid> = in_line(claim).limit(LINE).into_tuple().all(tx).await?;
    for job in line {
        for _ in 0..ILLEGIBLE {
            let next: Option<(Uuid, i64)> = next(job, claim.now)
                .lock_with_behavior(LockType::Update, LockBehavior::SkipLocked)
                .into_tuple()
                .one(tx)
                .await?;
            let Some(key) = next else { break };
            match look(tx, key).await {
                Ok(found) => return lease(tx, claim, found).await.map(Some),
                Err(Stop::Unreadable(what)) => put_off(tx, key, claim.now, &what).await?,
                Err(Stop::Database(error)) if is_unreadable(&error) => {
                    put_off(tx, key, claim.now, &error.to_string()).await?;
                }
                Err(stop) => return Err(stop),
            }
        }
    }
    Ok(None)
}

async fn look(tx: &DatabaseTransaction, key: (Uuid, i64)) -> Outcome<(ImportJob, ImportItem)> {
    let job = import_job::Entity::find_by_id(key.0).one(tx).await?;
    let item = import_item::Entity::find_by_id(key).one(tx).await?;
    let (Some(job), Some(item)) = (job, item) else {
        return Err(Stop::Again);
    };
    Ok((job.try_into()?, item.try_into()?))
}

async fn lease(
    tx: &DatabaseTransaction,
    claim: &ClaimItem,
    (job, mut item): (ImportJob, ImportItem),
) -> Outcome<(ImportJob, ImportItem)> {
    item.lease = Some(claim.lease.token);
    item.ready_at = rounded(claim.lease.until);
    item.attempts = item.attempts.saturating_add(1);
    save(tx, &item).await?;
    import_job::Entity::update_many()
        .col_expr(import_job::Column::Turn, last_turn(tx).await?.into())
        .filter(import_job::Column::Id.eq(job.id.as_uuid()))
        .exec(tx)
        .await?;
    Ok((job, item))
}

/// A place at the end of the line. Two that ask at once may get the same: then their ids decide.
pub(crate) async fn last_turn<R>(tx: &DatabaseTransaction) -> Result<i64, Stop<R>> {
    let last: Option<i64> = import_job::Entity::find()
        .select_only()
        .column(import_job::Column::Turn)
        .order_by_desc(import_job::Column::Turn)
        .limit(1)
        .into_tuple()
        .one(tx)
        .await?;
    Ok(last.unwrap_or_default().saturating_add(1))
}

/// Leaves an item that cannot be read for later: it may be of a newer version, or somebody mends it. If not, its
/// import ends by time and gives back what was set aside.
async fn put_off(
    tx: &DatabaseTransaction,
    (job, place): (Uuid, i64),
    now: Timestamp,
    what: &str,
) -> Outcome<()> {
    tracing::error!(import = %job, item = place, what, "an item of an import cannot be read and is put off");
    import_item::Entity::update_many()
        .col_expr(import_item::Column::ReadyAt, (micros(now) + PUT_OFF).into())
        .filter(import_item::Column::JobId.eq(job))
        .filter(import_item::Column::Place.eq(place))
        .exec(tx)
        .await?;
    Ok(())
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
