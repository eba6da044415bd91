#![doc = include_str!("../README.md")]
#![warn(missing_docs)]

use sea_orm_migration::prelude::*;

mod column;
mod m20261123_000001_create_account;
mod m20261123_000002_create_ledger;
mod m20261123_000003_create_filing;
mod m20261123_000004_create_analysis;
mod m20261123_000005_create_task;
mod m20261123_000006_create_outbox;
mod m20261123_000007_create_quota;
mod m20261123_000008_create_queue;
mod m20261126_000009_create_journal;
mod m20261126_000010_add_max_running;
mod m20261126_000011_create_quota_log;
mod m20261126_000012_create_session;
mod m20261126_000013_create_quote;
mod m20261126_000014_create_model_call;
mod m20261126_000015_create_import;
mod m20261126_000016_create_audit_log;
mod m20261126_000017_create_daily_count;
mod m20261126_000018_create_payment;
mod m20261126_000019_add_waiver;
mod m20261126_000020_create_ledger_root;
mod m20261126_000021_create_tier_change;
mod m20261126_000022_index_leftovers;
mod m20261126_000023_add_import_turn;
mod m20261127_000025_add_own_key;
mod run;

pub use run::{names, pending, run};
pub use sea_orm_migration::sea_orm::DbErr;

/// The steps, in order.
#[derive(Debug)]
pub(crate) struct Migrator;

impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m20261123_000001_create_account::Migration),
            Box::new(m20261123_000002_create_ledger::Migration),
            Box::new(m20261123_000003_create_filing::Migration),
            Box::new(m20261123_000004_create_analysis::Migration),
            Box::new(m20261123_000005_create_task::Migration),
            Box::new(m20261123_000006_create_outbox::Migration),
            Box::new(m20261123_000007_create_quota::Migration),
            Box::new(m20261123_000008_create_queue::Migration),
            Box::new(m20261126_000009_create_journal::Migration),
            Box::new(m20261126_000010_add_max_running::Migration),
            Box::new(m20261126_000011_create_quota_log::Migration),
            Box::new(m20261126_000012_create_session::Migration),
            Box::new(m20261126_000013_create_quote::Migration),
            Box::new(m20261126_000014_create_model_call::Migration),
            Box::new(m20261126_000015_create_import::Migration),
            Box::new(m20261126_000016_create_audit_log::Migration),
            Box::new(m20261126_000017_create_daily_count::Migration),
            Box::new(m20261126_000018_create_payment::Migration),
            Box::new(m20261126_000019_add_waiver::Migration),
            Box::new(m20261126_000020_create_ledger_root::Migration),
            Box::new(m20261126_000021_create_tier_change::Migration),
            Box::new(m20261126_000022_index_leftovers::Migration),
            Box::new(m20261126_000023_add_import_turn::Migration),
            Box::new(m20261127_000025_add_own_key::Migration),
        ]
    }
}
