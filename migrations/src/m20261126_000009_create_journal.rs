//! The journal with its postings, credit lots, and where each account's chain ends.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::{ConnectionTrait, DbBackend};

use crate::column::{
    belongs_to, create, index, key, number, number_null, table, text, text_null, unique, uuid,
    uuid_null,
};

#[derive(Debug, DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        refuse_old_books(manager).await?;
        for mut column in [
            number("chain_seq").default(0).take(),
            text_null("chain_hash"),
            number_null("chain_at"),
        ] {
            let mut account = Table::alter();
            account.table("account").add_column(&mut column);
            manager.alter_table(account).await?;
        }
        lots(manager).await?;
        journal(manager).await?;
        let db = manager.get_connection();
        for statement in triggers(db.get_database_backend())? {
            db.execute_unprepared(statement).await?;
        }
        Ok(())
    }
}

/// Credits that are in no lot could never be spent.
async fn refuse_old_books(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let any = Query::select()
        .column("id")
        .from("ledger_entry")
        .limit(1)
        .to_owned();
    let old = manager.get_connection().query_one(&any).await?;
    match old {
        None => Ok(()),
        Some(_) => Err(DbErr::Migration(
            "this database has ledger entries from before the journal, and no release wrote such: \
             start with an empty database"
                .to_owned(),
        )),
    }
}

async fn lots(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let lot = table(
        "credit_lot",
        vec![
            uuid("id").primary_key().take(),
            uuid("user_id"),
            text("source"),
            number("granted"),
            number("available"),
            number("held"),
            number_null("expires_at"),
            number("created_at"),
            // Whether nothing is left: what is live stays few however long the history.
            number("spent").default(0).take(),
        ],
    )
    .foreign_key(&mut belongs_to("credit_lot", "user_id", "account"))
    .check(Expr::col("available").gte(0))
    .check(Expr::col("held").gte(0))
    .check(
        Expr::col("available")
            .add(Expr::col("held"))
            .lte(Expr::col("granted")),
    )
    .take();
    let indexes = [
        index("credit_lot", &["user_id", "spent"]),
        index("credit_lot", &["spent", "expires_at"]),
    ];
    create(manager, lot, &indexes).await
}

async fn journal(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let posting = table(
        "ledger_posting",
        vec![
            uuid("user_id"),
            number("seq"),
            number("line"),
            text("account"),
            uuid_null("lot_id"),
            number("amount"),
            text_null("opens_source"),
            number_null("opens_expires_at"),
        ],
    )
    .primary_key(&mut key(&["user_id", "seq", "line"]))
    .check(Expr::col("amount").ne(0))
    .take();
    create(manager, posting, &[]).await?;

    let tx = table(
        "ledger_tx",
        vec![
            uuid("user_id"),
            number("seq"),
            text("operation"),
            text("key"),
            uuid_null("hold_id"),
            uuid_null("entry_id"),
            uuid_null("reverses"),
            number("posted_after"),
            number("held_after"),
            number("at"),
            text("prev_hash"),
            text("hash"),
        ],
    )
    .primary_key(&mut key(&["user_id", "seq"]))
    .foreign_key(&mut belongs_to("ledger_tx", "user_id", "account"))
    // At every commit nobody has less than nothing, nor has set aside more than there is.
    .check(Expr::col("held_after").gte(0))
    .check(Expr::col("posted_after").gte(Expr::col("held_after")))
    .take();
    let indexes = [
        unique("ledger_tx", &["user_id", "key"]),
        unique("ledger_tx", &["entry_id"]),
        index("ledger_tx", &["reverses"]),
    ];
    create(manager, tx, &indexes).await
}

/// A transaction is sealed by its row: its postings stand before it, sum to nothing, and nothing of it is
/// ever changed. A hold ends once.
fn triggers(backend: DbBackend) -> Result<&'static [&'static str], DbErr> {
    match backend {
        DbBackend::Sqlite => Ok(&[
            "CREATE TRIGGER ledger_tx_seal BEFORE INSERT ON ledger_tx BEGIN \
             SELECT RAISE(ABORT, 'the postings of a transaction sum to nothing') WHERE \
             (SELECT COALESCE(SUM(amount), 1) FROM ledger_posting \
             WHERE user_id = NEW.user_id AND seq = NEW.seq) <> 0; \
             SELECT RAISE(ABORT, 'transactions are numbered without gaps') WHERE NEW.seq <> 1 + \
             (SELECT COALESCE(MAX(seq), 0) FROM ledger_tx WHERE user_id = NEW.user_id); END",
            "CREATE TRIGGER ledger_tx_update BEFORE UPDATE ON ledger_tx \
             BEGIN SELECT RAISE(ABORT, 'the journal is never changed'); END",
            "CREATE TRIGGER ledger_tx_delete BEFORE DELETE ON ledger_tx \
             BEGIN SELECT RAISE(ABORT, 'the journal is never changed'); END",
            "CREATE TRIGGER ledger_posting_open BEFORE INSERT ON ledger_posting BEGIN \
             SELECT RAISE(ABORT, 'the transaction is sealed') WHERE EXISTS \
             (SELECT 1 FROM ledger_tx WHERE user_id = NEW.user_id AND seq = NEW.seq); END",
            "CREATE TRIGGER ledger_posting_update BEFORE UPDATE ON ledger_posting \
             BEGIN SELECT RAISE(ABORT, 'the journal is never changed'); END",
            "CREATE TRIGGER ledger_posting_delete BEFORE DELETE ON ledger_posting \
             BEGIN SELECT RAISE(ABORT, 'the journal is never changed'); END",
            "CREATE TRIGGER hold_ends_once BEFORE UPDATE ON hold WHEN OLD.status <> 'open' \
             BEGIN SELECT RAISE(ABORT, 'a hold ends once'); END",
        ]),
        DbBackend::Postgres => Ok(&[
            "CREATE FUNCTION ledger_tx_seal() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN \
             IF (SELECT COALESCE(SUM(amount), 1) FROM ledger_posting \
             WHERE user_id = NEW.user_id AND seq = NEW.seq) <> 0 THEN \
             RAISE EXCEPTION 'the postings of a transaction sum to nothing'; END IF; \
             IF NEW.seq <> 1 + (SELECT COALESCE(MAX(seq), 0) FROM ledger_tx \
             WHERE user_id = NEW.user_id) THEN \
             RAISE EXCEPTION 'transactions are numbered without gaps'; END IF; \
             RETURN NEW; END $$",
            "CREATE TRIGGER ledger_tx_seal BEFORE INSERT ON ledger_tx \
             FOR EACH ROW EXECUTE FUNCTION ledger_tx_seal()",
            "CREATE FUNCTION ledger_posting_open() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN \
             IF EXISTS (SELECT 1 FROM ledger_tx \
             WHERE user_id = NEW.user_id AND seq = NEW.seq) THEN \
             RAISE EXCEPTION 'the transaction is sealed'; END IF; RETURN NEW; END $$",
            "CREATE TRIGGER ledger_posting_open BEFORE INSERT ON ledger_posting \
             FOR EACH ROW EXECUTE FUNCTION ledger_posting_open()",
            "CREATE FUNCTION journal_refuse() RETURNS trigger LANGUAGE plpgsql AS \
             $$ BEGIN RAISE EXCEPTION 'the journal is never changed'; END $$",
            "CREATE TRIGGER ledger_tx_change BEFORE UPDATE OR DELETE ON ledger_tx \
             FOR EACH ROW EXECUTE FUNCTION journal_refuse()",
            "CREATE TRIGGER ledger_tx_truncate BEFORE TRUNCATE ON ledger_tx \
             FOR EACH STATEMENT EXECUTE FUNCTION journal_refuse()",
            "CREATE TRIGGER ledger_posting_change BEFORE UPDATE OR DELETE ON ledger_posting \
             FOR EACH ROW EXECUTE FUNCTION journal_refuse()",
            "CREATE TRIGGER ledger_posting_truncate BEFORE TRUNCATE ON ledger_posting \
             FOR EACH STATEMENT EXECUTE FUNCTION journal_refuse()",
            "CREATE FUNCTION hold_ends_once() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN \
             IF OLD.status <> 'open' THEN RAISE EXCEPTION 'a hold ends once'; END IF; \
             RETURN NEW; END $$",
            "CREATE TRIGGER hold_ends_once BEFORE UPDATE ON hold \
             FOR EACH ROW EXECUTE FUNCTION hold_ends_once()",
        ]),
        other => Err(DbErr::Custom(format!("no triggers written for {other:?}"))),
    }
}
