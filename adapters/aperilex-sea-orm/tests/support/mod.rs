//! Fresh databases for tests: a file for SQLite, a copy of a migrated template for Postgres.

use std::path::Path;
use std::sync::Mutex;
use std::time::Duration;

use aperilex_ports::{Clock, Timestamp};
use aperilex_sea_orm::{Database, DatabaseConfig};
use sea_orm::sqlx::Connection;
use sea_orm::sqlx::postgres::PgConnection;
use sea_orm::sqlx::{AssertSqlSafe, Executor, Row};
use tempfile::TempDir;

/// Names the Postgres server to use: a role that may create databases.
pub(crate) const POSTGRES: &str = "APERILEX_TEST_POSTGRES_URL";

/// The lock under which the template is made: any fixed number.
const TEMPLATE_LOCK: i64 = 0x7465_6d70_6c61_7465;

/// A database that nobody else uses, gone when this is dropped.
#[derive(Debug)]
pub(crate) struct Fresh {
    pub(crate) database: Database,
    pub(crate) url: String,
    _place: Place,
}

#[derive(Debug)]
enum Place {
    Directory { _kept: TempDir },
    Server { admin: String, name: String },
}

impl Drop for Place {
    fn drop(&mut self) {
        let Self::Server { admin, name } = self else {
            return;
        };
        let (admin, name) = (admin.clone(), name.clone());
        // The scenario's runtime may be the one that is being shut down: use another one.
        let dropping = std::thread::spawn(move || {
            block_on(async move {
                let sql = format!("DROP DATABASE IF EXISTS \"{name}\" WITH (FORCE)");
                execute(&mut connect(&admin).await, sql).await;
            });
        });
        dropping.join().unwrap();
    }
}

/// The server's URL, if one is offered.
pub(crate) fn postgres_url() -> Option<String> {
    std::env::var(POSTGRES).ok().filter(|url| !url.is_empty())
}

/// A database of every kind that is there. Where Postgres is missing this says so, and fails if it is
/// required.
pub(crate) async fn each() -> Vec<Fresh> {
    let mut all = vec![sqlite().await];
    match postgres_url() {
        Some(url) => all.push(postgres(&url).await),
        None if is_required("postgres") => panic!("set {POSTGRES}"),
        None => eprintln!("skipped on Postgres: set {POSTGRES}"),
    }
    all
}

pub(crate) fn is_required(backend: &str) -> bool {
    std::env::var("APERILEX_REQUIRE")
        .is_ok_and(|list| list.split(',').any(|name| name.trim() == backend))
}

pub(crate) async fn sqlite() -> Fresh {
    let fresh = empty_sqlite().await;
    migrate(&fresh.database).await;
    fresh
}

/// A file without tables.
pub(crate) async fn empty_sqlite() -> Fresh {
    let directory = tempfile::tempdir().unwrap();
    let url = file_url(&directory.path().join("aperilex.db"));
    Fresh {
        database: open(&url).await,
        url,
        _place: Place::Directory { _kept: directory },
    }
}

fn file_url(path: &Path) -> String {
    format!("sqlite:{}", path.display())
}

pub(crate) async fn postgres(server: &str) -> Fresh {
    let template = template(server).await;
    created(server, &template).await
}

/// A database without tables.
pub(crate) async fn empty_postgres(server: &str) -> Fresh {
    created(server, "template0").await
}

async fn created(server: &str, template: &str) -> Fresh {
    let name = format!("aperilex_test_{}", uuid::Uuid::now_v7().simple());
    let sql = format!("CREATE DATABASE \"{name}\" TEMPLATE \"{template}\"");
    execute(&mut connect(server).await, sql).await;
    let url = with_database(server, &name);
    Fresh {
        database: open(&url).await,
        url,
        _place: Place::Server {
            admin: server.to_owned(),
            name,
        },
    }
}

/// The migrated template, made by whoever comes first. Its name changes with the steps' source, so that
/// another schema gets another one.
async fn template(server: &str) -> String {
    let digest = aperilex_ports::Digest::of(&steps()).to_string();
    let name = format!("aperilex_template_{}", &digest[..16]);
    let mut admin = connect(server).await;
    let lock = format!("SELECT pg_advisory_lock({TEMPLATE_LOCK})");
    execute(&mut admin, lock).await;
    let found =
        format!("SELECT count(*) FROM pg_database WHERE datname = '{name}' AND datistemplate");
    let row = admin.fetch_one(AssertSqlSafe(found)).await.unwrap();
    if row.get::<i64, _>(0) == 0 {
        // One that was left half made is no template yet.
        execute(&mut admin, format!("DROP DATABASE IF EXISTS \"{name}\"")).await;
        execute(
            &mut admin,
            format!("CREATE DATABASE \"{name}\" TEMPLATE template0"),
        )
        .await;
        let database = open(&with_database(server, &name)).await;
        migrate(&database).await;
        database.close().await;
        execute(
            &mut admin,
            format!("ALTER DATABASE \"{name}\" IS_TEMPLATE true"),
        )
        .await;
    }
    admin.close().await.unwrap();
    name
}

fn steps() -> Vec<u8> {
    let sources = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../migrations/src");
    let entries = std::fs::read_dir(sources).unwrap();
    let mut files: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files
        .iter()
        .flat_map(|file| std::fs::read(file).unwrap())
        .collect()
}

fn with_database(server: &str, name: &str) -> String {
    let (base, _) = server.rsplit_once('/').unwrap();
    format!("{base}/{name}")
}

pub(crate) async fn open(url: &str) -> Database {
    let config = DatabaseConfig::new(url.to_owned().into());
    Database::connect(&config).await.unwrap()
}

pub(crate) async fn migrate(database: &Database) {
    aperilex_migrations::run(database.connection())
        .await
        .unwrap();
}

pub(crate) async fn connect(url: &str) -> PgConnection {
    PgConnection::connect(url).await.unwrap()
}

pub(crate) async fn execute(connection: &mut PgConnection, sql: String) {
    connection.execute(AssertSqlSafe(sql)).await.unwrap();
}

pub(crate) fn block_on<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap()
        .block_on(future)
}

/// A clock that is turned by hand.
#[derive(Debug)]
pub(crate) struct TestClock(Mutex<Timestamp>);

impl Default for TestClock {
    fn default() -> Self {
        Self(Mutex::new(Timestamp::from_second(1_767_225_600).unwrap()))
    }
}

impl TestClock {
    pub(crate) fn advance(&self, by: Duration) {
        *self.0.lock().unwrap() += by;
    }
}

impl Clock for TestClock {
    fn now(&self) -> Timestamp {
        *self.0.lock().unwrap()
    }
}
