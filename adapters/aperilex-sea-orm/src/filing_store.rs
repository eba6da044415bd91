//! Filings, and who may read them.

use aperilex_ports::{
    AccessSource, FilingId, FilingMeta, FilingRecord, FilingStore, StoreError, StoredDocument,
    Timestamp, UserId,
};
use async_trait::async_trait;
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::OnConflict;
use sea_orm::{ColumnTrait, DatabaseTransaction, EntityTrait, QueryFilter, QueryTrait};

use crate::database::Store;
use crate::entity::{filing, filing_access};
use crate::error::{Stop, Unreadable};
use crate::shape::{write_documents, write_meta};
use crate::stored::{micros, word};

type Outcome<T> = Result<T, Stop<StoreError>>;

#[async_trait]
impl FilingStore for Store {
    async fn register(
        &self,
        meta: &FilingMeta,
        now: Timestamp,
    ) -> Result<FilingRecord, StoreError> {
        // Most are known already; then nothing is written.
        if let Some(record) = FilingStore::get(self, meta.id).await? {
            return Ok(record);
        }
        transact!(self.db, |tx| register(tx, meta, now).await)
    }

    async fn mark_stored(
        &self,
        filing: FilingId,
        documents: &[StoredDocument],
        now: Timestamp,
    ) -> Result<FilingRecord, StoreError> {
        transact!(self.db, |tx| mark_stored(tx, filing, documents, now).await)
    }

    async fn get(&self, filing: FilingId) -> Result<Option<FilingRecord>, StoreError> {
        let query = filing::Entity::find_by_id(filing.as_uuid());
        self.db.one::<filing::Model, _>(&query.into_query()).await
    }

    async fn access(
        &self,
        user: UserId,
        filing: FilingId,
    ) -> Result<Option<AccessSource>, StoreError> {
        let query = filing_access::Entity::find_by_id((user.as_uuid(), filing.as_uuid()));
        let source = self
            .db
            .one::<filing_access::Model, Access>(&query.into_query())
            .await?;
        Ok(source.map(|Access(source)| source))
    }
}

struct Access(AccessSource);

impl TryFrom<filing_access::Model> for Access {
    type Error = Unreadable;

    fn try_from(row: filing_access::Model) -> Result<Self, Unreadable> {
        word("source of access", &row.source).map(Self)
    }
}

async fn register(
    tx: &DatabaseTransaction,
    meta: &FilingMeta,
    now: Timestamp,
) -> Outcome<FilingRecord> {
    let row = filing::ActiveModel {
        id: Set(meta.id.as_uuid()),
        meta: Set(write_meta(meta)?),
        documents: Set(None),
        registered_at: Set(micros(now)),
        stored_at: Set(None),
    };
    let first_stays = OnConflict::column(filing::Column::Id)
        .do_nothing_on([filing::Column::Id])
        .to_owned();
    filing::Entity::insert(row)
        .on_conflict(first_stays)
        .exec_without_returning(tx)
        .await?;
    find(tx, meta.id).await
}

async fn mark_stored(
    tx: &DatabaseTransaction,
    id: FilingId,
    documents: &[StoredDocument],
    now: Timestamp,
) -> Outcome<FilingRecord> {
    filing::Entity::update_many()
        .col_expr(
            filing::Column::Documents,
            write_documents(documents)?.into(),
        )
        .col_expr(filing::Column::StoredAt, micros(now).into())
        .filter(filing::Column::Id.eq(id.as_uuid()))
        .filter(filing::Column::StoredAt.is_null())
        .exec(tx)
        .await?;
    find(tx, id).await
}

async fn find(tx: &DatabaseTransaction, id: FilingId) -> Outcome<FilingRecord> {
    let row = filing::Entity::find_by_id(id.as_uuid()).one(tx).await?;
    let row = row.ok_or(Stop::Refused(StoreError::Conflict))?;
    Ok(row.try_into()?)
}
