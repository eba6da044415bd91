//! Running the steps, one process at a time.

use std::collections::HashSet;

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::{
    ConnectionTrait, DatabaseConnection, DatabaseTransaction, DbBackend, SqliteTransactionMode,
    TransactionOptions, TransactionTrait,
};

use crate::Migrator;

/// The advisory lock, the same for every release: "aperilex" in ASCII.
const LOCK: i64 = 0x6170_6572_696c_6578;

/// Where the migrator notes what it has done.
const APPLIED: &str = "seaql_migrations";

/// Brings the database up to date and returns the names of the steps that were missing.
///
/// # Errors
/// The database's. Nothing has changed then.
pub async fn run(db: &DatabaseConnection) -> Result<Vec<String>, DbErr> {
    if pending(db).await?.is_empty() {
        return Ok(Vec::new());
    }
    let tx = begin_locked(db).await?;
    // Another process may have been faster.
    let missing = missing(&tx).await?;
    if !missing.is_empty() {
        Migrator::up(&tx, None).await?;
    }
    tx.commit().await?;
    Ok(missing)
}

/// Names of the steps that the database lacks.
///
/// # Errors
/// The database's.
pub async fn pending(db: &DatabaseConnection) -> Result<Vec<String>, DbErr> {
    missing(db).await
}

/// Names of all steps, in order.
#[must_use]
pub fn names() -> Vec<String> {
    let steps = Migrator::migrations();
    steps.iter().map(|step| step.name().to_owned()).collect()
}

async fn begin_locked(db: &DatabaseConnection) -> Result<DatabaseTransaction, DbErr> {
    let options = TransactionOptions {
        sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
        ..TransactionOptions::default()
    };
    let tx = db.begin_with_options(options).await?;
    if db.get_database_backend() == DbBackend::Postgres {
        // Waiting for the lock, and building an index, may take longer than a query should.
        tx.execute_unprepared("SET LOCAL statement_timeout = 0")
            .await?;
        tx.execute_unprepared(&format!("SELECT pg_advisory_xact_lock({LOCK})"))
            .await?;
    }
    Ok(tx)
}

async fn missing(db: &impl ConnectionTrait) -> Result<Vec<String>, DbErr> {
    let applied = applied(db).await?;
    let missing = names().into_iter().filter(|name| !applied.contains(name));
    Ok(missing.collect())
}

async fn applied(db: &impl ConnectionTrait) -> Result<HashSet<String>, DbErr> {
    let catalog = match db.get_database_backend() {
        DbBackend::Sqlite => "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ",
        _ => {
            "SELECT 1 FROM information_schema.tables \
             WHERE table_schema = current_schema() AND table_name = "
        }
    };
    let backend = db.get_database_backend();
    let statement = |sql: String| sea_orm_migration::sea_orm::Statement::from_string(backend, sql);
    let exists = statement(format!("{catalog}'{APPLIED}'"));
    if db.query_one_raw(exists).await?.is_none() {
        return Ok(HashSet::new());
    }
    let rows = db
        .query_all_raw(statement(format!("SELECT version FROM {APPLIED}")))
        .await?;
    rows.iter().map(|row| row.try_get("", "version")).collect()
}
