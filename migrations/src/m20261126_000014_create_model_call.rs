//! What models cost us: a book that is only written on.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::{ConnectionTrait, DbBackend};

use crate::column::{create, index, number, table, text, text_null, uuid};

#[derive(Debug, DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let call = table(
            "model_call",
            vec![
                uuid("id").primary_key().take(),
                uuid("task_id"),
                number("attempt"),
                text("section"),
                text("provider"),
                text("model"),
                text_null("price_row"),
                number("input_tokens"),
                number("output_tokens"),
                number("cost"),
                number("estimated"),
                text("outcome"),
                number("at"),
            ],
        );
        let indexes = [
            index("model_call", &["task_id"]),
            index("model_call", &["at"]),
        ];
        create(manager, call, &indexes).await?;
        let db = manager.get_connection();
        for statement in triggers(db.get_database_backend())? {
            db.execute_unprepared(statement).await?;
        }
        Ok(())
    }
}

fn triggers(backend: DbBackend) -> Result<&'static [&'static str], DbErr> {
    match backend {
        DbBackend::Sqlite => Ok(&[
            "CREATE TRIGGER model_call_update BEFORE UPDATE ON model_call \
             BEGIN SELECT RAISE(ABORT, 'calls of models are never changed'); END",
            "CREATE TRIGGER model_call_delete BEFORE DELETE ON model_call \
             BEGIN SELECT RAISE(ABORT, 'calls of models are never changed'); END",
        ]),
        DbBackend::Postgres => Ok(&[
            "CREATE FUNCTION model_call_refuse() RETURNS trigger LANGUAGE plpgsql AS \
             $$ BEGIN RAISE EXCEPTION 'calls of models are never changed'; END $$",
            "CREATE TRIGGER model_call_change BEFORE UPDATE OR DELETE ON model_call \
             FOR EACH ROW EXECUTE FUNCTION model_call_refuse()",
            "CREATE TRIGGER model_call_truncate BEFORE TRUNCATE ON model_call \
             FOR EACH STATEMENT EXECUTE FUNCTION model_call_refuse()",
        ]),
        other => Err(DbErr::Custom(format!("no triggers written for {other:?}"))),
    }
}
