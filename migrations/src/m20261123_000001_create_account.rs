//! Accounts with their wallets, and API keys.

use sea_orm_migration::prelude::*;

use crate::column::{belongs_to, create, index, number, number_null, table, text, unique, uuid};

#[derive(Debug, DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let account = table(
            "account",
            vec![
                uuid("id").primary_key().take(),
                text("email"),
                text("tier"),
                text("status"),
                text("role"),
                number("posted").default(0).take(),
                number("held").default(0).take(),
                number("seq").default(0).take(),
                number("created_at"),
            ],
        )
        // The last line of defence: whatever races, nobody spends what is not there.
        .check(Expr::col("held").gte(0))
        .check(Expr::col("posted").gte(Expr::col("held")))
        .take();
        create(manager, account, &[unique("account", &["email"])]).await?;

        let api_key = table(
            "api_key",
            vec![
                uuid("id").primary_key().take(),
                uuid("user_id"),
                text("prefix"),
                text("hash"),
                number("created_at"),
                number_null("revoked_at"),
            ],
        )
        .foreign_key(&mut belongs_to("api_key", "user_id", "account"))
        .take();
        let indexes = [unique("api_key", &["hash"]), index("api_key", &["user_id"])];
        create(manager, api_key, &indexes).await
    }
}
