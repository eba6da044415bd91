//! Filings, and who may read them.

use sea_orm_migration::prelude::*;

use crate::column::{belongs_to, create, key, number, number_null, table, text, text_null, uuid};

#[derive(Debug, DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let filing = table(
            "filing",
            vec![
                uuid("id").primary_key().take(),
                text("meta"),
                text_null("documents"),
                number("registered_at"),
                number_null("stored_at"),
            ],
        );
        create(manager, filing, &[]).await?;

        let access = table(
            "filing_access",
            vec![
                uuid("user_id"),
                uuid("filing_id"),
                text("source"),
                number("granted_at"),
            ],
        )
        .primary_key(&mut key(&["user_id", "filing_id"]))
        .foreign_key(&mut belongs_to("filing_access", "user_id", "account"))
        .take();
        create(manager, access, &[]).await
    }
}
