//! Accounts and commands for tests.

use aperilex_ports::audit::{Rules, check};
use aperilex_ports::{
    Account, AccountStatus, Balance, EntryId, EntryKind, HoldId, MicroUsd, PlaceHold, PoolKey,
    PostEntry, Priority, Quality, Role, Stores, SubmitTask, TaskCharges, TaskId, TaskRole,
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
        contract: None,
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
        expires_at: None,
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
            owner: None,
        },
        pool: None,
        priority: Priority::new(5),
        charges: TaskCharges {
            access: None,
            analysis_hold: HoldId::from_uuid(Uuid::now_v7()),
            analysis_price: MicroUsd::new(20),
        },
        quote: None,
        max_price: None,
        max_running: None,
        shares: false,
        idempotency: None,
        holds_expire_at: at(1800),
        now: at(0),
    }
}

/// What has to be so at every moment, whatever was cut short.
pub(crate) async fn audit(stores: &Stores, user: UserId) -> Balance {
    let books = stores.audit.books(user).await.unwrap().unwrap();
    let rules = Rules {
        task_follows: |from, _| !from.is_terminal(),
        quiet: false,
        now: at(0),
        holds_since: at(0),
        max_attempts: u32::MAX,
    };
    assert_eq!(check(&books, &rules), []);
    for (task, _) in &books.tasks {
        let leads = task.role == TaskRole::Leader;
        let hold = task.charges.analysis_hold;
        let placed = books.holds.iter().any(|placed| placed.id == hold);
        assert_eq!(
            placed, leads,
            "leaders have set aside their fee, and no others"
        );
    }
    books.balance
}
