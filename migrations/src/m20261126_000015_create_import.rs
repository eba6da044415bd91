//! Bulk imports with their items, and holds that are charged in parts.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::ConnectionTrait;

use crate::column::{
    belongs_to, create, index, key, number, table, text, text_null, uuid, uuid_null,
};

#[derive(Debug, DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // Both databases take a check with a new column, which the builder cannot say.
        let captured = "ALTER TABLE hold ADD COLUMN captured BIGINT NOT NULL DEFAULT 0 \
                        CHECK (captured >= 0 AND captured <= amount)";
        manager
            .get_connection()
            .execute_unprepared(captured)
            .await?;
        let mut idempotency = Table::alter();
        idempotency
            .table("idempotency")
            .add_column(uuid_null("import_id"));
        manager.alter_table(idempotency).await?;
        jobs(manager).await?;
        items(manager).await
    }
}

async fn jobs(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let job = table(
        "import_job",
        vec![
            uuid("id").primary_key().take(),
            uuid("user_id"),
            text("status"),
            number("unit_price"),
            uuid_null("hold_id"),
            number("waiting"),
            number("imported"),
            number("owned"),
            number("failed"),
            number("cancelled"),
            number("duplicates"),
            number("expires_at"),
            number("created_at"),
            number("updated_at"),
        ],
    )
    .foreign_key(&mut belongs_to("import_job", "user_id", "account"))
    .check(Expr::col("waiting").gte(0))
    .take();
    let indexes = [
        index("import_job", &["user_id", "id"]),
        index("import_job", &["status", "expires_at"]),
        index("import_job", &["hold_id"]),
    ];
    create(manager, job, &indexes).await
}

async fn items(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let item = table(
        "import_item",
        vec![
            uuid("job_id"),
            number("place"),
            text("locator"),
            uuid_null("filing_id"),
            text("status"),
            text_null("failure_code"),
            text_null("failure_message"),
            number("attempts"),
            // When it can be claimed: after a wait, or when the lease on it has run out.
            number("ready_at"),
            uuid_null("lease_token"),
        ],
    )
    .primary_key(&mut key(&["job_id", "place"]))
    .foreign_key(&mut belongs_to("import_item", "job_id", "import_job"))
    .take();
    // In the order in which they are claimed.
    let indexes = [index("import_item", &["status", "place", "job_id"])];
    create(manager, item, &indexes).await
}
