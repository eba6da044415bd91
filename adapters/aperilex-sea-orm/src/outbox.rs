//! What is to be sent. A row that is sent is removed, so the table stays as small as the backlog.

use aperilex_ports::{Outbox, OutboxItem, OutboxMessage, StoreError, Timestamp};
use async_trait::async_trait;
use sea_orm::ActiveValue::{NotSet, Set};
use sea_orm::sea_query::{LockBehavior, LockType};
use sea_orm::{
    ColumnTrait, DatabaseTransaction, EntityTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait,
};

use crate::database::Store;
use crate::entity::outbox::{ActiveModel, Column, Entity, Model};
use crate::error::{Stop, Unreadable, store_error};
use crate::read::page;
use crate::shape::write_item;
use crate::stored::micros;
use crate::transaction::Durability;

/// Rows per statement: far below what any database takes.
pub(crate) const CHUNK: usize = 500;

#[async_trait]
impl Outbox for Store {
    async fn next_batch(
        &self,
        limit: usize,
        leased_until: Timestamp,
        now: Timestamp,
    ) -> Result<Vec<OutboxMessage>, StoreError> {
        // The relay asks often and mostly for nothing: a look takes no lock.
        let free = free(now).limit(1).into_query();
        let waiting = self.db.rows(&free).await.map_err(store_error)?;
        if waiting.is_empty() {
            return Ok(Vec::new());
        }
        let rows: Vec<Model> = transact!(self.db, |tx| lease(tx, limit, leased_until, now).await)?;
        Ok(rows.into_iter().filter_map(readable).collect())
    }

    async fn mark_sent(&self, ids: &[i64], _now: Timestamp) -> Result<(), StoreError> {
        // Each removal stands by itself: what is not removed is sent again.
        for chunk in ids.chunks(CHUNK) {
            let removal = Entity::delete_many()
                .filter(Column::Id.is_in(chunk.iter().copied()))
                .into_query();
            let removed = self.db.alone(Durability::Full, &removal).await;
            removed.map_err(store_error)?;
        }
        Ok(())
    }
}

pub(crate) fn free(now: Timestamp) -> sea_orm::Select<Entity> {
    Entity::find().filter(Column::LeasedUntil.lte(micros(now)))
}

async fn lease(
    tx: &DatabaseTransaction,
    limit: usize,
    leased_until: Timestamp,
    now: Timestamp,
) -> Result<Vec<Model>, Stop<StoreError>> {
    let rows = free(now)
        .order_by_asc(Column::Id)
        .limit(page(limit))
        .lock_with_behavior(LockType::Update, LockBehavior::SkipLocked)
        .all(tx)
        .await?;
    if !rows.is_empty() {
        Entity::update_many()
            .col_expr(Column::LeasedUntil, micros(leased_until).into())
            .filter(Column::Id.is_in(rows.iter().map(|row| row.id)))
            .exec(tx)
            .await?;
    }
    Ok(rows)
}

/// A row that cannot be read stays leased and is reported each time it comes up: it must not hold up
/// those behind it.
fn readable(row: Model) -> Option<OutboxMessage> {
    let id = row.id;
    OutboxMessage::try_from(row)
        .inspect_err(|Unreadable(what)| tracing::error!(id, what, "outbox row cannot be read"))
        .ok()
}

/// Stores what is to be sent, in this order.
pub(crate) async fn put<R>(
    tx: &DatabaseTransaction,
    items: impl IntoIterator<Item = OutboxItem>,
) -> Result<(), Stop<R>> {
    let mut rows = Vec::new();
    for item in items {
        rows.push(ActiveModel {
            id: NotSet,
            item: Set(write_item(&item)?),
            leased_until: Set(0),
        });
    }
    while !rows.is_empty() {
        let rest = rows.split_off(rows.len().min(CHUNK));
        Entity::insert_many(rows).exec_without_returning(tx).await?;
        rows = rest;
    }
    Ok(())
}
