//! Requests per window.

use sea_orm_migration::prelude::*;

use crate::column::{create, number, table, text, uuid};

#[derive(Debug, DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // One row per account, not one per count: a request costs one read and one write.
        let quota = table(
            "quota",
            vec![
                uuid("user_id").primary_key().take(),
                number("version"),
                text("windows"),
            ],
        );
        create(manager, quota, &[]).await
    }
}
