//! Failing on purpose.

use aperilex_memory::{Fault, Memory};
use aperilex_ports::{
    Account, AccountStatus, Clock as _, EntryId, EntryKind, Ledger, LedgerError, MicroUsd,
    NewMessage, PostEntry, Priority, Role, StoreError, TaskQueue, Tier, Timestamp, UserId,
};
use futures_executor::block_on;

fn world() -> (Memory, UserId) {
    let memory = Memory::new(Timestamp::UNIX_EPOCH);
    let id = UserId::from_uuid(uuid::Uuid::from_u128(1));
    let account = Account {
        id,
        email: "jo@example.com".parse().unwrap(),
        tier: Tier::Basic,
        status: AccountStatus::Active,
        role: Role::Member,
        contract: None,
        created_at: memory.clock.now(),
    };
    block_on(memory.ports().stores.accounts.create(&account)).unwrap();
    (memory, id)
}

fn post(memory: &Memory, user: UserId, key: &str) -> Result<MicroUsd, LedgerError> {
    let entry = PostEntry {
        id: EntryId::from_uuid(uuid::Uuid::from_u128(2)),
        user,
        kind: EntryKind::TopUp,
        amount: MicroUsd::new(5),
        key: key.to_owned(),
        expires_at: None,
        description: "bought".to_owned(),
        now: memory.clock.now(),
    };
    block_on(memory.stores.post(&entry)).map(|entry| entry.balance_after)
}

fn struck(outcome: Result<MicroUsd, LedgerError>) -> Fault {
    match outcome {
        Err(LedgerError::Store(StoreError::Unavailable { source })) => {
            *source.downcast_ref().unwrap()
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_refused_call_does_nothing() {
    let (memory, user) = world();
    memory.faults.fail_next("ledger.post");
    assert_eq!(
        struck(post(&memory, user, "a")),
        Fault::Refused("ledger.post")
    );
    assert_eq!(post(&memory, user, "b").unwrap(), MicroUsd::new(5));
    assert!(memory.faults.pending().is_empty());
}

#[test]
fn a_call_whose_reply_is_lost_is_done() {
    let (memory, user) = world();
    memory.faults.lose_reply_next("ledger.post");
    assert_eq!(
        struck(post(&memory, user, "a")),
        Fault::ReplyLost("ledger.post")
    );
    assert_eq!(
        post(&memory, user, "a").unwrap(),
        MicroUsd::new(5),
        "repeated: once"
    );
    assert_eq!(post(&memory, user, "b").unwrap(), MicroUsd::new(10));
}

#[test]
fn the_nth_call_is_struck_alone() {
    let (memory, user) = world();
    memory.faults.fail_nth("ledger.post", 2);
    memory.faults.lose_reply_nth("ledger.post", 3);
    post(&memory, user, "1").unwrap();
    assert_eq!(memory.faults.pending(), ["ledger.post"]);
    assert_eq!(
        struck(post(&memory, user, "2")),
        Fault::Refused("ledger.post")
    );
    assert_eq!(
        struck(post(&memory, user, "3")),
        Fault::ReplyLost("ledger.post")
    );
    assert_eq!(post(&memory, user, "4").unwrap(), MicroUsd::new(15));
}

#[test]
fn other_methods_and_forgotten_faults_do_not_strike() {
    let (memory, user) = world();
    memory.faults.fail_next("ledger.capture");
    post(&memory, user, "a").unwrap();
    memory.faults.clear();
    assert!(memory.faults.pending().is_empty());
}

#[test]
fn ports_outside_the_stores_fail_too() {
    let (memory, _) = world();
    let message = NewMessage {
        body: b"x".to_vec(),
        dedup_id: "x".to_owned(),
        priority: Priority::BACKGROUND,
        delay: std::time::Duration::ZERO,
    };
    memory.faults.lose_reply_next("queue.send");
    assert!(block_on(memory.queue.send(&message)).is_err());
    assert_eq!(
        block_on(memory.queue.depth()).unwrap(),
        1,
        "sent all the same"
    );
    memory.faults.fail_next("queue.depth");
    assert!(block_on(memory.queue.depth()).is_err());
}
