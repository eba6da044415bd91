//! Sessions, passwords and one-time tokens.

use std::fmt::Debug;
use std::time::Duration;

use async_trait::async_trait;

use super::{AccountStoreError, QuotaWindow, StoreError};
use crate::model::{
    Account, Digest, OneTime, OneTimePurpose, PasswordHash, PendingNotice, Session, SessionId,
    Timestamp, UserId,
};

/// Exchanges a refresh token for the next one.
#[derive(Debug, Clone, Copy)]
pub struct RotateSession {
    /// SHA-256 of the token that was shown.
    pub refresh: Digest,
    /// SHA-256 of the next one.
    pub next: Digest,
    /// When the new one ends, unless it is used before.
    pub expires_at: Timestamp,
    /// How long after its use a token that comes again is taken for a race and not for a theft.
    pub grace: Duration,
    /// The time.
    pub now: Timestamp,
}

/// A letter to an account's address, and how many of its kind the address gets.
#[derive(Debug, Clone)]
pub struct Letter {
    /// What is told; its address is looked up when it is sent.
    pub notice: PendingNotice,
    /// What lets its reader set a password, if anything does.
    pub token: Option<OneTime>,
    /// What such letters to this address are counted under.
    pub counted: UserId,
    /// How many there may be.
    pub windows: Vec<QuotaWindow>,
    /// The time.
    pub now: Timestamp,
}

/// Uses a one-time token up: whoever has it sets the account's password.
#[derive(Debug, Clone)]
pub struct Redeem {
    /// SHA-256 of the token that was shown.
    pub token: Digest,
    /// What it is shown for.
    pub purpose: OneTimePurpose,
    /// The password from now on.
    pub password: PasswordHash,
    /// The time.
    pub now: Timestamp,
}

/// Keeps what signing in needs; of every token it knows the hash alone.
///
/// # Contract
/// - **SN-1** a refresh token is good once: it gives its session, longer, and the next token takes its
///   place. The session finds its account from beginning to end.
/// - **SN-2** a used token that comes again after the grace ends its session, with all its tokens. Within
///   it the next token is good beside the others, and the session lasts no longer for it.
/// - **SN-3** tokens of sessions that are ended or over, and unknown ones, are alike: they give nothing
///   and change nothing; nor does the session find its account any more.
/// - **SN-4** of many that exchange one token at once each gets a next one that is good, and the session is
///   lengthened once.
/// - **SN-5** a one-time token is redeemed once, for its purpose and before its end.
/// - **SN-6** redeeming sets the password, makes an unverified account active and no other, and ends all
///   of the account's sessions and one-time tokens.
/// - **SN-7** a password reads back; it is replaced only where it is still the one that was read.
/// - **SN-8** `forget` removes what is over, at most so many, and nothing else.
/// - **SN-9** a session or one-time token for an unknown account is `Unknown`.
/// - **SN-10** a letter's token, its notice and its count are kept together, or not at all.
/// - **SN-11** of an account that is not active nothing is exchanged, and a token that was good stays so.
/// - **SN-12** a letter that does not fit into the windows is not written, also of many at once; the store
///   of quotas counts those that are.
/// - **SN-13** `holder` gives whose token would be redeemed now, and uses nothing up.
#[async_trait]
pub trait SessionStore: Debug + Send + Sync + 'static {
    /// Begins a session with the hash of its first refresh token.
    ///
    /// # Errors
    /// [`AccountStoreError`].
    async fn begin(&self, session: &Session, refresh: &Digest) -> Result<(), AccountStoreError>;

    /// Exchanges a refresh token, if its account is active; gives the session and the account as they are
    /// then. None: it is not good.
    ///
    /// # Errors
    /// [`StoreError`].
    async fn rotate(
        &self,
        command: &RotateSession,
    ) -> Result<Option<(Session, Account)>, StoreError>;

    /// The account of a session that goes on.
    ///
    /// # Errors
    /// [`StoreError`].
    async fn account(
        &self,
        session: SessionId,
        now: Timestamp,
    ) -> Result<Option<Account>, StoreError>;

    /// Ends a session; of one that is ended or unknown nothing changes.
    ///
    /// # Errors
    /// [`StoreError`].
    async fn end(&self, session: SessionId) -> Result<(), StoreError>;

    /// Writes a letter: keeps its token, puts its notice into the outbox, and counts it. False: the address
    /// had as many as it gets.
    ///
    /// # Errors
    /// [`AccountStoreError`].
    async fn write(&self, letter: &Letter) -> Result<bool, AccountStoreError>;

    /// The account whose one-time token this is, if it would be redeemed now.
    ///
    /// # Errors
    /// [`StoreError`].
    async fn holder(
        &self,
        token: &Digest,
        purpose: OneTimePurpose,
        now: Timestamp,
    ) -> Result<Option<Account>, StoreError>;

    /// Uses a one-time token up, and says whose it was. None: it is not good.
    ///
    /// # Errors
    /// [`StoreError`].
    async fn redeem(&self, command: &Redeem) -> Result<Option<UserId>, StoreError>;

    /// An account's password.
    ///
    /// # Errors
    /// [`StoreError`].
    async fn password(&self, user: UserId) -> Result<Option<PasswordHash>, StoreError>;

    /// Keeps the same password otherwise hashed, if it is still the one that was read.
    ///
    /// # Errors
    /// [`StoreError`].
    async fn rehash(
        &self,
        user: UserId,
        from: &PasswordHash,
        to: &PasswordHash,
    ) -> Result<bool, StoreError>;

    /// Forgets sessions and one-time tokens that are over, and says how many.
    ///
    /// # Errors
    /// [`StoreError`].
    async fn forget(&self, now: Timestamp, limit: usize) -> Result<usize, StoreError>;
}
