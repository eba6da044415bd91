//! Payments, what accounts owe, and what accounts want to be told of.

use sea_orm_migration::prelude::*;

use crate::column::{create, index, number, number_null, table, text, text_null, uuid, uuid_null};

#[derive(Debug, DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for (table, mut column) in [
            (
                "account",
                number("debt")
                    .default(0)
                    .check(Expr::col("debt").gte(0))
                    .take(),
            ),
            ("account", number("notify_tasks").default(0).take()),
            ("account", number("notify_low_balance").default(1).take()),
            // Messages and notices go their own ways.
            ("outbox", text("lane").default("work").take()),
            ("outbox", number("attempts").default(0).take()),
        ] {
            let mut alter = Table::alter();
            alter.table(table).add_column(&mut column);
            manager.alter_table(alter).await?;
        }
        manager
            .create_index(index("outbox", &["lane", "id"]))
            .await?;
        payments(manager).await
    }
}

async fn payments(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    // Where a payment is, by its newest version.
    let payment = table(
        "payment",
        vec![
            text("id").primary_key().take(),
            number("version"),
            uuid("user_id"),
            number("amount"),
            text("state"),
            uuid_null("entry_id"),
        ],
    );
    create(manager, payment, &[]).await?;

    // Every event that came, once.
    let event = table(
        "payment_event",
        vec![
            text("id").primary_key().take(),
            text_null("payment_id"),
            number_null("version"),
            uuid_null("user_id"),
            text("outcome"),
            text_null("reason"),
            number("received_at"),
        ],
    );
    create(
        manager,
        event,
        &[index("payment_event", &["received_at", "id"])],
    )
    .await
}
