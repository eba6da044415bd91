//! The audit log: its end is one row, whose lock is taken last in every transaction that adds to it.

use aperilex_ports::{
    AuditEntry, AuditHead, AuditLog, AuditRecord, LedgerEntry, LedgerError, PostEntry, Refund,
    StoreError,
};
use async_trait::async_trait;
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::OnConflict;
use sea_orm::{
    ColumnTrait, DatabaseTransaction, EntityTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait,
};

use crate::database::Store;
use crate::entity::{audit_entry, audit_head};
use crate::error::Stop;
use crate::ledger::{Wallet, has_entry};
use crate::read::page;
use crate::stored::{micros, number};

#[async_trait]
impl AuditLog for Store {
    async fn append(&self, record: &AuditRecord) -> Result<AuditEntry, StoreError> {
        transact!(self.db, |tx| append(tx, record).await)
    }

    async fn post(
        &self,
        entry: &PostEntry,
        record: &AuditRecord,
    ) -> Result<LedgerEntry, LedgerError> {
        transact!(self.db, |tx| post(tx, entry, record).await)
    }

    async fn refund(
        &self,
        refund: &Refund,
        record: &AuditRecord,
    ) -> Result<LedgerEntry, LedgerError> {
        transact!(self.db, |tx| give_back(tx, refund, record).await)
    }

    async fn entries(
        &self,
        before: Option<u64>,
        limit: usize,
    ) -> Result<Vec<AuditEntry>, StoreError> {
        let query = audit_entry::Entity::find()
            .apply_if(before, |query, before| {
                query.filter(audit_entry::Column::Seq.lt(number(before)))
            })
            .order_by_desc(audit_entry::Column::Seq)
            .limit(page(limit));
        self.db
            .all::<audit_entry::Model, _>(&query.into_query())
            .await
    }

    async fn head(&self) -> Result<AuditHead, StoreError> {
        let query = audit_head::Entity::find_by_id(audit_head::ONLY).into_query();
        let head = self.db.one::<audit_head::Model, _>(&query).await?;
        Ok(head.unwrap_or_else(AuditHead::genesis))
    }
}

/// Adds a record. Where the caller holds other locks, it has them already.
pub(crate) async fn append<R>(
    tx: &DatabaseTransaction,
    record: &AuditRecord,
) -> Result<AuditEntry, Stop<R>> {
    let genesis = AuditHead::genesis();
    let first = audit_head::ActiveModel {
        id: Set(audit_head::ONLY),
        seq: Set(number(genesis.seq)),
        hash: Set(genesis.hash.to_string()),
    };
    let there = OnConflict::column(audit_head::Column::Id)
        .do_nothing_on([audit_head::Column::Id])
        .to_owned();
    audit_head::Entity::insert(first)
        .on_conflict(there)
        .exec_without_returning(tx)
        .await?;
    let head = audit_head::Entity::find_by_id(audit_head::ONLY)
        .lock_exclusive()
        .one(tx)
        .await?;
    let head = AuditHead::try_from(head.ok_or(Stop::Again)?)?;
    let entry = head.next(record);
    let row = audit_entry::ActiveModel {
        seq: Set(number(entry.seq)),
        actor: Set(entry.record.actor.to_string()),
        action: Set(entry.record.action.clone()),
        subject: Set(entry.record.subject.clone()),
        detail: Set(entry.record.detail.to_string()),
        at: Set(micros(entry.record.at)),
        prev_hash: Set(entry.prev_hash.to_string()),
        hash: Set(entry.hash.to_string()),
    };
    audit_entry::Entity::insert(row)
        .exec_without_returning(tx)
        .await?;
    audit_head::Entity::update_many()
        .col_expr(audit_head::Column::Seq, number(entry.seq).into())
        .col_expr(audit_head::Column::Hash, entry.hash.to_string().into())
        .filter(audit_head::Column::Id.eq(audit_head::ONLY))
        .exec(tx)
        .await?;
    Ok(entry)
}

async fn post(
    tx: &DatabaseTransaction,
    entry: &PostEntry,
    record: &AuditRecord,
) -> Result<LedgerEntry, Stop<LedgerError>> {
    let mut wallet = Wallet::lock(tx, entry.user).await?;
    let again = has_entry(tx, entry.user, &entry.key).await?;
    let posted = wallet.post(tx, entry).await?;
    if !again {
        append(tx, record).await?;
    }
    Ok(posted)
}

async fn give_back(
    tx: &DatabaseTransaction,
    refund: &Refund,
    record: &AuditRecord,
) -> Result<LedgerEntry, Stop<LedgerError>> {
    let mut wallet = Wallet::lock(tx, refund.user).await?;
    let again = has_entry(tx, refund.user, &refund.key).await?;
    let refunded = wallet.refund(tx, refund).await?;
    if !again {
        append(tx, record).await?;
    }
    Ok(refunded)
}
