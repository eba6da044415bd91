//! API keys: made, listed, revoked, and known again.

use std::time::Duration;

use aperilex_ports::{
    Account, AccountStoreError, Actor, ApiKey, AuditRecord, Digest, KeyId, Scopes, Secret,
    SessionId, Timestamp, UserId,
};

use serde_json::json;

use super::{Engine, earlier};
use crate::error::EngineError;
use crate::refusal::Refusal;

/// How every key begins.
const KEY_PREFIX: &str = "apx_live_";
/// Characters of a key that are shown in lists.
const SHOWN: usize = KEY_PREFIX.len() + 6;
/// Longest text that is looked at as a key or token: a signed token has a few hundred characters.
const MAX_CREDENTIAL: usize = 2_048;
/// Working keys of one account.
const MAX_KEYS: usize = 100;
/// How exactly the last use of a key is kept: writing at every request would cost more than it tells.
const USE_KEPT: Duration = Duration::from_secs(60 * 60);

/// A key that is wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewKey {
    /// What its owner calls it.
    pub name: String,
    /// What it may be used for.
    pub scopes: Scopes,
    /// When it ceases to work; never, if none.
    pub expires_at: Option<Timestamp>,
}

impl NewKey {
    /// A key for everything that never ends.
    #[must_use]
    pub fn whole(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            scopes: Scopes::ALL,
            expires_at: None,
        }
    }
}

/// A key that was just made.
#[derive(Debug, Clone)]
pub struct IssuedKey {
    /// As it is kept.
    pub key: ApiKey,
    /// The key itself: this is the one time to show it.
    pub secret: Secret,
}

/// Who asks, by what right.
#[derive(Debug, Clone)]
pub struct Authority {
    /// The account.
    pub account: Account,
    /// What the key may be used for; somebody signed in may everything.
    pub scopes: Scopes,
    /// In which session, if somebody is signed in.
    pub session: Option<SessionId>,
    /// When the right ends.
    pub expires_at: Option<Timestamp>,
}

impl Engine {
    pub(crate) fn new_key(&self, user: UserId, wanted: &NewKey, now: Timestamp) -> IssuedKey {
        let secret = self.new_secret(KEY_PREFIX);
        let key = ApiKey {
            id: KeyId::from_uuid(self.id(now)),
            user,
            name: wanted.name.clone(),
            scopes: wanted.scopes,
            prefix: secret.reveal().chars().take(SHOWN).collect(),
            hash: Digest::of(secret.reveal().as_bytes()),
            created_at: now,
            expires_at: wanted.expires_at,
            used_at: None,
            revoked_at: None,
        };
        IssuedKey { key, secret }
    }

    /// 256 random bits in hexadecimal digits behind `prefix`.
    pub(crate) fn new_secret(&self, prefix: &str) -> Secret {
        let random = self.ports.ids.secret();
        let digits: String = random.iter().map(|byte| format!("{byte:02x}")).collect();
        Secret::new(format!("{prefix}{digits}"))
    }

    /// Gives an account another key, as its owner wants. Noted in the audit log.
    ///
    /// # Errors
    /// [`EngineError::NotFound`] for an unknown account, [`Refusal::TooManyKeys`], or a port's failure.
    pub async fn issue_key(&self, user: UserId, wanted: &NewKey) -> Result<IssuedKey, EngineError> {
        self.issue_key_by(Actor::User(user), user, wanted).await
    }

    /// The same, whoever wants it.
    ///
    /// # Errors
    /// As [`Engine::issue_key`].
    pub async fn issue_key_by(
        &self,
        actor: Actor,
        user: UserId,
        wanted: &NewKey,
    ) -> Result<IssuedKey, EngineError> {
        let now = self.now();
        let issued = self.new_key(user, wanted, now);
        let audit = AuditRecord {
            actor,
            action: "key.create".to_owned(),
            subject: format!("account {user}"),
            detail: json!({
                "key": issued.key.id.to_string(),
                "scopes": issued.key.scopes.to_string(),
                "expires_at": issued.key.expires_at.map(|end| end.to_string()),
            }),
            at: now,
        };
        let accounts = &self.ports.stores.accounts;
        match accounts.add_key(&issued.key, MAX_KEYS, &audit).await {
            Ok(()) => Ok(issued),
            Err(AccountStoreError::TooManyKeys) => {
                Err(Refusal::TooManyKeys { limit: MAX_KEYS }.into())
            }
            Err(error) => Err(error.into()),
        }
    }

    /// The keys of an account that were made before the given one, newest first, revoked ones included.
    ///
    /// # Errors
    /// A port's failure.
    pub async fn keys(
        &self,
        user: UserId,
        before: Option<KeyId>,
        limit: usize,
    ) -> Result<Vec<ApiKey>, EngineError> {
        let accounts = &self.ports.stores.accounts;
        Ok(accounts.keys(user, before, limit).await?)
    }

    /// Revokes a key of an account, as its owner wants. Noted in the audit log; revoking it again changes
    /// nothing.
    ///
    /// # Errors
    /// [`EngineError::NotFound`] if it has no such key, or a port's failure.
    pub async fn revoke_key(&self, user: UserId, key: KeyId) -> Result<(), EngineError> {
        self.revoke_key_by(Actor::User(user), user, key).await
    }

    /// The same, whoever wants it.
    ///
    /// # Errors
    /// As [`Engine::revoke_key`].
    pub async fn revoke_key_by(
        &self,
        actor: Actor,
        user: UserId,
        key: KeyId,
    ) -> Result<(), EngineError> {
        let now = self.now();
        let audit = AuditRecord {
            actor,
            action: "key.revoke".to_owned(),
            subject: format!("account {user}"),
            detail: json!({ "key": key.to_string() }),
            at: now,
        };
        let accounts = &self.ports.stores.accounts;
        if accounts.revoke_key(user, key, now, &audit).await? {
            Ok(())
        } else {
            Err(EngineError::not_found("key"))
        }
    }

    /// Who asks with this API key or access token; none if it does not work, whyever.
    ///
    /// A key is looked up by its SHA-256, so the time this takes tells nothing about near misses.
    ///
    /// # Errors
    /// A port's failure.
    pub async fn authenticate(&self, credential: &str) -> Result<Option<Authority>, EngineError> {
        if credential.len() > MAX_CREDENTIAL {
            return Ok(None);
        }
        if credential.starts_with(KEY_PREFIX) {
            self.by_key(credential).await
        } else {
            self.by_token(credential).await
        }
    }

    /// Whether this is an access token that was signed here and whose time is now: nobody guesses one, and it
    /// costs nothing to see.
    #[must_use]
    pub fn is_signed(&self, credential: &str) -> bool {
        let tokens = self.ports.sign_in.tokens.as_ref();
        let looked_at = credential.len() <= MAX_CREDENTIAL && !credential.starts_with(KEY_PREFIX);
        looked_at && tokens.is_some_and(|tokens| tokens.read(credential, self.now()).is_some())
    }

    async fn by_key(&self, key: &str) -> Result<Option<Authority>, EngineError> {
        let now = self.now();
        let accounts = &self.ports.stores.accounts;
        let found = accounts.by_key(&Digest::of(key.as_bytes()), now).await?;
        let Some(owner) = found else {
            return Ok(None);
        };
        let long_ago = earlier(now, USE_KEPT);
        if owner.key.used_at.is_none_or(|used| used <= long_ago) {
            // That it was used is good to know; that it can be used does not depend on it.
            let _ = accounts.touch_key(owner.key.id, now).await;
        }
        Ok(Some(Authority {
            account: owner.account,
            scopes: owner.key.scopes,
            session: None,
            expires_at: owner.key.expires_at,
        }))
    }

    async fn by_token(&self, token: &str) -> Result<Option<Authority>, EngineError> {
        let now = self.now();
        let tokens = self.ports.sign_in.tokens.as_ref();
        let Some(claims) = tokens.and_then(|tokens| tokens.read(token, now)) else {
            return Ok(None);
        };
        let sessions = &self.ports.stores.sessions;
        let account = sessions.account(claims.session, now).await?;
        let account = account.filter(|account| account.id == claims.user);
        Ok(account.map(|account| Authority {
            account,
            scopes: Scopes::ALL,
            session: Some(claims.session),
            expires_at: Some(claims.expires_at),
        }))
    }
}
