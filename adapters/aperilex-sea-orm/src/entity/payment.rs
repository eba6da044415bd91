//! Payments, by their newest version.

use aperilex_ports::{EntryId, MicroUsd, Payment, UserId};
use sea_orm::entity::prelude::*;

use crate::error::Unreadable;
use crate::stored::{count, word};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "payment")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) id: String,
    pub(crate) version: i64,
    pub(crate) user_id: Uuid,
    pub(crate) amount: i64,
    pub(crate) state: String,
    pub(crate) entry_id: Option<Uuid>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl TryFrom<Model> for Payment {
    type Error = Unreadable;

    fn try_from(row: Model) -> Result<Self, Unreadable> {
        Ok(Self {
            version: count("version of a payment", row.version)?,
            user: UserId::from_uuid(row.user_id),
            amount: MicroUsd::new(row.amount),
            state: word("state of a payment", &row.state)?,
            entry: row.entry_id.map(EntryId::from_uuid),
            id: row.id,
        })
    }
}
