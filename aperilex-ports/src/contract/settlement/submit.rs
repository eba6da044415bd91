//! Requests: SE-1 to SE-3, SE-5, SE-16.

use futures_util::future::join_all;

use super::super::support::{ACCESS, ANALYSIS, Desk, at, usd};
use super::idempotency::idempotency;
use crate::*;

/// The messages among what was in the outbox.
pub(super) fn messages(items: &[OutboxItem]) -> Vec<(TaskMessage, Priority, Timestamp)> {
    let of = |item: &OutboxItem| match item {
        OutboxItem::Enqueue {
            message,
            priority,
            not_before,
        } => Some((*message, *priority, *not_before)),
        OutboxItem::Event(_) | OutboxItem::Notice(_) => None,
    };
    items.iter().filter_map(of).collect()
}

/// The events among what was in the outbox.
pub(super) fn events(items: &[OutboxItem]) -> Vec<TaskEvent> {
    let of = |item: &OutboxItem| match item {
        OutboxItem::Event(event) => Some(event.clone()),
        OutboxItem::Enqueue { .. } | OutboxItem::Notice(_) => None,
    };
    items.iter().filter_map(of).collect()
}

pub(super) async fn a_leader_comes_with_holds_event_and_message(desk: Desk) {
    let user = desk.funded(1000).await;
    let key = Desk::pool_key(desk.filing().await);
    let request = desk.request_with_access(user, &key);
    let task = desk.submit(&request).await;
    assert_eq!((task.id, task.user, &task.key), (request.task, user, &key));
    assert_eq!(
        (task.status, task.role),
        (TaskStatus::Pending, TaskRole::Leader)
    );
    assert_eq!(
        (task.progress, task.attempts),
        (AnalysisStatus::Initiated, 0)
    );
    assert_eq!(
        (task.priority, &task.charges),
        (request.priority, &request.charges)
    );
    assert_eq!((task.created_at, task.updated_at), (at(0), at(0)));
    assert_eq!(task.last_event, 1);
    assert_eq!(desk.task(task.id).await, task, "reads back as made");

    let access = request.charges.access.as_ref().unwrap();
    for (id, amount, purpose) in [
        (access.hold, ACCESS, EntryKind::FilingAccess),
        (request.charges.analysis_hold, ANALYSIS, EntryKind::Analysis),
    ] {
        let hold = desk.find_hold(user, id).await.unwrap();
        assert_eq!((hold.amount, hold.purpose), (usd(amount), purpose));
        assert_eq!((hold.filing, hold.task), (Some(key.filing), Some(task.id)));
        assert_eq!(
            (hold.status, hold.expires_at),
            (HoldStatus::Open, request.holds_expire_at)
        );
    }
    let sent = desk.drain().await;
    let message = TaskMessage {
        task: task.id,
        generation: task.generation,
    };
    assert_eq!(messages(&sent), [(message, request.priority, at(0))]);
    assert_eq!(events(&sent), desk.events(task.id).await);
    desk.audit().await;
}

pub(super) async fn a_refused_submit_leaves_nothing(desk: Desk) {
    let user = desk.funded(ACCESS + ANALYSIS - 1).await;
    let key = Desk::pool_key(desk.filing().await);
    let mut request = desk.request_with_access(user, &key);
    request.idempotency = Some(idempotency("first"));
    let poorer = desk.funded(ACCESS - 1).await;
    let before = desk.snapshot().await;
    match desk.stores.settlement.submit(&request).await {
        Err(SettlementError::InsufficientCredits { needed, available }) => {
            assert_eq!(needed, usd(ACCESS + ANALYSIS), "what is needed in all");
            assert_eq!(available, usd(ACCESS + ANALYSIS - 1));
        }
        other => panic!("{other:?}"),
    }
    let theirs = desk.request_with_access(poorer, &key);
    match desk.stores.settlement.submit(&theirs).await {
        Err(SettlementError::InsufficientCredits { needed, .. }) => {
            assert_eq!(
                needed,
                usd(ACCESS + ANALYSIS),
                "not the part that fails first"
            );
        }
        other => panic!("{other:?}"),
    }
    assert_eq!(desk.snapshot().await, before);
    assert_eq!(desk.stores.tasks.get(request.task).await.unwrap(), None);
    assert!(desk.drain().await.is_empty());

    desk.stores
        .ledger
        .post(&desk.top_up(user, 1))
        .await
        .unwrap();
    desk.submit(&request).await;
    desk.audit().await;
}

pub(super) async fn what_is_free_needs_no_hold(desk: Desk) {
    let user = desk.account().await;
    let key = Desk::pool_key(desk.filing().await);
    let mut request = desk.request_with_access(user, &key);
    request.charges.analysis_price = MicroUsd::ZERO;
    if let Some(access) = &mut request.charges.access {
        access.price = MicroUsd::ZERO;
        access.source = AccessSource::Policy;
    }
    let (task, lease) = desk.running(&request).await;
    let done = desk.completion(&task, lease);
    desk.stores
        .settlement
        .deliver_filing(task.id, lease, None, at(5))
        .await
        .unwrap();
    desk.stores.settlement.complete(&done).await.unwrap();
    assert!(desk.stores.ledger.holds(user).await.unwrap().is_empty());
    assert!(desk.entries(user).await.is_empty());
    let access = desk.stores.filings.access(user, key.filing).await.unwrap();
    assert_eq!(access, Some(AccessSource::Policy));
    desk.audit().await;
}

pub(super) async fn of_many_submits_one_leads(desk: Desk) {
    let key = Desk::pool_key(desk.filing().await);
    let mut requests = Vec::new();
    for _ in 0..32 {
        requests.push(desk.request_with_access(desk.funded(1000).await, &key));
    }
    let submits = requests.iter().map(|request| desk.submit(request));
    let tasks = join_all(submits).await;
    let leaders: Vec<_> = tasks
        .iter()
        .filter(|task| task.role == TaskRole::Leader)
        .collect();
    assert_eq!(leaders.len(), 1);
    for task in tasks.iter().filter(|task| task.role == TaskRole::Follower) {
        assert_eq!(task.status, TaskStatus::Queued);
        assert_eq!(
            desk.hold_status(task.user, task.charges.analysis_hold)
                .await,
            None
        );
        assert_eq!(
            desk.balance(task.user).await.held,
            usd(ACCESS),
            "access is its own"
        );
    }
    let sent = desk.drain().await;
    assert_eq!(messages(&sent).len(), 1, "one run");
    assert_eq!(messages(&sent)[0].0.task, leaders[0].id);
    assert_eq!(events(&sent).len(), 32);
    desk.audit().await;
}

pub(super) async fn a_follower_takes_no_slot(desk: Desk) {
    let [first, second] = [desk.funded(1000).await, desk.funded(1000).await];
    let [ours, theirs] = [desk.filing().await, desk.filing().await].map(Desk::pool_key);
    desk.submit(&desk.request(first, &theirs)).await;
    let one = |key| SubmitTask {
        max_running: Some(1),
        ..desk.request(second, key)
    };
    desk.submit(&one(&ours)).await;
    let follower = desk.submit(&one(&theirs)).await;
    assert_eq!(
        follower.role,
        TaskRole::Follower,
        "at the limit, and still accepted"
    );
    let third = Desk::pool_key(desk.filing().await);
    match desk.stores.settlement.submit(&one(&third)).await {
        Err(SettlementError::TooManyAnalyses { running, limit }) => {
            assert_eq!((running, limit), (1, 1), "the followed run does not count");
        }
        other => panic!("{other:?}"),
    }
    desk.audit().await;
}

pub(super) async fn an_own_live_task_is_joined(desk: Desk) {
    let [leader, follower] = [desk.funded(1000).await, desk.funded(1000).await];
    let key = Desk::pool_key(desk.filing().await);
    for user in [leader, follower] {
        let task = desk.submit(&desk.request(user, &key)).await;
        desk.drain().await;
        let before = desk.snapshot().await;
        let again = desk
            .stores
            .settlement
            .submit(&desk.request(user, &key))
            .await
            .unwrap();
        assert_eq!(again, Submitted::Joined(task));
        assert_eq!(desk.snapshot().await, before);
        assert!(desk.drain().await.is_empty());
    }
    let mut better = desk.request(leader, &key);
    better.key.quality = Quality::Premium;
    assert_eq!(
        desk.submit(&better).await.role,
        TaskRole::Leader,
        "another key is another run"
    );
    desk.audit().await;
}

pub(super) async fn racing_submits_never_overdraw(desk: Desk) {
    let user = desk.funded(10 * ANALYSIS + ANALYSIS / 2).await;
    let mut requests = Vec::new();
    for _ in 0..32 {
        requests.push(desk.request(user, &Desk::pool_key(desk.filing().await)));
    }
    let submits = requests
        .iter()
        .map(|request| desk.stores.settlement.submit(request));
    let outcomes = join_all(submits).await;
    assert_eq!(
        outcomes.iter().filter(|outcome| outcome.is_ok()).count(),
        10
    );
    for refused in outcomes.iter().filter_map(|outcome| outcome.as_ref().err()) {
        let credits = matches!(refused, SettlementError::InsufficientCredits { .. });
        assert!(credits, "{refused:?}");
    }
    assert_eq!(messages(&desk.drain().await).len(), 10);
    assert_eq!(desk.balance(user).await.held, usd(10 * ANALYSIS));
    desk.audit().await;
}

pub(super) async fn racing_submits_keep_within_max_running(desk: Desk) {
    let user = desk.funded(10_000).await;
    let mut requests = Vec::new();
    for _ in 0..32 {
        let key = Desk::pool_key(desk.filing().await);
        requests.push(SubmitTask {
            max_running: Some(3),
            ..desk.request(user, &key)
        });
    }
    let submits = requests
        .iter()
        .map(|request| desk.stores.settlement.submit(request));
    let outcomes = join_all(submits).await;
    assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 3);
    for refused in outcomes.iter().filter_map(|outcome| outcome.as_ref().err()) {
        let many = matches!(refused, SettlementError::TooManyAnalyses { limit: 3, .. });
        assert!(many, "{refused:?}");
    }
    let mine = desk.stores.tasks.list(user, None, 99).await.unwrap();
    let lease = desk.claim(mine[0].id, 1).await;
    let done = desk.completion(&mine[0], lease);
    desk.stores.settlement.complete(&done).await.unwrap();
    let key = Desk::pool_key(desk.filing().await);
    desk.submit(&SubmitTask {
        max_running: Some(3),
        ..desk.request(user, &key)
    })
    .await;
    desk.audit().await;
}

pub(super) async fn a_request_never_costs_more_than_it_allows(desk: Desk) {
    let [user, other] = [desk.funded(1000).await, desk.funded(1000).await];
    let key = Desk::pool_key(desk.filing().await);
    let mut request = desk.request_with_access(user, &key);
    request.max_price = Some(usd(ACCESS + ANALYSIS - 1));
    let before = desk.snapshot().await;
    match desk.stores.settlement.submit(&request).await {
        Err(SettlementError::OverMaxPrice { price, max }) => {
            assert_eq!(
                (price, max),
                (usd(ACCESS + ANALYSIS), usd(ACCESS + ANALYSIS - 1))
            );
        }
        outcome => panic!("{outcome:?}"),
    }
    assert_eq!(desk.snapshot().await, before);
    assert!(desk.drain().await.is_empty());
    let led = desk.submit(&desk.request(other, &key)).await;
    assert_eq!(led.role, TaskRole::Leader, "the refused one leads nothing");
    request.max_price = Some(usd(ACCESS + ANALYSIS));
    let task = desk.submit(&request).await;
    request.max_price = Some(usd(0));
    let joined = desk.stores.settlement.submit(&request).await.unwrap();
    assert_eq!(joined, Submitted::Joined(task), "joining costs nothing");
    desk.audit().await;
}
