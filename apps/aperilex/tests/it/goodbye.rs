//! Closing an account over HTTP: afterwards its address is nowhere, and its books are whole.

use std::path::Path;

use reqwest::StatusCode;
use sqlx::{AssertSqlSafe, Connection, PgConnection, SqliteConnection};

use crate::run::Data;
use crate::server::{World, worlds};

const ADDRESS: &str = "leaves.no.trace@example.com";
/// What is looked for: also where only a part of the address is kept.
const TRACE: &str = "leaves.no.trace";

/// Tables and columns that hold the trace.
async fn places(world: &World) -> Vec<String> {
    match world.postgres() {
        Some(url) => in_postgres(url).await,
        None => in_sqlite(&world.data_dir().join("aperilex.sqlite3")).await,
    }
}

async fn in_sqlite(file: &Path) -> Vec<String> {
    let url = format!("sqlite:{}", file.display());
    let mut database = SqliteConnection::connect(&url).await.unwrap();
    let columns: Vec<(String, String)> = sqlx::query_as(
        "SELECT t.name, c.name FROM sqlite_master t, pragma_table_info(t.name) c WHERE t.type = 'table'",
    )
    .fetch_all(&mut database)
    .await
    .unwrap();
    assert!(columns.len() > 100, "all tables are looked at");
    let mut found = Vec::new();
    for (table, column) in columns {
        let sql = format!(
            "SELECT COUNT(*) FROM \"{table}\" WHERE CAST(\"{column}\" AS TEXT) LIKE '%{TRACE}%'"
        );
        let query = sqlx::query_scalar(AssertSqlSafe(sql));
        let count: i64 = query.fetch_one(&mut database).await.unwrap();
        if count > 0 {
            found.push(format!("{table}.{column}"));
        }
    }
    found
}

async fn in_postgres(url: &str) -> Vec<String> {
    let mut database = PgConnection::connect(url).await.unwrap();
    let columns: Vec<(String, String)> = sqlx::query_as(
        "SELECT table_name::text, column_name::text FROM information_schema.columns \
         WHERE table_schema = 'public'",
    )
    .fetch_all(&mut database)
    .await
    .unwrap();
    assert!(columns.len() > 100, "all tables are looked at");
    let mut found = Vec::new();
    for (table, column) in columns {
        let sql =
            format!("SELECT COUNT(*) FROM \"{table}\" WHERE \"{column}\"::text LIKE '%{TRACE}%'");
        let query = sqlx::query_scalar(AssertSqlSafe(sql));
        let count: i64 = query.fetch_one(&mut database).await.unwrap();
        if count > 0 {
            found.push(format!("{table}.{column}"));
        }
    }
    found
}

/// Files below a folder that hold the trace; a database keeps what is deleted until it needs the place.
fn files(folder: &Path) -> Vec<String> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path));
            continue;
        }
        let database = path.to_string_lossy().contains("sqlite3");
        let bytes = std::fs::read(&path).unwrap();
        let holds = bytes
            .windows(TRACE.len())
            .any(|piece| piece == TRACE.as_bytes());
        if holds && !database {
            found.push(path.display().to_string());
        }
    }
    found
}

#[tokio::test]
async fn a_closed_account_leaves_no_trace_but_its_books() {
    for world in worlds().await {
        let name = world.name();
        let key = world.account(ADDRESS, "1.00");
        let server = world.serve(None);
        server.task(&key).await;
        let tasks = server.final_tasks(&key).await;
        assert_eq!(tasks[0]["status"], "completed", "{name}");
        server.ask(&key).await.unwrap();
        server.check_ledger(&key).await;
        assert_eq!(
            places(&world).await,
            ["account.email"],
            "{name}: it is kept once"
        );

        let closed = server.delete(&key, "/api/v1/me").send().await.unwrap();
        assert_eq!(closed.status(), StatusCode::NO_CONTENT, "{name}");
        let after = server.get(&key, "/api/v1/me").send().await.unwrap();
        assert_eq!(after.status(), StatusCode::UNAUTHORIZED, "{name}");
        assert_eq!(places(&world).await, Vec::<String>::new(), "{name}");
        drop(server);
        assert_eq!(files(&world.data_dir()), Vec::<String>::new(), "{name}");
        let proof = world.run(&["ledger", "verify", "--quiet"]);
        let said = String::from_utf8_lossy(&proof.stdout).into_owned();
        assert!(
            proof.status.success() && said.contains(" 0 findings"),
            "{name}: {said}"
        );
        // The address is free.
        world.account(ADDRESS, "0");
    }
}

#[test]
fn keys_are_made_listed_and_revoked() {
    let data = Data::new();
    let run = |line: &str| data.run(line);
    let account = data.account("basic");
    let wanted = "--name reports --scope read --scope billing --expires-at 2099-01-01T00:00:00Z";
    let made = run(&format!("account key new --account {account} {wanted}"));
    let (id, secret) = (made.field("key "), made.field("api-key "));
    let listed = || data.done(&format!("account key list --account {account}"));
    let list = listed();
    let cells: Vec<_> = list.lines().nth(1).unwrap().split('\t').collect();
    assert_eq!(
        (cells[0], cells[1], cells[3]),
        (id.as_str(), "reports", "read billing")
    );
    assert_eq!(
        (cells[5], cells[6], cells[7]),
        ("2099-01-01T00:00:00Z", "-", "-")
    );
    assert!(
        secret.starts_with(cells[2]) && !list.contains(&secret),
        "{list}"
    );
    let revoke = |key: &str| {
        run(&format!(
            "account key revoke --account {account} --key {key}"
        ))
        .code
    };
    assert_eq!(revoke(&id), 0);
    let revoked = listed();
    assert_ne!(
        revoked.lines().nth(1).unwrap().split('\t').nth(7),
        Some("-")
    );
    let nobody = uuid::Uuid::nil().to_string();
    assert_eq!(revoke(&nobody), 3);
    let close = |account: &str| run(&format!("account close --account {account}")).code;
    assert_eq!(close(&account), 0);
    let list = data.done("account list");
    assert!(
        list.contains("\tdeleted\t") && !list.contains("basic@example.com"),
        "{list}"
    );
    assert_eq!(close(&nobody), 3);
}
