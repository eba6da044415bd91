//! Clauses of [`SessionStore`].

use std::time::Duration;

use futures_util::future::join_all;

use super::support::{Desk, at};
use super::*;
use crate::*;

/// The scenarios.
pub const SCENARIOS: &[Scenario<Desk>] = &[
    scenario!(id: "SN-1", a_refresh_token_is_good_once),
    scenario!(id: "SN-2", a_used_token_ends_its_session),
    scenario!(id: "SN-2", a_race_is_not_a_theft),
    scenario!(id: "SN-3", what_is_over_is_like_what_never_was),
    scenario!(id: "SN-4", many_at_once_go_on_side_by_side),
    scenario!(id: "SN-5", a_one_time_token_is_redeemed_once),
    scenario!(id: "SN-5", of_many_that_redeem_one_does),
    scenario!(id: "SN-6", redeeming_ends_everything_else),
    scenario!(id: "SN-6", only_the_unverified_become_active),
    scenario!(id: "SN-7", a_password_is_replaced_where_it_was_read),
    scenario!(id: "SN-8", what_is_over_is_forgotten),
    scenario!(id: "SN-9", nobody_signs_in_without_an_account),
    scenario!(id: "SN-10", a_token_comes_with_its_notice),
    scenario!(id: "SN-11", nothing_is_exchanged_for_whoever_may_not_act),
    scenario!(id: "SN-12", a_mailbox_gets_so_many_letters),
    scenario!(id: "SN-12", of_many_letters_at_once_one_is_written),
    scenario!(id: "SN-13", a_token_is_known_before_it_is_redeemed),
];

/// The grace of these scenarios, in seconds.
const GRACE: u64 = 10;

fn hash(token: &str) -> Digest {
    Digest::of(token.as_bytes())
}

/// What brings a token to its owner.
pub(super) fn notice(token: &OneTime) -> PendingNotice {
    let secret = NoticeToken::new("the token itself".to_owned());
    let kind = NoticeKind::PasswordReset { token: secret };
    PendingNotice::of(token.user, &token.hash.to_string(), kind, at(0))
}

/// A letter with a token that nobody counts.
pub(super) fn letter(token: &OneTime) -> Letter {
    Letter {
        notice: notice(token),
        token: Some(*token),
        counted: UserId::stand_in("letter", "uncounted"),
        windows: Vec::new(),
        now: at(0),
    }
}

impl Desk {
    /// A session from now until second 1000, with this refresh token.
    async fn signed_in(&self, user: UserId, refresh: &str) -> Session {
        let session = Session {
            id: self.id(SessionId::from_uuid),
            user,
            created_at: at(0),
            expires_at: at(1000),
        };
        let sessions = &self.stores.sessions;
        sessions.begin(&session, &hash(refresh)).await.unwrap();
        session
    }

    /// Exchanges a token at some second; the session lasts 1000 seconds more.
    async fn exchange(&self, refresh: &str, next: &str, second: i64) -> Option<Session> {
        let exchanged = self.rotate(refresh, next, second).await;
        exchanged.map(|(session, _)| session)
    }

    /// The same, with the account.
    async fn rotate(&self, refresh: &str, next: &str, second: i64) -> Option<(Session, Account)> {
        let command = RotateSession {
            refresh: hash(refresh),
            next: hash(next),
            expires_at: at(second + 1000),
            grace: Duration::from_secs(GRACE),
            now: at(second),
        };
        self.stores.sessions.rotate(&command).await.unwrap()
    }

    async fn session_finds(&self, session: SessionId, second: i64) -> Option<UserId> {
        let found = self.stores.sessions.account(session, at(second)).await;
        found.unwrap().map(|account| account.id)
    }

    async fn token(&self, user: UserId, purpose: OneTimePurpose, token: &str, end: i64) {
        let token = OneTime {
            hash: hash(token),
            user,
            purpose,
            expires_at: at(end),
        };
        let sessions = &self.stores.sessions;
        assert!(sessions.write(&letter(&token)).await.unwrap());
    }

    async fn redeems(
        &self,
        token: &str,
        purpose: OneTimePurpose,
        password: &str,
        second: i64,
    ) -> Option<UserId> {
        let command = Redeem {
            token: hash(token),
            purpose,
            password: PasswordHash::new(password.to_owned()),
            now: at(second),
        };
        self.stores.sessions.redeem(&command).await.unwrap()
    }

    async fn password_of(&self, user: UserId) -> Option<String> {
        let password = self.stores.sessions.password(user).await.unwrap();
        password.map(|hash| hash.as_str().to_owned())
    }
}

async fn a_refresh_token_is_good_once(desk: Desk) {
    let [user, other] = [desk.account().await, desk.account().await];
    let session = desk.signed_in(user, "first").await;
    let theirs = desk.signed_in(other, "theirs").await;
    assert_eq!(desk.session_finds(session.id, 999).await, Some(user));
    let longer = Session {
        expires_at: at(1500),
        ..session
    };
    assert_eq!(desk.exchange("first", "second", 500).await, Some(longer));
    assert_eq!(desk.session_finds(session.id, 1499).await, Some(user));
    let longer = Session {
        expires_at: at(1600),
        ..session
    };
    assert_eq!(desk.exchange("second", "fourth", 600).await, Some(longer));
    assert_eq!(desk.session_finds(theirs.id, 999).await, Some(other));
}

async fn a_used_token_ends_its_session(desk: Desk) {
    let user = desk.account().await;
    let session = desk.signed_in(user, "first").await;
    let other = desk.signed_in(user, "other").await;
    assert!(desk.exchange("first", "second", 100).await.is_some());
    assert!(desk.exchange("second", "third", 200).await.is_some());
    assert_eq!(desk.exchange("first", "stolen", 211).await, None);
    assert_eq!(desk.exchange("third", "fourth", 212).await, None, "ended");
    assert_eq!(desk.exchange("stolen", "fifth", 212).await, None);
    assert_eq!(desk.session_finds(session.id, 212).await, None);
    assert_eq!(desk.session_finds(other.id, 212).await, Some(user));
}

async fn a_race_is_not_a_theft(desk: Desk) {
    let user = desk.account().await;
    let session = desk.signed_in(user, "first").await;
    assert!(desk.exchange("first", "second", 100).await.is_some());
    let lengthened = Session {
        expires_at: at(1100),
        ..session
    };
    let beside = desk.exchange("first", "beside", 110).await;
    assert_eq!(beside, Some(lengthened), "it lasts no longer for it");
    assert!(desk.exchange("second", "third", 150).await.is_some());
    assert!(desk.exchange("beside", "fourth", 150).await.is_some());
    assert_eq!(desk.session_finds(session.id, 150).await, Some(user));
    // After the grace it is a theft, and whatever came of the session is over.
    assert_eq!(desk.exchange("first", "stolen", 151).await, None);
    for token in ["third", "fourth", "stolen"] {
        assert_eq!(desk.exchange(token, "next", 151).await, None, "{token}");
    }
    assert_eq!(desk.session_finds(session.id, 151).await, None);
}

async fn what_is_over_is_like_what_never_was(desk: Desk) {
    let user = desk.account().await;
    let ended = desk.signed_in(user, "ended").await;
    let over = desk.signed_in(user, "over").await;
    let sessions = &desk.stores.sessions;
    for _ in 0..2 {
        sessions.end(ended.id).await.unwrap();
    }
    let unknown = desk.id(SessionId::from_uuid);
    sessions.end(unknown).await.unwrap();
    for (token, second) in [("ended", 1), ("over", 1000), ("unknown", 1)] {
        assert_eq!(desk.exchange(token, "next", second).await, None, "{token}");
    }
    for (session, second) in [(ended.id, 1), (over.id, 1000), (unknown, 1)] {
        assert_eq!(desk.session_finds(session, second).await, None);
    }
    assert_eq!(desk.session_finds(over.id, 999).await, Some(user));
    assert_eq!(desk.exchange("next", "more", 2).await, None, "not kept");
}

async fn many_at_once_go_on_side_by_side(desk: Desk) {
    let user = desk.account().await;
    let session = desk.signed_in(user, "first").await;
    let nexts: Vec<_> = (0..16).map(|n| format!("next {n}")).collect();
    let races = nexts.iter().map(|next| desk.exchange("first", next, 5));
    let outcomes = join_all(races).await;
    let lengthened = Session {
        expires_at: at(1005),
        ..session
    };
    assert_eq!(outcomes, vec![Some(lengthened); 16]);
    assert_eq!(desk.session_finds(session.id, 6).await, Some(user));
    for (n, next) in nexts.iter().enumerate() {
        let later = format!("later {n}");
        assert!(desk.exchange(next, &later, 30).await.is_some(), "{next}");
    }
    // Of all of them one was the first: the token is used, and shows a theft from then on.
    assert_eq!(desk.exchange("first", "stolen", 31).await, None);
    assert_eq!(desk.session_finds(session.id, 31).await, None);
}

async fn a_one_time_token_is_redeemed_once(desk: Desk) {
    use OneTimePurpose::{ResetPassword, VerifyEmail};
    let user = desk.account().await;
    desk.token(user, ResetPassword, "once", 100).await;
    assert_eq!(desk.redeems("other", ResetPassword, "p", 1).await, None);
    assert_eq!(desk.redeems("once", VerifyEmail, "p", 1).await, None);
    assert_eq!(desk.redeems("once", ResetPassword, "p", 100).await, None);
    assert_eq!(desk.password_of(user).await, None, "nothing has changed");
    let redeemed = desk.redeems("once", ResetPassword, "p", 99).await;
    assert_eq!(redeemed, Some(user));
    assert_eq!(desk.redeems("once", ResetPassword, "q", 99).await, None);
    assert_eq!(desk.password_of(user).await.as_deref(), Some("p"));
}

async fn of_many_that_redeem_one_does(desk: Desk) {
    let user = desk.account().await;
    let purpose = OneTimePurpose::VerifyEmail;
    desk.token(user, purpose, "once", 100).await;
    let races = (0..16).map(|_| desk.redeems("once", purpose, "p", 1));
    let outcomes = join_all(races).await;
    let won = outcomes.iter().filter(|outcome| outcome.is_some()).count();
    assert_eq!(won, 1);
}

async fn redeeming_ends_everything_else(desk: Desk) {
    use OneTimePurpose::{ResetPassword, VerifyEmail};
    let [user, other] = [desk.account().await, desk.account().await];
    let session = desk.signed_in(user, "session").await;
    let theirs = desk.signed_in(other, "theirs").await;
    desk.token(user, ResetPassword, "first", 100).await;
    desk.token(user, ResetPassword, "second", 100).await;
    desk.token(user, VerifyEmail, "third", 100).await;
    desk.token(other, ResetPassword, "fourth", 100).await;
    let redeemed = desk.redeems("first", ResetPassword, "p", 1).await;
    assert_eq!(redeemed, Some(user));
    assert_eq!(desk.redeems("second", ResetPassword, "q", 2).await, None);
    assert_eq!(desk.redeems("third", VerifyEmail, "q", 2).await, None);
    assert_eq!(desk.session_finds(session.id, 2).await, None);
    assert_eq!(desk.exchange("session", "next", 2).await, None);
    assert_eq!(desk.session_finds(theirs.id, 2).await, Some(other));
    let theirs = desk.redeems("fourth", ResetPassword, "r", 2).await;
    assert_eq!(theirs, Some(other));
    assert_eq!(desk.password_of(user).await.as_deref(), Some("p"));
    assert_eq!(desk.password_of(other).await.as_deref(), Some("r"));
}

async fn only_the_unverified_become_active(desk: Desk) {
    let purpose = OneTimePurpose::VerifyEmail;
    for (status, after) in [
        (AccountStatus::Unverified, AccountStatus::Active),
        (AccountStatus::Active, AccountStatus::Active),
        (AccountStatus::Suspended, AccountStatus::Suspended),
    ] {
        let account = Account {
            status,
            ..desk.person()
        };
        desk.stores.accounts.create(&account).await.unwrap();
        let token = account.id.to_string();
        desk.token(account.id, purpose, &token, 100).await;
        let redeemed = desk.redeems(&token, purpose, "p", 1).await;
        assert_eq!(redeemed, Some(account.id));
        let now = desk.stores.accounts.get(account.id).await.unwrap();
        assert_eq!(now.map(|account| account.status), Some(after));
    }
}

async fn a_password_is_replaced_where_it_was_read(desk: Desk) {
    let user = desk.account().await;
    let purpose = OneTimePurpose::ResetPassword;
    let rehash = async |from: &str, to: &str| {
        let [from, to] = [from, to].map(|text| PasswordHash::new(text.to_owned()));
        let replaced = desk.stores.sessions.rehash(user, &from, &to).await;
        replaced.unwrap()
    };
    assert_eq!(desk.password_of(user).await, None);
    assert!(!rehash("old", "new").await, "there is none");
    desk.token(user, purpose, "token", 100).await;
    desk.redeems("token", purpose, "old", 1).await;
    assert!(!rehash("other", "new").await);
    assert_eq!(desk.password_of(user).await.as_deref(), Some("old"));
    assert!(rehash("old", "new").await);
    assert_eq!(desk.password_of(user).await.as_deref(), Some("new"));
}

async fn what_is_over_is_forgotten(desk: Desk) {
    let user = desk.account().await;
    let live = desk.signed_in(user, "live").await;
    let renewed = desk.signed_in(user, "renewed").await;
    desk.signed_in(user, "over").await;
    for token in ["live", "renewed"] {
        let next = format!("{token} next");
        assert!(desk.exchange(token, &next, 500).await.is_some());
    }
    let purpose = OneTimePurpose::VerifyEmail;
    desk.token(user, purpose, "late", 100).await;
    desk.token(user, purpose, "good", 5000).await;
    let forget = async |second, limit| {
        let forgotten = desk.stores.sessions.forget(at(second), limit).await;
        forgotten.unwrap()
    };
    assert_eq!(forget(99, 9).await, 0, "nothing is over");
    assert_eq!(forget(1000, 1).await, 1, "at most so many");
    let mut rest = 0;
    for _ in 0..3 {
        rest += forget(1000, 9).await;
    }
    assert_eq!(rest, 1, "a session and a token are over");
    for session in [live, renewed] {
        assert_eq!(desk.session_finds(session.id, 1000).await, Some(user));
    }
    assert!(desk.exchange("live next", "more", 1000).await.is_some());
    assert_eq!(desk.exchange("renewed", "stolen", 1000).await, None);
    assert_eq!(
        desk.session_finds(renewed.id, 1000).await,
        None,
        "a used token is remembered while its session goes on"
    );
    assert_eq!(desk.redeems("good", purpose, "p", 1000).await, Some(user));
}

async fn nobody_signs_in_without_an_account(desk: Desk) {
    let sessions = &desk.stores.sessions;
    let user = desk.id(UserId::from_uuid);
    let session = Session {
        id: desk.id(SessionId::from_uuid),
        user,
        created_at: at(0),
        expires_at: at(1000),
    };
    let begun = sessions.begin(&session, &hash("token")).await;
    assert!(
        matches!(begun, Err(AccountStoreError::Unknown)),
        "{begun:?}"
    );
    let token = OneTime {
        hash: hash("token"),
        user,
        purpose: OneTimePurpose::VerifyEmail,
        expires_at: at(1000),
    };
    let kept = sessions.write(&letter(&token)).await;
    assert!(matches!(kept, Err(AccountStoreError::Unknown)), "{kept:?}");
    assert_eq!(desk.exchange("token", "next", 1).await, None);
    assert_eq!(desk.password_of(user).await, None);
}

async fn a_token_comes_with_its_notice(desk: Desk) {
    let user = desk.account().await;
    let outbox = &desk.stores.outbox;
    let notices = async |second| {
        let rows = outbox.next_notices(9, at(second + 60), at(second)).await;
        let items = rows.unwrap().into_iter().map(|row| row.item);
        items.collect::<Vec<_>>()
    };
    let token = OneTime {
        hash: hash("token"),
        user,
        purpose: OneTimePurpose::ResetPassword,
        expires_at: at(1000),
    };
    let stranger = OneTime {
        user: desk.id(UserId::from_uuid),
        ..token
    };
    let sessions = &desk.stores.sessions;
    let refused = sessions.write(&letter(&stranger)).await;
    assert!(refused.is_err());
    assert_eq!(notices(0).await, [], "nothing is told of what is not kept");
    assert!(sessions.write(&letter(&token)).await.unwrap());
    assert_eq!(notices(1).await, [OutboxItem::Notice(notice(&token))]);
    let redeemed = desk.redeems("token", token.purpose, "p", 2).await;
    assert_eq!(redeemed, Some(user));
}

async fn nothing_is_exchanged_for_whoever_may_not_act(desk: Desk) {
    let account = desk.person();
    desk.stores.accounts.create(&account).await.unwrap();
    let session = desk.signed_in(account.id, "first").await;
    let stands = async |status| {
        let from = desk.stores.accounts.get(account.id).await.unwrap().unwrap();
        let to = Standing {
            status,
            ..from.standing()
        };
        let change = super::account_store::change(&from, to, 1);
        desk.stores.accounts.change(&change).await.unwrap();
    };
    stands(AccountStatus::Suspended).await;
    for next in ["second", "third"] {
        let (same, owner) = desk.rotate("first", next, 100).await.unwrap();
        assert_eq!((same, owner.status), (session, AccountStatus::Suspended));
        assert!(desk.rotate(next, "more", 101).await.is_none(), "{next}");
    }
    stands(AccountStatus::Active).await;
    let longer = Session {
        expires_at: at(1200),
        ..session
    };
    assert_eq!(desk.exchange("first", "second", 200).await, Some(longer));
    // Who may not act is told of a theft no less.
    stands(AccountStatus::Suspended).await;
    assert!(desk.rotate("first", "stolen", 300).await.is_none());
    stands(AccountStatus::Active).await;
    assert_eq!(desk.session_finds(session.id, 300).await, None);
}

/// A letter of its own each time, counted with the others.
fn counted(desk: &Desk, user: UserId, second: i64) -> Letter {
    let token = OneTime {
        hash: hash(&desk.id(UserId::from_uuid).to_string()),
        user,
        purpose: OneTimePurpose::ResetPassword,
        expires_at: at(100_000),
    };
    let window = |name, seconds, limit| QuotaWindow {
        name,
        length: Duration::from_secs(seconds),
        limit,
    };
    Letter {
        counted: UserId::stand_in("letter", "jo@example.com"),
        windows: vec![window("minute", 60, 1), window("hour", 3600, 3)],
        now: at(second),
        ..letter(&token)
    }
}

async fn a_mailbox_gets_so_many_letters(desk: Desk) {
    let user = desk.account().await;
    let (sessions, outbox) = (&desk.stores.sessions, &desk.stores.outbox);
    for (second, fits) in [
        (0, true),
        (59, false),
        (60, true),
        (120, true),
        (180, false),
        (3599, false),
        (3600, true),
    ] {
        let letter = counted(&desk, user, second);
        let written = sessions.write(&letter).await.unwrap();
        assert_eq!(written, fits, "{second}");
        let told = outbox.next_notices(9, at(90_000), at(second)).await;
        let told: Vec<_> = told.unwrap().into_iter().map(|row| row.item).collect();
        let notice = OutboxItem::Notice(letter.notice);
        assert_eq!(told, fits.then_some(notice).into_iter().collect::<Vec<_>>());
        let token = letter.token.unwrap();
        let good = Redeem {
            token: token.hash,
            purpose: token.purpose,
            password: PasswordHash::new("p".to_owned()),
            now: at(second),
        };
        let redeemed = sessions.redeem(&good).await.unwrap();
        assert_eq!(redeemed.is_some(), fits, "{second}");
    }
    let last = counted(&desk, user, 3601);
    let quota = &desk.stores.quota;
    let usage = quota.usage(last.counted, &last.windows, at(3601)).await;
    assert_eq!(usage.unwrap().windows[1].used, 3);
    // One that cannot be kept does not count.
    let stranger = desk.id(UserId::from_uuid);
    let elsewhere = UserId::stand_in("letter", "al@example.com");
    let lost = Letter {
        counted: elsewhere,
        ..counted(&desk, stranger, 0)
    };
    assert!(sessions.write(&lost).await.is_err());
    let usage = quota.usage(elsewhere, &lost.windows, at(0)).await;
    assert_eq!(usage.unwrap().windows[0].used, 0);
}

async fn of_many_letters_at_once_one_is_written(desk: Desk) {
    let user = desk.account().await;
    let letters: Vec<_> = (0..16).map(|_| counted(&desk, user, 0)).collect();
    let writing = letters.iter().map(|it| desk.stores.sessions.write(it));
    let written = join_all(writing).await;
    let won = written.into_iter().filter(|it| *it.as_ref().unwrap());
    assert_eq!(won.count(), 1);
    let told = desk.stores.outbox.next_notices(99, at(60), at(0)).await;
    assert_eq!(told.unwrap().len(), 1);
}

async fn a_token_is_known_before_it_is_redeemed(desk: Desk) {
    use OneTimePurpose::{ResetPassword, VerifyEmail};
    let [user, other] = [desk.account().await, desk.account().await];
    desk.token(user, ResetPassword, "once", 100).await;
    desk.token(other, ResetPassword, "theirs", 100).await;
    let holder = async |token, purpose, second| {
        let sessions = &desk.stores.sessions;
        let found = sessions.holder(&hash(token), purpose, at(second)).await;
        found.unwrap()
    };
    let account = desk.stores.accounts.get(user).await.unwrap();
    for _ in 0..2 {
        assert_eq!(holder("once", ResetPassword, 99).await, account);
    }
    for (token, purpose, second) in [
        ("once", VerifyEmail, 99),
        ("once", ResetPassword, 100),
        ("unknown", ResetPassword, 99),
    ] {
        assert_eq!(holder(token, purpose, second).await, None, "{token}");
    }
    let redeemed = desk.redeems("once", ResetPassword, "p", 99).await;
    assert_eq!(redeemed, Some(user));
    assert_eq!(holder("once", ResetPassword, 99).await, None);
    let theirs = holder("theirs", ResetPassword, 99).await;
    assert_eq!(theirs.map(|account| account.id), Some(other));
}
