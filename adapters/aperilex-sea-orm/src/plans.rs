//! Every query that runs often finds its rows by an index, on SQLite and on Postgres; and the tables are
//! what the entities say.

use std::collections::BTreeSet;
use std::time::Duration;

use aperilex_ports::{
    AnalysisId, ClaimItem, Digest, ExternalIdentity, FilingId, FindAnalysis, ImportId, Lease,
    LeaseToken, OneTimePurpose, PoolKey, Quality, QuotaWindow, SessionId, TaskId, Template,
    Timestamp, UserId,
};
use sea_orm::sea_query::SelectStatement;
use sea_orm::{
    ColumnTrait, ConnectionTrait, DatabaseTransaction, DbBackend, EntityTrait, IdenStatic,
    Iterable, QueryOrder, QuerySelect, QueryTrait, Statement,
};
use uuid::Uuid;

use crate::database::Database;
use crate::support::{Fresh, each};
use crate::transaction::Durability;
use crate::{
    account_store, analysis_pool, cost_book, entity, import_store, imports, ledger, outbox,
    payment_store, queue, quota_store, quote_store, run, session_store, settlement, task_store,
};

fn wanted(key: &PoolKey, user: UserId) -> FindAnalysis {
    FindAnalysis {
        filing: key.filing,
        template: key.template,
        quality: key.quality,
        document_sha256: Some(Digest::of(b"")),
        schema_version: 1,
        prompt_versions: vec![key.prompt_version.clone()],
        owner: Some(user),
    }
}

fn queries() -> Vec<(&'static str, SelectStatement)> {
    let (user, filing) = (
        UserId::from_uuid(Uuid::from_u128(1)),
        FilingId::from_uuid(Uuid::from_u128(2)),
    );
    let analysis = AnalysisId::from_uuid(Uuid::from_u128(3));
    let task = TaskId::from_uuid(Uuid::from_u128(4));
    let now = Timestamp::from_second(1_767_225_600).unwrap();
    let key = PoolKey {
        filing,
        template: Template::Risk,
        quality: Quality::Standard,
        prompt_version: "1".into(),
        owner: None,
    };
    let request = wanted(&key, user);
    let identity = ExternalIdentity {
        issuer: "https://id.example.com".into(),
        subject: "1".into(),
    };
    let session = SessionId::from_uuid(Uuid::from_u128(4));
    let hour = QuotaWindow {
        name: "hour",
        length: Duration::from_secs(3600),
        limit: 10,
    };
    let urgent = queue::work::visible(0).order_by_asc(entity::queue_message::Column::Rank);
    vec![
        ("by_key", account_store::owner_of(&Digest::of(b""), now)),
        ("by identity", account_store::identified(&identity)),
        ("signed in", session_store::signed_in(session, now)),
        ("sessions over", session_store::over(now).into_query()),
        ("tokens over", session_store::late(now).into_query()),
        ("find", analysis_pool::satisfying(&request).into_query()),
        ("readable", analysis_pool::one_readable(user, analysis)),
        (
            "analyses",
            analysis_pool::all_readable(user, None, Some(analysis), 9),
        ),
        ("run", run::live(&key).into_query()),
        ("stale", task_store::stale(now, now).into_query()),
        (
            "expired keys",
            settlement::idempotency::expired(now).into_query(),
        ),
        ("expired quotes", quote_store::expired(now).into_query()),
        ("calls of a task", cost_book::of_task(task).into_query()),
        ("calls of a day", cost_book::between(now, now)),
        ("due holds", ledger::due(now).into_query()),
        ("lots", ledger::lots_of([user.as_uuid()]).into_query()),
        ("due changes of plan", account_store::due(now).into_query()),
        ("late credits", ledger::late(now).into_query()),
        ("journal", ledger::journal::after(user, 7).into_query()),
        ("queue", urgent.into_query()),
        ("quota", quota_store::newest(user, &[hour], 0)),
    ]
}

/// Those of bulk imports.
fn queries_of_imports() -> Vec<(&'static str, SelectStatement)> {
    let now = Timestamp::from_second(1_767_225_600).unwrap();
    let user = UserId::from_uuid(Uuid::from_u128(1));
    let import = ImportId::from_uuid(Uuid::from_u128(6));
    let claim = ClaimItem {
        lease: Lease {
            token: LeaseToken::from_uuid(Uuid::from_u128(5)),
            until: now,
        },
        only: None,
        now,
    };
    vec![
        ("imports", import_store::jobs_of(user, None).into_query()),
        ("items", import_store::items_of(import, 7).into_query()),
        (
            "imports in line",
            import_store::in_line(&claim).into_query(),
        ),
        (
            "next item",
            import_store::next(import.as_uuid(), now).into_query(),
        ),
        ("late imports", imports::late(now).into_query()),
    ]
}

/// Those of the loops that send, that look at payments and that sweep up what nobody comes back for.
fn queries_of_loops() -> Vec<(&'static str, SelectStatement)> {
    let now = Timestamp::from_second(1_767_225_600).unwrap();
    vec![
        (
            "outbox",
            outbox::free(outbox::Lane::Work, now)
                .order_by_asc(entity::outbox::Column::Id)
                .into_query(),
        ),
        (
            "notices",
            outbox::free(outbox::Lane::Notice, now)
                .order_by_asc(entity::outbox::Column::Id)
                .into_query(),
        ),
        (
            "payment events",
            payment_store::newest().limit(9).into_query(),
        ),
        (
            "holder",
            session_store::holder(&Digest::of(b""), OneTimePurpose::VerifyEmail, now),
        ),
        ("old quota", quota_store::oldest(now, 9)),
        ("unverified", account_store::unverified(now).into_query()),
        (
            "keys",
            account_store::keys_of(UserId::from_uuid(Uuid::nil()), None).into_query(),
        ),
    ]
}

async fn plan(tx: &DatabaseTransaction, query: &SelectStatement) -> String {
    let backend = tx.get_database_backend();
    let (explain, column) = match backend {
        DbBackend::Sqlite => ("EXPLAIN QUERY PLAN", "detail"),
        _ => ("EXPLAIN", "QUERY PLAN"),
    };
    // With its values written into it, so that each backend can explain it.
    let sql = format!("{explain} {}", backend.build(query));
    let rows = tx.query_all_raw(Statement::from_string(backend, sql)).await;
    let lines = rows.unwrap().into_iter();
    let lines: Vec<String> = lines.map(|row| row.try_get("", column).unwrap()).collect();
    lines.join("\n")
}

#[tokio::test(flavor = "multi_thread")]
async fn hot_queries_use_an_index() {
    for Fresh { database, .. } in &each().await {
        let begun = database.begin(Durability::Full).await.unwrap();
        let is_sqlite = begun.inner().get_database_backend() == DbBackend::Sqlite;
        if !is_sqlite {
            // An empty table is best read whole: ask for the next best plan.
            let off = "SET LOCAL enable_seqscan = off";
            begun.inner().execute_unprepared(off).await.unwrap();
        }
        let all = queries().into_iter().chain(queries_of_loops());
        for (what, query) in all.chain(queries_of_imports()) {
            let plan = plan(begun.inner(), &query).await;
            // The outbox is its backlog, read in the order of its key.
            let by_index = |line: &str| !line.contains("SCAN") || line.contains("USING INDEX");
            let good = match is_sqlite {
                true => plan == "SCAN outbox" || plan.lines().all(by_index),
                false => !plan.contains("Seq Scan"),
            };
            assert!(good, "{what}:\n{plan}");
        }
    }
}

/// Columns with whether they may be null.
type Columns = BTreeSet<(String, bool)>;

fn of_entity<E: EntityTrait>(_: E) -> Columns {
    E::Column::iter()
        .map(|column| (column.as_str().to_owned(), column.def().is_null()))
        .collect()
}

async fn of_table(database: &Database, table: &str) -> Columns {
    let backend = database.connection().get_database_backend();
    let sql = match backend {
        DbBackend::Sqlite => {
            format!("SELECT name, 1 - \"notnull\" FROM pragma_table_info('{table}')")
        }
        _ => format!(
            "SELECT column_name::text, (is_nullable = 'YES')::int::bigint \
             FROM information_schema.columns WHERE table_name = '{table}'"
        ),
    };
    let rows = database
        .connection()
        .query_all_raw(Statement::from_string(backend, sql))
        .await;
    let rows = rows.unwrap().into_iter();
    let columns = rows.map(|row| {
        let (name, null): (String, i64) = row.try_get_many_by_index().unwrap();
        (name, null == 1)
    });
    columns.collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn tables_are_what_the_entities_say() {
    use entity::*;
    let entities = [
        ("account", of_entity(account::Entity)),
        ("analysis", of_entity(analysis::Entity)),
        ("api_key", of_entity(api_key::Entity)),
        ("audit_entry", of_entity(audit_entry::Entity)),
        ("audit_head", of_entity(audit_head::Entity)),
        ("credit_lot", of_entity(credit_lot::Entity)),
        ("external_identity", of_entity(external_identity::Entity)),
        ("daily_count", of_entity(daily_count::Entity)),
        ("filing", of_entity(filing::Entity)),
        ("filing_access", of_entity(filing_access::Entity)),
        ("hold", of_entity(hold::Entity)),
        ("idempotency", of_entity(idempotency::Entity)),
        ("import_item", of_entity(import_item::Entity)),
        ("import_job", of_entity(import_job::Entity)),
        ("ledger_entry", of_entity(ledger_entry::Entity)),
        ("ledger_posting", of_entity(ledger_posting::Entity)),
        ("ledger_tx", of_entity(ledger_tx::Entity)),
        ("live_run", of_entity(live_run::Entity)),
        ("one_time", of_entity(one_time::Entity)),
        ("model_call", of_entity(model_call::Entity)),
        ("outbox", of_entity(outbox::Entity)),
        ("password", of_entity(password::Entity)),
        ("payment", of_entity(payment::Entity)),
        ("payment_event", of_entity(payment_event::Entity)),
        ("queue_dead_letter", of_entity(queue_dead_letter::Entity)),
        ("queue_dedup", of_entity(queue_dedup::Entity)),
        ("queue_message", of_entity(queue_message::Entity)),
        ("quota_log", of_entity(quota_log::Entity)),
        ("session", of_entity(session::Entity)),
        ("session_refresh", of_entity(session_refresh::Entity)),
        ("quote", of_entity(quote::Entity)),
        ("task", of_entity(task::Entity)),
        ("task_event", of_entity(task_event::Entity)),
        ("tier_change", of_entity(tier_change::Entity)),
    ];
    for Fresh { database, .. } in &each().await {
        for (table, columns) in &entities {
            assert_eq!(of_table(database, table).await, *columns, "{table}");
        }
    }
}
