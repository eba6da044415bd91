//! What is to be sent.

use aperilex_ports::OutboxMessage;
use sea_orm::entity::prelude::*;

use crate::error::Unreadable;
use crate::shape::read_item;
use crate::stored::count;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "outbox")]
pub(crate) struct Model {
    #[sea_orm(primary_key)]
    pub(crate) id: i64,
    pub(crate) item: String,
    pub(crate) leased_until: i64,
    pub(crate) lane: String,
    pub(crate) attempts: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl TryFrom<Model> for OutboxMessage {
    type Error = Unreadable;

    fn try_from(row: Model) -> Result<Self, Unreadable> {
        Ok(Self {
            id: row.id,
            item: read_item(&row.item)?,
            attempts: count("attempts of an outbox row", row.attempts)?,
        })
    }
}
