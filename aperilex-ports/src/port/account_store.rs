//! Accounts and their keys.

use std::fmt::Debug;

use async_trait::async_trait;

use super::{LedgerError, PostEntry, StoreError};
use crate::model::{
    Account, ApiKey, AuditRecord, Contract, Digest, Email, ExternalIdentity, KeyId,
    NoticePreferences, PendingNotice, Standing, TierChange, Timestamp, UserId,
};

/// Why an account or key was not made.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AccountStoreError {
    /// The address has an account.
    #[error("there is an account with this e-mail address")]
    EmailTaken,
    /// There is no such account.
    #[error("no such account")]
    Unknown,
    /// The identity has an account.
    #[error("there is an account with this identity")]
    IdentityTaken,
    /// The account has as many working keys as it may.
    #[error("the account has as many working keys as it may")]
    TooManyKeys,
    /// The opening credit cannot be booked.
    #[error("the opening credit cannot be booked")]
    Credit(#[source] LedgerError),
    /// The store itself.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Makes an account with all that comes with it.
#[derive(Debug, Clone)]
pub struct OpenAccount {
    /// The account.
    pub account: Account,
    /// Its first key.
    pub key: Option<ApiKey>,
    /// Who it is to an identity provider.
    pub identity: Option<ExternalIdentity>,
    /// Credits that it begins with.
    pub opening: Option<PostEntry>,
    /// Who made it, if it was not who it is for; stored in the same commit.
    pub audit: Option<AuditRecord>,
}

/// A live key and whose it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyOwner {
    /// The account.
    pub account: Account,
    /// The key.
    pub key: ApiKey,
}

/// An account's standing is changed.
#[derive(Debug, Clone, PartialEq)]
pub struct ChangeAccount {
    /// Whose.
    pub user: UserId,
    /// What it is, as far as whoever changes it knows.
    pub expected: Standing,
    /// What it becomes.
    pub to: Standing,
    /// Who changes it, and why; stored in the same commit.
    pub audit: AuditRecord,
    /// Credits that come with it.
    pub grant: Option<PostEntry>,
    /// What the account is told of it.
    pub notice: Option<PendingNotice>,
    /// The time.
    pub now: Timestamp,
}

/// A contract is put in the place of an account's, or taken away.
#[derive(Debug, Clone, PartialEq)]
pub struct SetContract {
    /// Whose.
    pub user: UserId,
    /// What it has, as far as whoever changes it knows.
    pub expected: Option<Contract>,
    /// What it gets; none to take it away.
    pub to: Option<Contract>,
    /// Who changes it, and why; stored in the same commit.
    pub audit: AuditRecord,
}

/// An account gets an identity elsewhere, and is signed in to by it alone.
#[derive(Debug, Clone, PartialEq)]
pub struct AdoptAccount {
    /// Which.
    pub user: UserId,
    /// By whom it is signed in to from now on.
    pub identity: ExternalIdentity,
    /// Why; stored in the same commit.
    pub audit: AuditRecord,
}

/// An account is closed for ever.
#[derive(Debug, Clone, PartialEq)]
pub struct CloseAccount {
    /// Which.
    pub user: UserId,
    /// What its address is replaced by; nobody's.
    pub address: Email,
    /// Who closes it; stored in the same commit.
    pub audit: AuditRecord,
}

/// A change of plan is arranged, or taken back.
#[derive(Debug, Clone, PartialEq)]
pub struct ArrangeTier {
    /// Whose.
    pub user: UserId,
    /// The change; none to take back what was arranged.
    pub change: Option<TierChange>,
    /// Who arranges it, and why; stored in the same commit.
    pub audit: AuditRecord,
}

/// Keeps accounts and API keys.
///
/// # Contract
/// - **AC-1** an account reads back as made, with the contract it was given last; its wallet starts empty.
/// - **AC-2** an e-mail address has one account; the second is `EmailTaken`, also of many at once.
/// - **AC-3** a key's hash finds its account; a revoked or unknown one finds nothing. That it was made, and
///   that it was revoked, is in the audit log, in the same commit and once.
/// - **AC-4** a key for an unknown account is `Unknown`, and one more than so many working keys
///   `TooManyKeys`, also of many at once; revoked ones and those past their end do not count.
/// - **AC-5** `list` gives all accounts, oldest first, without gaps between pages.
/// - **AC-6** `change` changes an account that stands as expected, and stores its record in the audit log, in
///   one commit. One that stands otherwise is `Conflict`, an unknown one `Unknown`, and nothing changes;
///   of racing changes one wins. Credits and notice that come with it are in the same commit; credits
///   whose key was used before do not come again.
/// - **AC-7** what an account wants to be told of reads back as it chose, and is the default until it
///   chooses; of an unknown account it is `Unknown`.
/// - **AC-8** `open` makes the account with its key, identity and credits, or nothing at all; the identity
///   finds the account from then on, and has no second one. Its record is in the audit log.
/// - **AC-9** a key finds nothing from its end on.
/// - **AC-10** `keys` gives all keys of one account, newest first, as made, and with the latest use told,
///   without gaps between pages.
/// - **AC-11** `close` leaves the id, the tier and the books: the address is replaced and free again, keys,
///   sessions, password, one-time tokens and identities are gone, and the record is in the audit log. A second
///   time changes nothing.
/// - **AC-12** what was arranged last reads back, with its record in the audit log, until `change` gives
///   the account another plan; `due` gives the accounts whose time has come, the longest ago first.
/// - **AC-13** `set_contract` sets the contract of an account that has the expected one, and stores its
///   record in the audit log, in one commit. One that has another is `Conflict`, an unknown one `Unknown`,
///   and nothing changes; of racing ones one wins.
/// - **AC-14** `unverified` gives the accounts without books that nobody has verified since they were made,
///   up to a time, the oldest first.
/// - **AC-15** `displace` makes an unverified account's address free again: it is removed with all that is
///   its own. Any other account, and one with books, stays as it is.
/// - **AC-16** `adopt` gives an active or unverified account an identity that finds it from then on, and makes it
///   active; its password, sessions and one-time tokens are gone, those of an unverified one with its keys. Its
///   record is in the audit log. Any other account stays as it is.
#[async_trait]
pub trait AccountStore: Debug + Send + Sync + 'static {
    /// Makes an account.
    ///
    /// # Errors
    /// [`AccountStoreError`].
    async fn create(&self, account: &Account) -> Result<(), AccountStoreError>;

    /// Makes an account with all that comes with it.
    ///
    /// # Errors
    /// [`AccountStoreError`].
    async fn open(&self, command: &OpenAccount) -> Result<(), AccountStoreError>;

    /// One account.
    ///
    /// # Errors
    /// [`StoreError`].
    async fn get(&self, user: UserId) -> Result<Option<Account>, StoreError>;

    /// The account with this address.
    ///
    /// # Errors
    /// [`StoreError`].
    async fn by_email(&self, email: &Email) -> Result<Option<Account>, StoreError>;

    /// The key with this hash, if it works now, and its account.
    ///
    /// # Errors
    /// [`StoreError`].
    async fn by_key(&self, hash: &Digest, now: Timestamp) -> Result<Option<KeyOwner>, StoreError>;

    /// The account of somebody whom an identity provider vouches for.
    ///
    /// # Errors
    /// [`StoreError`].
    async fn by_identity(&self, who: &ExternalIdentity) -> Result<Option<Account>, StoreError>;

    /// Adds a key, unless the account has `most` that work when it is made, and notes who made it.
    ///
    /// # Errors
    /// [`AccountStoreError`].
    async fn add_key(
        &self,
        key: &ApiKey,
        most: usize,
        audit: &AuditRecord,
    ) -> Result<(), AccountStoreError>;

    /// The keys of an account that were made before the given one, newest first.
    ///
    /// # Errors
    /// [`StoreError`].
    async fn keys(
        &self,
        user: UserId,
        before: Option<KeyId>,
        limit: usize,
    ) -> Result<Vec<ApiKey>, StoreError>;

    /// Notes that a key was used; may be lost with the power.
    ///
    /// # Errors
    /// [`StoreError`].
    async fn touch_key(&self, key: KeyId, now: Timestamp) -> Result<(), StoreError>;

    /// Revokes a key of an account, and notes who did; of a revoked one nothing changes. False: the account has
    /// no such key.
    ///
    /// # Errors
    /// [`StoreError`].
    async fn revoke_key(
        &self,
        user: UserId,
        key: KeyId,
        now: Timestamp,
        audit: &AuditRecord,
    ) -> Result<bool, StoreError>;

    /// Closes an account for ever, under an address that is nobody's.
    ///
    /// # Errors
    /// [`AccountStoreError::Unknown`], or the store's own.
    async fn close(&self, command: &CloseAccount) -> Result<(), AccountStoreError>;

    /// Accounts without books that were made at a time or before and are not verified.
    ///
    /// # Errors
    /// [`StoreError`].
    async fn unverified(&self, by: Timestamp, limit: usize) -> Result<Vec<UserId>, StoreError>;

    /// Frees the address of an account that is not verified. False: it is, or there is none.
    ///
    /// # Errors
    /// [`StoreError`].
    async fn displace(&self, user: UserId) -> Result<bool, StoreError>;

    /// Gives an account an identity, which is known to be its owner's.
    ///
    /// # Errors
    /// [`AccountStoreError::Unknown`], [`AccountStoreError::IdentityTaken`], [`StoreError::Conflict`] for one that
    /// may not act, or the store's own.
    async fn adopt(&self, command: &AdoptAccount) -> Result<Account, AccountStoreError>;

    /// Puts a contract in the place of the account's, or takes it away.
    ///
    /// # Errors
    /// [`AccountStoreError`].
    async fn set_contract(&self, command: &SetContract) -> Result<(), AccountStoreError>;

    /// Changes an account's standing.
    ///
    /// # Errors
    /// [`AccountStoreError`].
    async fn change(&self, change: &ChangeAccount) -> Result<Account, AccountStoreError>;

    /// Arranges a change of plan, or takes it back.
    ///
    /// # Errors
    /// [`AccountStoreError`].
    async fn arrange(&self, command: &ArrangeTier) -> Result<(), AccountStoreError>;

    /// The change of plan that is arranged.
    ///
    /// # Errors
    /// [`StoreError`].
    async fn arranged(&self, user: UserId) -> Result<Option<TierChange>, StoreError>;

    /// Accounts whose arranged change is due.
    ///
    /// # Errors
    /// [`StoreError`].
    async fn due(&self, now: Timestamp, limit: usize) -> Result<Vec<UserId>, StoreError>;

    /// What an account wants to be told of.
    ///
    /// # Errors
    /// [`AccountStoreError`].
    async fn preferences(&self, user: UserId) -> Result<NoticePreferences, AccountStoreError>;

    /// Chooses what an account is told of.
    ///
    /// # Errors
    /// [`AccountStoreError`].
    async fn prefer(
        &self,
        user: UserId,
        preferences: NoticePreferences,
    ) -> Result<(), AccountStoreError>;

    /// Accounts made after the given one.
    ///
    /// # Errors
    /// [`StoreError`].
    async fn list(&self, after: Option<UserId>, limit: usize) -> Result<Vec<Account>, StoreError>;
}
