//! Clauses about accounts whose address nobody has verified.

use super::super::audit_log::record;
use super::super::session_store::letter;
use super::super::support::{Desk, at};
use super::opening::identity;
use super::{MANY, change, key, noted};
use crate::*;

/// An account of this status, made at some second.
async fn made(desk: &Desk, status: AccountStatus, second: i64) -> Account {
    let account = Account {
        status,
        created_at: at(second),
        ..desk.person()
    };
    desk.stores.accounts.create(&account).await.unwrap();
    account
}

pub(super) async fn who_is_unverified_for_long_is_known(desk: Desk) {
    use AccountStatus::{Active, Suspended, Unverified};
    let accounts = &desk.stores.accounts;
    let second = made(&desk, Unverified, 20).await.id;
    let first = made(&desk, Unverified, 10).await.id;
    made(&desk, Active, 10).await;
    made(&desk, Suspended, 10).await;
    let third = made(&desk, Unverified, 30).await.id;
    let rich = made(&desk, Unverified, 5).await.id;
    desk.stores
        .ledger
        .post(&desk.top_up(rich, 500))
        .await
        .unwrap();
    let waiting = async |second, limit| accounts.unverified(at(second), limit).await.unwrap();
    assert_eq!(waiting(9, 9).await, []);
    assert_eq!(waiting(20, 9).await, [first, second]);
    assert_eq!(waiting(99, 2).await, [first, second]);
    assert_eq!(waiting(99, 9).await, [first, second, third]);
}

/// Whatever opens an account: a key, a session, a password and a letter.
async fn let_in(desk: &Desk, user: UserId) -> [Digest; 3] {
    let [refresh, used, token] = ["refresh", "used", "token"].map(|it| Digest::of(it.as_bytes()));
    let one_time = |hash| OneTime {
        hash,
        user,
        purpose: OneTimePurpose::ResetPassword,
        expires_at: at(1000),
    };
    let (accounts, sessions) = (&desk.stores.accounts, &desk.stores.sessions);
    sessions.write(&letter(&one_time(used))).await.unwrap();
    let redeem = Redeem {
        token: used,
        purpose: OneTimePurpose::ResetPassword,
        password: PasswordHash::new("theirs".to_owned()),
        now: at(1),
    };
    assert_eq!(sessions.redeem(&redeem).await.unwrap(), Some(user));
    sessions.write(&letter(&one_time(token))).await.unwrap();
    let session = Session {
        id: desk.id(SessionId::from_uuid),
        user,
        created_at: at(1),
        expires_at: at(1000),
    };
    sessions.begin(&session, &refresh).await.unwrap();
    let key = key(desk, user, "key");
    accounts.add_key(&key, MANY, &record(1)).await.unwrap();
    // Redeeming verifies; what is displaced here has all of this and is not verified.
    let known = accounts.get(user).await.unwrap().unwrap();
    let to = Standing {
        status: AccountStatus::Unverified,
        ..known.standing()
    };
    accounts.change(&change(&known, to, 1)).await.unwrap();
    [refresh, token, key.hash]
}

async fn nobody_gets_in(desk: &Desk, user: UserId, [refresh, token, key]: [Digest; 3]) {
    let (accounts, sessions) = (&desk.stores.accounts, &desk.stores.sessions);
    assert_eq!(sessions.password(user).await.unwrap(), None);
    assert_eq!(accounts.by_key(&key, at(2)).await.unwrap(), None);
    let rotate = RotateSession {
        refresh,
        next: Digest::of(b"next"),
        expires_at: at(2000),
        grace: std::time::Duration::ZERO,
        now: at(2),
    };
    assert_eq!(sessions.rotate(&rotate).await.unwrap(), None);
    let redeem = Redeem {
        token,
        purpose: OneTimePurpose::ResetPassword,
        password: PasswordHash::new("theirs".to_owned()),
        now: at(2),
    };
    assert_eq!(sessions.redeem(&redeem).await.unwrap(), None);
}

pub(super) async fn the_unverified_make_room(desk: Desk) {
    let accounts = &desk.stores.accounts;
    let squatter = made(&desk, AccountStatus::Unverified, 0).await;
    let ways = let_in(&desk, squatter.id).await;
    assert!(accounts.displace(squatter.id).await.unwrap());
    assert!(!accounts.displace(squatter.id).await.unwrap(), "it is gone");
    assert_eq!(accounts.get(squatter.id).await.unwrap(), None);
    nobody_gets_in(&desk, squatter.id, ways).await;
    let owner = OpenAccount {
        account: Account {
            email: squatter.email.clone(),
            ..desk.person()
        },
        key: None,
        identity: Some(identity("owner")),
        opening: None,
        audit: None,
    };
    accounts.open(&owner).await.unwrap();
    let found = accounts.by_email(&squatter.email).await.unwrap();
    assert_eq!(found, Some(owner.account));
}

pub(super) async fn books_keep_their_account(desk: Desk) {
    let accounts = &desk.stores.accounts;
    let rich = made(&desk, AccountStatus::Unverified, 0).await;
    let credit = desk.top_up(rich.id, 500);
    desk.stores.ledger.post(&credit).await.unwrap();
    assert!(!accounts.displace(rich.id).await.unwrap());
    assert_eq!(accounts.get(rich.id).await.unwrap(), Some(rich));
}

pub(super) async fn an_account_is_adopted_by_its_owner(desk: Desk) {
    let accounts = &desk.stores.accounts;
    let command = |user, n: u32| AdoptAccount {
        user,
        identity: identity(&format!("owner {n}")),
        audit: record(n),
    };
    let squatted = made(&desk, AccountStatus::Unverified, 0).await;
    let ways = let_in(&desk, squatted.id).await;
    let adopted = accounts.adopt(&command(squatted.id, 1)).await.unwrap();
    assert_eq!(adopted.status, AccountStatus::Active);
    assert_eq!(
        accounts.get(squatted.id).await.unwrap().as_ref(),
        Some(&adopted)
    );
    nobody_gets_in(&desk, squatted.id, ways).await;
    let found = accounts.by_identity(&identity("owner 1")).await.unwrap();
    assert_eq!(found, Some(adopted));
    assert_eq!(noted(&desk).await.first(), Some(&record(1)));

    // One that is in use keeps its keys: programs work with them.
    let active = made(&desk, AccountStatus::Active, 0).await;
    let own = key(&desk, active.id, "own");
    accounts.add_key(&own, MANY, &record(2)).await.unwrap();
    accounts.adopt(&command(active.id, 3)).await.unwrap();
    assert!(accounts.by_key(&own.hash, at(2)).await.unwrap().is_some());
    let again = accounts.adopt(&command(active.id, 1)).await;
    assert!(
        matches!(again, Err(AccountStoreError::IdentityTaken)),
        "{again:?}"
    );
}

pub(super) async fn nobody_else_is_adopted(desk: Desk) {
    use AccountStatus::{Deleted, Suspended};
    let accounts = &desk.stores.accounts;
    let command = |user| AdoptAccount {
        user,
        identity: identity("owner"),
        audit: record(1),
    };
    for status in [Suspended, Deleted] {
        let account = made(&desk, status, 0).await;
        let refused = accounts.adopt(&command(account.id)).await;
        assert!(
            matches!(refused, Err(AccountStoreError::Store(StoreError::Conflict))),
            "{refused:?}"
        );
        assert_eq!(accounts.get(account.id).await.unwrap(), Some(account));
    }
    let unknown = accounts.adopt(&command(desk.id(UserId::from_uuid))).await;
    assert!(
        matches!(unknown, Err(AccountStoreError::Unknown)),
        "{unknown:?}"
    );
    let found = accounts.by_identity(&identity("owner")).await.unwrap();
    assert_eq!(found, None);
    assert_eq!(noted(&desk).await, []);
}

pub(super) async fn nobody_else_is_displaced(desk: Desk) {
    use AccountStatus::{Active, Deleted, Suspended};
    let accounts = &desk.stores.accounts;
    for status in [Active, Suspended, Deleted] {
        let account = made(&desk, status, 0).await;
        assert!(!accounts.displace(account.id).await.unwrap(), "{status:?}");
        assert_eq!(accounts.get(account.id).await.unwrap(), Some(account));
    }
    let unknown = desk.id(UserId::from_uuid);
    assert!(!accounts.displace(unknown).await.unwrap());
}
