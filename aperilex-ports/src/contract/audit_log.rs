//! Clauses of [`AuditLog`].

use futures_util::future::join_all;
use serde_json::json;

use super::support::{Desk, MOST_PAGES, at, usd};
use super::*;
use crate::audit::{Finding, LogCheck};
use crate::*;

/// The scenarios.
pub const SCENARIOS: &[Scenario<Desk>] = &[
    scenario!(id: "AL-1", an_empty_log_has_its_beginning),
    scenario!(id: "AL-1", racing_records_make_one_chain),
    scenario!(id: "AL-2", what_is_read_is_what_was_written),
    scenario!(id: "AL-2", every_damage_is_named),
    scenario!(id: "AL-3", records_come_newest_first_by_page),
    scenario!(id: "AL-4", credits_come_with_their_record),
    scenario!(id: "AL-4", refunds_come_with_their_record),
];

pub(in crate::contract) fn record(n: u32) -> AuditRecord {
    AuditRecord {
        actor: Actor::Operator,
        action: "account.suspend".into(),
        subject: format!("account {n}"),
        detail: json!({ "reason": "said \"no\"", "n": n, "more": [null, true] }),
        at: at(i64::from(n)),
    }
}

/// The whole log, newest first.
async fn whole(desk: &Desk) -> Vec<AuditEntry> {
    desk.stores.audit_log.entries(None, MAX_PAGE).await.unwrap()
}

fn check(head: &AuditHead, newest_first: &[AuditEntry]) -> Vec<Finding> {
    let mut check = LogCheck::new(head);
    newest_first.iter().for_each(|entry| check.push(entry));
    check.finish()
}

async fn assert_sound(desk: &Desk) -> Vec<AuditEntry> {
    let head = desk.stores.audit_log.head().await.unwrap();
    let log = whole(desk).await;
    assert_eq!(check(&head, &log), []);
    log
}

async fn an_empty_log_has_its_beginning(desk: Desk) {
    assert_eq!(
        desk.stores.audit_log.head().await.unwrap(),
        AuditHead::genesis()
    );
    assert_eq!(assert_sound(&desk).await, []);
}

async fn racing_records_make_one_chain(desk: Desk) {
    let records: Vec<_> = (1..=24).map(record).collect();
    let log = &desk.stores.audit_log;
    let made = join_all(records.iter().map(|record| log.append(record))).await;
    let mut made: Vec<_> = made.into_iter().map(Result::unwrap).collect();
    made.sort_by_key(|entry| std::cmp::Reverse(entry.seq));
    let numbers: Vec<_> = made.iter().map(|entry| entry.seq).collect();
    assert_eq!(numbers, (1..=24).rev().collect::<Vec<u64>>());
    assert_eq!(whole(&desk).await, made);
    assert_eq!(log.head().await.unwrap(), made[0].head());
    for pair in made.windows(2) {
        assert_eq!(pair[0].prev_hash, pair[1].hash);
    }
}

async fn what_is_read_is_what_was_written(desk: Desk) {
    let user = desk.account().await;
    let mut written = Vec::new();
    for actor in [Actor::System, Actor::Operator, Actor::User(user)] {
        let record = AuditRecord { actor, ..record(3) };
        desk.stores.audit_log.append(&record).await.unwrap();
        written.insert(0, record);
    }
    let read = assert_sound(&desk).await.into_iter();
    let read: Vec<_> = read.map(|entry| entry.record).collect();
    assert_eq!(read, written);
}

async fn every_damage_is_named(desk: Desk) {
    for n in 1..=5 {
        desk.stores.audit_log.append(&record(n)).await.unwrap();
    }
    let log = assert_sound(&desk).await;
    let head = desk.stores.audit_log.head().await.unwrap();
    let damages: [fn(&mut AuditEntry); 7] = [
        |entry| entry.record.actor = Actor::System,
        |entry| entry.record.action.push('x'),
        |entry| entry.record.subject.push('x'),
        |entry| entry.record.detail = json!({ "reason": "none" }),
        |entry| entry.record.at = at(999),
        |entry| entry.prev_hash = Digest::of(b"another"),
        |entry| entry.hash = Digest::of(b"another"),
    ];
    for damage in damages {
        for place in 0..log.len() {
            let mut damaged = log.clone();
            damage(&mut damaged[place]);
            let found = check(&head, &damaged);
            let name = format!("audit entry {}", log[place].seq);
            assert!(found.iter().any(|one| one.subject == name), "{found:?}");
        }
    }
    for place in 0..log.len() {
        let mut cut = log.clone();
        let gone = cut.remove(place);
        let name = format!("audit entry {}", gone.seq);
        let found = check(&head, &cut);
        assert!(found.iter().any(|one| one.subject == name), "{found:?}");
    }
}

async fn records_come_newest_first_by_page(desk: Desk) {
    for n in 1..=7 {
        desk.stores.audit_log.append(&record(n)).await.unwrap();
    }
    let (mut seen, mut before) = (Vec::new(), None);
    for _ in 0..MOST_PAGES {
        let page = desk.stores.audit_log.entries(before, 3).await.unwrap();
        let Some(last) = page.last() else { break };
        assert!(page.len() <= 3);
        before = Some(last.seq);
        seen.extend(page.into_iter().map(|entry| entry.seq));
    }
    assert_eq!(seen, [7, 6, 5, 4, 3, 2, 1]);
}

async fn credits_come_with_their_record(desk: Desk) {
    let user = desk.account().await;
    let log = &desk.stores.audit_log;
    let top_up = desk.top_up(user, 70);
    let entry = log.post(&top_up, &record(1)).await.unwrap();
    assert_eq!(desk.entries(user).await, std::slice::from_ref(&entry));
    for id in [top_up.id, desk.id(EntryId::from_uuid)] {
        let again = PostEntry {
            id,
            ..top_up.clone()
        };
        assert_eq!(log.post(&again, &record(2)).await.unwrap(), entry);
    }
    let other = PostEntry {
        amount: usd(71),
        ..top_up.clone()
    };
    let reused = log.post(&other, &record(3)).await;
    assert!(matches!(reused, Err(LedgerError::KeyReused)), "{reused:?}");
    let debit = PostEntry {
        kind: EntryKind::Adjustment,
        ..desk.top_up(user, -71)
    };
    let over = log.post(&debit, &record(4)).await;
    assert!(
        matches!(over, Err(LedgerError::InsufficientCredits { .. })),
        "{over:?}"
    );
    let stranger = desk.top_up(desk.id(UserId::from_uuid), 1);
    let unknown = log.post(&stranger, &record(5)).await;
    assert!(matches!(unknown, Err(LedgerError::Unknown)), "{unknown:?}");
    let records = assert_sound(&desk).await.into_iter();
    let records: Vec<_> = records.map(|entry| entry.record).collect();
    assert_eq!(records, [record(1)]);
    desk.audit().await;
}

async fn refunds_come_with_their_record(desk: Desk) {
    let user = desk.funded(100).await;
    let hold = desk.hold(user, 30);
    let ledger = &desk.stores.ledger;
    ledger.place_hold(&hold).await.unwrap();
    let charge = ledger
        .capture(hold.id, usd(30), "work", at(1))
        .await
        .unwrap();
    let refund = Refund {
        id: desk.id(EntryId::from_uuid),
        user,
        entry: charge.id,
        amount: usd(20),
        key: "sorry".into(),
        description: "given back".into(),
        fresh_until: at(9999),
        now: at(2),
    };
    let log = &desk.stores.audit_log;
    let entry = log.refund(&refund, &record(1)).await.unwrap();
    assert_eq!(entry.amount, usd(20));
    assert_eq!(log.refund(&refund, &record(2)).await.unwrap(), entry);
    let more = Refund {
        id: desk.id(EntryId::from_uuid),
        key: "more".into(),
        ..refund
    };
    let over = log.refund(&more, &record(3)).await;
    assert!(
        matches!(over, Err(LedgerError::OverCapture { .. })),
        "{over:?}"
    );
    let records = assert_sound(&desk).await.into_iter();
    let records: Vec<_> = records.map(|entry| entry.record).collect();
    assert_eq!(records, [record(1)]);
    assert_eq!(desk.balance(user).await.posted, usd(90));
    desk.audit().await;
}
