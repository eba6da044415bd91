//! The embedded queue.

use sea_orm_migration::prelude::*;

use crate::column::{counter, create, index, number, table, text, text_null};

#[derive(Debug, DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let message = table(
            "queue_message",
            vec![
                counter("id"),
                ColumnDef::new("body").blob().not_null().take(),
                number("rank"),
                number("visible_at"),
                number("receives").default(0).take(),
            ],
        );
        create(manager, message, &[index("queue_message", &["rank", "id"])]).await?;

        let dedup = table(
            "queue_dedup",
            vec![text("dedup_id").primary_key().take(), number("until")],
        );
        create(manager, dedup, &[index("queue_dedup", &["until"])]).await?;

        let dead = table(
            "queue_dead_letter",
            vec![
                counter("id"),
                ColumnDef::new("body").blob().not_null().take(),
                text_null("reason"),
                number("died_at"),
            ],
        );
        create(manager, dead, &[]).await
    }
}
