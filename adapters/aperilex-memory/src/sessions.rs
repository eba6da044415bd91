//! Sessions, passwords, one-time tokens.

use aperilex_ports::{
    Account, AccountStatus, AccountStoreError, Digest, Letter, OneTimePurpose, OutboxItem,
    PasswordHash, Redeem, RotateSession, Session, SessionId, SessionStore, StoreError, Timestamp,
    UserId,
};
use async_trait::async_trait;

use crate::state::State;
use crate::stores::MemoryStores;

#[async_trait]
impl SessionStore for MemoryStores {
    async fn begin(&self, session: &Session, refresh: &Digest) -> Result<(), AccountStoreError> {
        self.commit("sessions.begin", |state| {
            if !state.accounts.contains_key(&session.user) {
                return Err(AccountStoreError::Unknown);
            }
            state.sessions.insert(session.id, *session);
            state.refresh.insert(*refresh, (session.id, None));
            Ok(())
        })
    }

    async fn rotate(
        &self,
        command: &RotateSession,
    ) -> Result<Option<(Session, Account)>, StoreError> {
        self.commit("sessions.rotate", |state| Ok(state.rotate(command)))
    }

    async fn account(
        &self,
        session: SessionId,
        now: Timestamp,
    ) -> Result<Option<Account>, StoreError> {
        self.read("sessions.account", |state| {
            let session = state.sessions.get(&session);
            let session = session.filter(|session| now < session.expires_at)?;
            state.accounts.get(&session.user).cloned()
        })
    }

    async fn end(&self, session: SessionId) -> Result<(), StoreError> {
        self.commit("sessions.end", |state| {
            state.end_session(session);
            Ok(())
        })
    }

    async fn write(&self, letter: &Letter) -> Result<bool, AccountStoreError> {
        self.commit("sessions.write", |state| {
            if !state.accounts.contains_key(&letter.notice.user) {
                return Err(AccountStoreError::Unknown);
            }
            let fits = state.take_quota(letter.counted, &letter.windows, letter.now);
            if fits {
                let token = letter.token.map(|token| (token.hash, token));
                state.one_time.extend(token);
                state.announce(OutboxItem::Notice(letter.notice.clone()));
            }
            Ok(fits)
        })
    }

    async fn holder(
        &self,
        token: &Digest,
        purpose: OneTimePurpose,
        now: Timestamp,
    ) -> Result<Option<Account>, StoreError> {
        self.read("sessions.holder", |state| {
            let token = state.one_time.get(token)?;
            let good = token.purpose == purpose && now < token.expires_at;
            good.then(|| state.accounts.get(&token.user).cloned())?
        })
    }

    async fn redeem(&self, command: &Redeem) -> Result<Option<UserId>, StoreError> {
        self.commit("sessions.redeem", |state| Ok(state.redeem(command)))
    }

    async fn password(&self, user: UserId) -> Result<Option<PasswordHash>, StoreError> {
        self.read("sessions.password", |state| {
            state.passwords.get(&user).cloned()
        })
    }

    async fn rehash(
        &self,
        user: UserId,
        from: &PasswordHash,
        to: &PasswordHash,
    ) -> Result<bool, StoreError> {
        self.commit("sessions.rehash", |state| {
            let current = state.passwords.get_mut(&user);
            let current = current.filter(|current| *current == from);
            Ok(current.map(|current| *current = to.clone()).is_some())
        })
    }

    async fn forget(&self, now: Timestamp, limit: usize) -> Result<usize, StoreError> {
        self.commit("sessions.forget", |state| {
            let over = state.sessions.values().filter(|s| s.expires_at <= now);
            let over: Vec<_> = over.take(limit).map(|session| session.id).collect();
            let tokens = state.one_time.values().filter(|t| t.expires_at <= now);
            let tokens: Vec<_> = tokens.take(limit - over.len()).map(|t| t.hash).collect();
            for session in &over {
                state.end_session(*session);
            }
            for token in &tokens {
                state.one_time.remove(token);
            }
            Ok(over.len() + tokens.len())
        })
    }
}

impl State {
    fn end_session(&mut self, id: SessionId) {
        self.sessions.remove(&id);
        self.refresh.retain(|_, (session, _)| *session != id);
    }

    fn rotate(&mut self, command: &RotateSession) -> Option<(Session, Account)> {
        let now = command.now;
        let (id, used) = self.refresh.get_mut(&command.refresh)?;
        let session = self.sessions.get_mut(id)?;
        if session.expires_at <= now {
            return None;
        }
        let late = |used: Timestamp| now.duration_since(used).unsigned_abs() > command.grace;
        if used.is_some_and(late) {
            let id = *id;
            self.end_session(id);
            return None;
        }
        let account = self.accounts.get(&session.user)?.clone();
        if account.status == AccountStatus::Active {
            if used.is_none() {
                *used = Some(now);
                session.expires_at = command.expires_at;
            }
            let next = (session.id, None);
            let renewed = *session;
            self.refresh.insert(command.next, next);
            return Some((renewed, account));
        }
        Some((*session, account))
    }

    fn redeem(&mut self, command: &Redeem) -> Option<UserId> {
        let token = self.one_time.get(&command.token)?;
        if token.purpose != command.purpose || token.expires_at <= command.now {
            return None;
        }
        let user = token.user;
        let account = self.accounts.get_mut(&user)?;
        if account.status == AccountStatus::Unverified {
            account.status = AccountStatus::Active;
        }
        self.sign_out(user);
        self.passwords.insert(user, command.password.clone());
        Some(user)
    }
}
