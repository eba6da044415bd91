//! Many at once: a wallet is spent once, and an analysis is made and paid once.

use aperilex_ports::{
    ClaimTask, EntryKind, HoldId, Lease, LeaseToken, MicroUsd, SettlementError, Stores, SubmitTask,
    Submitted, Task, TaskId, TaskRole, TaskStatus, UserId,
};
use uuid::Uuid;

use crate::desk::{at, audit, funded, request};
use crate::storm::completion;
use crate::support;

const FEE: i64 = 20_000;

/// Submits them all at the same time.
async fn submit(
    stores: &Stores,
    requests: Vec<SubmitTask>,
) -> Vec<Result<Submitted, SettlementError>> {
    let begun: Vec<_> = requests
        .into_iter()
        .map(|request| {
            let stores = stores.clone();
            tokio::spawn(async move { stores.settlement.submit(&request).await })
        })
        .collect();
    let mut ended = Vec::new();
    for one in begun {
        ended.push(one.await.unwrap());
    }
    ended
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_sixty_four_requests_as_many_win_as_the_wallet_pays() {
    for fresh in &support::each().await {
        let stores = fresh.database.stores();
        let user = funded(&stores, 5 * FEE).await;
        let requests = (0..64).map(|_| {
            let mut command = request(user);
            command.charges.analysis_price = MicroUsd::new(FEE);
            command
        });
        let (mut won, mut poor) = (0, 0);
        for outcome in submit(&stores, requests.collect()).await {
            match outcome {
                Ok(Submitted::Accepted(_)) => won += 1,
                Err(SettlementError::InsufficientCredits { .. }) => poor += 1,
                other => panic!("{other:?}"),
            }
        }
        assert_eq!((won, poor), (5, 59));
        let balance = audit(&stores, user).await;
        assert_eq!(balance.held, MicroUsd::new(5 * FEE));
        assert_eq!(balance.available(), MicroUsd::ZERO);
    }
}

async fn tasks(stores: &Stores, users: &[UserId]) -> Vec<Task> {
    let mut all = Vec::new();
    for user in users {
        all.extend(stores.tasks.list(*user, None, 10).await.unwrap());
    }
    all
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_fifty_accounts_that_ask_at_once_one_pays() {
    for fresh in &support::each().await {
        let stores = fresh.database.stores();
        let mut users = Vec::new();
        for _ in 0..50 {
            users.push(funded(&stores, FEE).await);
        }
        let key = request(users[0]).key;
        let requests = users.iter().map(|user| {
            let mut command = request(*user);
            command.key = key.clone();
            command.charges.analysis_price = MicroUsd::new(FEE);
            command.charges.analysis_hold = HoldId::from_uuid(Uuid::now_v7());
            command
        });
        for outcome in submit(&stores, requests.collect()).await {
            assert!(matches!(outcome, Ok(Submitted::Accepted(_))), "{outcome:?}");
        }
        let asked = tasks(&stores, &users).await;
        let leads: Vec<TaskId> = asked
            .iter()
            .filter(|task| task.role == TaskRole::Leader)
            .map(|task| task.id)
            .collect();
        assert_eq!((asked.len(), leads.len()), (50, 1));
        let token = LeaseToken::from_uuid(Uuid::now_v7());
        let claim = ClaimTask {
            task: leads[0],
            generation: 1,
            lease: Lease {
                token,
                until: at(600),
            },
            now: at(2),
        };
        let leader = stores.tasks.claim(&claim).await.unwrap();
        let done = completion(&leader, token);
        stores.settlement.complete(&done).await.unwrap();
        let ended = tasks(&stores, &users).await;
        assert!(ended.iter().all(|task| {
            task.status == TaskStatus::Completed && task.analysis == Some(done.analysis.id)
        }));
        let mut paid = Vec::new();
        for user in &users {
            let entries = stores.ledger.entries(*user, None, 10).await.unwrap();
            let own = entries
                .iter()
                .filter(|entry| entry.kind == EntryKind::Analysis);
            paid.extend(own.map(|entry| entry.amount));
            audit(&stores, *user).await;
        }
        assert_eq!(paid, [MicroUsd::new(-FEE)], "one pays, 49 read it free");
    }
}
