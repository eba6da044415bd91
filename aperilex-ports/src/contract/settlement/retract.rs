//! Withdrawn analyses: SE-20; and urgency: SE-21.

use futures_util::future::join_all;

use super::super::account_store::noted;
use super::super::audit_log::record;
use super::super::support::{ANALYSIS, Desk, at, usd};
use crate::*;

async fn made(desk: &Desk, user: UserId) -> (PoolKey, AnalysisId) {
    let key = Desk::pool_key(desk.filing().await);
    let (task, lease) = desk.running(&desk.request(user, &key)).await;
    let done = desk.completion(&task, lease);
    desk.stores.settlement.complete(&done).await.unwrap();
    (key, done.analysis.id)
}

fn retract(desk: &Desk, analysis: AnalysisId) -> RetractAnalysis {
    RetractAnalysis {
        analysis,
        refund: desk.id(EntryId::from_uuid),
        description: "withdrawn: it was wrong".into(),
        fresh_until: at(99_999),
        audit: record(1),
        now: at(50),
    }
}

pub(super) async fn a_retracted_analysis_is_given_back(desk: Desk) {
    let settlement = &desk.stores.settlement;
    let user = desk.funded(1000).await;
    let (key, analysis) = made(&desk, user).await;
    let charge = desk.entries(user).await.pop().unwrap();
    let part = Refund {
        id: desk.id(EntryId::from_uuid),
        user,
        entry: charge.id,
        amount: usd(5),
        key: "goodwill".into(),
        description: "for the wait".into(),
        fresh_until: at(99_999),
        now: at(40),
    };
    desk.stores.ledger.refund(&part).await.unwrap();

    let command = retract(&desk, analysis);
    let first = settlement.retract(&command).await.unwrap().unwrap();
    assert_eq!(first.record.retracted_at, Some(at(50)));
    let refund = first.refund.clone().unwrap();
    assert_eq!(
        (refund.kind, refund.amount, refund.analysis),
        (EntryKind::Refund, usd(ANALYSIS - 5), Some(analysis))
    );
    assert_eq!(desk.balance(user).await.posted, usd(1000));
    let wanted = Desk::wanted(&key);
    assert_eq!(desk.stores.pool.find(&wanted).await.unwrap(), None);
    let again = RetractAnalysis {
        now: at(60),
        ..retract(&desk, analysis)
    };
    let again = settlement.retract(&again).await.unwrap().unwrap();
    assert_eq!(again, first);
    let unknown = retract(&desk, desk.id(AnalysisId::from_uuid));
    assert_eq!(settlement.retract(&unknown).await.unwrap(), None);
    assert_eq!(noted(&desk).await, [record(1)], "once");
    desk.audit().await;
}

pub(super) async fn racing_retractions_refund_once(desk: Desk) {
    let user = desk.funded(1000).await;
    let (_, analysis) = made(&desk, user).await;
    let commands: Vec<_> = (0..6).map(|_| retract(&desk, analysis)).collect();
    let settlement = &desk.stores.settlement;
    let retracted = join_all(commands.iter().map(|one| settlement.retract(one))).await;
    let mut refunds: Vec<_> = retracted
        .into_iter()
        .map(|one| one.unwrap().unwrap().refund.unwrap().id)
        .collect();
    refunds.dedup();
    assert_eq!(refunds.len(), 1);
    assert_eq!(noted(&desk).await, [record(1)]);
    assert_eq!(desk.balance(user).await.posted, usd(1000));
    desk.audit().await;
}

pub(super) async fn the_most_urgent_sets_the_pace(desk: Desk) {
    let [slow, fast, later] = [
        desk.funded(1000).await,
        desk.funded(1000).await,
        desk.funded(1000).await,
    ];
    let key = Desk::pool_key(desk.filing().await);
    let urgent = |user, level| SubmitTask {
        priority: Priority::new(level),
        ..desk.request(user, &key)
    };
    let leader = desk.submit(&urgent(slow, 7)).await;
    desk.drain().await;
    desk.submit(&urgent(fast, 2)).await;
    assert_eq!(desk.task(leader.id).await.priority, Priority::new(2));
    let sent: Vec<_> = desk.drain().await.into_iter().filter_map(message).collect();
    assert_eq!(sent, [(leader.id, leader.generation, Priority::new(2))]);
    // One who is in less of a hurry slows nobody down, and what runs needs no message.
    desk.submit(&urgent(later, 5)).await;
    assert_eq!(desk.task(leader.id).await.priority, Priority::new(2));
    desk.claim(leader.id, 10).await;
    desk.drain().await;
    let last = desk.funded(1000).await;
    desk.submit(&urgent(last, 0)).await;
    assert_eq!(desk.task(leader.id).await.priority, Priority::new(0));
    assert_eq!(
        desk.drain().await.into_iter().filter_map(message).count(),
        0
    );
    desk.audit().await;
}

fn message(item: OutboxItem) -> Option<(TaskId, u32, Priority)> {
    match item {
        OutboxItem::Enqueue {
            message, priority, ..
        } => Some((message.task, message.generation, priority)),
        _ => None,
    }
}
