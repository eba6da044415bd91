//! Why something that has a price was given without a charge; and the charge of an analysis, found by
//! the analysis.

use sea_orm_migration::prelude::*;

use crate::column::{index, text_null};

#[derive(Debug, DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in ["task", "filing_access"] {
            let mut altered = Table::alter();
            altered.table(table).add_column(text_null("waiver"));
            manager.alter_table(altered.take()).await?;
        }
        manager
            .create_index(index("ledger_entry", &["analysis_id"]))
            .await
    }
}
