//! Keys, sessions, sign-up, sign-in elsewhere, and the end of an account.

use std::sync::Arc;
use std::time::Duration;

use aperilex_core::ports::{
    IdentityProvider, Journey, NoticeKind, OutboxItem, PendingNotice, Ports, SignInError, Vouched,
};
use aperilex_core::{
    Account, AccountChange, AccountStatus, Actor, ChallengeUse, Email, Engine, EngineError,
    ExternalIdentity, NewKey, OneTimePurpose, Password, Refusal, Role, Scope, Scopes, Settings,
    SignedIn, Tier, Timestamp,
};
use aperilex_memory::{Memory, QuickPasswords, WordChallenge};
use async_trait::async_trait;
use futures_executor::block_on;

use crate::world::World;

pub(crate) const PASSWORD: &str = "a long enough password";

pub(crate) struct House {
    pub(crate) memory: Memory,
    pub(crate) engine: Engine,
}

impl House {
    pub(crate) fn new(change: impl FnOnce(&mut Ports, &mut Settings)) -> Self {
        let memory = Memory::new("2026-11-23T12:00:00Z".parse().unwrap());
        let (mut ports, mut settings) = (memory.ports(), Settings::default());
        settings.accounts.sign_up = true;
        change(&mut ports, &mut settings);
        let engine = Engine::new(ports, settings);
        Self { memory, engine }
    }

    pub(crate) fn later(&self, seconds: u64) {
        self.memory.clock.advance(Duration::from_secs(seconds));
    }

    pub(crate) fn sign_up(&self, email: &str) -> Result<(), Refusal> {
        refusal(block_on(self.engine.sign_up(&email.parse().unwrap(), None)))
    }

    /// What is to be told to accounts, since the last call.
    pub(crate) fn letters(&self) -> Vec<PendingNotice> {
        let outbox = &self.engine.ports().stores.outbox;
        let (now, never) = (Timestamp::MIN, Timestamp::MAX);
        let rows = block_on(outbox.next_notices(99, never, now)).unwrap();
        let ids: Vec<_> = rows.iter().map(|row| row.id).collect();
        block_on(outbox.mark_sent(&ids, now)).unwrap();
        let notices = rows.into_iter().map(|row| match row.item {
            OutboxItem::Notice(notice) => notice,
            other => panic!("{other:?}"),
        });
        notices.collect()
    }

    pub(crate) fn letter(&self) -> PendingNotice {
        let mut letters = self.letters();
        assert_eq!(letters.len(), 1, "{letters:?}");
        letters.remove(0)
    }

    /// Signs up, follows the letter, and gives the account.
    pub(crate) fn member(&self, email: &str) -> Account {
        self.sign_up(email).unwrap();
        let token = token(&self.letter());
        self.set_password(&token, OneTimePurpose::VerifyEmail, PASSWORD)
            .unwrap();
        self.account(email)
    }

    pub(crate) fn account(&self, email: &str) -> Account {
        let email: Email = email.parse().unwrap();
        let accounts = &self.engine.ports().stores.accounts;
        block_on(accounts.by_email(&email)).unwrap().unwrap()
    }

    pub(crate) fn set_password(
        &self,
        token: &str,
        purpose: OneTimePurpose,
        password: &str,
    ) -> Result<(), Refusal> {
        let password: Password = password.parse().unwrap();
        let set = block_on(self.engine.set_password(token, purpose, &password));
        refusal(set.map(drop))
    }

    pub(crate) fn sign_in(&self, email: &str, password: &str) -> Result<SignedIn, Refusal> {
        let (email, password) = (email.parse().unwrap(), password.parse().unwrap());
        refusal(block_on(self.engine.sign_in(&email, &password)))
    }

    /// Goes to the identity provider and comes back.
    pub(crate) fn travel(&self, code: &str) -> Result<SignedIn, Refusal> {
        let departure = block_on(self.engine.depart("works")).unwrap();
        let state = departure.url.split_once("state=").unwrap().1;
        let arrived = self.engine.arrive("works", &departure.baggage, state, code);
        refusal(block_on(arrived))
    }

    pub(crate) fn forgot(&self, email: &str) {
        let email = email.parse().unwrap();
        block_on(self.engine.forgot_password(&email)).unwrap();
    }

    pub(crate) fn knows(&self, credential: &str) -> bool {
        let found = block_on(self.engine.authenticate(credential)).unwrap();
        found.is_some()
    }

    pub(crate) fn refresh(&self, token: &str) -> Result<SignedIn, Refusal> {
        refusal(block_on(self.engine.refresh_session(token)))
    }
}

pub(crate) fn refusal<T>(outcome: Result<T, EngineError>) -> Result<T, Refusal> {
    outcome.map_err(|error| match error {
        EngineError::Refused(refusal) => refusal,
        other => panic!("{other:?}"),
    })
}

pub(crate) fn token(letter: &PendingNotice) -> String {
    match &letter.kind {
        NoticeKind::Verification { token } | NoticeKind::PasswordReset { token } => {
            token.reveal().to_owned()
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_newcomer_is_let_in_behind_the_letter() {
    let house = House::new(|_, _| {});
    house.sign_up("jo@example.com").unwrap();
    let account = house.account("jo@example.com");
    assert_eq!(account.status, AccountStatus::Unverified);
    assert_eq!(house.engine.may_act(&account), Err(Refusal::Unverified));
    let failed = house.sign_in("jo@example.com", PASSWORD).unwrap_err();
    assert_eq!(failed, Refusal::SignInFailed, "there is no password yet");
    let letter = house.letter();
    assert_eq!(letter.user, account.id);
    let token = token(&letter);
    assert!(!format!("{letter:?}").contains(&token), "{letter:?}");
    let wrong = house.set_password(&token, OneTimePurpose::ResetPassword, PASSWORD);
    assert_eq!(wrong, Err(Refusal::TokenSpent), "another purpose");
    house
        .set_password(&token, OneTimePurpose::VerifyEmail, PASSWORD)
        .unwrap();
    let again = house.set_password(&token, OneTimePurpose::VerifyEmail, PASSWORD);
    assert_eq!(again, Err(Refusal::TokenSpent), "twice");
    let account = house.account("jo@example.com");
    assert_eq!(account.status, AccountStatus::Active);
    assert_eq!(
        (account.tier, house.engine.may_act(&account)),
        (Tier::Demo, Ok(()))
    );
    let signed_in = house.sign_in("jo@example.com", PASSWORD).unwrap();
    assert_eq!(signed_in.user, account.id);
    assert!(house.knows(signed_in.access.reveal()));
}

#[test]
fn nobody_learns_who_has_an_account() {
    let house = House::new(|_, _| {});
    house.member("jo@example.com");
    house.later(61);
    house.sign_up("jo@example.com").unwrap();
    let letter = house.letter();
    assert_eq!(
        letter.kind.name(),
        "password_reset",
        "a way in for whoever forgot"
    );
    house.forgot("nobody@example.com");
    assert_eq!(house.letters(), []);
    for email in ["jo@example.com", "nobody@example.com"] {
        let failed = house.sign_in(email, "not the right password").unwrap_err();
        assert_eq!(failed, Refusal::SignInFailed, "{email}");
    }
}

#[test]
fn a_mailbox_is_not_flooded() {
    let house = House::new(|_, _| {});
    for _ in 0..5 {
        house.sign_up("jo@example.com").unwrap();
    }
    let first = token(&house.letter());
    house.later(61);
    house.sign_up("jo@example.com").unwrap();
    let second = token(&house.letter());
    assert_ne!(first, second);
    house
        .set_password(&second, OneTimePurpose::VerifyEmail, PASSWORD)
        .unwrap();
    let older = house.set_password(&first, OneTimePurpose::VerifyEmail, "another password");
    assert_eq!(older, Err(Refusal::TokenSpent));
}

#[test]
fn a_letter_grows_old() {
    let house = House::new(|_, settings| settings.accounts.token_ttl_s = 100);
    house.sign_up("jo@example.com").unwrap();
    let token = token(&house.letter());
    house.later(100);
    let late = house.set_password(&token, OneTimePurpose::VerifyEmail, PASSWORD);
    assert_eq!(late, Err(Refusal::TokenSpent));
}

#[test]
fn a_new_password_signs_out_everywhere() {
    let house = House::new(|_, _| {});
    house.member("jo@example.com");
    let signed_in = house.sign_in("jo@example.com", PASSWORD).unwrap();
    house.later(61);
    house.forgot("jo@example.com");
    let token = token(&house.letter());
    house
        .set_password(&token, OneTimePurpose::ResetPassword, "quite another one")
        .unwrap();
    assert!(!house.knows(signed_in.access.reveal()));
    let ended = house.refresh(signed_in.refresh.reveal()).unwrap_err();
    assert_eq!(ended, Refusal::SessionEnded);
    let old = house.sign_in("jo@example.com", PASSWORD).unwrap_err();
    assert_eq!(old, Refusal::SignInFailed);
    house
        .sign_in("jo@example.com", "quite another one")
        .unwrap();
}

#[test]
fn sign_up_is_closed_unless_it_is_opened() {
    let closed = House::new(|_, settings| settings.accounts.sign_up = false);
    let what = "sign-up";
    assert_eq!(
        closed.sign_up("jo@example.com"),
        Err(Refusal::NotOfferedHere { what })
    );
    let unsigned = House::new(|ports, _| ports.sign_in.tokens = None);
    unsigned.member("jo@example.com");
    let what = "signing in";
    let refused = unsigned.sign_in("jo@example.com", PASSWORD).unwrap_err();
    assert_eq!(refused, Refusal::NotOfferedHere { what });
}

#[test]
fn the_odd_are_asked_to_pass_a_challenge() {
    let house = |when| {
        House::new(|ports, settings| {
            ports.sign_in.challenge = Some(Arc::new(WordChallenge("a person".to_owned())));
            settings.accounts.challenge = when;
        })
    };
    let asks = |house: &House, email: &str, answer: Option<&str>| {
        let signed = block_on(house.engine.sign_up(&email.parse().unwrap(), answer));
        refusal(signed) == Err(Refusal::ChallengeRequired)
    };
    let off = house(ChallengeUse::Off);
    assert!(!asks(&off, "jo+1@example.com", None));
    let always = house(ChallengeUse::Always);
    assert!(asks(&always, "jo@example.com", None));
    assert!(asks(&always, "jo@example.com", Some("a machine")));
    assert_eq!(always.letters(), [], "nothing was done");
    assert!(!asks(&always, "jo@example.com", Some("a person")));
    let suspicious = house(ChallengeUse::Suspicious);
    assert!(asks(&suspicious, "jo+1@example.com", None));
    for n in 0..19 {
        assert!(
            !asks(&suspicious, &format!("jo{n}@example.com"), None),
            "{n}"
        );
    }
    assert!(asks(&suspicious, "late@example.com", None), "a burst");
    assert!(!asks(&suspicious, "late@example.com", Some("a person")));
    suspicious.later(601);
    assert!(!asks(&suspicious, "later@example.com", None));
}

#[test]
fn an_outdated_hash_is_made_anew() {
    let house = House::new(|_, _| {});
    let account = house.member("jo@example.com");
    let sessions = &house.engine.ports().stores.sessions;
    let kept = || block_on(sessions.password(account.id)).unwrap().unwrap();
    let old = kept();
    let mut ports = house.engine.ports().clone();
    ports.sign_in.passwords = Arc::new(QuickPasswords { edition: 2 });
    let next = Engine::new(ports, Settings::default());
    let (email, password) = ("jo@example.com".parse().unwrap(), PASSWORD.parse().unwrap());
    block_on(next.sign_in(&email, &password)).unwrap();
    let new = kept();
    assert_ne!(old, new);
    block_on(next.sign_in(&email, &password)).unwrap();
    assert_eq!(kept(), new, "it is of today");
}

#[test]
fn a_session_goes_on_by_its_refresh_tokens() {
    let house = House::new(|_, _| {});
    house.member("jo@example.com");
    let first = house.sign_in("jo@example.com", PASSWORD).unwrap();
    house.later(14 * 60);
    assert!(house.knows(first.access.reveal()));
    house.later(60);
    assert!(!house.knows(first.access.reveal()), "15 minutes are over");
    let second = house.refresh(first.refresh.reveal()).unwrap();
    assert_eq!(second.session, first.session);
    assert!(house.knows(second.access.reveal()));
    house.later(11);
    let thief = house.refresh(first.refresh.reveal()).unwrap_err();
    assert_eq!(thief, Refusal::SessionEnded);
    assert!(!house.knows(second.access.reveal()), "the session is ended");
    assert_eq!(
        house.refresh(second.refresh.reveal()).unwrap_err(),
        Refusal::SessionEnded
    );
}

#[test]
fn a_session_ends_when_it_is_told_to_or_not_refreshed() {
    let house = House::new(|_, _| {});
    house.member("jo@example.com");
    let session = house.sign_in("jo@example.com", PASSWORD).unwrap();
    let other = house.sign_in("jo@example.com", PASSWORD).unwrap();
    block_on(house.engine.sign_out(session.session)).unwrap();
    assert!(!house.knows(session.access.reveal()) && house.knows(other.access.reveal()));
    house.later(30 * 24 * 60 * 60);
    let late = house.refresh(other.refresh.reveal()).unwrap_err();
    assert_eq!(late, Refusal::SessionEnded);
    assert_eq!(block_on(house.engine.sweep()).unwrap(), 0);
}

#[test]
fn a_key_may_what_it_is_for_until_its_end() {
    let house = House::new(|_, _| {});
    let account = house.member("jo@example.com");
    let now: Timestamp = "2026-11-23T12:00:00Z".parse().unwrap();
    let wanted = NewKey {
        name: "reports".to_owned(),
        scopes: [Scope::Read].into_iter().collect(),
        expires_at: Some(now + Duration::from_secs(3600)),
    };
    let issued = block_on(house.engine.issue_key(account.id, &wanted)).unwrap();
    let secret = issued.secret.reveal();
    let found = block_on(house.engine.authenticate(secret))
        .unwrap()
        .unwrap();
    assert_eq!(found.scopes, wanted.scopes);
    assert_ne!(found.scopes, Scopes::ALL);
    let keys = block_on(house.engine.keys(account.id, None, 9)).unwrap();
    assert_eq!(
        (keys[0].name.as_str(), keys[0].used_at),
        ("reports", Some(now))
    );
    assert!(secret.starts_with(&keys[0].prefix) && keys[0].prefix.len() < 20);
    house.later(3599);
    assert!(house.knows(secret));
    let keys = block_on(house.engine.keys(account.id, None, 9)).unwrap();
    assert_eq!(
        keys[0].used_at,
        Some(now),
        "the last use is kept to the hour"
    );
    house.later(1);
    assert!(!house.knows(secret));
}

#[test]
fn keys_are_ones_own_and_not_without_end() {
    let house = House::new(|_, _| {});
    let [jo, al] = ["jo@example.com", "al@example.com"].map(|email| house.member(email));
    let issue = |account: &Account| {
        let issued = block_on(house.engine.issue_key(account.id, &NewKey::whole("key")));
        refusal(issued)
    };
    let theirs = issue(&al).unwrap();
    let revoked = block_on(house.engine.revoke_key(jo.id, theirs.key.id));
    assert!(matches!(revoked, Err(EngineError::NotFound { .. })));
    assert!(house.knows(theirs.secret.reveal()));
    for _ in 0..2 {
        block_on(house.engine.revoke_key(al.id, theirs.key.id)).unwrap();
    }
    assert!(!house.knows(theirs.secret.reveal()));
    for _ in 0..100 {
        issue(&jo).unwrap();
    }
    assert_eq!(issue(&jo).unwrap_err(), Refusal::TooManyKeys { limit: 100 });
    let newest = || block_on(house.engine.keys(jo.id, None, 1)).unwrap()[0].id;
    // However many were revoked, those that work are what counts.
    for _ in 0..600 {
        block_on(house.engine.revoke_key(jo.id, newest())).unwrap();
        issue(&jo).unwrap();
    }
    assert_eq!(issue(&jo).unwrap_err(), Refusal::TooManyKeys { limit: 100 });
}

/// Vouches for whom the code names: `subject` or `subject,address`.
#[derive(Debug)]
pub(crate) struct Trusting;

#[async_trait]
impl IdentityProvider for Trusting {
    fn name(&self) -> &'static str {
        "works"
    }

    fn tier(&self) -> Tier {
        Tier::Enterprise
    }

    fn governs(&self, email: &Email) -> bool {
        email.domain() == "works.example.com"
    }

    async fn begin(&self, journey: &Journey) -> Result<String, SignInError> {
        Ok(format!("https://id.example.com/?state={}", journey.state))
    }

    async fn finish(&self, code: &str, _: &Journey, _: Timestamp) -> Result<Vouched, SignInError> {
        if code == "forged" {
            let reason = "the signature is wrong";
            return Err(SignInError::Refused { reason });
        }
        let (subject, email) = match code.split_once(',') {
            Some((subject, email)) => (subject, Some(email.parse().unwrap())),
            None => (code, None),
        };
        let identity = ExternalIdentity {
            issuer: "https://id.example.com".to_owned(),
            subject: subject.to_owned(),
        };
        Ok(Vouched { identity, email })
    }
}

#[test]
fn who_comes_from_elsewhere_is_the_same_every_time() {
    let house = House::new(|ports, _| ports.sign_in.providers = vec![Arc::new(Trusting)]);
    let travel = |code: &str| house.travel(code);
    let first = travel("17,jo@works.example").unwrap();
    let account = house.account("jo@works.example");
    assert_eq!(
        (account.tier, account.status),
        (Tier::Enterprise, AccountStatus::Active)
    );
    assert_eq!(first.user, account.id);
    assert_eq!(
        travel("17").unwrap().user,
        account.id,
        "known by the subject alone"
    );
    assert_eq!(travel("17,new@works.example").unwrap().user, account.id);
    assert_eq!(
        travel("18,jo@works.example").unwrap_err(),
        Refusal::EmailTaken
    );
    assert!(matches!(travel("19"), Err(Refusal::NotOfferedHere { .. })));
    assert_eq!(travel("forged").unwrap_err(), Refusal::SignInFailed);
    let unknown = block_on(house.engine.depart("elsewhere"));
    assert!(matches!(unknown, Err(EngineError::NotFound { .. })));
}

#[test]
fn only_the_browser_that_departed_arrives() {
    let house = House::new(|ports, _| ports.sign_in.providers = vec![Arc::new(Trusting)]);
    let [mine, theirs] = [(), ()].map(|()| block_on(house.engine.depart("works")).unwrap());
    let state = theirs.url.split_once("state=").unwrap().1;
    let arrived = house
        .engine
        .arrive("works", &mine.baggage, state, "17,jo@works.example");
    assert_eq!(
        refusal(block_on(arrived)).unwrap_err(),
        Refusal::SignInFailed
    );
}

#[test]
fn a_closed_account_is_nobodys() {
    let world = World::new();
    let account = world.account("jo", Tier::Basic, "1.00");
    let waiting = world.submit(&account, "0001999999-26-000007");
    let key = block_on(world.engine.issue_key(account.id, &NewKey::whole("key"))).unwrap();
    let ports = world.engine.ports();
    let balance = || block_on(ports.stores.ledger.balance(account.id)).unwrap();
    let posted = balance().posted;
    for _ in 0..2 {
        block_on(world.engine.close_account(&account)).unwrap();
    }
    let task = block_on(ports.stores.tasks.get(waiting.id))
        .unwrap()
        .unwrap();
    assert!(task.status.is_terminal(), "{task:?}");
    assert!(
        block_on(world.engine.authenticate(key.secret.reveal()))
            .unwrap()
            .is_none()
    );
    let closed = block_on(ports.stores.accounts.get(account.id))
        .unwrap()
        .unwrap();
    assert_eq!(closed.status, AccountStatus::Deleted);
    assert!(closed.email.as_str().ends_with("@accounts.invalid"));
    assert_eq!(
        (balance().posted, balance().held),
        (posted, aperilex_core::MicroUsd::ZERO)
    );
    let revive = AccountChange {
        suspended: Some(false),
        role: Some(Role::Admin),
        reason: "a mistake".to_owned(),
        ..AccountChange::default()
    };
    let _ = block_on(
        world
            .engine
            .change_account(Actor::Operator, account.id, &revive),
    );
    let still = block_on(ports.stores.accounts.get(account.id))
        .unwrap()
        .unwrap();
    assert_eq!(still, closed);
    world.account("jo", Tier::Basic, "0");
}

#[test]
fn lifting_a_suspension_verifies_no_address() {
    let house = House::new(|_, _| {});
    house.sign_up("jo@example.com").unwrap();
    let account = house.account("jo@example.com");
    let restore = AccountChange {
        suspended: Some(false),
        reason: "by mistake".to_owned(),
        ..AccountChange::default()
    };
    let _ = block_on(
        house
            .engine
            .change_account(Actor::Operator, account.id, &restore),
    );
    let after = house.account("jo@example.com").status;
    assert_eq!(after, AccountStatus::Unverified);
}
