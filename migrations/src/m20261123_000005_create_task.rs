//! Tasks, their events, their live runs, and the keys that clients sent with requests.

use sea_orm_migration::prelude::*;

use crate::column::{
    belongs_to, create, index, key, number, number_null, table, text, text_null, uuid, uuid_null,
};

#[derive(Debug, DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let indexes = [
            index("task", &["user_id", "id"]),
            index("task", &["user_id", "status"]),
            index("task", &["pool_key", "status"]),
            index("task", &["filing_id", "status"]),
            index("task", &["status", "updated_at"]),
        ];
        create(manager, task(), &indexes).await?;

        let event = table(
            "task_event",
            vec![uuid("task_id"), number("seq"), text("event")],
        )
        .primary_key(&mut key(&["task_id", "seq"]))
        .foreign_key(&mut belongs_to("task_event", "task_id", "task"))
        .take();
        create(manager, event, &[]).await?;

        // Its primary key decides who leads: a unique row, as every database has it.
        let live_run = table(
            "live_run",
            vec![text("pool_key").primary_key().take(), uuid("leader_id")],
        );
        create(manager, live_run, &[]).await?;

        let idempotency = table(
            "idempotency",
            vec![
                uuid("user_id"),
                text("key"),
                text("request"),
                uuid_null("task_id"),
                uuid_null("analysis_id"),
                number("expires_at"),
            ],
        )
        .primary_key(&mut key(&["user_id", "key"]))
        .foreign_key(&mut belongs_to("idempotency", "user_id", "account"))
        .take();
        create(
            manager,
            idempotency,
            &[index("idempotency", &["expires_at"])],
        )
        .await
    }
}

fn task() -> TableCreateStatement {
    let columns = vec![
        uuid("id").primary_key().take(),
        uuid("user_id"),
        uuid("filing_id"),
        text("template"),
        text("quality"),
        text("prompt_version"),
        text("pool_key"),
        text("status"),
        text("progress"),
        text("role"),
        number("priority"),
        number("generation"),
        number("attempts"),
        number_null("not_before"),
        uuid_null("lease_token"),
        number_null("lease_until"),
        uuid_null("access_hold"),
        number_null("access_price"),
        text_null("access_purpose"),
        text_null("access_source"),
        uuid("analysis_hold"),
        number("analysis_price"),
        uuid_null("analysis_id"),
        text_null("failure_code"),
        text_null("failure_message"),
        number("last_event"),
        number("created_at"),
        number("updated_at"),
    ];
    table("task", columns)
        .foreign_key(&mut belongs_to("task", "user_id", "account"))
        .take()
}
