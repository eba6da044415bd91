//! Credits that came together.

use aperilex_ports::{CreditLot, EntryId, MicroUsd};
use sea_orm::entity::prelude::*;

use crate::error::Unreadable;
use crate::stored::{time, word};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "credit_lot")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) id: Uuid,
    pub(crate) user_id: Uuid,
    pub(crate) source: String,
    pub(crate) granted: i64,
    pub(crate) available: i64,
    pub(crate) held: i64,
    pub(crate) expires_at: Option<i64>,
    pub(crate) created_at: i64,
    pub(crate) spent: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl TryFrom<Model> for CreditLot {
    type Error = Unreadable;

    fn try_from(row: Model) -> Result<Self, Unreadable> {
        let end = row.expires_at.map(|end| time("end of credits", end));
        Ok(Self {
            id: EntryId::from_uuid(row.id),
            source: word("source of credits", &row.source)?,
            granted: MicroUsd::new(row.granted),
            available: MicroUsd::new(row.available),
            held: MicroUsd::new(row.held),
            expires_at: end.transpose()?,
            created_at: time("coming of credits", row.created_at)?,
        })
    }
}
