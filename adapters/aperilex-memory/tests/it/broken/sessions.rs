//! Broken session stores.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use aperilex_ports::{
    Account, AccountStatus, AccountStore, AccountStoreError, Digest, Letter, OneTime,
    OneTimePurpose, Outbox, PasswordHash, QuotaStore, Redeem, RotateSession, Session, SessionId,
    SessionStore, StoreError, Stores, Timestamp, UserId,
};
use async_trait::async_trait;

use super::{failures, pause};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Flaw {
    DoesNotLengthen,
    NeverSuspects,
    AlwaysSuspects,
    LivesForEver,
    RotatesOutsideTheLock,
    ConfusesPurposes,
    RedeemsAgain,
    KeepsSessions,
    LeavesTheSuspendedOut,
    RehashesWhatever,
    ForgetsTheLiving,
    SessionsForNobody,
    LosesTheNotice,
    RefusesTheSecondTab,
    LengthensTwice,
    ExchangesForTheSuspended,
    WritesAgainAndAgain,
    WritesOutsideTheLock,
    KnowsTokensForEver,
}

pub(crate) const FLAWS: &[(Flaw, &str)] = &[
    (Flaw::DoesNotLengthen, "SN-1"),
    (Flaw::NeverSuspects, "SN-2"),
    (Flaw::AlwaysSuspects, "SN-2"),
    (Flaw::LivesForEver, "SN-3"),
    (Flaw::RotatesOutsideTheLock, "SN-4"),
    (Flaw::ConfusesPurposes, "SN-5"),
    (Flaw::RedeemsAgain, "SN-5"),
    (Flaw::KeepsSessions, "SN-6"),
    (Flaw::LeavesTheSuspendedOut, "SN-6"),
    (Flaw::RehashesWhatever, "SN-7"),
    (Flaw::ForgetsTheLiving, "SN-8"),
    (Flaw::SessionsForNobody, "SN-9"),
    (Flaw::LosesTheNotice, "SN-10"),
    (Flaw::RefusesTheSecondTab, "SN-2"),
    (Flaw::LengthensTwice, "SN-4"),
    (Flaw::ExchangesForTheSuspended, "SN-11"),
    (Flaw::WritesAgainAndAgain, "SN-12"),
    (Flaw::WritesOutsideTheLock, "SN-12"),
    (Flaw::KnowsTokensForEver, "SN-13"),
];

pub(crate) fn caught(flaw: Flaw) -> Vec<&'static str> {
    failures(move |stores| {
        let broken = Broken {
            inner: stores.sessions.clone(),
            accounts: stores.accounts.clone(),
            outbox: stores.outbox.clone(),
            quota: stores.quota.clone(),
            seen: Mutex::default(),
            flaw,
        };
        Stores {
            sessions: Arc::new(broken),
            ..stores
        }
    })
}

#[derive(Debug)]
struct Broken {
    inner: Arc<dyn SessionStore>,
    accounts: Arc<dyn AccountStore>,
    outbox: Arc<dyn Outbox>,
    quota: Arc<dyn QuotaStore>,
    seen: Mutex<Seen>,
    flaw: Flaw,
}

/// What has come by.
#[derive(Debug, Default)]
struct Seen {
    sessions: BTreeMap<SessionId, Session>,
    tokens: BTreeMap<Digest, OneTime>,
    /// Refresh tokens that are not used yet, as this store believes.
    fresh: BTreeMap<Digest, Session>,
}

impl Broken {
    /// Looks whether a token is fresh, and uses it up some time later.
    async fn rotate_later(
        &self,
        command: &RotateSession,
    ) -> Result<Option<(Session, Account)>, StoreError> {
        let fresh = self
            .seen
            .lock()
            .unwrap()
            .fresh
            .get(&command.refresh)
            .copied();
        pause().await;
        let Some(session) = fresh else {
            return self.inner.rotate(command).await;
        };
        {
            let mut seen = self.seen.lock().unwrap();
            seen.fresh.remove(&command.refresh);
            seen.fresh.insert(command.next, session);
        }
        let account = self.accounts.get(session.user).await?;
        let longer = Session {
            expires_at: command.expires_at,
            ..session
        };
        Ok(account.map(|account| (longer, account)))
    }

    /// A token that was used gives nothing, however lately that was.
    async fn rotate_once(
        &self,
        command: &RotateSession,
    ) -> Result<Option<(Session, Account)>, StoreError> {
        let fresh = self.seen.lock().unwrap().fresh.remove(&command.refresh);
        if fresh.is_none() {
            return Ok(None);
        }
        let renewed = self.inner.rotate(command).await?;
        if let Some((session, _)) = &renewed {
            let mut seen = self.seen.lock().unwrap();
            seen.fresh.insert(command.next, *session);
        }
        Ok(renewed)
    }

    /// Looks whose the token is when it is used up already.
    async fn rotate_first(
        &self,
        command: &RotateSession,
    ) -> Result<Option<(Session, Account)>, StoreError> {
        let renewed = self.inner.rotate(command).await?;
        if let Some((session, account)) = &renewed
            && account.status != AccountStatus::Active
        {
            // As it would be: the next token is good, and this one is not.
            self.inner.end(session.id).await?;
            let _ = self.inner.begin(session, &command.next).await;
        }
        Ok(renewed)
    }

    /// Asks whether a letter fits, and writes it whatever has come meanwhile.
    async fn write_later(&self, letter: &Letter) -> Result<bool, AccountStoreError> {
        let usage = self
            .quota
            .usage(letter.counted, &letter.windows, letter.now);
        if !usage.await?.allowed {
            return Ok(false);
        }
        pause().await;
        let uncounted = Letter {
            windows: Vec::new(),
            ..letter.clone()
        };
        self.inner.write(&uncounted).await?;
        let quota = self
            .quota
            .consume(letter.counted, &letter.windows, letter.now);
        quota.await?;
        Ok(true)
    }

    async fn redeem_again(&self, command: &Redeem) -> Result<Option<UserId>, StoreError> {
        let token = self
            .seen
            .lock()
            .unwrap()
            .tokens
            .get(&command.token)
            .copied();
        let known = token
            .filter(|token| token.purpose == command.purpose && command.now < token.expires_at);
        self.inner.redeem(command).await?;
        Ok(known.map(|token| token.user))
    }

    /// Sets the password and keeps the sessions: those it knows begin again.
    async fn redeem_alone(&self, command: &Redeem) -> Result<Option<UserId>, StoreError> {
        let Some(user) = self.inner.redeem(command).await? else {
            return Ok(None);
        };
        let sessions: Vec<_> = self
            .seen
            .lock()
            .unwrap()
            .sessions
            .values()
            .copied()
            .collect();
        for session in sessions.into_iter().filter(|session| session.user == user) {
            let lost = Digest::of(session.id.to_string().as_bytes());
            let _ = self.inner.begin(&session, &lost).await;
        }
        Ok(Some(user))
    }
}

#[async_trait]
impl SessionStore for Broken {
    async fn begin(&self, session: &Session, refresh: &Digest) -> Result<(), AccountStoreError> {
        {
            let mut seen = self.seen.lock().unwrap();
            seen.sessions.insert(session.id, *session);
            seen.fresh.insert(*refresh, *session);
        }
        match (self.flaw, self.inner.begin(session, refresh).await) {
            (Flaw::SessionsForNobody, Err(AccountStoreError::Unknown)) => Ok(()),
            (_, begun) => begun,
        }
    }

    async fn rotate(
        &self,
        command: &RotateSession,
    ) -> Result<Option<(Session, Account)>, StoreError> {
        let grace = match self.flaw {
            Flaw::NeverSuspects => Duration::MAX,
            Flaw::AlwaysSuspects => Duration::ZERO,
            Flaw::RotatesOutsideTheLock => return self.rotate_later(command).await,
            Flaw::RefusesTheSecondTab => return self.rotate_once(command).await,
            Flaw::ExchangesForTheSuspended => return self.rotate_first(command).await,
            _ => command.grace,
        };
        let command = RotateSession { grace, ..*command };
        let renewed = self.inner.rotate(&command).await?;
        let Some((session, account)) = renewed else {
            return Ok(None);
        };
        let session = match self.flaw {
            Flaw::DoesNotLengthen => {
                let seen = self.seen.lock().unwrap();
                seen.sessions.get(&session.id).copied().unwrap_or(session)
            }
            Flaw::LengthensTwice => Session {
                expires_at: session.expires_at.max(command.expires_at) + Duration::from_secs(1),
                ..session
            },
            _ => session,
        };
        Ok(Some((session, account)))
    }

    async fn account(
        &self,
        session: SessionId,
        now: Timestamp,
    ) -> Result<Option<Account>, StoreError> {
        let now = match self.flaw {
            Flaw::LivesForEver => Timestamp::MIN,
            _ => now,
        };
        self.inner.account(session, now).await
    }

    async fn end(&self, session: SessionId) -> Result<(), StoreError> {
        self.inner.end(session).await
    }

    async fn write(&self, letter: &Letter) -> Result<bool, AccountStoreError> {
        let mut letter = letter.clone();
        if let Some(token) = &mut letter.token {
            self.seen.lock().unwrap().tokens.insert(token.hash, *token);
            if self.flaw == Flaw::ConfusesPurposes {
                token.purpose = OneTimePurpose::ResetPassword;
            }
        }
        match self.flaw {
            Flaw::WritesAgainAndAgain => letter.windows.clear(),
            Flaw::WritesOutsideTheLock => return self.write_later(&letter).await,
            _ => {}
        }
        let written = self.inner.write(&letter).await?;
        if self.flaw == Flaw::LosesTheNotice {
            let (now, never) = (letter.now, Timestamp::MAX);
            let rows = self.outbox.next_notices(99, never, now).await?;
            let ids: Vec<_> = rows.iter().map(|row| row.id).collect();
            self.outbox.mark_sent(&ids, now).await?;
        }
        Ok(written)
    }

    async fn holder(
        &self,
        token: &Digest,
        purpose: OneTimePurpose,
        now: Timestamp,
    ) -> Result<Option<Account>, StoreError> {
        let now = match self.flaw {
            Flaw::KnowsTokensForEver => Timestamp::MIN,
            _ => now,
        };
        self.inner.holder(token, purpose, now).await
    }

    async fn redeem(&self, command: &Redeem) -> Result<Option<UserId>, StoreError> {
        match self.flaw {
            Flaw::RedeemsAgain => self.redeem_again(command).await,
            Flaw::KeepsSessions => self.redeem_alone(command).await,
            Flaw::ConfusesPurposes => {
                let purpose = OneTimePurpose::ResetPassword;
                let command = Redeem {
                    purpose,
                    ..command.clone()
                };
                self.inner.redeem(&command).await
            }
            Flaw::LeavesTheSuspendedOut => {
                let token = self
                    .seen
                    .lock()
                    .unwrap()
                    .tokens
                    .get(&command.token)
                    .copied();
                let owner = match token {
                    Some(token) => self.accounts.get(token.user).await?,
                    None => None,
                };
                let suspended = |account: &Account| account.status == AccountStatus::Suspended;
                match owner.filter(suspended) {
                    Some(_) => Ok(None),
                    None => self.inner.redeem(command).await,
                }
            }
            _ => self.inner.redeem(command).await,
        }
    }

    async fn password(&self, user: UserId) -> Result<Option<PasswordHash>, StoreError> {
        self.inner.password(user).await
    }

    async fn rehash(
        &self,
        user: UserId,
        from: &PasswordHash,
        to: &PasswordHash,
    ) -> Result<bool, StoreError> {
        let current = self.inner.password(user).await?;
        match (self.flaw, current) {
            (Flaw::RehashesWhatever, Some(current)) => self.inner.rehash(user, &current, to).await,
            _ => self.inner.rehash(user, from, to).await,
        }
    }

    async fn forget(&self, now: Timestamp, limit: usize) -> Result<usize, StoreError> {
        let now = match self.flaw {
            Flaw::ForgetsTheLiving => Timestamp::MAX,
            _ => now,
        };
        self.inner.forget(now, limit).await
    }
}
