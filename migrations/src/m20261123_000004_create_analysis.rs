//! The pool of analyses.

use sea_orm_migration::prelude::*;

use crate::column::{create, index, number, number_null, table, text, uuid, uuid_null};

#[derive(Debug, DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let analysis = table(
            "analysis",
            vec![
                uuid("id").primary_key().take(),
                uuid("filing_id"),
                text("template"),
                text("quality"),
                // The place of `quality` in its order, so that "at least" is a comparison.
                number("quality_rank"),
                text("prompt_version"),
                number("schema_version"),
                text("method"),
                text("document_sha256"),
                text("result_sha256"),
                number("result_bytes"),
                number("claims"),
                uuid("task_id"),
                uuid_null("owner_id"),
                number("created_at"),
                number_null("retracted_at"),
                number("views").default(0).take(),
            ],
        );
        let indexes = [
            index("analysis", &["filing_id", "id"]),
            index("analysis", &["filing_id", "template", "quality_rank"]),
        ];
        create(manager, analysis, &indexes).await
    }
}
