//! Credits set aside.

use aperilex_ports::{FilingId, Hold, HoldId, MicroUsd, TaskId, UserId};
use sea_orm::entity::prelude::*;

use crate::error::Unreadable;
use crate::stored::{time, word};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "hold")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) id: Uuid,
    pub(crate) user_id: Uuid,
    pub(crate) purpose: String,
    pub(crate) amount: i64,
    pub(crate) status: String,
    pub(crate) filing_id: Option<Uuid>,
    pub(crate) task_id: Option<Uuid>,
    pub(crate) expires_at: i64,
    pub(crate) created_at: i64,
    pub(crate) ended_at: Option<i64>,
    /// What of it was charged in parts.
    pub(crate) captured: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl TryFrom<Model> for Hold {
    type Error = Unreadable;

    fn try_from(row: Model) -> Result<Self, Unreadable> {
        Ok(Self {
            id: HoldId::from_uuid(row.id),
            user: UserId::from_uuid(row.user_id),
            purpose: word("purpose of a hold", &row.purpose)?,
            amount: MicroUsd::new(row.amount),
            captured: MicroUsd::new(row.captured),
            status: word("status of a hold", &row.status)?,
            filing: row.filing_id.map(FilingId::from_uuid),
            task: row.task_id.map(TaskId::from_uuid),
            expires_at: time("end of a hold", row.expires_at)?,
            created_at: time("placing of a hold", row.created_at)?,
        })
    }
}
