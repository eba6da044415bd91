//! Several processes on one database: each has pools of its own, as here each `Database` has.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::{Duration, Instant};

use aperilex_ports::{MicroUsd, NewMessage, Priority, Submitted, TaskQueue, TaskRole};
use aperilex_sea_orm::QueueSettings;
use sea_orm::{ConnectionTrait, TransactionTrait};

use crate::desk::{audit, funded, hold, request};
use crate::support::{self, TestClock};

#[tokio::test(flavor = "multi_thread")]
async fn of_64_holds_from_four_processes_five_win() {
    for fresh in &support::each().await {
        let stores = fresh.database.stores();
        let user = funded(&stores, 100).await;
        let mut others = Vec::new();
        for _ in 0..4 {
            others.push(support::open(&fresh.url).await);
        }
        let tasks = (0..64).map(|n| {
            let stores = others[n % 4].stores();
            tokio::spawn(async move { stores.ledger.place_hold(&hold(user, 20)).await })
        });
        let mut placed = 0;
        for task in tasks.collect::<Vec<_>>() {
            match task.await.unwrap() {
                Ok(_) => placed += 1,
                Err(aperilex_ports::LedgerError::InsufficientCredits { .. }) => {}
                Err(other) => panic!("{other:?}"),
            }
        }
        assert_eq!(placed, 5);
        assert_eq!(audit(&stores, user).await.held, MicroUsd::new(100));
        for other in others {
            other.close().await;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_32_requests_from_four_processes_one_leads() {
    for fresh in &support::each().await {
        let stores = fresh.database.stores();
        let key = request(funded(&stores, 1).await).key;
        let mut others = Vec::new();
        for _ in 0..4 {
            others.push(support::open(&fresh.url).await);
        }
        let mut tasks = Vec::new();
        for n in 0..32 {
            let user = funded(&stores, 20).await;
            let mut command = request(user);
            command.key = key.clone();
            let stores = others[n % 4].stores();
            tasks.push(tokio::spawn(async move {
                stores.settlement.submit(&command).await
            }));
        }
        let mut leaders = 0;
        for task in tasks {
            match task.await.unwrap().unwrap() {
                Submitted::Accepted(task) => leaders += i32::from(task.role == TaskRole::Leader),
                other => panic!("{other:?}"),
            }
        }
        assert_eq!(leaders, 1);
        for other in others {
            other.close().await;
        }
    }
}

/// A process that writes for long, a reader that reads for long, and eight that write: nobody is told
/// that the database is busy.
#[tokio::test(flavor = "multi_thread")]
async fn sqlite_is_never_busy() {
    let fresh = support::sqlite().await;
    let stores = fresh.database.stores();
    let user = funded(&stores, 1_000_000).await;
    let slow = support::open(&fresh.url).await;
    let until = Instant::now() + Duration::from_secs(3);
    let hog = tokio::spawn(async move {
        while Instant::now() < until {
            let tx = slow.connection().begin().await.unwrap();
            let write = "UPDATE quota_log SET at = at";
            tx.execute_unprepared(write).await.unwrap();
            tokio::time::sleep(Duration::from_millis(120)).await;
            tx.commit().await.unwrap();
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        slow.close().await;
    });
    let reader = fresh.database.clone();
    let reading = tokio::spawn(async move {
        while Instant::now() < until {
            reader.stores().ledger.holds(user).await.unwrap();
        }
    });
    let mut writers = Vec::new();
    for _ in 0..8 {
        let database = support::open(&fresh.url).await;
        writers.push(tokio::spawn(async move {
            let stores = database.stores();
            while Instant::now() < until {
                stores.ledger.place_hold(&hold(user, 1)).await.unwrap();
                stores.ledger.balance(user).await.unwrap();
            }
            database.close().await;
        }));
    }
    for task in writers.into_iter().chain([hog, reading]) {
        task.await.unwrap();
    }
    assert!(audit(&stores, user).await.held.is_positive());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_waiting_message_is_not_overtaken_for_ever() {
    for fresh in &support::each().await {
        let clock = Arc::new(TestClock::default());
        let queue = fresh
            .database
            .queue(clock.clone(), QueueSettings::default());
        let message = |body: &str, level| NewMessage {
            body: body.into(),
            dedup_id: body.into(),
            priority: Priority::new(level),
            delay: Duration::ZERO,
        };
        queue.send(&message("background", 9)).await.unwrap();
        clock.advance(Duration::from_secs(60));
        queue.send(&message("urgent", 0)).await.unwrap();
        clock.advance(Duration::from_secs(3600));
        queue.send(&message("urgent, much later", 0)).await.unwrap();
        let mut order = Vec::new();
        while let Some(next) = queue
            .receive(1, Duration::from_secs(30))
            .await
            .unwrap()
            .pop()
        {
            order.push(String::from_utf8(next.body).unwrap());
        }
        assert_eq!(order, ["urgent", "background", "urgent, much later"]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn sixteen_receivers_share_the_work() {
    for fresh in &support::each().await {
        let clock = Arc::new(TestClock::default());
        let queue = Arc::new(fresh.database.queue(clock, QueueSettings::default()));
        for n in 0..100_u8 {
            let message = NewMessage {
                body: vec![n],
                dedup_id: n.to_string(),
                priority: Priority::new(n % 10),
                delay: Duration::ZERO,
            };
            queue.send(&message).await.unwrap();
        }
        let receivers = (0..16).map(|_| {
            let queue = queue.clone();
            tokio::spawn(async move {
                let mut bodies = Vec::new();
                loop {
                    let batch = queue.receive(3, Duration::from_secs(30)).await.unwrap();
                    if batch.is_empty() {
                        return bodies;
                    }
                    for delivery in batch {
                        queue.acknowledge(&delivery.receipt).await.unwrap();
                        bodies.push(delivery.body);
                    }
                }
            })
        });
        let mut all = Vec::new();
        for receiver in receivers.collect::<Vec<_>>() {
            all.extend(receiver.await.unwrap());
        }
        // A receiver may find nothing free while others hold what is left; nothing comes twice.
        let different: BTreeSet<_> = all.iter().collect();
        assert_eq!(different.len(), all.len());
        let left = usize::try_from(queue.depth().await.unwrap()).unwrap();
        assert_eq!(all.len() + left, 100);
    }
}
