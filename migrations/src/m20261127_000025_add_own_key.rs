//! Analyses that an account's own model key makes: whose run it is, whose quote, and that the calls cost us
//! nothing.

use sea_orm_migration::prelude::*;

use crate::column::{number, uuid_null};

#[derive(Debug, DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for (table, column) in [
            ("task", uuid_null("owner_id")),
            ("task", number("shares").default(0).take()),
            ("quote", uuid_null("owner_id")),
            ("model_call", number("own_key").default(0).take()),
        ] {
            let mut altered = Table::alter();
            altered.table(table).add_column(column);
            manager.alter_table(altered.take()).await?;
        }
        Ok(())
    }
}
