//! Prices that were promised, and what was agreed with an account over its plan.

use sea_orm_migration::prelude::*;

use crate::column::{
    belongs_to, create, index, number, number_null, table, text, text_null, uuid, uuid_null,
};

#[derive(Debug, DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let mut account = Table::alter();
        account.table("account").add_column(text_null("contract"));
        manager.alter_table(account).await?;
        let quote = table(
            "quote",
            vec![
                uuid("id").primary_key().take(),
                uuid("user_id"),
                uuid("filing_id"),
                text("template"),
                text("quality"),
                text("prompt_version"),
                number("refresh"),
                number_null("access"),
                text_null("access_source"),
                number("analysis"),
                number("large"),
                text("price_version"),
                number("created_at"),
                number("expires_at"),
                uuid_null("used_by"),
            ],
        )
        .foreign_key(&mut belongs_to("quote", "user_id", "account"))
        .check(Expr::col("analysis").gte(0))
        .take();
        create(manager, quote, &[index("quote", &["expires_at"])]).await
    }
}
