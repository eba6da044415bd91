//! How many analyses at a time a task's account may have: who takes a run over needs a free place.

use sea_orm_migration::prelude::*;

use crate::column::number_null;

#[derive(Debug, DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let mut task = Table::alter();
        task.table("task").add_column(number_null("max_running"));
        manager.alter_table(task).await
    }
}
