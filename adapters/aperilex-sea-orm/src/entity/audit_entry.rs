//! What was done, and by whom.

use aperilex_ports::{AuditEntry, AuditRecord};
use sea_orm::entity::prelude::*;

use crate::error::Unreadable;
use crate::stored::{count, time, unreadable, word};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "audit_entry")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) seq: i64,
    pub(crate) actor: String,
    pub(crate) action: String,
    pub(crate) subject: String,
    pub(crate) detail: String,
    pub(crate) at: i64,
    pub(crate) prev_hash: String,
    pub(crate) hash: String,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl TryFrom<Model> for AuditEntry {
    type Error = Unreadable;

    fn try_from(row: Model) -> Result<Self, Unreadable> {
        let detail = serde_json::from_str(&row.detail);
        Ok(Self {
            seq: count("number of an audit entry", row.seq)?,
            record: AuditRecord {
                actor: word("actor of an audit entry", &row.actor)?,
                action: row.action,
                subject: row.subject,
                detail: detail.map_err(|_| unreadable("detail of an audit entry", row.seq))?,
                at: time("time of an audit entry", row.at)?,
            },
            prev_hash: word("hash of an audit entry", &row.prev_hash)?,
            hash: word("hash of an audit entry", &row.hash)?,
        })
    }
}
