//! Repeated requests: SE-4, SE-17.

use futures_util::future::join_all;

use super::super::support::{ACCESS, ANALYSIS, Desk, at, usd};
use super::pool::pooled;
use crate::*;

/// Seconds after which a key is forgotten.
const KEY_LIFE: i64 = 3_000;

pub(super) fn idempotency(request: &str) -> IdempotentRequest {
    IdempotentRequest {
        key: "client-key-1".into(),
        request: Digest::of(request.as_bytes()),
        expires_at: at(KEY_LIFE),
    }
}

pub(super) async fn a_repeated_request_is_replayed(desk: Desk) {
    let [user, other] = [desk.funded(1000).await, desk.funded(1000).await];
    let key = Desk::pool_key(desk.filing().await);
    let request = |user, body| SubmitTask {
        idempotency: Some(idempotency(body)),
        ..desk.request(user, &key)
    };
    let task = desk.submit(&request(user, "body")).await;
    let before = desk.snapshot().await;
    let settlement = &desk.stores.settlement;
    let again = settlement.submit(&request(user, "body")).await.unwrap();
    assert_eq!(again, Submitted::Replayed(Answer::Task(task.clone())));
    let refused = settlement.submit(&request(user, "another body")).await;
    assert!(
        matches!(refused, Err(SettlementError::KeyReused)),
        "{refused:?}"
    );
    assert_eq!(desk.snapshot().await, before);

    let own = desk.submit(&request(other, "another body")).await;
    assert_ne!(own.id, task.id, "keys are the account's own");

    let lease = desk.claim(task.id, 1).await;
    settlement
        .complete(&desk.completion(&task, lease))
        .await
        .unwrap();
    let after = settlement.submit(&request(user, "body")).await.unwrap();
    assert_eq!(
        after,
        Submitted::Replayed(Answer::Task(desk.task(task.id).await)),
        "also when it has ended"
    );
    desk.audit().await;
}

pub(super) async fn a_repeated_request_by_many_at_once_makes_one_task(desk: Desk) {
    let user = desk.funded(1000).await;
    let key = Desk::pool_key(desk.filing().await);
    let request = || SubmitTask {
        idempotency: Some(idempotency("body")),
        ..desk.request_with_access(user, &key)
    };
    let requests: Vec<_> = (0..32).map(|_| request()).collect();
    let submits = requests
        .iter()
        .map(|request| desk.stores.settlement.submit(request));
    let outcomes: Vec<_> = join_all(submits)
        .await
        .into_iter()
        .map(Result::unwrap)
        .collect();
    let accepted = |outcome: &&Submitted| matches!(outcome, Submitted::Accepted(_));
    assert_eq!(outcomes.iter().filter(accepted).count(), 1);
    let made = desk.stores.tasks.list(user, None, 9).await.unwrap();
    assert_eq!(made.len(), 1);
    for outcome in outcomes {
        assert_eq!(outcome.into_answer(), Answer::Task(made[0].clone()));
    }
    assert_eq!(
        desk.balance(user).await.held,
        usd(ACCESS + ANALYSIS),
        "held once"
    );
    desk.audit().await;
}

pub(super) async fn a_joined_request_is_replayed_too(desk: Desk) {
    let user = desk.funded(1000).await;
    let key = Desk::pool_key(desk.filing().await);
    let task = desk.submit(&desk.request(user, &key)).await;
    let request = || SubmitTask {
        idempotency: Some(idempotency("body")),
        ..desk.request(user, &key)
    };
    let settlement = &desk.stores.settlement;
    let joined = settlement.submit(&request()).await.unwrap();
    assert!(matches!(joined, Submitted::Joined(_)), "{joined:?}");
    let lease = desk.claim(task.id, 1).await;
    settlement
        .complete(&desk.completion(&task, lease))
        .await
        .unwrap();
    let replayed = settlement.submit(&request()).await.unwrap();
    assert_eq!(
        replayed,
        Submitted::Replayed(Answer::Task(desk.task(task.id).await))
    );
    desk.audit().await;
}

pub(super) async fn an_answer_of_the_pool_is_replayed(desk: Desk) {
    let user = desk.funded(1000).await;
    let (key, record) = pooled(&desk).await;
    let request = |body: &str| SubmitTask {
        idempotency: Some(idempotency(body)),
        pool: Some(Desk::wanted(&key)),
        ..desk.request_with_access(user, &key)
    };
    let settlement = &desk.stores.settlement;
    let first = settlement.submit(&request("body")).await.unwrap();
    assert_eq!(first, Submitted::Pooled(record.clone()));
    let before = desk.snapshot().await;
    let again = settlement.submit(&request("body")).await.unwrap();
    assert_eq!(again, Submitted::Replayed(Answer::Analysis(record.clone())));
    let refused = settlement.submit(&request("another body")).await;
    assert!(
        matches!(refused, Err(SettlementError::KeyReused)),
        "{refused:?}"
    );
    assert_eq!(desk.snapshot().await, before, "charged once");
    let replayed = settlement.replayed(user, &idempotency("body"), at(1)).await;
    assert_eq!(replayed.unwrap(), Some(Answer::Analysis(record)));
    let reused = settlement
        .replayed(user, &idempotency("another body"), at(1))
        .await;
    assert!(
        matches!(reused, Err(SettlementError::KeyReused)),
        "{reused:?}"
    );
    desk.audit().await;
}

pub(super) async fn a_key_is_looked_up_without_doing_anything(desk: Desk) {
    let user = desk.funded(1000).await;
    let key = Desk::pool_key(desk.filing().await);
    let settlement = &desk.stores.settlement;
    let before = desk.snapshot().await;
    let unknown = settlement.replayed(user, &idempotency("body"), at(0)).await;
    assert_eq!(unknown.unwrap(), None);
    assert_eq!(desk.snapshot().await, before);
    let request = SubmitTask {
        idempotency: Some(idempotency("body")),
        ..desk.request(user, &key)
    };
    let task = desk.submit(&request).await;
    let known = settlement.replayed(user, &idempotency("body"), at(1)).await;
    assert_eq!(known.unwrap(), Some(Answer::Task(task)));
    let stranger = desk.account().await;
    let others = settlement
        .replayed(stranger, &idempotency("body"), at(1))
        .await;
    assert_eq!(others.unwrap(), None, "keys are the account's own");
}

pub(super) async fn an_expired_key_is_new_again(desk: Desk) {
    let user = desk.funded(1000).await;
    let filings = [desk.filing().await, desk.filing().await];
    let [first, second] = filings.map(|filing| SubmitTask {
        idempotency: Some(idempotency(&filing.to_string())),
        ..desk.request(user, &Desk::pool_key(filing))
    });
    let settlement = &desk.stores.settlement;
    desk.submit(&first).await;
    let late = SubmitTask {
        now: at(KEY_LIFE),
        idempotency: second.idempotency.clone().map(|asked| IdempotentRequest {
            expires_at: at(2 * KEY_LIFE),
            ..asked
        }),
        ..second.clone()
    };
    let known = settlement
        .replayed(user, &idempotency("third"), at(KEY_LIFE))
        .await;
    assert_eq!(known.unwrap(), None, "expired");
    let task = desk.submit(&late).await;
    assert_eq!(task.id, second.task, "another request, and no KeyReused");
    let again = settlement.submit(&late).await.unwrap();
    assert_eq!(again, Submitted::Replayed(Answer::Task(task)));
    desk.audit().await;
}

pub(super) async fn expired_keys_are_forgotten_and_no_others(desk: Desk) {
    let user = desk.funded(1000).await;
    let settlement = &desk.stores.settlement;
    let named = |name: &str, expires_at| IdempotentRequest {
        key: name.into(),
        request: Digest::of(name.as_bytes()),
        expires_at: at(expires_at),
    };
    for (name, expires_at) in [("a", 10), ("b", 20), ("c", 30)] {
        let key = Desk::pool_key(desk.filing().await);
        let request = SubmitTask {
            idempotency: Some(named(name, expires_at)),
            ..desk.request(user, &key)
        };
        desk.submit(&request).await;
    }
    assert_eq!(settlement.forget(at(9), 9).await.unwrap(), 0);
    assert_eq!(settlement.forget(at(20), 1).await.unwrap(), 1, "the limit");
    assert_eq!(settlement.forget(at(20), 9).await.unwrap(), 1);
    assert_eq!(settlement.forget(at(20), 9).await.unwrap(), 0);
    let kept = settlement.replayed(user, &named("c", 30), at(20)).await;
    assert!(kept.unwrap().is_some());
    // Asked at a time when they were still good, so that only forgetting explains their absence.
    for name in ["a", "b"] {
        let gone = settlement.replayed(user, &named(name, 10), at(5)).await;
        assert_eq!(gone.unwrap(), None, "{name}");
    }
}
