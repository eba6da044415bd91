//! The database: its pools, and how they are opened.

use std::sync::Arc;
use std::time::Duration;

use aperilex_ports::{Clock, Stores};
use sea_orm::sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous};
use sea_orm::{
    AccessMode, ConnAcquireErr, ConnectOptions, ConnectionTrait, DatabaseConnection,
    DatabaseTransaction, DbBackend, DbErr, IsolationLevel, SqliteTransactionMode, StatementBuilder,
    TransactionOptions, TransactionTrait,
};
use secrecy::ExposeSecret;
use tokio::sync::{Mutex, OwnedMutexGuard};

use crate::config::{DatabaseConfig, Kind};
use crate::error::{DatabaseError, is_passing};
use crate::queue::{QueueSettings, SeaOrmQueue};
use crate::transaction::{Begun, Durability, MAX_REPEATS, pause};

/// A connection that was idle longer than this is tried before it is used.
const TRIED_AFTER: Duration = Duration::from_secs(5);
/// An idle connection is closed after this long, so that a database that sleeps when unused can.
const IDLE_FOR: Duration = Duration::from_secs(60);
/// Reading SQLite is work for a processor of this machine: more readers than this only take memory and
/// turns from each other.
const MAX_SQLITE_READERS: u32 = 4;
/// Statements kept prepared per connection.
const STATEMENTS: usize = 256;

/// A database. Clones share its connections.
#[derive(Debug, Clone)]
pub struct Database {
    read: DatabaseConnection,
    write: DatabaseConnection,
    relaxed: DatabaseConnection,
    /// SQLite takes one writer at a time: those of this process wait here, in turn, and not by polling
    /// for the file lock.
    writer: Option<Arc<Mutex<()>>>,
    acquire_timeout: Duration,
}

impl Database {
    /// Opens a database. A SQLite file is made if it is not there, its directory is not; Postgres is
    /// connected to when it is first used.
    ///
    /// # Errors
    /// [`DatabaseError`].
    pub async fn connect(config: &DatabaseConfig) -> Result<Self, DatabaseError> {
        match config.kind().ok_or(DatabaseError::Url)? {
            Kind::Sqlite => Self::sqlite(config).await,
            Kind::Postgres => Self::postgres(config).await,
        }
    }

    async fn sqlite(config: &DatabaseConfig) -> Result<Self, DatabaseError> {
        let write = open_writer(config).await?;
        let relaxed = sqlite_options(config, 1, |opts| {
            opts.synchronous(SqliteSynchronous::Normal)
        });
        let readers = config.pool_max.clamp(1, MAX_SQLITE_READERS);
        let read = sqlite_options(config, readers, |opts| opts.pragma("query_only", "ON"));
        Ok(Self {
            read: open(read).await?,
            write,
            relaxed: open(relaxed).await?,
            writer: Some(Arc::new(Mutex::new(()))),
            acquire_timeout: config.acquire_timeout(),
        })
    }

    async fn postgres(config: &DatabaseConfig) -> Result<Self, DatabaseError> {
        let url = config.url.expose_secret();
        // One spelling of the scheme is all that is accepted below.
        let url = url.replacen("postgresql://", "postgres://", 1);
        let mut options = ConnectOptions::new(url);
        common(&mut options, config, config.pool_max.max(1));
        options
            .set_application_name("aperilex")
            .statement_timeout(config.statement_timeout())
            .idle_timeout(IDLE_FOR)
            .test_before_acquire_if_idle_for(TRIED_AFTER)
            .map_sqlx_postgres_opts(|opts| opts.statement_cache_capacity(STATEMENTS));
        let pool = open(options).await?;
        Ok(Self {
            read: pool.clone(),
            write: pool.clone(),
            relaxed: pool,
            writer: None,
            acquire_timeout: config.acquire_timeout(),
        })
    }

    /// The connections that may write: what migrations run on.
    #[must_use]
    pub const fn connection(&self) -> &DatabaseConnection {
        &self.write
    }

    /// Whether the database answers.
    ///
    /// # Errors
    /// [`DatabaseError::Unreachable`].
    pub async fn ping(&self) -> Result<(), DatabaseError> {
        let answer = self.read.execute_unprepared("SELECT 1").await;
        answer.map(drop).map_err(DatabaseError::Unreachable)
    }

    /// Closes all connections; what is under way ends first. Other clones are closed with it.
    pub async fn close(&self) {
        for pool in [&self.read, &self.relaxed, &self.write] {
            if let Err(error) = pool.close_by_ref().await {
                tracing::debug!(%error, "a pool was not closed");
            }
        }
    }

    /// All stores, on this database.
    #[must_use]
    pub fn stores(&self) -> Stores {
        let store = Arc::new(Store { db: self.clone() });
        Stores {
            accounts: store.clone(),
            filings: store.clone(),
            pool: store.clone(),
            tasks: store.clone(),
            ledger: store.clone(),
            settlement: store.clone(),
            import_store: store.clone(),
            imports: store.clone(),
            quota: store.clone(),
            outbox: store.clone(),
            sessions: store.clone(),
            audit_log: store.clone(),
            reports: store.clone(),
            payments: store.clone(),
            audit: store,
        }
    }

    /// The embedded queue, on this database.
    #[must_use]
    pub fn queue(&self, clock: Arc<dyn Clock>, settings: QueueSettings) -> SeaOrmQueue {
        SeaOrmQueue::new(self.clone(), clock, settings)
    }

    /// Where reads go.
    pub(crate) const fn reader(&self) -> &DatabaseConnection {
        &self.read
    }

    /// Runs one writing statement that is a transaction by itself, and gives the rows it changed. It may
    /// be run twice where a connection breaks: only for what does no harm then.
    pub(crate) async fn alone<S>(&self, durability: Durability, statement: &S) -> Result<u64, DbErr>
    where
        S: StatementBuilder + Sync,
    {
        let mut repeats = 0;
        loop {
            let done = {
                let _turn = self.turn().await?;
                self.writing(durability).execute(statement).await
            };
            match done {
                Err(error) if repeats < MAX_REPEATS && is_passing(&error) => {
                    pause(repeats).await;
                    repeats += 1;
                }
                done => return done.map(|done| done.rows_affected()),
            }
        }
    }

    const fn writing(&self, durability: Durability) -> &DatabaseConnection {
        match durability {
            Durability::Full => &self.write,
            Durability::Relaxed => &self.relaxed,
        }
    }

    /// Begins to read as of one moment: on SQLite a transaction is that by itself.
    pub(crate) async fn snapshot(&self) -> Result<DatabaseTransaction, DbErr> {
        let isolation = match self.read.get_database_backend() {
            DbBackend::Sqlite => None,
            _ => Some(IsolationLevel::RepeatableRead),
        };
        let options = TransactionOptions {
            isolation_level: isolation,
            access_mode: Some(AccessMode::ReadOnly),
            ..TransactionOptions::default()
        };
        begin_whole(&self.read, options).await
    }

    /// Waits until the writers that came before are done.
    async fn turn(&self) -> Result<Option<OwnedMutexGuard<()>>, DbErr> {
        let Some(writer) = &self.writer else {
            return Ok(None);
        };
        let turn = tokio::time::timeout(self.acquire_timeout, writer.clone().lock_owned()).await;
        match turn {
            Ok(turn) => Ok(Some(turn)),
            Err(_) => Err(DbErr::ConnectionAcquire(ConnAcquireErr::Timeout)),
        }
    }

    /// Begins a write transaction. On SQLite it has the write lock from the start (`IMMEDIATE`); on
    /// Postgres it is `READ COMMITTED` and takes row locks as it goes.
    pub(crate) async fn begin(&self, durability: Durability) -> Result<Begun, DbErr> {
        let turn = self.turn().await?;
        let options = TransactionOptions {
            sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
            ..TransactionOptions::default()
        };
        let inner = begin_whole(self.writing(durability), options).await?;
        Ok(Begun::new(inner, turn))
    }
}

/// Begins a transaction in a task of its own, which ends whether or not anybody waits for it. A `BEGIN`
/// that is dropped on its way to Postgres would leave its connection in the pool inside a transaction
/// that nobody knows of; one that has begun is rolled back when it is dropped.
async fn begin_whole(
    pool: &DatabaseConnection,
    options: TransactionOptions,
) -> Result<DatabaseTransaction, DbErr> {
    let pool = pool.clone();
    let begun = tokio::spawn(async move { pool.begin_with_options(options).await });
    let broken = |error: tokio::task::JoinError| DbErr::Custom(error.to_string());
    begun.await.map_err(broken)?
}

/// All stores: their tables are one database, so they are one value.
#[derive(Debug)]
pub(crate) struct Store {
    pub(crate) db: Database,
}

fn common(options: &mut ConnectOptions, config: &DatabaseConfig, connections: u32) {
    options
        .max_connections(connections)
        .min_connections(0)
        .acquire_timeout(config.acquire_timeout())
        .sqlx_logging(false)
        .record_stmt_in_spans(false)
        .connect_lazy(true);
}

fn sqlite_options(
    config: &DatabaseConfig,
    connections: u32,
    tune: fn(SqliteConnectOptions) -> SqliteConnectOptions,
) -> ConnectOptions {
    let mut options = ConnectOptions::new(config.url.expose_secret());
    common(&mut options, config, connections);
    let busy_timeout = config.statement_timeout();
    options
        .test_before_acquire(false)
        .idle_timeout(None)
        .max_lifetime(None)
        .map_sqlx_sqlite_opts(move |opts| {
            let opts = opts.busy_timeout(busy_timeout).foreign_keys(true);
            tune(opts.statement_cache_capacity(STATEMENTS))
        });
    options
}

async fn open(options: ConnectOptions) -> Result<DatabaseConnection, DatabaseError> {
    let opened = sea_orm::Database::connect(options).await;
    opened.map_err(DatabaseError::Unreachable)
}

/// Opens the writing connection at once: it makes the file and turns on the write-ahead log, which
/// stays on. Many processes doing so at once get in each other's way, so it is tried again.
async fn open_writer(config: &DatabaseConfig) -> Result<DatabaseConnection, DatabaseError> {
    let mut repeats = 0;
    loop {
        let mut options = sqlite_options(config, 1, |opts| {
            opts.create_if_missing(true)
                .journal_mode(SqliteJournalMode::Wal)
                .synchronous(SqliteSynchronous::Full)
        });
        options.connect_lazy(false);
        match sea_orm::Database::connect(options).await {
            Err(error) if repeats < MAX_REPEATS && is_passing(&error) => {
                pause(repeats).await;
                repeats += 1;
            }
            outcome => return outcome.map_err(DatabaseError::Unreachable),
        }
    }
}
