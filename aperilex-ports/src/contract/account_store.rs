//! Clauses of [`AccountStore`].

use futures_util::future::join_all;

use super::support::{Desk, MOST_PAGES, at};
use super::*;
use crate::*;

/// The scenarios.
pub const SCENARIOS: &[Scenario<Desk>] = &[
    scenario!(id: "AC-1", an_account_reads_back_with_an_empty_wallet),
    scenario!(id: "AC-1", an_account_has_the_contract_it_was_given_last),
    scenario!(id: "AC-2", an_address_has_one_account),
    scenario!(id: "AC-2", of_many_with_one_address_one_is_made),
    scenario!(id: "AC-3", a_live_key_finds_its_account),
    scenario!(id: "AC-4", a_key_needs_an_account),
    scenario!(id: "AC-5", accounts_come_oldest_first_by_page),
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
    for contract in [Some(second), None, Some(first)] {
        let set = accounts.set_contract(born_with.id, contract.as_ref());
        set.await.unwrap();
        let now = accounts.get(born_with.id).await.unwrap().unwrap();
        assert_eq!(now.contract, contract);
        let rest = Account {
            contract: now.contract.clone(),
            ..born_with.clone()
        };
        assert_eq!(now, rest, "nothing else changes");
    }
    let refused = accounts.set_contract(desk.person().id, None).await;
    assert!(
        matches!(refused, Err(AccountStoreError::Unknown)),
        "{refused:?}"
    );
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

fn key(desk: &Desk, user: UserId, secret: &str) -> ApiKey {
    ApiKey {
        id: desk.id(KeyId::from_uuid),
        user,
        prefix: secret.chars().take(4).collect(),
        hash: Digest::of(secret.as_bytes()),
        created_at: at(0),
        revoked_at: None,
    }
}

async fn a_live_key_finds_its_account(desk: Desk) {
    let accounts = &desk.stores.accounts;
    let [ours, theirs] = [desk.account().await, desk.account().await];
    let [first, second] = [key(&desk, ours, "first"), key(&desk, ours, "second")];
    for key in [&first, &second, &key(&desk, theirs, "third")] {
        accounts.add_key(key).await.unwrap();
    }
    let owner = async |secret: &str| {
        let account = accounts
            .by_key(&Digest::of(secret.as_bytes()))
            .await
            .unwrap();
        account.map(|account| account.id)
    };
    assert_eq!(owner("first").await, Some(ours));
    assert_eq!(owner("third").await, Some(theirs));
    assert_eq!(owner("fourth").await, None);
    for _ in 0..2 {
        accounts.revoke_key(first.id, at(5)).await.unwrap();
    }
    assert_eq!(owner("first").await, None, "revoked");
    assert_eq!(owner("second").await, Some(ours), "the other key lives");
    accounts
        .revoke_key(desk.id(KeyId::from_uuid), at(6))
        .await
        .unwrap();
}

async fn a_key_needs_an_account(desk: Desk) {
    let key = key(&desk, desk.id(UserId::from_uuid), "secret");
    let refused = desk.stores.accounts.add_key(&key).await;
    assert!(
        matches!(refused, Err(AccountStoreError::Unknown)),
        "{refused:?}"
    );
    assert_eq!(desk.stores.accounts.by_key(&key.hash).await.unwrap(), None);
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
