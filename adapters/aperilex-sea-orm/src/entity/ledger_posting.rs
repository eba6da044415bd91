//! The sides of the journal's transactions.

use aperilex_ports::{EntryId, MicroUsd, Posting};
use sea_orm::entity::prelude::*;

use crate::error::Unreadable;
use crate::stored::word;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "ledger_posting")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) user_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) seq: i64,
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) line: i64,
    pub(crate) account: String,
    pub(crate) lot_id: Option<Uuid>,
    pub(crate) amount: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl TryFrom<Model> for Posting {
    type Error = Unreadable;

    fn try_from(row: Model) -> Result<Self, Unreadable> {
        Ok(Self {
            account: word("account of a posting", &row.account)?,
            lot: row.lot_id.map(EntryId::from_uuid),
            amount: MicroUsd::new(row.amount),
        })
    }
}
