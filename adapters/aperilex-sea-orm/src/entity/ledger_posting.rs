//! The sides of the journal's transactions.

use aperilex_ports::{EntryId, LotTerms, MicroUsd, Posting};
use sea_orm::entity::prelude::*;

use crate::error::Unreadable;
use crate::stored::{time, word};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "ledger_posting")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) user_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) seq: i64,
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) line: i64,
    pub(crate) account: String,
    pub(crate) lot_id: Option<Uuid>,
    pub(crate) amount: i64,
    pub(crate) opens_source: Option<String>,
    pub(crate) opens_expires_at: Option<i64>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl TryFrom<Model> for Posting {
    type Error = Unreadable;

    fn try_from(row: Model) -> Result<Self, Unreadable> {
        Ok(Self {
            account: word("account of a posting", &row.account)?,
            lot: row.lot_id.map(EntryId::from_uuid),
            amount: MicroUsd::new(row.amount),
            opens: terms(row.opens_source.as_deref(), row.opens_expires_at)?,
        })
    }
}

fn terms(source: Option<&str>, end: Option<i64>) -> Result<Option<LotTerms>, Unreadable> {
    let Some(source) = source else {
        return Ok(None);
    };
    let end = end.map(|end| time("end of credits", end));
    Ok(Some(LotTerms {
        source: word("source of credits", source)?,
        expires_at: end.transpose()?,
    }))
}
