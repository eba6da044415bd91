//! Clauses of [`AccountStore`].

mod opening;
mod unverified;

use futures_util::future::join_all;

use opening::{
    a_closed_account_leaves_its_books_alone, a_key_past_its_time_finds_nothing,
    an_account_opens_whole_or_not_at_all, an_account_opens_with_all_that_comes_with_it,
    keys_are_listed_newest_first, nobody_gets_into_a_closed_account,
};

use unverified::{
    an_account_is_adopted_by_its_owner, books_keep_their_account, nobody_else_is_adopted,
    nobody_else_is_displaced, the_unverified_make_room, who_is_unverified_for_long_is_known,
};

use super::audit_log::record;
use super::support::{Desk, MOST_PAGES, at, usd};
use super::*;
use crate::*;

/// The scenarios.
pub const SCENARIOS: &[Scenario<Desk>] = &[
    scenario!(id: "AC-1", an_account_reads_back_with_an_empty_wallet),
    scenario!(id: "AC-2", an_address_has_one_account),
    scenario!(id: "AC-2", of_many_with_one_address_one_is_made),
    scenario!(id: "AC-3", a_live_key_finds_its_account),
    scenario!(id: "AC-4", a_key_needs_an_account),
    scenario!(id: "AC-4", so_many_keys_work_at_a_time),
    scenario!(id: "AC-4", of_many_last_keys_one_is_added),
    scenario!(id: "AC-5", accounts_come_oldest_first_by_page),
    scenario!(id: "AC-8", an_account_opens_with_all_that_comes_with_it),
    scenario!(id: "AC-8", an_account_opens_whole_or_not_at_all),
    scenario!(id: "AC-9", a_key_past_its_time_finds_nothing),
    scenario!(id: "AC-10", keys_are_listed_newest_first),
    scenario!(id: "AC-11", a_closed_account_leaves_its_books_alone),
    scenario!(id: "AC-11", nobody_gets_into_a_closed_account),
    scenario!(id: "AC-6", a_change_brings_its_record),
    scenario!(id: "AC-6", of_racing_changes_one_wins),
    scenario!(id: "AC-6", what_comes_with_a_change_comes_once),
    scenario!(id: "AC-12", a_change_of_plan_is_arranged),
    scenario!(id: "AC-14", who_is_unverified_for_long_is_known),
    scenario!(id: "AC-15", the_unverified_make_room),
    scenario!(id: "AC-15", books_keep_their_account),
    scenario!(id: "AC-15", nobody_else_is_displaced),
    scenario!(id: "AC-16", an_account_is_adopted_by_its_owner),
    scenario!(id: "AC-16", nobody_else_is_adopted),
    scenario!(id: "AC-7", an_account_chooses_what_it_is_told_of),
    scenario!(id: "AC-13", an_account_has_the_contract_it_was_given_last),
    scenario!(id: "AC-13", a_contract_that_was_not_looked_at_is_not_replaced),
    scenario!(id: "AC-13", of_racing_contracts_one_is_set),
];

async fn an_account_reads_back_with_an_empty_wallet(desk: Desk) {
    let accounts = &desk.stores.accounts;
    for (tier, role) in [(Tier::Demo, Role::Member), (Tier::Enterprise, Role::Admin)] {
        for status in [AccountStatus::Active, AccountStatus::Suspended] {
            let account = Account {
                tier,
                role,
                status,
                ..desk.person()
            };
            accounts.create(&account).await.unwrap();
            assert_eq!(
                accounts.get(account.id).await.unwrap().as_ref(),
                Some(&account)
            );
            let found = accounts.by_email(&account.email).await.unwrap();
            assert_eq!(found.as_ref(), Some(&account));
            assert_eq!(desk.balance(account.id).await, Balance::default());
            assert!(desk.entries(account.id).await.is_empty());
        }
    }
    let stranger = desk.person();
    assert_eq!(accounts.get(stranger.id).await.unwrap(), None);
    assert_eq!(accounts.by_email(&stranger.email).await.unwrap(), None);
}

async fn an_account_has_the_contract_it_was_given_last(desk: Desk) {
    let accounts = &desk.stores.accounts;
    let first = Contract {
        requests_per_hour: Some(Some(50)),
        history_years: Some(None),
        forms: Some(Some(vec!["10-K".into()])),
        analysis_by_quality: [(Quality::Premium, MicroUsd::new(70_000))].into(),
        byok: true,
        ..Contract::default()
    };
    let born_with = Account {
        contract: Some(first.clone()),
        ..desk.person()
    };
    accounts.create(&born_with).await.unwrap();
    let made = accounts.get(born_with.id).await.unwrap();
    assert_eq!(made.as_ref(), Some(&born_with));
    let second = Contract {
        monthly_price: Some(MicroUsd::new(500_000_000)),
        ..Contract::default()
    };
    let mut has = Some(first.clone());
    for contract in [Some(second), None, Some(first)] {
        let set = agree(born_with.id, has, contract.clone());
        accounts.set_contract(&set).await.unwrap();
        has = contract.clone();
        let now = accounts.get(born_with.id).await.unwrap().unwrap();
        assert_eq!(now.contract, contract);
        let rest = Account {
            contract: now.contract.clone(),
            ..born_with.clone()
        };
        assert_eq!(now, rest, "nothing else changes");
    }
    let nobody = desk.person().id;
    let refused = accounts.set_contract(&agree(nobody, None, None)).await;
    assert!(
        matches!(refused, Err(AccountStoreError::Unknown)),
        "{refused:?}"
    );
    let log = desk.stores.audit_log.entries(None, 9).await.unwrap();
    assert_eq!(log.len(), 3, "who did it, where it was done");
    let subject = agreed(born_with.id).subject;
    assert!(log.iter().all(|entry| entry.record.subject == subject));
}

fn agree(user: UserId, expected: Option<Contract>, to: Option<Contract>) -> SetContract {
    SetContract {
        user,
        expected,
        to,
        audit: agreed(user),
    }
}

fn hourly(requests: u32) -> Option<Contract> {
    Some(Contract {
        requests_per_hour: Some(Some(requests)),
        ..Contract::default()
    })
}

async fn a_contract_that_was_not_looked_at_is_not_replaced(desk: Desk) {
    let accounts = &desk.stores.accounts;
    let user = desk.account().await;
    let first = agree(user, None, hourly(5));
    accounts.set_contract(&first).await.unwrap();
    // Also where what is wanted is what is there: who asks has seen something else.
    for (expected, to) in [
        (None, hourly(6)),
        (hourly(6), None),
        (None, hourly(5)),
        (hourly(6), hourly(5)),
    ] {
        let refused = accounts.set_contract(&agree(user, expected, to)).await;
        let conflict = matches!(refused, Err(AccountStoreError::Store(StoreError::Conflict)));
        assert!(conflict, "{refused:?}");
    }
    let now = accounts.get(user).await.unwrap().unwrap();
    assert_eq!(now.contract, hourly(5));
    let log = desk.stores.audit_log.entries(None, 9).await.unwrap();
    assert_eq!(log.len(), 1, "what is refused is not noted");
}

async fn of_racing_contracts_one_is_set(desk: Desk) {
    let accounts = &desk.stores.accounts;
    let user = desk.account().await;
    let wanted: Vec<_> = (1..=8).map(|n| agree(user, None, hourly(n))).collect();
    let outcomes = join_all(wanted.iter().map(|one| accounts.set_contract(one))).await;
    let won: Vec<_> = (wanted.iter().zip(&outcomes))
        .filter(|(_, outcome)| outcome.is_ok())
        .collect();
    let [(won, _)] = won.as_slice() else {
        panic!("one wins: {outcomes:?}");
    };
    let now = accounts.get(user).await.unwrap().unwrap();
    assert_eq!(now.contract, won.to);
    let log = desk.stores.audit_log.entries(None, 9).await.unwrap();
    assert_eq!(log.len(), 1);
}

fn agreed(user: UserId) -> AuditRecord {
    AuditRecord {
        actor: Actor::Operator,
        action: "account.contract".into(),
        subject: format!("account {user}"),
        detail: serde_json::json!({ "reason": "signed" }),
        at: at(0),
    }
}

async fn an_address_has_one_account(desk: Desk) {
    let accounts = &desk.stores.accounts;
    let first = desk.person();
    accounts.create(&first).await.unwrap();
    let second = Account {
        email: first.email.clone(),
        ..desk.person()
    };
    let refused = accounts.create(&second).await;
    assert!(
        matches!(refused, Err(AccountStoreError::EmailTaken)),
        "{refused:?}"
    );
    assert_eq!(accounts.get(second.id).await.unwrap(), None);
    assert_eq!(accounts.by_email(&first.email).await.unwrap(), Some(first));
}

async fn of_many_with_one_address_one_is_made(desk: Desk) {
    let email = desk.person().email;
    let person = || Account {
        email: email.clone(),
        ..desk.person()
    };
    let people: Vec<_> = (0..32).map(|_| person()).collect();
    let creations = people
        .iter()
        .map(|person| desk.stores.accounts.create(person));
    let outcomes = join_all(creations).await;
    assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 1);
    for refused in outcomes.iter().filter_map(|outcome| outcome.as_ref().err()) {
        assert!(
            matches!(refused, AccountStoreError::EmailTaken),
            "{refused:?}"
        );
    }
    assert_eq!(desk.stores.accounts.list(None, 99).await.unwrap().len(), 1);
}

/// More keys than any of these scenarios has.
const MANY: usize = 99;

fn key(desk: &Desk, user: UserId, secret: &str) -> ApiKey {
    ApiKey {
        id: desk.id(KeyId::from_uuid),
        user,
        name: secret.to_owned(),
        scopes: Scopes::ALL,
        prefix: secret.chars().take(4).collect(),
        hash: Digest::of(secret.as_bytes()),
        created_at: at(0),
        expires_at: None,
        used_at: None,
        revoked_at: None,
    }
}

async fn a_live_key_finds_its_account(desk: Desk) {
    let accounts = &desk.stores.accounts;
    let [ours, theirs] = [desk.account().await, desk.account().await];
    let [first, second] = [key(&desk, ours, "first"), key(&desk, ours, "second")];
    for key in [&first, &second, &key(&desk, theirs, "third")] {
        accounts.add_key(key, MANY, &record(1)).await.unwrap();
    }
    let owner = async |secret: &str| {
        let hash = Digest::of(secret.as_bytes());
        let found = accounts.by_key(&hash, at(1)).await.unwrap();
        found.map(|owner| owner.account.id)
    };
    assert_eq!(owner("first").await, Some(ours));
    assert_eq!(owner("third").await, Some(theirs));
    assert_eq!(owner("fourth").await, None);
    let revoke = async |user, key| {
        let audit = record(2);
        let revoked = accounts.revoke_key(user, key, at(5), &audit);
        revoked.await.unwrap()
    };
    assert!(!revoke(theirs, first.id).await, "it is not theirs");
    assert!(!revoke(ours, desk.id(KeyId::from_uuid)).await);
    assert_eq!(owner("first").await, Some(ours));
    for _ in 0..2 {
        assert!(revoke(ours, first.id).await);
    }
    assert_eq!(owner("first").await, None, "revoked");
    assert_eq!(owner("second").await, Some(ours), "the other key lives");
    assert_eq!(
        noted(&desk).await,
        [record(2), record(1), record(1), record(1)]
    );
}

/// What the audit log says, newest first.
pub(in crate::contract) async fn noted(desk: &Desk) -> Vec<AuditRecord> {
    let log = desk.stores.audit_log.entries(None, MAX_PAGE).await.unwrap();
    log.into_iter().map(|entry| entry.record).collect()
}

async fn so_many_keys_work_at_a_time(desk: Desk) {
    let accounts = &desk.stores.accounts;
    let [ours, theirs] = [desk.account().await, desk.account().await];
    let add = async |user, secret: &str, made, expires_at| {
        let key = ApiKey {
            created_at: at(made),
            expires_at,
            ..key(&desk, user, secret)
        };
        match accounts.add_key(&key, 2, &record(1)).await {
            Ok(()) => Some(key.id),
            Err(AccountStoreError::TooManyKeys) => None,
            Err(other) => panic!("{other:?}"),
        }
    };
    let first = add(ours, "first", 0, None).await.unwrap();
    assert!(add(ours, "passing", 0, Some(at(10))).await.is_some());
    assert!(add(ours, "third", 9, None).await.is_none());
    let hash = Digest::of(b"third");
    assert_eq!(accounts.by_key(&hash, at(9)).await.unwrap(), None);
    assert!(add(theirs, "theirs", 9, None).await.is_some());
    assert!(add(ours, "fourth", 10, None).await.is_some(), "one is past");
    assert!(add(ours, "fifth", 10, None).await.is_none());
    assert!(
        accounts
            .revoke_key(ours, first, at(11), &record(2))
            .await
            .unwrap()
    );
    assert!(add(ours, "sixth", 11, None).await.is_some());
}

async fn of_many_last_keys_one_is_added(desk: Desk) {
    let accounts = &desk.stores.accounts;
    let user = desk.account().await;
    let keys: Vec<_> = (0..16)
        .map(|n| key(&desk, user, &format!("key {n}")))
        .collect();
    let audit = record(1);
    let adding = keys.iter().map(|key| accounts.add_key(key, 1, &audit));
    let added = join_all(adding).await;
    assert_eq!(added.iter().filter(|it| it.is_ok()).count(), 1, "{added:?}");
    assert_eq!(accounts.keys(user, None, 99).await.unwrap().len(), 1);
}

async fn a_key_needs_an_account(desk: Desk) {
    let key = key(&desk, desk.id(UserId::from_uuid), "secret");
    let refused = desk.stores.accounts.add_key(&key, MANY, &record(1)).await;
    assert!(
        matches!(refused, Err(AccountStoreError::Unknown)),
        "{refused:?}"
    );
    assert_eq!(noted(&desk).await, []);
    let found = desk.stores.accounts.by_key(&key.hash, at(1)).await;
    assert_eq!(found.unwrap(), None);
}

async fn accounts_come_oldest_first_by_page(desk: Desk) {
    let accounts = &desk.stores.accounts;
    let mut made = Vec::new();
    for second in 0..7 {
        let person = Account {
            created_at: at(second),
            ..desk.person()
        };
        accounts.create(&person).await.unwrap();
        made.push(person);
    }
    let (mut seen, mut after) = (Vec::new(), None);
    for _ in 0..MOST_PAGES {
        let page = accounts.list(after, 3).await.unwrap();
        let Some(last) = page.last() else { break };
        assert!(page.len() <= 3);
        after = Some(last.id);
        seen.extend(page);
    }
    assert_eq!(seen, made);
}

/// What it becomes with this role.
pub(super) fn change(account: &Account, to: Standing, n: u32) -> ChangeAccount {
    ChangeAccount {
        user: account.id,
        expected: account.standing(),
        to,
        audit: record(n),
        grant: None,
        notice: None,
        now: at(1),
    }
}

async fn a_change_brings_its_record(desk: Desk) {
    let accounts = &desk.stores.accounts;
    let user = desk.funded(100).await;
    let before = accounts.get(user).await.unwrap().unwrap();
    let to = Standing {
        tier: Tier::Professional,
        status: AccountStatus::Suspended,
        role: Role::Admin,
    };
    let changed = accounts.change(&change(&before, to, 1)).await.unwrap();
    assert_eq!(changed.standing(), to);
    assert_eq!(accounts.get(user).await.unwrap(), Some(changed.clone()));
    let unchanged = Account {
        tier: before.tier,
        status: before.status,
        role: before.role,
        ..changed.clone()
    };
    assert_eq!(unchanged, before, "nothing else is another");

    // It stands otherwise by now, in each respect.
    let back = before.standing();
    for expected in [
        Standing {
            tier: Tier::Basic,
            ..to
        },
        Standing {
            status: AccountStatus::Active,
            ..to
        },
        Standing {
            role: Role::Member,
            ..to
        },
    ] {
        let late = ChangeAccount {
            expected,
            ..change(&changed, back, 2)
        };
        let refused = accounts.change(&late).await;
        let conflict = matches!(refused, Err(AccountStoreError::Store(StoreError::Conflict)));
        assert!(conflict, "{refused:?}");
    }
    let unknown = accounts.change(&change(&desk.person(), to, 3)).await;
    assert!(
        matches!(unknown, Err(AccountStoreError::Unknown)),
        "{unknown:?}"
    );
    assert_eq!(accounts.get(user).await.unwrap(), Some(changed));
    assert_eq!(noted(&desk).await, [record(1)]);
    assert_eq!(desk.balance(user).await.posted.micros(), 100);
}

async fn of_racing_changes_one_wins(desk: Desk) {
    let accounts = &desk.stores.accounts;
    let user = desk.account().await;
    let before = accounts.get(user).await.unwrap().unwrap();
    let tos = [
        (Tier::Demo, Role::Member),
        (Tier::Professional, Role::Member),
        (Tier::Enterprise, Role::Member),
        (Tier::Basic, Role::Admin),
    ];
    let changes: Vec<_> = (1_u32..)
        .zip(tos)
        .map(|(n, (tier, role))| {
            let to = Standing {
                tier,
                role,
                ..before.standing()
            };
            change(&before, to, n)
        })
        .collect();
    let outcomes = join_all(changes.iter().map(|change| accounts.change(change))).await;
    let won: Vec<_> = (changes.iter().zip(&outcomes))
        .filter(|(_, outcome)| outcome.is_ok())
        .collect();
    let [(won, _)] = won.as_slice() else {
        panic!("one wins: {outcomes:?}");
    };
    let after = accounts.get(user).await.unwrap().unwrap();
    assert_eq!(after.standing(), won.to);
    assert_eq!(noted(&desk).await, std::slice::from_ref(&won.audit));
}

async fn an_account_chooses_what_it_is_told_of(desk: Desk) {
    let accounts = &desk.stores.accounts;
    let [ours, theirs] = [desk.account().await, desk.account().await];
    let default = NoticePreferences::default();
    assert_eq!((default.tasks, default.low_balance), (false, true));
    assert_eq!(accounts.preferences(ours).await.unwrap(), default);
    for (tasks, low_balance) in [(true, false), (true, true), (false, false), (false, true)] {
        let wanted = NoticePreferences { tasks, low_balance };
        accounts.prefer(ours, wanted).await.unwrap();
        assert_eq!(accounts.preferences(ours).await.unwrap(), wanted);
        assert_eq!(accounts.preferences(theirs).await.unwrap(), default);
    }
    let stranger = desk.person().id;
    for refused in [
        accounts.preferences(stranger).await.map(drop),
        accounts.prefer(stranger, default).await,
    ] {
        assert!(
            matches!(refused, Err(AccountStoreError::Unknown)),
            "{refused:?}"
        );
    }
}

async fn what_comes_with_a_change_comes_once(desk: Desk) {
    let accounts = &desk.stores.accounts;
    let user = desk.account().await;
    let before = accounts.get(user).await.unwrap().unwrap();
    let to = |tier| Standing {
        tier,
        ..before.standing()
    };
    let suspended = NoticeKind::Suspended {
        reason: "a test".into(),
    };
    let notice = PendingNotice::of(user, "1", suspended, at(1));
    let first = ChangeAccount {
        grant: Some(desk.top_up(user, 70)),
        notice: Some(notice.clone()),
        ..change(&before, to(Tier::Professional), 1)
    };
    let changed = accounts.change(&first).await.unwrap();
    assert_eq!(desk.balance(user).await.posted, usd(70));
    assert_eq!(desk.notices(user, 5).await, [notice]);
    // The same key with other credits: the change is made, the credits are not.
    let grant = PostEntry {
        amount: usd(90),
        ..first.grant.clone().unwrap()
    };
    let again = ChangeAccount {
        grant: Some(grant.clone()),
        ..change(&changed, to(Tier::Enterprise), 2)
    };
    let again = accounts.change(&again).await.unwrap();
    assert_eq!(again.tier, Tier::Enterprise);
    assert_eq!(desk.balance(user).await.posted, usd(70));
    // Refused, nothing of it is there.
    let late = ChangeAccount {
        grant: Some(desk.top_up(user, 5)),
        ..change(&changed, to(Tier::Demo), 3)
    };
    assert!(accounts.change(&late).await.is_err());
    assert_eq!(desk.balance(user).await.posted, usd(70));
    desk.audit().await;
}

async fn a_change_of_plan_is_arranged(desk: Desk) {
    let accounts = &desk.stores.accounts;
    let (user, other) = (desk.account().await, desk.account().await);
    let arrange = |user, change, n| ArrangeTier {
        user,
        change,
        audit: record(n),
    };
    let to = |tier, second| {
        Some(TierChange {
            tier,
            at: at(second),
        })
    };
    let (early, late) = (to(Tier::Demo, 100), to(Tier::Basic, 200));
    for (user, change) in [(user, early), (user, late), (other, early)] {
        accounts.arrange(&arrange(user, change, 1)).await.unwrap();
    }
    assert_eq!(accounts.arranged(user).await.unwrap(), late);
    let ours = |due: Vec<UserId>| -> Vec<UserId> {
        let ours = due.into_iter().filter(|id| [user, other].contains(id));
        ours.collect()
    };
    assert!(ours(accounts.due(at(99), MAX_PAGE).await.unwrap()).is_empty());
    assert_eq!(
        ours(accounts.due(at(100), MAX_PAGE).await.unwrap()),
        [other]
    );
    let both = ours(accounts.due(at(200), MAX_PAGE).await.unwrap());
    assert_eq!(both, [other, user]);

    // A change of plan is what it waited for; another change is not.
    let before = accounts.get(user).await.unwrap().unwrap();
    let role = Standing {
        role: Role::Admin,
        ..before.standing()
    };
    let changed = accounts.change(&change(&before, role, 2)).await.unwrap();
    assert_eq!(accounts.arranged(user).await.unwrap(), late);
    let tier = Standing {
        tier: Tier::Professional,
        ..role
    };
    accounts.change(&change(&changed, tier, 3)).await.unwrap();
    assert_eq!(accounts.arranged(user).await.unwrap(), None);
    accounts.arrange(&arrange(other, None, 4)).await.unwrap();
    assert_eq!(accounts.arranged(other).await.unwrap(), None);
    let nobody = arrange(desk.id(UserId::from_uuid), early, 5);
    let refused = accounts.arrange(&nobody).await;
    assert!(matches!(refused, Err(AccountStoreError::Unknown)));
    desk.audit().await;
}
