//! Accounts and keys.

use aperilex_ports::{
    Account, AccountStore, AccountStoreError, ApiKey, AuditRecord, ChangeAccount, Contract, Digest,
    Email, KeyId, MAX_PAGE, NoticePreferences, StoreError, Timestamp, UserId,
};
use async_trait::async_trait;

use crate::stores::MemoryStores;

#[async_trait]
impl AccountStore for MemoryStores {
    async fn create(&self, account: &Account) -> Result<(), AccountStoreError> {
        self.commit("accounts.create", |state| {
            let mut others = state.accounts.values();
            if others.any(|other| other.email == account.email) {
                return Err(AccountStoreError::EmailTaken);
            }
            if state.accounts.contains_key(&account.id) {
                return Err(StoreError::Conflict.into());
            }
            state.accounts.insert(account.id, account.clone());
            Ok(())
        })
    }

    async fn get(&self, user: UserId) -> Result<Option<Account>, StoreError> {
        self.read("accounts.get", |state| state.accounts.get(&user).cloned())
    }

    async fn by_email(&self, email: &Email) -> Result<Option<Account>, StoreError> {
        self.read("accounts.by_email", |state| {
            let mut accounts = state.accounts.values();
            accounts.find(|account| account.email == *email).cloned()
        })
    }

    async fn by_key(&self, hash: &Digest) -> Result<Option<Account>, StoreError> {
        self.read("accounts.by_key", |state| {
            let mut live = state.keys.values().filter(|key| key.revoked_at.is_none());
            let key = live.find(|key| key.hash == *hash)?;
            state.accounts.get(&key.user).cloned()
        })
    }

    async fn add_key(&self, key: &ApiKey) -> Result<(), AccountStoreError> {
        self.commit("accounts.add_key", |state| {
            if !state.accounts.contains_key(&key.user) {
                return Err(AccountStoreError::Unknown);
            }
            state.keys.insert(key.id, key.clone());
            Ok(())
        })
    }

    async fn revoke_key(&self, key: KeyId, now: Timestamp) -> Result<(), StoreError> {
        self.commit("accounts.revoke_key", |state| {
            if let Some(key) = state.keys.get_mut(&key) {
                key.revoked_at.get_or_insert(now);
            }
            Ok(())
        })
    }

    async fn set_contract(
        &self,
        user: UserId,
        contract: Option<&Contract>,
        audit: &AuditRecord,
    ) -> Result<(), AccountStoreError> {
        self.commit("accounts.set_contract", |state| {
            let account = state.accounts.get_mut(&user);
            account.ok_or(AccountStoreError::Unknown)?.contract = contract.cloned();
            state.log(audit);
            Ok(())
        })
    }

    async fn change(&self, change: &ChangeAccount) -> Result<Account, AccountStoreError> {
        self.commit("accounts.change", |state| {
            let account = state.accounts.get_mut(&change.user);
            let account = account.ok_or(AccountStoreError::Unknown)?;
            if account.standing() != change.expected {
                return Err(StoreError::Conflict.into());
            }
            account.tier = change.to.tier;
            account.status = change.to.status;
            account.role = change.to.role;
            let changed = account.clone();
            state.log(&change.audit);
            Ok(changed)
        })
    }

    async fn preferences(&self, user: UserId) -> Result<NoticePreferences, AccountStoreError> {
        self.read("accounts.preferences", |state| {
            let there = state.accounts.contains_key(&user);
            there.then(|| state.wants(user))
        })?
        .ok_or(AccountStoreError::Unknown)
    }

    async fn prefer(
        &self,
        user: UserId,
        preferences: NoticePreferences,
    ) -> Result<(), AccountStoreError> {
        self.commit("accounts.prefer", |state| {
            if !state.accounts.contains_key(&user) {
                return Err(AccountStoreError::Unknown);
            }
            state.preferences.insert(user, preferences);
            Ok(())
        })
    }

    async fn list(&self, after: Option<UserId>, limit: usize) -> Result<Vec<Account>, StoreError> {
        self.read("accounts.list", |state| {
            let later = state.accounts.values();
            let later = later.filter(|account| after.is_none_or(|id| account.id > id));
            later.take(limit.min(MAX_PAGE)).cloned().collect()
        })
    }
}
