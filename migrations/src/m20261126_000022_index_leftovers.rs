//! How the sweeper finds what nobody comes back for: counts of those who are gone, and accounts that were
//! never verified.

use sea_orm_migration::prelude::*;

use crate::column::index;

#[derive(Debug, DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for index in [
            index("quota_log", &["at", "user_id", "n"]),
            index("account", &["status", "created_at"]),
        ] {
            manager.create_index(index).await?;
        }
        Ok(())
    }
}
