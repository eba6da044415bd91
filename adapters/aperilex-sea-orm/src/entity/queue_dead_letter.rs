//! Messages that were given up.

use aperilex_ports::DeadLetter;
use sea_orm::entity::prelude::*;

use crate::error::Unreadable;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "queue_dead_letter")]
pub(crate) struct Model {
    #[sea_orm(primary_key)]
    pub(crate) id: i64,
    pub(crate) body: Vec<u8>,
    pub(crate) reason: Option<String>,
    pub(crate) died_at: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl TryFrom<Model> for DeadLetter {
    type Error = Unreadable;

    fn try_from(row: Model) -> Result<Self, Unreadable> {
        Ok(Self {
            body: row.body,
            reason: row.reason,
        })
    }
}
