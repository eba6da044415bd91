//! Prices that were promised.

use aperilex_ports::{
    QuoteId, QuoteStore, SettlementError, StoreError, StoredQuote, SubmitTask, Timestamp, UserId,
};
use async_trait::async_trait;
use sea_orm::{
    ColumnTrait, DatabaseTransaction, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
    QueryTrait, Select,
};

use crate::database::Store;
use crate::entity::quote::{ActiveModel, Column, Entity, Model};
use crate::error::Stop;
use crate::read::page;
use crate::stored::micros;

type Outcome<T> = Result<T, Stop<StoreError>>;

#[async_trait]
impl QuoteStore for Store {
    async fn keep(&self, quote: &StoredQuote) -> Result<(), StoreError> {
        transact!(self.db, |tx| keep(tx, quote).await)
    }

    async fn get(&self, user: UserId, quote: QuoteId) -> Result<Option<StoredQuote>, StoreError> {
        let query = Entity::find_by_id(quote.as_uuid()).filter(Column::UserId.eq(user.as_uuid()));
        self.db.one::<Model, _>(&query.into_query()).await
    }

    async fn forget(&self, by: Timestamp, limit: usize) -> Result<usize, StoreError> {
        transact!(self.db, |tx| forget(tx, by, page(limit)).await)
    }
}

async fn keep(tx: &DatabaseTransaction, quote: &StoredQuote) -> Outcome<()> {
    Entity::insert(ActiveModel::from(quote))
        .exec_without_returning(tx)
        .await?;
    Ok(())
}

/// Quotes that had expired by then, the longest expired first.
pub(crate) fn expired(by: Timestamp) -> Select<Entity> {
    Entity::find()
        .filter(Column::ExpiresAt.lte(micros(by)))
        .order_by_asc(Column::ExpiresAt)
}

async fn forget(tx: &DatabaseTransaction, by: Timestamp, limit: u64) -> Outcome<usize> {
    let expired = expired(by).limit(limit).all(tx).await?;
    if expired.is_empty() {
        return Ok(0);
    }
    let ids = expired.iter().map(|row| row.id);
    let deleted = Entity::delete_many().filter(Column::Id.is_in(ids));
    let deleted = deleted.exec(tx).await?;
    Ok(usize::try_from(deleted.rows_affected).unwrap_or_default())
}

/// Marks the quote of a request that is accepted; refused if it was used before or is there no more.
pub(crate) async fn use_quote(
    tx: &DatabaseTransaction,
    command: &SubmitTask,
) -> Result<(), Stop<SettlementError>> {
    let Some(quote) = command.quote else {
        return Ok(());
    };
    let marked = Entity::update_many()
        .col_expr(Column::UsedBy, Some(command.task.as_uuid()).into())
        .filter(Column::Id.eq(quote.as_uuid()))
        .filter(Column::UserId.eq(command.user.as_uuid()))
        .filter(Column::UsedBy.is_null())
        .exec(tx)
        .await?;
    match marked.rows_affected {
        0 => Err(Stop::Refused(SettlementError::QuoteUsed)),
        _ => Ok(()),
    }
}
