//! Quota windows under pressure: many processes on one database, whose clocks do not agree.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use aperilex_ports::{QuotaStore, QuotaWindow, Timestamp, UserId};
use aperilex_sea_orm::Database;
use sea_orm::{ConnectionTrait, Statement};
use uuid::Uuid;

use crate::desk::at;
use crate::support;

const LIMIT: usize = 20;
const WINDOW: QuotaWindow = QuotaWindow {
    name: "second",
    length: Duration::from_secs(1),
    limit: 20,
};
/// More than ever bite, so that a second window takes part.
const WIDE: QuotaWindow = QuotaWindow {
    name: "hour",
    length: Duration::from_secs(3600),
    limit: 1_000_000,
};

/// A client that asks without pause, each time a little later; gives the times it was allowed, as its
/// process's clock showed them.
async fn client(
    quota: Arc<dyn QuotaStore>,
    user: UserId,
    clock: Arc<AtomicI64>,
    behind: i64,
    requests: u32,
) -> Vec<i64> {
    let begin = at(0).as_microsecond();
    let mut taken = Vec::new();
    for _ in 0..requests {
        let now = clock.fetch_add(1_700, Ordering::SeqCst) - behind;
        let now = Timestamp::from_microsecond(begin + now).unwrap();
        let outcome = quota.consume(user, &[WIDE, WINDOW], now).await.unwrap();
        assert!(outcome.windows.iter().all(|it| it.used <= it.window.limit));
        if outcome.allowed {
            taken.push(now.as_microsecond());
        }
    }
    taken
}

/// When requests were allowed, in the order of their numbers.
async fn log(database: &Database) -> Vec<i64> {
    let connection = database.connection();
    let backend = connection.get_database_backend();
    let sql = "SELECT at FROM quota_log ORDER BY n";
    let rows = connection.query_all_raw(Statement::from_string(backend, sql));
    let rows = rows.await.unwrap().into_iter();
    rows.map(|row| row.try_get("", "at").unwrap()).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn no_stretch_has_more_than_the_limit_and_each_has_all_of_it() {
    const PROCESSES: usize = 4;
    const CLIENTS: usize = 16;
    const REQUESTS: u32 = 150;
    for fresh in &support::each().await {
        let user = UserId::from_uuid(Uuid::now_v7());
        let clock = Arc::new(AtomicI64::new(0));
        let mut processes = Vec::new();
        for _ in 0..PROCESSES {
            processes.push(support::open(&fresh.url).await);
        }
        let clients = (0..CLIENTS).map(|n| {
            let quota = processes[n % PROCESSES].stores().quota;
            // The clocks of three processes are right, that of the last is a third of a window behind.
            let behind = if n % PROCESSES == 3 { 333_333 } else { 0 };
            tokio::spawn(client(quota, user, clock.clone(), behind, REQUESTS))
        });
        let mut allowed = 0;
        for ended in clients.collect::<Vec<_>>() {
            allowed += ended.await.unwrap().len();
        }
        let log = log(&fresh.database).await;
        assert_eq!(log.len(), allowed, "each allowed request is there once");
        assert!(log.is_sorted(), "{log:?}");
        let length = i64::try_from(WINDOW.length.as_micros()).unwrap();
        for stretch in log.windows(LIMIT + 1) {
            assert!(stretch[LIMIT] - stretch[0] >= length, "{stretch:?}");
        }
        // The time that has passed holds so many windows, and there were always more requests than fit.
        let passed = log.last().unwrap() - log.first().unwrap();
        let whole = usize::try_from(passed / length).unwrap();
        assert!(whole >= 3, "{passed} µs");
        assert!(allowed >= whole * LIMIT, "{allowed} in {whole} windows");
        for process in processes {
            process.close().await;
        }
    }
}
