//! Requests that the pool answers: SE-15.

use futures_util::future::join_all;

use super::super::support::{ACCESS, ANALYSIS, Desk, at, usd};
use crate::*;

/// An analysis in the pool, made for somebody else.
pub(super) async fn pooled(desk: &Desk) -> (PoolKey, AnalysisRecord) {
    let key = Desk::pool_key(desk.filing().await);
    let maker = desk.funded(1000).await;
    let (task, lease) = desk.running(&desk.request(maker, &key)).await;
    let done = desk.completion(&task, lease);
    desk.stores.settlement.complete(&done).await.unwrap();
    desk.drain().await;
    (key, done.analysis)
}

pub(super) async fn the_pool_answers_for_the_price_of_access(desk: Desk) {
    let user = desk.funded(ACCESS).await;
    let (key, record) = pooled(&desk).await;
    let request = || SubmitTask {
        pool: Some(Desk::wanted(&key)),
        max_price: Some(usd(ACCESS)),
        max_running: Some(0),
        ..desk.request_with_access(user, &key)
    };
    let settlement = &desk.stores.settlement;
    for _ in 0..2 {
        let answer = settlement.submit(&request()).await.unwrap();
        assert_eq!(answer, Submitted::Pooled(record.clone()));
        assert_eq!(desk.balance(user).await.posted, usd(0), "access, once");
    }
    let access = desk.stores.filings.access(user, key.filing).await.unwrap();
    assert_eq!(access, Some(AccessSource::Paid));
    let tasks = desk.stores.tasks.list(user, None, 9).await.unwrap();
    assert!(tasks.is_empty() && desk.drain().await.is_empty());
    let better = SubmitTask {
        key: PoolKey {
            quality: Quality::Premium,
            ..key.clone()
        },
        pool: Some(FindAnalysis {
            quality: Quality::Premium,
            ..Desk::wanted(&key)
        }),
        charges: TaskCharges {
            analysis_price: MicroUsd::ZERO,
            ..desk.request(user, &key).charges
        },
        ..desk.request(user, &key)
    };
    assert_eq!(
        desk.submit(&better).await.role,
        TaskRole::Leader,
        "what the pool has is not good enough"
    );
    desk.audit().await;
}

pub(super) async fn access_to_the_pool_is_not_given_on_credit(desk: Desk) {
    let poor = desk.funded(ACCESS - 1).await;
    let (key, _) = pooled(&desk).await;
    let request = SubmitTask {
        pool: Some(Desk::wanted(&key)),
        ..desk.request_with_access(poor, &key)
    };
    let before = desk.snapshot().await;
    match desk.stores.settlement.submit(&request).await {
        Err(SettlementError::InsufficientCredits { needed, available }) => {
            assert_eq!((needed, available), (usd(ACCESS), usd(ACCESS - 1)));
        }
        outcome => panic!("{outcome:?}"),
    }
    assert_eq!(desk.snapshot().await, before);
    let access = desk.stores.filings.access(poor, key.filing).await.unwrap();
    assert_eq!(access, None);
    desk.audit().await;
}

/// Requests that saw an empty pool race the end of the run that fills it: each of them follows that run
/// or gets what it made, and none makes it a second time.
pub(super) async fn no_finished_run_is_run_again(desk: Desk) {
    let key = Desk::pool_key(desk.filing().await);
    let maker = desk.funded(1000).await;
    let (task, lease) = desk.running(&desk.request(maker, &key)).await;
    let done = desk.completion(&task, lease);
    let mut requests = Vec::new();
    for _ in 0..24 {
        requests.push(SubmitTask {
            pool: Some(Desk::wanted(&key)),
            ..desk.request(desk.funded(ANALYSIS).await, &key)
        });
    }
    // Half of them were asked when the filing was not stored yet.
    for request in requests.iter_mut().step_by(2) {
        request.pool = request.pool.clone().map(|wanted| FindAnalysis {
            document_sha256: None,
            ..wanted
        });
    }
    let settlement = &desk.stores.settlement;
    let (early, late) = requests.split_at(12);
    let (early, ended, late) = futures_util::join!(
        join_all(early.iter().map(|request| settlement.submit(request))),
        settlement.complete(&done),
        join_all(late.iter().map(|request| settlement.submit(request))),
    );
    ended.unwrap();
    for outcome in early.into_iter().chain(late) {
        match outcome.unwrap() {
            Submitted::Pooled(record) => assert_eq!(record, done.analysis),
            Submitted::Accepted(task) => {
                assert_eq!(task.role, TaskRole::Follower, "a second run");
                assert_eq!(desk.task(task.id).await.analysis, Some(done.analysis.id));
            }
            outcome => panic!("{outcome:?}"),
        }
    }
    let last = SubmitTask {
        pool: Some(Desk::wanted(&key)),
        now: at(20),
        ..desk.request(desk.account().await, &key)
    };
    let outcome = settlement.submit(&last).await.unwrap();
    assert_eq!(outcome, Submitted::Pooled(done.analysis));
    desk.audit().await;
}
