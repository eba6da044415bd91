//! Ledger entries.

use aperilex_ports::{
    AnalysisId, EntryId, FilingId, HoldId, LedgerEntry, MicroUsd, TaskId, UserId,
};
use sea_orm::entity::prelude::*;

use crate::error::Unreadable;
use crate::stored::{count, time, word};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "ledger_entry")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) id: Uuid,
    pub(crate) user_id: Uuid,
    pub(crate) seq: i64,
    pub(crate) kind: String,
    pub(crate) amount: i64,
    pub(crate) balance_after: i64,
    pub(crate) filing_id: Option<Uuid>,
    pub(crate) task_id: Option<Uuid>,
    pub(crate) analysis_id: Option<Uuid>,
    pub(crate) hold_id: Option<Uuid>,
    pub(crate) description: String,
    pub(crate) key: String,
    pub(crate) at: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl TryFrom<Model> for LedgerEntry {
    type Error = Unreadable;

    fn try_from(row: Model) -> Result<Self, Unreadable> {
        Ok(Self {
            id: EntryId::from_uuid(row.id),
            user: UserId::from_uuid(row.user_id),
            seq: count("number of an entry", row.seq)?,
            kind: word("kind of an entry", &row.kind)?,
            amount: MicroUsd::new(row.amount),
            balance_after: MicroUsd::new(row.balance_after),
            filing: row.filing_id.map(FilingId::from_uuid),
            task: row.task_id.map(TaskId::from_uuid),
            analysis: row.analysis_id.map(AnalysisId::from_uuid),
            hold: row.hold_id.map(HoldId::from_uuid),
            description: row.description,
            key: row.key,
            at: time("time of an entry", row.at)?,
        })
    }
}
