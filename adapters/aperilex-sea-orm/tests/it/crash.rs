//! Commands that are cut short leave nothing, and money adds up after kill -9.

use std::future::Future;
use std::pin::pin;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use aperilex_ports::{EntryKind, LedgerError, MicroUsd, StoreError, Stores};
use sea_orm::ConnectionTrait;

use crate::desk::{at, audit, funded, hold, request};
use crate::support;

/// Tells the child which database to write to.
const CHILD: &str = "APERILEX_TEST_CRASH_URL";

#[tokio::test(flavor = "multi_thread")]
async fn a_command_dropped_half_way_leaves_nothing() {
    for fresh in &support::each().await {
        let stores = fresh.database.stores();
        let user = funded(&stores, 100_000).await;
        let mut cut = 0;
        // How far it comes within so many wake-ups is a matter of luck, so it is tried often.
        for round in 0..96 {
            let command = request(user);
            let ended = poll_times(stores.settlement.submit(&command), 1 + round % 12).await;
            // The next command waits for what is left of it, and begins on a connection that is clean.
            let next = request(user);
            stores.settlement.submit(&next).await.unwrap();
            audit(&stores, user).await;
            assert!(stores.tasks.get(next.task).await.unwrap().is_some());
            if ended {
                assert!(stores.tasks.get(command.task).await.unwrap().is_some());
            } else {
                cut += 1;
            }
        }
        assert!(cut > 5, "cut short {cut} times only");
    }
}

/// Polls a future so many times, then drops it; whether it ended.
async fn poll_times(future: impl Future, times: usize) -> bool {
    let mut future = pin!(future);
    let mut left = times;
    std::future::poll_fn(|context| {
        if future.as_mut().poll(context).is_ready() {
            return std::task::Poll::Ready(true);
        }
        left -= 1;
        if left == 0 {
            return std::task::Poll::Ready(false);
        }
        std::task::Poll::Pending
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn money_adds_up_after_kill_9() {
    for fresh in &support::each().await {
        let stores = fresh.database.stores();
        let mut written = 0;
        // However slowly the children begin, some of them are killed in the middle of their work.
        for round in 0..30 {
            let mut child = writer(&fresh.url);
            tokio::time::sleep(Duration::from_millis(300 + 37 * round)).await;
            child.kill().unwrap();
            child.wait().unwrap();
            written = audit_all(&stores).await;
            if round >= 4 && written > 50 {
                break;
            }
        }
        assert!(written > 50, "the writers placed {written} holds only");
        if fresh.url.starts_with("sqlite:") {
            let db = fresh.database.connection();
            let check = sea_orm::Statement::from_string(
                db.get_database_backend(),
                "PRAGMA integrity_check",
            );
            let row = db.query_one_raw(check).await.unwrap().unwrap();
            assert_eq!(row.try_get_by_index::<String>(0).unwrap(), "ok");
        }
    }
}

/// Audits every account; gives how many holds there are.
async fn audit_all(stores: &Stores) -> usize {
    let mut holds = 0;
    for account in stores.accounts.list(None, 100).await.unwrap() {
        let balance = audit(stores, account.id).await;
        assert!(balance.posted <= MicroUsd::new(1_000_000));
        holds += stores.ledger.holds(account.id).await.unwrap().len();
    }
    holds
}

fn writer(url: &str) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "crash::writes_until_killed", "--ignored"])
        .env(CHILD, url)
        .stdout(Stdio::null())
        .spawn()
        .unwrap()
}

/// What the child does: holds, captures and tasks, as fast as they go.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "run by the test above, in a process to be killed"]
async fn writes_until_killed() {
    let Ok(url) = std::env::var(CHILD) else {
        return;
    };
    let database = support::open(&url).await;
    let stores = database.stores();
    let user = funded(&stores, 1_000_000).await;
    loop {
        let placed = hold(user, 3);
        stores.ledger.place_hold(&placed).await.unwrap();
        let amount = MicroUsd::new(2);
        stores
            .ledger
            .capture(placed.id, amount, "work", at(1))
            .await
            .unwrap();
        stores.settlement.submit(&request(user)).await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn lost_connections_lose_no_money() {
    let Some(server) = support::postgres_url() else {
        assert!(
            !support::is_required("postgres"),
            "set {}",
            support::POSTGRES
        );
        eprintln!("skipped: set {}", support::POSTGRES);
        return;
    };
    let fresh = support::postgres(&server).await;
    let stores = fresh.database.stores();
    let user = funded(&stores, 1_000_000).await;
    let url = fresh.url.clone();
    let killer = tokio::spawn(async move {
        let mut admin = support::connect(&url).await;
        loop {
            let kill = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
                        WHERE datname = current_database() AND pid <> pg_backend_pid()";
            support::execute(&mut admin, kill.to_owned()).await;
            tokio::time::sleep(Duration::from_millis(80)).await;
        }
    });
    let workers = (0..4).map(|_| {
        let stores = stores.clone();
        tokio::spawn(async move {
            let mut done = 0;
            for _ in 0..50 {
                let placed = hold(user, 3);
                done += i32::from(is_done(stores.ledger.place_hold(&placed).await));
                let amount = MicroUsd::new(2);
                let captured = stores
                    .ledger
                    .capture(placed.id, amount, "work", at(1))
                    .await;
                done += i32::from(is_done(captured));
            }
            done
        })
    });
    let mut done = 0;
    for worker in workers.collect::<Vec<_>>() {
        done += worker.await.unwrap();
    }
    killer.abort();
    let _ended = killer.await;
    // Nearly all succeed, because what was certainly not done is done again.
    assert!(done > 350, "{done} of 400");
    audit(&stores, user).await;
    let entries = stores.ledger.entries(user, None, 500).await.unwrap();
    assert!(
        entries
            .iter()
            .filter(|entry| entry.kind == EntryKind::Analysis)
            .count()
            > 150
    );
}

/// Whether it was done; if not, only because it could not be known or reached.
fn is_done<T>(outcome: Result<T, LedgerError>) -> bool {
    match outcome {
        Ok(_) => true,
        // After an outcome that is unknown the hold may not be there.
        Err(LedgerError::Store(StoreError::Unavailable { .. }) | LedgerError::Unknown) => false,
        Err(other) => panic!("{other}"),
    }
}
