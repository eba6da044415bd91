//! Filings.

use aperilex_ports::{FilingRecord, StoredFiling};
use sea_orm::entity::prelude::*;

use crate::error::Unreadable;
use crate::shape::{read_documents, read_meta};
use crate::stored::time;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "filing")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) id: Uuid,
    pub(crate) meta: String,
    pub(crate) documents: Option<String>,
    pub(crate) registered_at: i64,
    pub(crate) stored_at: Option<i64>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl TryFrom<Model> for FilingRecord {
    type Error = Unreadable;

    fn try_from(row: Model) -> Result<Self, Unreadable> {
        let meta = read_meta(&row.meta)?;
        let stored = match (row.documents, row.stored_at) {
            (Some(documents), Some(stored_at)) => Some(StoredFiling {
                meta: meta.clone(),
                documents: read_documents(&documents)?,
                stored_at: time("storing of a filing", stored_at)?,
            }),
            _ => None,
        };
        Ok(Self { meta, stored })
    }
}
