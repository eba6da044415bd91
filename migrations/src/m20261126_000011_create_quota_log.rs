//! Requests one by one instead of in sixtieths of a window, so that windows are exact.

use sea_orm_migration::prelude::*;

use crate::column::{create, index, key, number, table, uuid};

#[derive(Debug, DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // The n-th request that was allowed to an account: whoever writes it first has it. The counts
        // that `quota` held cannot be told apart into requests; it is read no more, and goes with a
        // later step, when no process that still writes it can be running.
        let log = table(
            "quota_log",
            vec![uuid("user_id"), number("n"), number("at")],
        )
        .primary_key(&mut key(&["user_id", "n"]))
        .take();
        create(manager, log, &[index("quota_log", &["user_id", "at", "n"])]).await
    }
}
