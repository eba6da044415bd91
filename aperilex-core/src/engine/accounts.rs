//! Accounts: making them, knowing them again, and what they have used.

use std::fmt;

use aperilex_ports::{
    Account, AccountStatus, ApiKey, Balance, Digest, Email, EntryId, EntryKind, KeyId, MicroUsd,
    PostEntry, QuotaOutcome, Role, Tier, UserId,
};

use super::Engine;
use crate::error::EngineError;
use crate::quota;

/// A secret that is shown once and kept nowhere. `Debug` hides it.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// The secret itself.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// A new account with its first key.
#[derive(Debug, Clone)]
pub struct NewCredentials {
    /// The account.
    pub account: Account,
    /// Its API key.
    pub key: Secret,
}

/// What an account has and has used.
#[derive(Debug, Clone)]
pub struct Usage {
    /// Credits.
    pub balance: Balance,
    /// Requests.
    pub quota: QuotaOutcome,
}

/// How every key begins.
const KEY_PREFIX: &str = "apx_live_";
/// Characters of a key that are shown in lists.
const SHOWN: usize = KEY_PREFIX.len() + 6;

impl Engine {
    /// Makes an account with one key and, if `credit` is positive, with credits that the house gives: what
    /// was paid for is a top-up ([`Engine::top_up`]).
    ///
    /// # Errors
    /// [`Refusal::EmailTaken`], or a port's failure.
    pub async fn create_account(
        &self,
        email: Email,
        tier: Tier,
        role: Role,
        credit: MicroUsd,
    ) -> Result<NewCredentials, EngineError> {
        let now = self.now();
        let id = UserId::from_uuid(self.id(now));
        let status = AccountStatus::Active;
        let account = Account {
            id,
            email,
            tier,
            status,
            role,
            contract: None,
            created_at: now,
        };
        self.ports.stores.accounts.create(&account).await?;
        if credit.is_positive() {
            let entry = PostEntry {
                id: EntryId::from_uuid(self.id(now)),
                user: id,
                kind: EntryKind::Adjustment,
                amount: credit,
                key: "opening-credit".to_owned(),
                expires_at: None,
                description: "opening credit".to_owned(),
                now,
            };
            self.ports.stores.ledger.post(&entry).await?;
        }
        let key = self.issue_key(id).await?;
        Ok(NewCredentials { account, key })
    }

    /// Gives an account another key.
    ///
    /// # Errors
    /// [`EngineError::NotFound`] for an unknown account, or a port's failure.
    pub async fn issue_key(&self, user: UserId) -> Result<Secret, EngineError> {
        let now = self.now();
        let random = self.ports.ids.secret();
        let digits: String = random.iter().map(|byte| format!("{byte:02x}")).collect();
        let secret = format!("{KEY_PREFIX}{digits}");
        let key = ApiKey {
            id: KeyId::from_uuid(self.id(now)),
            user,
            prefix: secret.chars().take(SHOWN).collect(),
            hash: Digest::of(secret.as_bytes()),
            created_at: now,
            revoked_at: None,
        };
        self.ports.stores.accounts.add_key(&key).await?;
        Ok(Secret(secret))
    }

    /// The account an API key belongs to; none if there is no such live key.
    ///
    /// The key is looked up by its SHA-256, so the time this takes tells nothing about near misses.
    ///
    /// # Errors
    /// A port's failure.
    pub async fn authenticate(&self, key: &str) -> Result<Option<Account>, EngineError> {
        if !key.starts_with(KEY_PREFIX) || key.len() > 128 {
            return Ok(None);
        }
        Ok(self
            .ports
            .stores
            .accounts
            .by_key(&Digest::of(key.as_bytes()))
            .await?)
    }

    /// A request that needs no credits is not refused because they could not be given: the next request,
    /// or the sweeper, gives them.
    pub(super) async fn grant_or_go_on(&self, account: &Account) {
        let _ = self.grant_monthly(account).await;
    }

    /// What an account has and has used.
    ///
    /// # Errors
    /// A port's failure.
    pub async fn usage(&self, account: &Account) -> Result<Usage, EngineError> {
        self.grant_or_go_on(account).await;
        let windows = quota::windows(&self.settings.plan_of(account));
        let quota = self
            .ports
            .stores
            .quota
            .usage(account.id, &windows, self.now())
            .await?;
        let balance = self.ports.stores.ledger.balance(account.id).await?;
        Ok(Usage { balance, quota })
    }
}
