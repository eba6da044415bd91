//! Accounts and their keys.

use std::fmt::Debug;

use async_trait::async_trait;

use super::StoreError;
use crate::model::{Account, ApiKey, Contract, Digest, Email, KeyId, Timestamp, UserId};

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
    /// The store itself.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Keeps accounts and API keys.
///
/// # Contract
/// - **AC-1** an account reads back as made, with the contract it was given last; its wallet starts empty.
/// - **AC-2** an e-mail address has one account; the second is `EmailTaken`, also of many at once.
/// - **AC-3** a key's hash finds its account; a revoked or unknown one finds nothing.
/// - **AC-4** a key for an unknown account is `Unknown`.
/// - **AC-5** `list` gives all accounts, oldest first, without gaps between pages.
#[async_trait]
pub trait AccountStore: Debug + Send + Sync + 'static {
    /// Makes an account.
    ///
    /// # Errors
    /// [`AccountStoreError`].
    async fn create(&self, account: &Account) -> Result<(), AccountStoreError>;

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

    /// The account whose live key has this hash.
    ///
    /// # Errors
    /// [`StoreError`].
    async fn by_key(&self, hash: &Digest) -> Result<Option<Account>, StoreError>;

    /// Adds a key.
    ///
    /// # Errors
    /// [`AccountStoreError`].
    async fn add_key(&self, key: &ApiKey) -> Result<(), AccountStoreError>;

    /// Revokes a key; of a revoked or unknown one nothing changes.
    ///
    /// # Errors
    /// [`StoreError`].
    async fn revoke_key(&self, key: KeyId, now: Timestamp) -> Result<(), StoreError>;

    /// Puts a contract in the place of the account's, or takes it away.
    ///
    /// # Errors
    /// [`AccountStoreError`].
    async fn set_contract(
        &self,
        user: UserId,
        contract: Option<&Contract>,
    ) -> Result<(), AccountStoreError>;

    /// Accounts made after the given one.
    ///
    /// # Errors
    /// [`StoreError`].
    async fn list(&self, after: Option<UserId>, limit: usize) -> Result<Vec<Account>, StoreError>;
}
