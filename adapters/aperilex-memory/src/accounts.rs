//! Accounts and keys.

use aperilex_ports::{
    Account, AccountStatus, AccountStore, AccountStoreError, AdoptAccount, ApiKey, ArrangeTier,
    AuditRecord, ChangeAccount, CloseAccount, Digest, Email, ExternalIdentity, KeyId, KeyOwner,
    LedgerError, MAX_PAGE, NoticePreferences, OpenAccount, OutboxItem, Role, SetContract,
    StoreError, TierChange, Timestamp, UserId,
};
use async_trait::async_trait;

use crate::state::State;
use crate::stores::MemoryStores;

#[async_trait]
impl AccountStore for MemoryStores {
    async fn create(&self, account: &Account) -> Result<(), AccountStoreError> {
        self.commit("accounts.create", |state| state.add_account(account))
    }

    async fn open(&self, command: &OpenAccount) -> Result<(), AccountStoreError> {
        self.commit("accounts.open", |state| state.open(command))
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

    async fn by_key(&self, hash: &Digest, now: Timestamp) -> Result<Option<KeyOwner>, StoreError> {
        self.read("accounts.by_key", |state| {
            let mut working = state.keys.values().filter(|key| works(key, now));
            let key = working.find(|key| key.hash == *hash)?.clone();
            let account = state.accounts.get(&key.user)?.clone();
            Some(KeyOwner { account, key })
        })
    }

    async fn by_identity(&self, who: &ExternalIdentity) -> Result<Option<Account>, StoreError> {
        self.read("accounts.by_identity", |state| {
            let user = state.identities.get(who)?;
            state.accounts.get(user).cloned()
        })
    }

    async fn add_key(
        &self,
        key: &ApiKey,
        most: usize,
        audit: &AuditRecord,
    ) -> Result<(), AccountStoreError> {
        self.commit("accounts.add_key", |state| {
            if !state.accounts.contains_key(&key.user) {
                return Err(AccountStoreError::Unknown);
            }
            let working = |own: &&ApiKey| own.user == key.user && works(own, key.created_at);
            if state.keys.values().filter(working).count() >= most {
                return Err(AccountStoreError::TooManyKeys);
            }
            state.keys.insert(key.id, key.clone());
            state.log(audit);
            Ok(())
        })
    }

    async fn keys(
        &self,
        user: UserId,
        before: Option<KeyId>,
        limit: usize,
    ) -> Result<Vec<ApiKey>, StoreError> {
        self.read("accounts.keys", |state| {
            let newest_first = state.keys.values().rev();
            newest_first
                .filter(|key| key.user == user && before.is_none_or(|id| key.id < id))
                .take(limit.min(MAX_PAGE))
                .cloned()
                .collect()
        })
    }

    async fn touch_key(&self, key: KeyId, now: Timestamp) -> Result<(), StoreError> {
        self.commit("accounts.touch_key", |state| {
            if let Some(key) = state.keys.get_mut(&key) {
                key.used_at = Some(now);
            }
            Ok(())
        })
    }

    async fn revoke_key(
        &self,
        user: UserId,
        key: KeyId,
        now: Timestamp,
        audit: &AuditRecord,
    ) -> Result<bool, StoreError> {
        self.commit("accounts.revoke_key", |state| {
            let own = state.keys.get_mut(&key).filter(|key| key.user == user);
            let Some(own) = own else { return Ok(false) };
            if own.revoked_at.is_none() {
                own.revoked_at = Some(now);
                state.log(audit);
            }
            Ok(true)
        })
    }

    async fn close(&self, command: &CloseAccount) -> Result<(), AccountStoreError> {
        self.commit("accounts.close", |state| state.close(command))
    }

    async fn unverified(&self, by: Timestamp, limit: usize) -> Result<Vec<UserId>, StoreError> {
        self.read("accounts.unverified", |state| {
            let waiting = state.accounts.values().filter(|account| {
                let unverified = account.status == AccountStatus::Unverified;
                unverified && account.created_at <= by && !state.has_books(account.id)
            });
            let mut waiting: Vec<_> = waiting.map(|it| (it.created_at, it.id)).collect();
            waiting.sort_unstable();
            waiting.truncate(limit.min(MAX_PAGE));
            waiting.into_iter().map(|(_, user)| user).collect()
        })
    }

    async fn displace(&self, user: UserId) -> Result<bool, StoreError> {
        self.commit("accounts.displace", |state| Ok(state.displace(user)))
    }

    async fn adopt(&self, command: &AdoptAccount) -> Result<Account, AccountStoreError> {
        self.commit("accounts.adopt", |state| state.adopt(command))
    }

    async fn set_contract(&self, command: &SetContract) -> Result<(), AccountStoreError> {
        self.commit("accounts.set_contract", |state| {
            let account = state.accounts.get_mut(&command.user);
            let account = account.ok_or(AccountStoreError::Unknown)?;
            if account.contract != command.expected {
                return Err(StoreError::Conflict.into());
            }
            account.contract.clone_from(&command.to);
            state.log(&command.audit);
            Ok(())
        })
    }

    async fn change(&self, change: &ChangeAccount) -> Result<Account, AccountStoreError> {
        self.commit("accounts.change", |state| state.change_account(change))
    }

    async fn arrange(&self, command: &ArrangeTier) -> Result<(), AccountStoreError> {
        self.commit("accounts.arrange", |state| {
            if !state.accounts.contains_key(&command.user) {
                return Err(AccountStoreError::Unknown);
            }
            match command.change {
                Some(change) => state.arranged.insert(command.user, change),
                None => state.arranged.remove(&command.user),
            };
            state.log(&command.audit);
            Ok(())
        })
    }

    async fn arranged(&self, user: UserId) -> Result<Option<TierChange>, StoreError> {
        self.read("accounts.arranged", |state| {
            state.arranged.get(&user).copied()
        })
    }

    async fn due(&self, now: Timestamp, limit: usize) -> Result<Vec<UserId>, StoreError> {
        self.read("accounts.due", |state| {
            let due = state.arranged.iter().filter(|(_, change)| change.at <= now);
            let mut due: Vec<_> = due.map(|(user, change)| (change.at, *user)).collect();
            due.sort_unstable();
            due.truncate(limit.min(MAX_PAGE));
            due.into_iter().map(|(_, user)| user).collect()
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

fn works(key: &ApiKey, now: Timestamp) -> bool {
    key.revoked_at.is_none() && key.expires_at.is_none_or(|end| now < end)
}

impl State {
    fn change_account(&mut self, change: &ChangeAccount) -> Result<Account, AccountStoreError> {
        let account = self.accounts.get_mut(&change.user);
        let account = account.ok_or(AccountStoreError::Unknown)?;
        if account.standing() != change.expected {
            return Err(StoreError::Conflict.into());
        }
        account.tier = change.to.tier;
        account.status = change.to.status;
        account.role = change.to.role;
        let changed = account.clone();
        if change.to.tier != change.expected.tier {
            self.arranged.remove(&change.user);
        }
        if let Some(grant) = &change.grant {
            match self.post(grant) {
                Ok(_) | Err(LedgerError::KeyReused) => {}
                Err(LedgerError::Store(error)) => return Err(error.into()),
                Err(error) => return Err(AccountStoreError::Credit(error)),
            }
        }
        self.log(&change.audit);
        if let Some(notice) = change.notice.clone() {
            self.announce(OutboxItem::Notice(notice));
        }
        Ok(changed)
    }

    fn add_account(&mut self, account: &Account) -> Result<(), AccountStoreError> {
        let mut others = self.accounts.values();
        if others.any(|other| other.email == account.email) {
            return Err(AccountStoreError::EmailTaken);
        }
        if self.accounts.contains_key(&account.id) {
            return Err(StoreError::Conflict.into());
        }
        self.accounts.insert(account.id, account.clone());
        Ok(())
    }

    fn open(&mut self, command: &OpenAccount) -> Result<(), AccountStoreError> {
        let user = command.account.id;
        self.add_account(&command.account)?;
        if let Some(identity) = &command.identity
            && self.identities.insert(identity.clone(), user).is_some()
        {
            return Err(AccountStoreError::IdentityTaken);
        }
        if let Some(key) = &command.key {
            self.keys.insert(key.id, key.clone());
        }
        if let Some(opening) = &command.opening {
            self.post(opening).map_err(|error| match error {
                LedgerError::Store(error) => error.into(),
                error => AccountStoreError::Credit(error),
            })?;
        }
        if let Some(audit) = &command.audit {
            self.log(audit);
        }
        Ok(())
    }

    fn close(&mut self, command: &CloseAccount) -> Result<(), AccountStoreError> {
        let user = command.user;
        let account = self.accounts.get_mut(&user);
        let account = account.ok_or(AccountStoreError::Unknown)?;
        if account.status == AccountStatus::Deleted {
            return Ok(());
        }
        account.email = command.address.clone();
        account.status = AccountStatus::Deleted;
        account.role = Role::Member;
        self.lock_out(user);
        self.log(&command.audit);
        Ok(())
    }

    fn adopt(&mut self, command: &AdoptAccount) -> Result<Account, AccountStoreError> {
        let user = command.user;
        let account = self.accounts.get_mut(&user);
        let account = account.ok_or(AccountStoreError::Unknown)?;
        let was = account.status;
        if !matches!(was, AccountStatus::Active | AccountStatus::Unverified) {
            return Err(StoreError::Conflict.into());
        }
        if self.identities.contains_key(&command.identity) {
            return Err(AccountStoreError::IdentityTaken);
        }
        account.status = AccountStatus::Active;
        let adopted = account.clone();
        if was == AccountStatus::Unverified {
            self.lock_out(user);
        }
        self.passwords.remove(&user);
        self.sign_out(user);
        self.identities.insert(command.identity.clone(), user);
        self.log(&command.audit);
        Ok(adopted)
    }

    fn has_books(&self, user: UserId) -> bool {
        let chain = self
            .journal
            .get(&user)
            .is_some_and(|chain| !chain.is_empty());
        chain || self.entries.get(&user).is_some_and(|own| !own.is_empty())
    }

    fn displace(&mut self, user: UserId) -> bool {
        let account = self.accounts.get(&user);
        if account.is_none_or(|account| account.status != AccountStatus::Unverified) {
            return false;
        }
        if self.has_books(user) {
            return false;
        }
        self.lock_out(user);
        self.accounts.remove(&user);
        self.arranged.remove(&user);
        self.preferences.remove(&user);
        true
    }

    /// Removes everything by which somebody gets into an account.
    fn lock_out(&mut self, user: UserId) {
        self.keys.retain(|_, key| key.user != user);
        self.identities.retain(|_, owner| *owner != user);
        self.passwords.remove(&user);
        self.sign_out(user);
    }

    /// Ends all sessions and one-time tokens of an account.
    pub(crate) fn sign_out(&mut self, user: UserId) {
        self.sessions.retain(|_, session| session.user != user);
        let sessions = &self.sessions;
        self.refresh
            .retain(|_, (session, _)| sessions.contains_key(session));
        self.one_time.retain(|_, token| token.user != user);
    }
}
