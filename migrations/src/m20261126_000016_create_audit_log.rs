//! The log of what was done and by whom, and where its chain ends.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::{ConnectionTrait, DbBackend};

use crate::column::{create, number, table, text};

#[derive(Debug, DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let entry = table(
            "audit_entry",
            vec![
                number("seq").primary_key().take(),
                text("actor"),
                text("action"),
                text("subject"),
                text("detail"),
                number("at"),
                text("prev_hash"),
                text("hash"),
            ],
        );
        create(manager, entry, &[]).await?;
        // One row: its lock is what makes the entries one chain. It comes with the first entry.
        let head = table(
            "audit_head",
            vec![
                number("id").primary_key().take(),
                number("seq"),
                text("hash"),
            ],
        );
        create(manager, head, &[]).await?;
        let db = manager.get_connection();
        for statement in triggers(db.get_database_backend())? {
            db.execute_unprepared(statement).await?;
        }
        Ok(())
    }
}

/// What was done stays written, whatever the program does.
fn triggers(backend: DbBackend) -> Result<&'static [&'static str], DbErr> {
    match backend {
        DbBackend::Sqlite => Ok(&[
            "CREATE TRIGGER audit_entry_seal BEFORE INSERT ON audit_entry BEGIN \
             SELECT RAISE(ABORT, 'audit entries are numbered without gaps') WHERE NEW.seq <> 1 + \
             (SELECT COALESCE(MAX(seq), 0) FROM audit_entry); END",
            "CREATE TRIGGER audit_entry_update BEFORE UPDATE ON audit_entry \
             BEGIN SELECT RAISE(ABORT, 'audit entries are never changed or removed'); END",
            "CREATE TRIGGER audit_entry_delete BEFORE DELETE ON audit_entry \
             BEGIN SELECT RAISE(ABORT, 'audit entries are never changed or removed'); END",
            "CREATE TRIGGER audit_head_delete BEFORE DELETE ON audit_head \
             BEGIN SELECT RAISE(ABORT, 'the end of the audit log is never removed'); END",
        ]),
        DbBackend::Postgres => Ok(&[
            "CREATE FUNCTION audit_entry_seal() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN \
             IF NEW.seq <> 1 + (SELECT COALESCE(MAX(seq), 0) FROM audit_entry) THEN \
             RAISE EXCEPTION 'audit entries are numbered without gaps'; END IF; \
             RETURN NEW; END $$",
            "CREATE TRIGGER audit_entry_seal BEFORE INSERT ON audit_entry \
             FOR EACH ROW EXECUTE FUNCTION audit_entry_seal()",
            "CREATE FUNCTION audit_refuse() RETURNS trigger LANGUAGE plpgsql AS \
             $$ BEGIN RAISE EXCEPTION 'audit entries are never changed or removed'; END $$",
            "CREATE TRIGGER audit_entry_change BEFORE UPDATE OR DELETE ON audit_entry \
             FOR EACH ROW EXECUTE FUNCTION audit_refuse()",
            "CREATE TRIGGER audit_entry_truncate BEFORE TRUNCATE ON audit_entry \
             FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse()",
            "CREATE FUNCTION audit_head_refuse() RETURNS trigger LANGUAGE plpgsql AS \
             $$ BEGIN RAISE EXCEPTION 'the end of the audit log is never removed'; END $$",
            "CREATE TRIGGER audit_head_delete BEFORE DELETE ON audit_head \
             FOR EACH ROW EXECUTE FUNCTION audit_head_refuse()",
            "CREATE TRIGGER audit_head_truncate BEFORE TRUNCATE ON audit_head \
             FOR EACH STATEMENT EXECUTE FUNCTION audit_head_refuse()",
        ]),
        other => Err(DbErr::Custom(format!("no triggers written for {other:?}"))),
    }
}
