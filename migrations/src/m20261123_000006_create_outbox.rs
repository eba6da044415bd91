//! What is to be sent.

use sea_orm_migration::prelude::*;

use crate::column::{counter, create, number, table, text};

#[derive(Debug, DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // Rows are removed when they are sent, so the primary key is all the index it needs.
        let outbox = table(
            "outbox",
            vec![
                counter("id"),
                text("item"),
                number("leased_until").default(0).take(),
            ],
        );
        create(manager, outbox, &[]).await
    }
}
