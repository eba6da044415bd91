//! Clauses about how accounts open and close, and about what opens them to whom.

use std::time::Duration;

use super::super::audit_log::record;
use super::super::session_store::letter;
use super::super::support::{Desk, at, usd};
use super::{MANY, key, noted};
use crate::*;

async fn keys_of(desk: &Desk, user: UserId) -> Vec<ApiKey> {
    let accounts = &desk.stores.accounts;
    accounts.keys(user, None, MAX_PAGE).await.unwrap()
}

pub(super) fn identity(subject: &str) -> ExternalIdentity {
    ExternalIdentity {
        issuer: "https://id.example.com".to_owned(),
        subject: subject.to_owned(),
    }
}

/// An account to be opened with everything.
fn opening(desk: &Desk, secret: &str) -> OpenAccount {
    let account = desk.person();
    OpenAccount {
        key: Some(key(desk, account.id, secret)),
        identity: Some(identity(secret)),
        opening: Some(desk.top_up(account.id, 500)),
        audit: Some(record(1)),
        account,
    }
}

pub(super) async fn an_account_opens_with_all_that_comes_with_it(desk: Desk) {
    let accounts = &desk.stores.accounts;
    let command = opening(&desk, "first");
    accounts.open(&command).await.unwrap();
    let (account, key) = (command.account, command.key.unwrap());
    assert_eq!(
        accounts.get(account.id).await.unwrap().as_ref(),
        Some(&account)
    );
    assert_eq!(desk.balance(account.id).await.posted, usd(500));
    let found = accounts.by_key(&key.hash, at(1)).await.unwrap().unwrap();
    assert_eq!((found.account, found.key), (account.clone(), key));
    let found = accounts.by_identity(&identity("first")).await.unwrap();
    assert_eq!(found, Some(account));
    assert_eq!(
        accounts.by_identity(&identity("other")).await.unwrap(),
        None
    );
    let elsewhere = ExternalIdentity {
        issuer: "https://other.example.com".to_owned(),
        ..identity("first")
    };
    assert_eq!(accounts.by_identity(&elsewhere).await.unwrap(), None);
    let bare = OpenAccount {
        account: desk.person(),
        key: None,
        identity: None,
        opening: None,
        audit: None,
    };
    assert_eq!(noted(&desk).await, [record(1)]);
    accounts.open(&bare).await.unwrap();
    assert_eq!(noted(&desk).await, [record(1)]);
    assert_eq!(desk.balance(bare.account.id).await, Balance::default());
    assert_eq!(keys_of(&desk, bare.account.id).await, []);
}

pub(super) async fn an_account_opens_whole_or_not_at_all(desk: Desk) {
    let accounts = &desk.stores.accounts;
    let first = opening(&desk, "first");
    accounts.open(&first).await.unwrap();
    let fresh = opening(&desk, "second");
    let taken = OpenAccount {
        account: Account {
            email: first.account.email.clone(),
            ..fresh.account.clone()
        },
        ..fresh.clone()
    };
    let known = OpenAccount {
        identity: first.identity.clone(),
        ..fresh.clone()
    };
    let wrong = PostEntry {
        amount: MicroUsd::ZERO,
        ..desk.top_up(fresh.account.id, 500)
    };
    let worthless = OpenAccount {
        opening: Some(wrong),
        ..fresh.clone()
    };
    let refused = accounts.open(&taken).await;
    assert!(
        matches!(refused, Err(AccountStoreError::EmailTaken)),
        "{refused:?}"
    );
    let refused = accounts.open(&known).await;
    assert!(
        matches!(refused, Err(AccountStoreError::IdentityTaken)),
        "{refused:?}"
    );
    let refused = accounts.open(&worthless).await;
    assert!(
        matches!(refused, Err(AccountStoreError::Credit(_))),
        "{refused:?}"
    );
    assert_eq!(accounts.get(fresh.account.id).await.unwrap(), None);
    let hash = fresh.key.as_ref().unwrap().hash;
    assert_eq!(accounts.by_key(&hash, at(1)).await.unwrap(), None);
    assert_eq!(
        accounts.by_identity(&identity("second")).await.unwrap(),
        None
    );
    assert_eq!(accounts.list(None, 9).await.unwrap(), [first.account]);
    assert_eq!(noted(&desk).await, [record(1)], "of the first");
    accounts.open(&fresh).await.unwrap();
}

pub(super) async fn a_key_past_its_time_finds_nothing(desk: Desk) {
    let accounts = &desk.stores.accounts;
    let user = desk.account().await;
    let passing = ApiKey {
        expires_at: Some(at(100)),
        ..key(&desk, user, "passing")
    };
    accounts.add_key(&passing, MANY, &record(1)).await.unwrap();
    let finds = async |second| {
        let found = accounts.by_key(&passing.hash, at(second)).await.unwrap();
        found.map(|owner| owner.key)
    };
    assert_eq!(finds(99).await, Some(passing.clone()));
    assert_eq!(finds(100).await, None);
    assert_eq!(finds(1_000_000).await, None);
}

pub(super) async fn keys_are_listed_newest_first(desk: Desk) {
    let accounts = &desk.stores.accounts;
    let [user, other] = [desk.account().await, desk.account().await];
    let mut made = Vec::new();
    for (n, scopes) in ["read", "read billing", ""].into_iter().enumerate() {
        let key = ApiKey {
            scopes: scopes.parse().unwrap(),
            expires_at: (n == 1).then(|| at(100)),
            ..key(&desk, user, &format!("key {n}"))
        };
        accounts.add_key(&key, MANY, &record(1)).await.unwrap();
        made.insert(0, key);
    }
    accounts
        .add_key(&key(&desk, other, "theirs"), MANY, &record(1))
        .await
        .unwrap();
    assert_eq!(keys_of(&desk, user).await, made);
    let (mut before, mut paged) = (None, Vec::new());
    for _ in 0..3 {
        let page = accounts.keys(user, before, 2).await.unwrap();
        assert!(page.len() <= 2);
        before = page.last().map(|key| key.id).or(before);
        paged.extend(page);
    }
    assert_eq!(paged, made);
    let audit = record(2);
    let revoked = accounts.revoke_key(user, made[0].id, at(5), &audit);
    assert!(revoked.await.unwrap());
    accounts.touch_key(made[1].id, at(6)).await.unwrap();
    accounts
        .touch_key(desk.id(KeyId::from_uuid), at(6))
        .await
        .unwrap();
    made[0].revoked_at = Some(at(5));
    made[1].used_at = Some(at(6));
    assert_eq!(keys_of(&desk, user).await, made);
}

/// Somebody who can sign in: a session with this refresh token, and a password.
async fn signed_in(desk: &Desk, user: UserId, refresh: &str) -> Session {
    let sessions = &desk.stores.sessions;
    let session = Session {
        id: desk.id(SessionId::from_uuid),
        user,
        created_at: at(0),
        expires_at: at(1000),
    };
    put_token(desk, user, "first").await;
    assert_eq!(redeemed(desk, "first").await, Some(user));
    let hash = Digest::of(refresh.as_bytes());
    sessions.begin(&session, &hash).await.unwrap();
    session
}

async fn put_token(desk: &Desk, user: UserId, name: &str) {
    let token = OneTime {
        hash: Digest::of(name.as_bytes()),
        user,
        purpose: OneTimePurpose::ResetPassword,
        expires_at: at(1000),
    };
    let sessions = &desk.stores.sessions;
    assert!(sessions.write(&letter(&token)).await.unwrap());
}

async fn redeemed(desk: &Desk, name: &str) -> Option<UserId> {
    let command = Redeem {
        token: Digest::of(name.as_bytes()),
        purpose: OneTimePurpose::ResetPassword,
        password: PasswordHash::new("hash".to_owned()),
        now: at(1),
    };
    desk.stores.sessions.redeem(&command).await.unwrap()
}

fn close(user: UserId, address: &str, n: u32) -> CloseAccount {
    CloseAccount {
        user,
        address: address.parse().unwrap(),
        audit: record(n),
    }
}

pub(super) async fn a_closed_account_leaves_its_books_alone(desk: Desk) {
    let accounts = &desk.stores.accounts;
    let command = opening(&desk, "first");
    accounts.open(&command).await.unwrap();
    let account = command.account;
    let books = async || {
        let balance = desk.balance(account.id).await;
        (balance, desk.entries(account.id).await)
    };
    let before = books().await;
    let close = close(account.id, "gone@accounts.invalid", 2);
    for _ in 0..2 {
        accounts.close(&close).await.unwrap();
    }
    assert_eq!(
        noted(&desk).await,
        [record(2), record(1)],
        "opened, and closed once"
    );
    let closed = Account {
        email: close.address,
        status: AccountStatus::Deleted,
        role: Role::Member,
        ..account.clone()
    };
    assert_eq!(accounts.get(account.id).await.unwrap(), Some(closed));
    assert_eq!(accounts.by_email(&account.email).await.unwrap(), None);
    assert_eq!(books().await, before);
    let again = Account {
        email: account.email,
        ..desk.person()
    };
    accounts.create(&again).await.unwrap();
    let unknown = desk.id(UserId::from_uuid);
    let nobody = self::close(unknown, "nobody@accounts.invalid", 3);
    let refused = accounts.close(&nobody).await;
    let refused_as_unknown = matches!(refused, Err(AccountStoreError::Unknown));
    assert!(refused_as_unknown, "{refused:?}");
}

pub(super) async fn nobody_gets_into_a_closed_account(desk: Desk) {
    let (accounts, sessions) = (&desk.stores.accounts, &desk.stores.sessions);
    let command = opening(&desk, "first");
    accounts.open(&command).await.unwrap();
    let (user, key) = (command.account.id, command.key.unwrap());
    let session = signed_in(&desk, user, "refresh").await;
    put_token(&desk, user, "second").await;
    let close = close(user, "gone@accounts.invalid", 2);
    accounts.close(&close).await.unwrap();
    assert_eq!(keys_of(&desk, user).await, []);
    assert_eq!(accounts.by_key(&key.hash, at(2)).await.unwrap(), None);
    assert_eq!(
        accounts.by_identity(&identity("first")).await.unwrap(),
        None
    );
    assert_eq!(sessions.account(session.id, at(2)).await.unwrap(), None);
    assert_eq!(sessions.password(user).await.unwrap(), None);
    assert_eq!(redeemed(&desk, "second").await, None);
    let rotate = RotateSession {
        refresh: Digest::of(b"refresh"),
        next: Digest::of(b"next"),
        expires_at: at(2000),
        grace: Duration::ZERO,
        now: at(2),
    };
    assert_eq!(sessions.rotate(&rotate).await.unwrap(), None);
}
