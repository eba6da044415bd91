//! Changes of plan to come, one for each account at most.

use sea_orm_migration::prelude::*;

use crate::column::{belongs_to, create, index, number, table, text, uuid};

#[derive(Debug, DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let change = table(
            "tier_change",
            vec![
                uuid("user_id").primary_key().take(),
                text("tier"),
                number("at"),
            ],
        )
        .foreign_key(&mut belongs_to("tier_change", "user_id", "account"))
        .take();
        create(manager, change, &[index("tier_change", &["at"])]).await
    }
}
