//! The journal.

use aperilex_ports::{EntryId, HoldId, JournalTx, MicroUsd, UserId};
use sea_orm::entity::prelude::*;

use crate::error::Unreadable;
use crate::stored::{count, time, word};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "ledger_tx")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) user_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) seq: i64,
    pub(crate) operation: String,
    pub(crate) key: String,
    pub(crate) hold_id: Option<Uuid>,
    pub(crate) entry_id: Option<Uuid>,
    pub(crate) reverses: Option<Uuid>,
    pub(crate) posted_after: i64,
    pub(crate) held_after: i64,
    pub(crate) at: i64,
    pub(crate) prev_hash: String,
    pub(crate) hash: String,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// Without its postings, which are rows of their own.
impl TryFrom<Model> for JournalTx {
    type Error = Unreadable;

    fn try_from(row: Model) -> Result<Self, Unreadable> {
        Ok(Self {
            user: UserId::from_uuid(row.user_id),
            seq: count("number of a transaction", row.seq)?,
            operation: word("operation of a transaction", &row.operation)?,
            key: row.key,
            hold: row.hold_id.map(HoldId::from_uuid),
            entry: row.entry_id.map(EntryId::from_uuid),
            reverses: row.reverses.map(EntryId::from_uuid),
            postings: Vec::new(),
            posted_after: MicroUsd::new(row.posted_after),
            held_after: MicroUsd::new(row.held_after),
            at: time("time of a transaction", row.at)?,
            prev_hash: word("hash of a transaction", &row.prev_hash)?,
            hash: word("hash of a transaction", &row.hash)?,
        })
    }
}
