//! What is counted by day, how well analyses hold, and the indexes that reports over days read by.

use sea_orm_migration::prelude::*;

use crate::column::{create, index, key, number, table, text};

#[derive(Debug, DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let count = table(
            "daily_count",
            // Days since 1970-01-01.
            vec![number("day"), text("name"), number("n")],
        )
        .primary_key(&mut key(&["day", "name"]))
        .take();
        create(manager, count, &[]).await?;
        // Of a thousand claims that were drawn, how many hold.
        let mut score = number("score").default(1_000).take();
        let mut analysis = Table::alter();
        analysis.table("analysis").add_column(&mut score);
        manager.alter_table(analysis).await?;
        for by_time in [
            index("filing_access", &["granted_at"]),
            index("filing_access", &["filing_id"]),
            index("ledger_entry", &["at"]),
            index("task", &["created_at"]),
        ] {
            manager.create_index(by_time).await?;
        }
        Ok(())
    }
}
