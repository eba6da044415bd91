//! Clauses of [`Outbox`].

use futures_util::future::join_all;

use super::support::{Desk, MOST_PAGES, at};
use super::*;
use crate::*;

/// The scenarios.
pub const SCENARIOS: &[Scenario<Desk>] = &[
    scenario!(id: "OB-1", a_leased_batch_is_nobody_elses),
    scenario!(id: "OB-1", many_relays_share_the_rows),
    scenario!(id: "OB-2", unsent_rows_come_again),
    scenario!(id: "OB-3", a_sent_row_never_comes_again),
    scenario!(id: "OB-4", rows_come_in_the_order_of_their_numbers),
    scenario!(id: "OB-5", notices_and_messages_go_their_own_ways),
    scenario!(id: "OB-5", many_senders_share_the_notices),
    scenario!(id: "OB-6", what_is_put_off_comes_at_its_time_and_is_counted),
    scenario!(id: "OB-7", what_is_put_comes_in_order),
];

/// Puts two rows into the outbox for each of `n` tasks.
async fn filled(desk: &Desk, n: usize) {
    for _ in 0..n {
        desk.lone_task().await;
    }
}

async fn batch(desk: &Desk, limit: usize, until: i64, now: i64) -> Vec<i64> {
    let outbox = &desk.stores.outbox;
    let rows = outbox.next_batch(limit, at(until), at(now)).await.unwrap();
    rows.into_iter().map(|row| row.id).collect()
}

async fn a_leased_batch_is_nobody_elses(desk: Desk) {
    filled(&desk, 3).await;
    let first = batch(&desk, 4, 60, 0).await;
    assert_eq!(first.len(), 4, "at most the limit");
    let second = batch(&desk, 99, 60, 1).await;
    assert_eq!(second.len(), 2, "the rest");
    assert!(second.iter().all(|id| !first.contains(id)));
    assert!(batch(&desk, 99, 90, 59).await.is_empty());
}

async fn many_relays_share_the_rows(desk: Desk) {
    filled(&desk, 20).await;
    let batches = join_all((0..32).map(|_| batch(&desk, 3, 60, 0))).await;
    let mut ids: Vec<_> = batches.into_iter().flatten().collect();
    ids.extend(batch(&desk, 99, 60, 0).await);
    ids.sort_unstable();
    let handed_out = ids.len();
    ids.dedup();
    assert_eq!((ids.len(), handed_out), (40, 40), "each row once");
}

async fn unsent_rows_come_again(desk: Desk) {
    filled(&desk, 2).await;
    let first = batch(&desk, 99, 60, 0).await;
    let outbox = &desk.stores.outbox;
    outbox.mark_sent(&first[..1], at(5)).await.unwrap();
    assert_eq!(
        batch(&desk, 99, 120, 61).await,
        first[1..],
        "whatever was not marked"
    );
    assert!(batch(&desk, 99, 180, 119).await.is_empty(), "leased anew");
    assert_eq!(batch(&desk, 99, 180, 121).await, first[1..]);
}

async fn a_sent_row_never_comes_again(desk: Desk) {
    filled(&desk, 2).await;
    let sent = batch(&desk, 99, 60, 0).await;
    // A relay that is late marks rows that another one has leased again.
    assert_eq!(batch(&desk, 99, 200, 100).await, sent);
    for _ in 0..2 {
        desk.stores.outbox.mark_sent(&sent, at(101)).await.unwrap();
    }
    assert!(batch(&desk, 99, 9999, 9998).await.is_empty());
    desk.stores.outbox.mark_sent(&[], at(102)).await.unwrap();
    filled(&desk, 1).await;
    let new = batch(&desk, 99, 10_060, 10_000).await;
    assert!(
        new.iter().all(|id| !sent.contains(id)),
        "numbers are not used again"
    );
    assert_eq!(new.len(), 2);
}

async fn rows_come_in_the_order_of_their_numbers(desk: Desk) {
    filled(&desk, 12).await;
    let mut ids = Vec::new();
    for _ in 0..MOST_PAGES {
        let rows = batch(&desk, 5, 60, 0).await;
        if rows.is_empty() {
            break;
        }
        ids.extend(rows);
    }
    assert_eq!(ids.len(), 24);
    assert!(ids.is_sorted(), "{ids:?}");
    let task = desk.lone_task().await;
    let lease = desk.claim(task.id, 5).await;
    desk.stores
        .settlement
        .complete(&desk.completion(&task, lease))
        .await
        .unwrap();
    let rows = desk
        .stores
        .outbox
        .next_batch(99, at(60), at(0))
        .await
        .unwrap();
    let events = rows.into_iter().filter_map(|row| match row.item {
        OutboxItem::Event(event) => Some(event),
        OutboxItem::Enqueue { .. } | OutboxItem::Notice(_) => None,
    });
    let told: Vec<_> = events.collect();
    assert_eq!(
        told,
        desk.events(task.id).await,
        "a task's events in their order"
    );
}

fn notice(desk: &Desk, reason: &str) -> OutboxItem {
    let user = desk.id(UserId::from_uuid);
    let kind = NoticeKind::Suspended {
        reason: reason.to_owned(),
    };
    OutboxItem::Notice(PendingNotice::of(user, "it", kind, at(3)))
}

async fn notices(desk: &Desk, limit: usize, until: i64, now: i64) -> Vec<OutboxMessage> {
    let outbox = &desk.stores.outbox;
    outbox
        .next_notices(limit, at(until), at(now))
        .await
        .unwrap()
}

async fn notices_and_messages_go_their_own_ways(desk: Desk) {
    let outbox = &desk.stores.outbox;
    let told = [notice(&desk, "a"), notice(&desk, "b")];
    outbox.put(&told).await.unwrap();
    filled(&desk, 2).await;
    let messages = outbox.next_batch(99, at(60), at(0)).await.unwrap();
    assert_eq!(messages.len(), 4, "whatever is no notice");
    for row in &messages {
        assert!(!matches!(row.item, OutboxItem::Notice(_)), "{row:?}");
    }
    let leased = notices(&desk, 99, 60, 0).await;
    let items: Vec<_> = leased.iter().map(|row| row.item.clone()).collect();
    assert_eq!(items, told, "notices, and they alone");
    assert!(notices(&desk, 99, 90, 59).await.is_empty(), "leased");
    outbox.mark_sent(&[leased[0].id], at(5)).await.unwrap();
    let again = notices(&desk, 99, 120, 61).await;
    assert_eq!(again.len(), 1, "what was not sent comes again");
    assert_eq!(again[0].id, leased[1].id);
}

async fn many_senders_share_the_notices(desk: Desk) {
    let all: Vec<_> = (0..40).map(|n| notice(&desk, &n.to_string())).collect();
    desk.stores.outbox.put(&all).await.unwrap();
    let batches = join_all((0..32).map(|_| notices(&desk, 3, 60, 0))).await;
    let mut ids: Vec<_> = batches.into_iter().flatten().map(|row| row.id).collect();
    ids.extend(notices(&desk, 99, 60, 0).await.iter().map(|row| row.id));
    ids.sort_unstable();
    let handed_out = ids.len();
    ids.dedup();
    assert_eq!((ids.len(), handed_out), (40, 40), "each row once");
}

async fn what_is_put_off_comes_at_its_time_and_is_counted(desk: Desk) {
    let outbox = &desk.stores.outbox;
    outbox
        .put(&[notice(&desk, "late"), notice(&desk, "other")])
        .await
        .unwrap();
    let first = notices(&desk, 1, 60, 0).await;
    assert_eq!(first[0].attempts, 1);
    outbox.put_off(first[0].id, at(600)).await.unwrap();
    let others = notices(&desk, 99, 120, 61).await;
    assert_eq!(others.len(), 1, "it keeps no other back");
    assert_ne!(others[0].id, first[0].id);
    outbox.mark_sent(&[others[0].id], at(62)).await.unwrap();
    assert!(notices(&desk, 99, 700, 599).await.is_empty());
    let again = notices(&desk, 99, 660, 600).await;
    assert_eq!((again[0].id, again[0].attempts), (first[0].id, 2));
    assert_eq!(again[0].item, first[0].item);
    assert_eq!(notices(&desk, 99, 800, 661).await[0].attempts, 3);
}

async fn what_is_put_comes_in_order(desk: Desk) {
    let outbox = &desk.stores.outbox;
    outbox.put(&[]).await.unwrap();
    let secret = NoticeToken::new("a secret for its owner".to_owned());
    let kinds = [
        NoticeKind::Verification {
            token: secret.clone(),
        },
        NoticeKind::PasswordReset { token: secret },
        NoticeKind::Completed {
            task: desk.id(TaskId::from_uuid),
            analysis: desk.id(AnalysisId::from_uuid),
        },
        NoticeKind::Failed {
            task: desk.id(TaskId::from_uuid),
            failure: super::support::failure(),
        },
        NoticeKind::LowBalance {
            before: MicroUsd::new(3),
            available: MicroUsd::new(1),
            balance: MicroUsd::new(2),
        },
    ];
    let user = desk.id(UserId::from_uuid);
    let items = kinds.map(|kind| OutboxItem::Notice(PendingNotice::of(user, "it", kind, at(3))));
    for item in &items {
        outbox.put(std::slice::from_ref(item)).await.unwrap();
    }
    let rows = notices(&desk, 99, 60, 0).await;
    let read: Vec<_> = rows.into_iter().map(|row| row.item).collect();
    assert_eq!(read, items);
}
