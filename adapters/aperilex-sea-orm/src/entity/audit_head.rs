//! Where the audit log ends: one row, under whose lock it grows.

use aperilex_ports::AuditHead;
use sea_orm::entity::prelude::*;

use crate::error::Unreadable;
use crate::stored::{count, word};

/// The id of the one row.
pub(crate) const ONLY: i64 = 1;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "audit_head")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) id: i64,
    pub(crate) seq: i64,
    pub(crate) hash: String,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl TryFrom<Model> for AuditHead {
    type Error = Unreadable;

    fn try_from(row: Model) -> Result<Self, Unreadable> {
        Ok(Self {
            seq: count("length of the audit log", row.seq)?,
            hash: word("end of the audit log", &row.hash)?,
        })
    }
}
