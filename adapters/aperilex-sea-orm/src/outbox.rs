//! What is to be sent. A row that is sent is removed, so the table stays as small as the backlog.

use aperilex_ports::{Outbox, OutboxItem, OutboxMessage, StoreError, Timestamp};
use async_trait::async_trait;
use sea_orm::ActiveValue::{NotSet, Set};
use sea_orm::sea_query::{Expr, ExprTrait, LockBehavior, LockType};
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
        self.hand_out(Lane::Work, limit, leased_until, now).await
    }

    async fn next_notices(
        &self,
        limit: usize,
        leased_until: Timestamp,
        now: Timestamp,
    ) -> Result<Vec<OutboxMessage>, StoreError> {
        self.hand_out(Lane::Notice, limit, leased_until, now).await
    }

    async fn put_off(&self, id: i64, until: Timestamp) -> Result<(), StoreError> {
        let put_off = Entity::update_many()
            .col_expr(Column::LeasedUntil, micros(until).into())
            .filter(Column::Id.eq(id))
            .into_query();
        let done = self.db.alone(Durability::Full, &put_off).await;
        done.map(drop).map_err(store_error)
    }

    async fn put(&self, items: &[OutboxItem]) -> Result<(), StoreError> {
        transact!(self.db, |tx| put::<StoreError>(tx, items.iter().cloned())
            .await)
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

/// Which way a row goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Lane {
    /// Messages and events.
    Work,
    /// Notices.
    Notice,
}

impl Lane {
    const fn of(item: &OutboxItem) -> Self {
        match item {
            OutboxItem::Notice(_) => Self::Notice,
            OutboxItem::Enqueue { .. } | OutboxItem::Event(_) => Self::Work,
        }
    }

    const fn as_str(self) -> &'static str {
        match self {
            Self::Work => "work",
            Self::Notice => "notice",
        }
    }
}

impl Store {
    async fn hand_out(
        &self,
        lane: Lane,
        limit: usize,
        leased_until: Timestamp,
        now: Timestamp,
    ) -> Result<Vec<OutboxMessage>, StoreError> {
        // The relay asks often and mostly for nothing: a look takes no lock.
        let look = free(lane, now).limit(1).into_query();
        let waiting = self.db.rows(&look).await.map_err(store_error)?;
        if waiting.is_empty() {
            return Ok(Vec::new());
        }
        let free = free(lane, now).order_by_asc(Column::Id).limit(page(limit));
        let rows: Vec<Model> = transact!(self.db, |tx| {
            lease(tx, free.clone(), leased_until).await
        })?;
        Ok(rows.into_iter().filter_map(readable).collect())
    }
}

pub(crate) fn free(lane: Lane, now: Timestamp) -> sea_orm::Select<Entity> {
    Entity::find()
        .filter(Column::Lane.eq(lane.as_str()))
        .filter(Column::LeasedUntil.lte(micros(now)))
}

async fn lease(
    tx: &DatabaseTransaction,
    free: sea_orm::Select<Entity>,
    leased_until: Timestamp,
) -> Result<Vec<Model>, Stop<StoreError>> {
    let mut rows = free
        .lock_with_behavior(LockType::Update, LockBehavior::SkipLocked)
        .all(tx)
        .await?;
    if !rows.is_empty() {
        Entity::update_many()
            .col_expr(Column::LeasedUntil, micros(leased_until).into())
            .col_expr(Column::Attempts, Expr::col(Column::Attempts).add(1))
            .filter(Column::Id.is_in(rows.iter().map(|row| row.id)))
            .exec(tx)
            .await?;
    }
    for row in &mut rows {
        row.attempts = row.attempts.saturating_add(1);
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
            lane: Set(Lane::of(&item).as_str().to_owned()),
            attempts: Set(0),
        });
    }
    while !rows.is_empty() {
        let rest = rows.split_off(rows.len().min(CHUNK));
        Entity::insert_many(rows).exec_without_returning(tx).await?;
        rows = rest;
    }
    Ok(())
}
