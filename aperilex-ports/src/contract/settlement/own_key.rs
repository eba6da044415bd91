//! Runs of accounts' own keys: SE-23.

use super::super::support::{ANALYSIS, Desk, usd};
use crate::*;

/// The same thing, made by this account's own key: for nothing.
fn own(desk: &Desk, user: UserId, key: &PoolKey) -> SubmitTask {
    let key = PoolKey {
        owner: Some(user),
        ..key.clone()
    };
    let mut request = desk.request(user, &key);
    request.charges.analysis_price = MicroUsd::ZERO;
    request.shares = true;
    request
}

pub(super) async fn a_run_of_an_own_key_is_that_accounts_alone(desk: Desk) {
    let key = Desk::pool_key(desk.filing().await);
    let [ours, theirs, payer] = [
        desk.account().await,
        desk.account().await,
        desk.funded(1000).await,
    ];
    let requests = [
        desk.request(payer, &key),
        own(&desk, ours, &key),
        own(&desk, theirs, &key),
    ];
    for request in &requests {
        let task = desk.submit(request).await;
        assert_eq!((task.role, &task.key), (TaskRole::Leader, &request.key));
        let stored = desk.task(task.id).await;
        assert_eq!((&stored.key, stored.shares), (&request.key, request.shares));
    }
    match desk.stores.settlement.submit(&own(&desk, ours, &key)).await {
        Ok(Submitted::Joined(task)) => assert_eq!(task.id, requests[1].task),
        other => panic!("{other:?}"),
    }
    let follower = desk.funded(1000).await;
    let follows = desk.submit(&desk.request(follower, &key)).await;
    assert_eq!(follows.role, TaskRole::Follower);

    // Each ends by itself.
    let lease = desk.claim(requests[1].task, 1).await;
    let task = desk.task(requests[1].task).await;
    let mut done = desk.completion(&task, lease);
    done.free = Some(Waiver::OwnKey);
    desk.stores.settlement.complete(&done).await.unwrap();
    let waivers = [
        desk.task(task.id).await.waiver,
        desk.task(follows.id).await.waiver,
    ];
    assert_eq!(waivers, [Some(Waiver::OwnKey), None]);
    for waiting in [requests[0].task, requests[2].task, follows.id] {
        assert!(!desk.status(waiting).await.is_terminal());
    }

    // The account finds what is its own; whoever asks the pool does not.
    let made = Some(done.analysis);
    let pool = &desk.stores.pool;
    let found = |owner| FindAnalysis {
        owner,
        ..Desk::wanted(&key)
    };
    assert_eq!(pool.find(&found(Some(ours))).await.unwrap(), made);
    for reader in [Some(theirs), None] {
        assert_eq!(pool.find(&found(reader)).await.unwrap(), None);
    }
    let again = SubmitTask {
        pool: Some(found(Some(ours))),
        ..own(&desk, ours, &key)
    };
    match desk.stores.settlement.submit(&again).await {
        Ok(Submitted::Pooled(record)) => assert_eq!(Some(record), made),
        other => panic!("{other:?}"),
    }
    let held = desk.stores.ledger.balance(payer).await.unwrap().held;
    assert_eq!(held, usd(ANALYSIS), "the other's run is still to be paid");
    desk.audit().await;
}
