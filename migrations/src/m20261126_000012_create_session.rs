//! Signing in: sessions, passwords, one-time tokens, identities elsewhere; names, scopes and ends of keys.

use sea_orm_migration::prelude::*;

use crate::column::{
    belongs_to, create, index, key, number, number_null, table, text, text_null, uuid,
};

#[derive(Debug, DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // A key from before has no name, and may be used for everything.
        for mut column in [
            text_null("name"),
            text_null("scopes"),
            number_null("expires_at"),
            number_null("used_at"),
        ] {
            let mut api_key = Table::alter();
            api_key.table("api_key").add_column(&mut column);
            manager.alter_table(api_key).await?;
        }
        sessions(manager).await?;
        credentials(manager).await
    }
}

async fn sessions(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let session = table(
        "session",
        vec![
            uuid("id").primary_key().take(),
            uuid("user_id"),
            number("created_at"),
            number("expires_at"),
        ],
    )
    .foreign_key(&mut belongs_to("session", "user_id", "account"))
    .take();
    let indexes = [
        index("session", &["user_id"]),
        index("session", &["expires_at"]),
    ];
    create(manager, session, &indexes).await?;

    let refresh = table(
        "session_refresh",
        vec![
            text("hash").primary_key().take(),
            uuid("session_id"),
            number_null("used_at"),
        ],
    )
    .foreign_key(
        belongs_to("session_refresh", "session_id", "session").on_delete(ForeignKeyAction::Cascade),
    )
    .take();
    let indexes = [index("session_refresh", &["session_id"])];
    create(manager, refresh, &indexes).await
}

async fn credentials(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let password = table(
        "password",
        vec![uuid("user_id").primary_key().take(), text("hash")],
    )
    .foreign_key(&mut belongs_to("password", "user_id", "account"))
    .take();
    create(manager, password, &[]).await?;

    let one_time = table(
        "one_time",
        vec![
            text("hash").primary_key().take(),
            uuid("user_id"),
            text("purpose"),
            number("expires_at"),
        ],
    )
    .foreign_key(&mut belongs_to("one_time", "user_id", "account"))
    .take();
    let indexes = [
        index("one_time", &["user_id"]),
        index("one_time", &["expires_at"]),
    ];
    create(manager, one_time, &indexes).await?;

    let identity = table(
        "external_identity",
        vec![text("issuer"), text("subject"), uuid("user_id")],
    )
    .primary_key(&mut key(&["issuer", "subject"]))
    .foreign_key(&mut belongs_to("external_identity", "user_id", "account"))
    .take();
    create(
        manager,
        identity,
        &[index("external_identity", &["user_id"])],
    )
    .await
}
