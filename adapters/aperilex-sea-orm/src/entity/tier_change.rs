//! Changes of plan to come.

use aperilex_ports::TierChange;
use sea_orm::entity::prelude::*;

use crate::error::Unreadable;
use crate::stored::{time, word};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "tier_change")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) user_id: Uuid,
    pub(crate) tier: String,
    pub(crate) at: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl TryFrom<Model> for TierChange {
    type Error = Unreadable;

    fn try_from(row: Model) -> Result<Self, Unreadable> {
        Ok(Self {
            tier: word("tier of a change", &row.tier)?,
            at: time("time of a change", row.at)?,
        })
    }
}
