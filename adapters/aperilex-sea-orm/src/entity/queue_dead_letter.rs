//! Messages that were given up.

use aperilex_ports::{DeadLetter, LetterId};
use sea_orm::entity::prelude::*;

use crate::error::Unreadable;
use crate::stored::time;

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
            id: LetterId(row.id.to_string()),
            body: row.body,
            reason: row.reason,
            died_at: Some(time("end of a dead letter", row.died_at)?),
        })
    }
}
