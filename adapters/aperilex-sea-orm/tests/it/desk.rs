//! Accounts and commands for tests.

use aperilex_ports::{
    Account, AccountStatus, Balance, EntryId, EntryKind, HoldId, MAX_PAGE, MicroUsd, PlaceHold,
    PoolKey, PostEntry, Priority, Quality, Role, Stores, SubmitTask, TaskCharges, TaskId, TaskRole,
    Template, Tier, Timestamp, UserId,
};
use uuid::Uuid;

pub(crate) fn at(seconds: i64) -> Timestamp {
    Timestamp::from_second(1_767_225_600 + seconds).unwrap()
}

pub(crate) async fn funded(stores: &Stores, micros: i64) -> UserId {
    let id = UserId::from_uuid(Uuid::now_v7());
    let account = Account {
        id,
        email: format!("{id}@example.com").parse().unwrap(),
        tier: Tier::Basic,
        status: AccountStatus::Active,
        role: Role::Member,
        created_at: at(0),
    };
    stores.accounts.create(&account).await.unwrap();
    stores.ledger.post(&top_up(id, micros)).await.unwrap();
    id
}

pub(crate) fn top_up(user: UserId, micros: i64) -> PostEntry {
    let id = EntryId::from_uuid(Uuid::now_v7());
    PostEntry {
        id,
        user,
        kind: EntryKind::TopUp,
        amount: MicroUsd::new(micros),
        key: format!("top-up {id}"),
        description: "bought credits".into(),
        now: at(0),
    }
}

pub(crate) fn hold(user: UserId, micros: i64) -> PlaceHold {
    PlaceHold {
        id: HoldId::from_uuid(Uuid::now_v7()),
        user,
        purpose: EntryKind::Analysis,
        amount: MicroUsd::new(micros),
        filing: None,
        task: None,
        expires_at: at(1800),
        now: at(0),
    }
}

pub(crate) fn request(user: UserId) -> SubmitTask {
    SubmitTask {
        task: TaskId::from_uuid(Uuid::now_v7()),
        user,
        key: PoolKey {
            filing: aperilex_ports::FilingId::from_uuid(Uuid::now_v7()),
            template: Template::Comprehensive,
            quality: Quality::Extractive,
            prompt_version: "rules/1".into(),
        },
        pool: None,
        priority: Priority::new(5),
        charges: TaskCharges {
            access: None,
            analysis_hold: HoldId::from_uuid(Uuid::now_v7()),
            analysis_price: MicroUsd::new(20),
        },
        max_price: None,
        max_running: None,
        idempotency: None,
        holds_expire_at: at(1800),
        now: at(0),
    }
}

/// What has to be so at every moment, whatever was cut short.
pub(crate) async fn audit(stores: &Stores, user: UserId) -> Balance {
    let balance = stores.ledger.balance(user).await.unwrap();
    let holds = stores.ledger.holds(user).await.unwrap();
    let mut entries = Vec::new();
    loop {
        let before = entries
            .last()
            .map(|entry: &aperilex_ports::LedgerEntry| entry.seq);
        let page = stores.ledger.entries(user, before, MAX_PAGE).await.unwrap();
        if page.is_empty() {
            break;
        }
        entries.extend(page);
    }
    assert_eq!(balance, Balance::fold(&entries, &holds));
    assert!(balance.available() >= MicroUsd::ZERO);
    entries.reverse();
    let mut sum = 0;
    for (seq, entry) in (1..).zip(&entries) {
        sum += entry.amount.micros();
        assert_eq!((entry.seq, entry.balance_after.micros()), (seq, sum));
    }
    let tasks = stores.tasks.list(user, None, MAX_PAGE).await.unwrap();
    for task in tasks {
        let events = stores.tasks.events(task.id, 0, MAX_PAGE).await.unwrap();
        assert_eq!(events.len() as u64, task.last_event);
        assert_eq!(events.last().unwrap().status, task.status);
        let leads = task.role == TaskRole::Leader;
        let hold = task.charges.analysis_hold;
        let placed = holds.iter().any(|placed| placed.id == hold);
        assert_eq!(
            placed, leads,
            "leaders have set aside their fee, and no others"
        );
    }
    balance
}
