//! Whose turn it is among imports, which of their failures are excused, what the calls of a task might cost,
//! and when the newest proof of all books was begun.

use sea_orm_migration::prelude::*;

use crate::column::{create, index, number, number_null, table};

#[derive(Debug, DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for column in ["excused", "turn"] {
            let mut job = Table::alter();
            job.table("import_job")
                .add_column(number(column).default(0).take());
            manager.alter_table(job.take()).await?;
        }
        let mut call = Table::alter();
        call.table("model_call").add_column(number_null("ceiling"));
        manager.alter_table(call.take()).await?;
        // What waits is looked for by import, in the order of its items.
        manager
            .create_index(index("import_item", &["job_id", "status", "place"]))
            .await?;
        manager
            .drop_index(
                Index::drop()
                    .name("ix_import_item_status_place_job_id")
                    .table("import_item")
                    .to_owned(),
            )
            .await?;
        for columns in [&["turn"][..], &["status", "turn", "id"]] {
            manager.create_index(index("import_job", columns)).await?;
        }
        // One row: when the newest proof of all books was begun.
        let proof = table(
            "ledger_proof",
            vec![number("id").primary_key().take(), number("begun_at")],
        );
        create(manager, proof, &[]).await
    }
}
