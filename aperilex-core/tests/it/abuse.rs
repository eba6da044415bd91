//! Guessing, flooding and squatting: what those get who are not whom they say.

use std::sync::Arc;
use std::time::Duration;

use aperilex_core::ports::{EntryId, EntryKind, NoticeKind, PostEntry};
use aperilex_core::{
    AccountChange, AccountStatus, Actor, Engine, MicroUsd, OneTimePurpose, Refusal, Role, Tier,
    Timestamp, UserId,
};
use futures_executor::block_on;

use crate::sign_in::{House, PASSWORD, Trusting, refusal, token};

const WRONG: &str = "not the right password";
const DAY: u64 = 24 * 60 * 60;

fn too_many(seconds: u64) -> Refusal {
    Refusal::TooManyTries {
        retry_after: Duration::from_secs(seconds),
    }
}

/// Another server on the same database.
fn beside(house: &House) -> House {
    House {
        memory: house.memory.clone(),
        engine: Engine::new(
            house.engine.ports().clone(),
            house.engine.settings().clone(),
        ),
    }
}

fn open_to_all() -> House {
    House::new(|ports, _| ports.sign_in.providers = vec![Arc::new(Trusting)])
}

#[test]
fn passwords_are_not_guessed_not_even_on_two_servers() {
    let house = House::new(|_, _| {});
    house.member("jo@example.com");
    let other = beside(&house);
    // Whether there is an account makes no difference.
    for email in ["jo@example.com", "nobody@example.com"] {
        for n in 0..10 {
            let server = if n % 2 == 0 { &house } else { &other };
            let failed = server.sign_in(email, WRONG).unwrap_err();
            assert_eq!(failed, Refusal::SignInFailed, "{email} {n}");
        }
        for server in [&house, &other] {
            for password in [WRONG, PASSWORD] {
                let refused = server.sign_in(email, password).unwrap_err();
                assert_eq!(refused, too_many(900), "{email}");
            }
        }
    }
    // Nothing was looked at: that no password is read shows it.
    house.memory.faults.fail_next("sessions.password");
    assert_eq!(
        house.sign_in("JO@Example.com", PASSWORD).unwrap_err(),
        too_many(900)
    );
    assert_eq!(house.memory.faults.pending(), ["sessions.password"]);
    house.memory.faults.clear();
    house.later(900);
    house.sign_in("jo@example.com", PASSWORD).unwrap();
}

#[test]
fn whoever_knows_the_password_is_not_counted() {
    let house = House::new(|_, settings| settings.accounts.password_tries = 3);
    house.member("jo@example.com");
    for _ in 0..5 {
        for _ in 0..2 {
            let failed = house.sign_in("jo@example.com", WRONG).unwrap_err();
            assert_eq!(failed, Refusal::SignInFailed);
        }
        house.sign_in("jo@example.com", PASSWORD).unwrap();
    }
}

#[test]
fn patience_does_not_help_a_guesser() {
    let house = House::new(|_, settings| {
        settings.accounts.password_window_s = 60;
        settings.accounts.password_tries_per_day = 25;
    });
    for n in 0..25 {
        if n % 10 == 0 {
            house.later(60);
        }
        let failed = house.sign_in("jo@example.com", WRONG).unwrap_err();
        assert_eq!(failed, Refusal::SignInFailed, "{n}");
    }
    house.later(60);
    let refused = house.sign_in("jo@example.com", WRONG).unwrap_err();
    assert_eq!(refused, too_many(DAY - 180));
}

#[test]
fn whoever_reads_the_mail_of_an_address_is_no_guesser() {
    let house = House::new(|_, _| {});
    house.member("jo@example.com");
    for _ in 0..10 {
        house.sign_in("jo@example.com", WRONG).unwrap_err();
    }
    house.later(60);
    assert_eq!(
        house.sign_in("jo@example.com", PASSWORD).unwrap_err(),
        too_many(840)
    );
    house.forgot("jo@example.com");
    let letter = token(&house.letter());
    let new = "quite another one";
    house
        .set_password(&letter, OneTimePurpose::ResetPassword, new)
        .unwrap();
    house.sign_in("jo@example.com", new).unwrap();
}

#[test]
fn a_second_tab_goes_on_beside_the_first() {
    let house = House::new(|_, _| {});
    house.member("jo@example.com");
    let first = house.sign_in("jo@example.com", PASSWORD).unwrap();
    house.later(60);
    let one = house.refresh(first.refresh.reveal()).unwrap();
    house.later(10);
    let two = house.refresh(first.refresh.reveal()).unwrap();
    assert_eq!(two.session, first.session);
    assert_eq!(two.refresh_expires_at, one.refresh_expires_at, "no longer");
    for tab in [&one, &two] {
        assert!(house.knows(tab.access.reveal()));
        house.refresh(tab.refresh.reveal()).unwrap();
    }
    house.later(1);
    let thief = house.refresh(first.refresh.reveal()).unwrap_err();
    assert_eq!(thief, Refusal::SessionEnded);
    for tab in [&one, &two] {
        assert!(!house.knows(tab.access.reveal()), "all of it is over");
    }
}

#[test]
fn nothing_is_exchanged_for_whoever_may_not_act() {
    let house = House::new(|_, _| {});
    let jo = house.member("jo@example.com");
    let session = house.sign_in("jo@example.com", PASSWORD).unwrap();
    let suspend = |suspended| {
        let change = AccountChange {
            suspended: Some(suspended),
            reason: "a test".to_owned(),
            ..AccountChange::default()
        };
        let changed = house.engine.change_account(Actor::Operator, jo.id, &change);
        block_on(changed).unwrap();
    };
    suspend(true);
    for _ in 0..2 {
        let refused = house.refresh(session.refresh.reveal()).unwrap_err();
        assert_eq!(refused, Refusal::AccountSuspended);
        house.later(60);
    }
    suspend(false);
    house.refresh(session.refresh.reveal()).unwrap();
}

#[test]
fn an_address_gets_so_many_letters_a_day_of_each_kind() {
    let house = House::new(|_, settings| settings.accounts.letters_per_day = 3);
    let other = beside(&house);
    house.sign_up("jo@example.com").unwrap();
    other.sign_up("jo@example.com").unwrap();
    assert_eq!(house.letters().len(), 1, "one a minute, whatever server");
    let mut written = Vec::new();
    for _ in 0..5 {
        house.later(60);
        other.sign_up("jo@example.com").unwrap();
        written.extend(house.letters());
    }
    assert_eq!(written.len(), 2);
    let last = token(&written[1]);
    house
        .set_password(&last, OneTimePurpose::VerifyEmail, PASSWORD)
        .unwrap();
    house.forgot("jo@example.com");
    assert_eq!(house.letter().kind.name(), "password_reset", "another kind");
    house.later(DAY);
    house.forgot("jo@example.com");
    house.letter();
}

#[test]
fn a_letter_that_was_not_stored_does_not_count() {
    let house = House::new(|_, _| {});
    house.member("jo@example.com");
    house.memory.faults.fail_next("sessions.write");
    let email = "jo@example.com".parse().unwrap();
    assert!(block_on(house.engine.forgot_password(&email)).is_err());
    assert_eq!(house.letters(), []);
    house.forgot("jo@example.com");
    house.letter();
}

#[test]
fn a_domain_that_signs_in_elsewhere_has_no_passwords() {
    let email = "jo@works.example.com";
    let before = House::new(|_, _| {});
    before.member(email);
    before.forgot(email);
    let late = token(&before.letter());
    // The provider is set up later: the password that is there opens nothing any more.
    let mut ports = before.engine.ports().clone();
    ports.sign_in.providers = vec![Arc::new(Trusting)];
    let settings = before.engine.settings().clone();
    let house = House {
        memory: before.memory.clone(),
        engine: Engine::new(ports, settings),
    };
    let not_offered = |refused: Refusal| matches!(refused, Refusal::NotOfferedHere { .. });
    for email in [email, "nobody@works.example.com"] {
        assert!(not_offered(house.sign_in(email, PASSWORD).unwrap_err()));
        assert!(not_offered(house.sign_up(email).unwrap_err()));
        house.forgot(email);
    }
    // Nor does a letter that was on its way make one.
    let late = house.set_password(&late, OneTimePurpose::ResetPassword, "another password");
    assert!(not_offered(late.unwrap_err()));
    let letter = house.letter();
    let provider = "works".to_owned();
    assert_eq!(letter.kind, NoticeKind::SignInElsewhere { provider });
    house.forgot(email);
    assert_eq!(house.letters(), [], "it is a letter like any other");
    // There it leads to the account that was there before, with its keys and without its password.
    let arrived = house.travel(&format!("17,{email}")).unwrap();
    let stores = &house.engine.ports().stores;
    let address = email.parse().unwrap();
    let known = stores.accounts.by_email(&address);
    let known = block_on(known).unwrap().unwrap();
    assert_eq!(
        (arrived.user, known.status),
        (known.id, AccountStatus::Active)
    );
    let password = stores.sessions.password(known.id);
    assert!(block_on(password).unwrap().is_none());
    assert_eq!(house.travel("17").unwrap().user, known.id, "and again");
    // Whoever the provider lets in without governing their domain has a password as before.
    house.member("jo@example.com");
    house.sign_in("jo@example.com", PASSWORD).unwrap();
}

#[test]
fn nobody_signs_up_where_no_mail_is_received() {
    let house = House::new(|_, _| {});
    for email in [
        "house@aperilex.invalid",
        "jo@mail.test",
        "jo@a.localhost",
        "jo@host.local",
    ] {
        assert_eq!(
            house.sign_up(email),
            Err(Refusal::NobodysAddress),
            "{email}"
        );
    }
    assert_eq!(block_on(house.engine.house()).unwrap().role, Role::House);
    let owner = "owner@host.local".parse().unwrap();
    let made = house
        .engine
        .create_account(owner, Tier::Demo, Role::Admin, MicroUsd::ZERO);
    block_on(made).unwrap();
}

#[test]
fn whoever_never_verified_an_address_does_not_keep_it() {
    let house = open_to_all();
    house.sign_up("jo@example.com").unwrap();
    let squatter = house.account("jo@example.com");
    let letter = token(&house.letter());
    let owner = house.travel("17,jo@example.com").unwrap();
    assert_ne!(owner.user, squatter.id);
    let account = house.account("jo@example.com");
    assert_eq!(
        (account.id, account.status),
        (owner.user, AccountStatus::Active)
    );
    let late = house.set_password(&letter, OneTimePurpose::VerifyEmail, PASSWORD);
    assert_eq!(
        late,
        Err(Refusal::TokenSpent),
        "the letter opens nothing any more"
    );
    assert_eq!(house.travel("17").unwrap().user, owner.user);
    // An operator makes an account for whom they know.
    house.sign_up("al@example.com").unwrap();
    let create = || {
        let email = "al@example.com".parse().unwrap();
        let made = house
            .engine
            .create_account(email, Tier::Basic, Role::Member, MicroUsd::ZERO);
        refusal(block_on(made))
    };
    let al = create().unwrap();
    assert!(house.knows(al.key.reveal()));
    assert_eq!(create().unwrap_err(), Refusal::EmailTaken, "it is theirs");
    assert_eq!(
        house.travel("18,al@example.com").unwrap_err(),
        Refusal::EmailTaken
    );
}

#[test]
fn accounts_that_are_not_verified_in_time_make_room() {
    let house = House::new(|_, settings| settings.accounts.unverified_ttl_s = 3 * DAY);
    house.sign_up("jo@example.com").unwrap();
    house.sign_up("rich@example.com").unwrap();
    let (jo, rich) = (
        house.account("jo@example.com"),
        house.account("rich@example.com"),
    );
    let credit = PostEntry {
        id: EntryId::from_uuid(uuid::Uuid::from_u128(1)),
        user: rich.id,
        kind: EntryKind::Adjustment,
        amount: MicroUsd::new(500),
        key: "gift".to_owned(),
        expires_at: None,
        description: "a gift".to_owned(),
        now: Timestamp::UNIX_EPOCH,
    };
    let stores = &house.engine.ports().stores;
    block_on(stores.ledger.post(&credit)).unwrap();
    assert_eq!(house.letters().len(), 2);
    house.later(3 * DAY - 1);
    let al = house.member("al@example.com");
    block_on(house.engine.sweep()).unwrap();
    let there = |user: UserId| block_on(stores.accounts.get(user)).unwrap().is_some();
    assert!(there(jo.id));
    house.later(1);
    block_on(house.engine.sweep()).unwrap();
    assert!(!there(jo.id), "nobody came");
    assert!(there(rich.id), "books are kept");
    assert!(there(al.id), "verified");
    house.sign_up("jo@example.com").unwrap();
    assert_ne!(house.account("jo@example.com").id, jo.id);
}

#[test]
fn what_was_counted_is_forgotten_when_no_window_holds_it() {
    let house = House::new(|_, _| {});
    for n in 0..150 {
        let email = format!("jo{n}@example.com");
        house.sign_in(&email, WRONG).unwrap_err();
    }
    let quota = &house.engine.ports().stores.quota;
    house.later(DAY);
    block_on(house.engine.sweep()).unwrap();
    house.later(1);
    block_on(house.engine.sweep()).unwrap();
    assert_eq!(
        block_on(quota.forget(Timestamp::MAX, 500)).unwrap(),
        50,
        "a hundred at a time"
    );
}
