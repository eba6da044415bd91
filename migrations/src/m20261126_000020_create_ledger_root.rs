//! Where all chains of the ledger ended, night by night; never changed.

use sea_orm_migration::prelude::*;

use crate::column::{counter, create, insert_only, number, table, text, unique};

#[derive(Debug, DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let root = table(
            "ledger_root",
            vec![
                counter("id"),
                text("digest"),
                number("accounts"),
                number("findings"),
                number("at"),
            ],
        );
        create(manager, root, &[unique("ledger_root", &["digest"])]).await?;
        insert_only(manager, "ledger_root").await
    }
}
