//! Broken account stores.

use std::sync::Arc;

use aperilex_ports::{
    Account, AccountStore, AccountStoreError, ApiKey, Contract, Digest, Email, KeyId, StoreError,
    Stores, Tier, Timestamp, UserId,
};
use async_trait::async_trait;

use super::failures;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Flaw {
    ForgetsTheTier,
    SharesAddresses,
    KeepsRevokedKeys,
    KeysForNobody,
    ListsNewestFirst,
}

pub(crate) const FLAWS: &[(Flaw, &str)] = &[
    (Flaw::ForgetsTheTier, "AC-1"),
    (Flaw::SharesAddresses, "AC-2"),
    (Flaw::KeepsRevokedKeys, "AC-3"),
    (Flaw::KeysForNobody, "AC-4"),
    (Flaw::ListsNewestFirst, "AC-5"),
];

pub(crate) fn caught(flaw: Flaw) -> Vec<&'static str> {
    failures(move |stores| {
        let inner = stores.accounts.clone();
        Stores {
            accounts: Arc::new(Broken { inner, flaw }),
            ..stores
        }
    })
}

#[derive(Debug)]
struct Broken {
    inner: Arc<dyn AccountStore>,
    flaw: Flaw,
}

#[async_trait]
impl AccountStore for Broken {
    async fn create(&self, account: &Account) -> Result<(), AccountStoreError> {
        match (self.flaw, self.inner.create(account).await) {
            (Flaw::SharesAddresses, Err(AccountStoreError::EmailTaken)) => Ok(()),
            (_, created) => created,
        }
    }

    async fn get(&self, user: UserId) -> Result<Option<Account>, StoreError> {
        let mut account = self.inner.get(user).await?;
        if let (Flaw::ForgetsTheTier, Some(account)) = (self.flaw, &mut account) {
            account.tier = Tier::Demo;
        }
        Ok(account)
    }

    async fn by_email(&self, email: &Email) -> Result<Option<Account>, StoreError> {
        self.inner.by_email(email).await
    }

    async fn by_key(&self, hash: &Digest) -> Result<Option<Account>, StoreError> {
        self.inner.by_key(hash).await
    }

    async fn add_key(&self, key: &ApiKey) -> Result<(), AccountStoreError> {
        match (self.flaw, self.inner.add_key(key).await) {
            (Flaw::KeysForNobody, Err(AccountStoreError::Unknown)) => Ok(()),
            (_, added) => added,
        }
    }

    async fn revoke_key(&self, key: KeyId, now: Timestamp) -> Result<(), StoreError> {
        if self.flaw == Flaw::KeepsRevokedKeys {
            return Ok(());
        }
        self.inner.revoke_key(key, now).await
    }

    async fn set_contract(
        &self,
        user: UserId,
        contract: Option<&Contract>,
    ) -> Result<(), AccountStoreError> {
        self.inner.set_contract(user, contract).await
    }

    async fn list(&self, after: Option<UserId>, limit: usize) -> Result<Vec<Account>, StoreError> {
        let mut accounts = self.inner.list(after, limit).await?;
        if self.flaw == Flaw::ListsNewestFirst {
            accounts.reverse();
        }
        Ok(accounts)
    }
}
