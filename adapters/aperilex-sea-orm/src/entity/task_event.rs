//! What is told about tasks.

use aperilex_ports::TaskEvent;
use sea_orm::entity::prelude::*;

use crate::error::Unreadable;
use crate::shape::read_event;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "task_event")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) task_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) seq: i64,
    pub(crate) event: String,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl TryFrom<Model> for TaskEvent {
    type Error = Unreadable;

    fn try_from(row: Model) -> Result<Self, Unreadable> {
        read_event(&row.event)
    }
}
