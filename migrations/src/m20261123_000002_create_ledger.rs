//! Ledger entries, which are never changed, and holds.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::{ConnectionTrait, DbBackend};

use crate::column::{
    belongs_to, create, index, number, number_null, table, text, unique, uuid, uuid_null,
};

#[derive(Debug, DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let entry = table(
            "ledger_entry",
            vec![
                uuid("id").primary_key().take(),
                uuid("user_id"),
                number("seq"),
                text("kind"),
                number("amount"),
                number("balance_after"),
                uuid_null("filing_id"),
                uuid_null("task_id"),
                uuid_null("analysis_id"),
                uuid_null("hold_id"),
                text("description"),
                text("key"),
                number("at"),
            ],
        )
        .foreign_key(&mut belongs_to("ledger_entry", "user_id", "account"))
        .take();
        let indexes = [
            unique("ledger_entry", &["user_id", "seq"]),
            unique("ledger_entry", &["user_id", "key"]),
        ];
        create(manager, entry, &indexes).await?;
        refuse_changes(manager).await?;

        let hold = table(
            "hold",
            vec![
                uuid("id").primary_key().take(),
                uuid("user_id"),
                text("purpose"),
                number("amount"),
                text("status"),
                uuid_null("filing_id"),
                uuid_null("task_id"),
                number("expires_at"),
                number("created_at"),
                number_null("ended_at"),
            ],
        )
        .foreign_key(&mut belongs_to("hold", "user_id", "account"))
        .check(Expr::col("amount").gt(0))
        .take();
        let indexes = [
            index("hold", &["user_id", "id"]),
            index("hold", &["status", "expires_at"]),
        ];
        create(manager, hold, &indexes).await
    }
}

/// Entries are facts: the database itself refuses to change or remove one.
async fn refuse_changes(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let db = manager.get_connection();
    let statements: &[&str] = match db.get_database_backend() {
        DbBackend::Sqlite => &[
            "CREATE TRIGGER ledger_entry_update BEFORE UPDATE ON ledger_entry \
             BEGIN SELECT RAISE(ABORT, 'ledger entries are never changed'); END",
            "CREATE TRIGGER ledger_entry_delete BEFORE DELETE ON ledger_entry \
             BEGIN SELECT RAISE(ABORT, 'ledger entries are never removed'); END",
        ],
        DbBackend::Postgres => &[
            "CREATE FUNCTION ledger_entry_refuse() RETURNS trigger LANGUAGE plpgsql AS \
             $$ BEGIN RAISE EXCEPTION 'ledger entries are never changed or removed'; END $$",
            "CREATE TRIGGER ledger_entry_change BEFORE UPDATE OR DELETE ON ledger_entry \
             FOR EACH ROW EXECUTE FUNCTION ledger_entry_refuse()",
            "CREATE TRIGGER ledger_entry_truncate BEFORE TRUNCATE ON ledger_entry \
             FOR EACH STATEMENT EXECUTE FUNCTION ledger_entry_refuse()",
        ],
        other => return Err(DbErr::Custom(format!("no triggers written for {other:?}"))),
    };
    for statement in statements {
        db.execute_unprepared(statement).await?;
    }
    Ok(())
}
