//! Where all chains ended at a time.

use aperilex_ports::LedgerRoot;
use sea_orm::entity::prelude::*;

use crate::error::Unreadable;
use crate::stored::{count, time, word};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "ledger_root")]
pub(crate) struct Model {
    #[sea_orm(primary_key)]
    pub(crate) id: i64,
    pub(crate) digest: String,
    pub(crate) accounts: i64,
    pub(crate) findings: i64,
    pub(crate) at: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl TryFrom<Model> for LedgerRoot {
    type Error = Unreadable;

    fn try_from(row: Model) -> Result<Self, Unreadable> {
        Ok(Self {
            digest: word("digest of a root", &row.digest)?,
            accounts: count("accounts of a root", row.accounts)?,
            findings: count("findings of a root", row.findings)?,
            at: time("time of a root", row.at)?,
        })
    }
}
