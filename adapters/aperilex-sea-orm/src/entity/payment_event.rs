//! Events of payments, each once.

use aperilex_ports::{StoredEvent, UserId};
use sea_orm::entity::prelude::*;

use crate::error::Unreadable;
use crate::stored::{time, word};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "payment_event")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) id: String,
    pub(crate) payment_id: Option<String>,
    pub(crate) version: Option<i64>,
    pub(crate) user_id: Option<Uuid>,
    pub(crate) outcome: String,
    pub(crate) reason: Option<String>,
    pub(crate) received_at: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl TryFrom<Model> for StoredEvent {
    type Error = Unreadable;

    fn try_from(row: Model) -> Result<Self, Unreadable> {
        Ok(Self {
            id: row.id,
            payment: row.payment_id,
            user: row.user_id.map(UserId::from_uuid),
            outcome: word("outcome of a payment event", &row.outcome)?,
            reason: row.reason,
            received_at: time("arrival of a payment event", row.received_at)?,
        })
    }
}
