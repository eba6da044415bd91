//! Signing in and out.

use std::time::Duration;

use aperilex_ports::{
    AccessClaims, AccessTokens, Account, Actor, AdoptAccount, AuditRecord, Digest, Email,
    OpenAccount, Password, PasswordMatch, RotateSession, Secret, Session, SessionId, Timestamp,
    UserId,
};
use aperilex_ports::{AccountStatus, IdentityProvider, Journey, Role, Vouched};
use serde_json::json;
use uuid::Uuid;

use super::accounts::may_act;
use super::{Engine, later};
use crate::error::EngineError;
use crate::quota;
use crate::refusal::Refusal;

/// How every refresh token begins.
const REFRESH_PREFIX: &str = "apx_refresh_";
/// Two tabs of a browser may refresh at once, or an answer get lost on its way: so long after its first use a
/// token is exchanged again. Whoever comes later with it has stolen it, or it was stolen from them.
const GRACE: Duration = Duration::from_secs(10);

/// What the passwords that are tried for an address are counted under.
pub(super) fn tries_of(email: &Email) -> UserId {
    UserId::stand_in("password", email.as_str())
}

/// Somebody is signed in.
#[derive(Debug, Clone)]
pub struct SignedIn {
    /// Who.
    pub user: UserId,
    /// In which session.
    pub session: SessionId,
    /// For requests, until its end.
    pub access: Secret,
    /// When the access token ends.
    pub access_expires_at: Timestamp,
    /// Good once, for the next pair.
    pub refresh: Secret,
    /// When the session ends if it is not refreshed.
    pub refresh_expires_at: Timestamp,
}

/// Where a browser goes to sign in elsewhere.
#[derive(Debug, Clone)]
pub struct Departure {
    /// The address of the identity provider.
    pub url: String,
    /// What the browser must bring back; it is kept nowhere else.
    pub baggage: Secret,
}

/// Everything that one sign-in elsewhere needs, from one secret: who knows one piece cannot tell the
/// others.
fn journey(provider: &str, baggage: &Secret) -> Journey {
    let piece = |what: &str| {
        let text = format!("{what}\n{provider}\n{}", baggage.reveal());
        Digest::of(text.as_bytes()).to_string()
    };
    Journey {
        state: piece("state"),
        nonce: piece("nonce"),
        verifier: Secret::new(piece("verifier")),
    }
}

impl Engine {
    fn tokens(&self) -> Result<&dyn AccessTokens, Refusal> {
        let tokens = self.ports.sign_in.tokens.as_deref();
        tokens.ok_or(Refusal::NotOfferedHere { what: "signing in" })
    }

    /// The identity provider that people with this address sign in at, and nowhere else.
    pub(super) fn governing(&self, email: &Email) -> Option<&dyn IdentityProvider> {
        let mut providers = self.ports.sign_in.providers.iter();
        let found = providers.find(|provider| provider.governs(email));
        found.map(|provider| &**provider)
    }

    /// Signs somebody in. A wrong address and a wrong password are told alike, and take as long.
    ///
    /// So many passwords are tried for one address, by whomever and on whatever server, with or without an
    /// account; then not even the right one is looked at for a while.
    ///
    /// # Errors
    /// [`Refusal::SignInFailed`], [`Refusal::TooManyTries`], [`Refusal::AccountSuspended`],
    /// [`Refusal::NotOfferedHere`], or a port's failure.
    pub async fn sign_in(
        &self,
        email: &Email,
        password: &Password,
    ) -> Result<SignedIn, EngineError> {
        self.tokens()?;
        if self.governing(email).is_some() {
            let what = "a password for an address whose domain signs in at its identity provider";
            return Err(Refusal::NotOfferedHere { what }.into());
        }
        let tries = self.try_password(email).await?;
        let stores = &self.ports.stores;
        let account = stores.accounts.by_email(email).await?;
        let nobody = UserId::from_uuid(Uuid::nil());
        let user = account.as_ref().map_or(nobody, |account| account.id);
        let hash = stores.sessions.password(user).await?;
        let passwords = &self.ports.sign_in.passwords;
        let found = passwords.compare(password, hash.as_ref()).await?;
        let (Some(account), Some(hash), PasswordMatch::Yes | PasswordMatch::Outdated) =
            (account, hash, found)
        else {
            return Err(Refusal::SignInFailed.into());
        };
        may_act(&account)?;
        if found == PasswordMatch::Outdated {
            let anew = passwords.hash(password).await?;
            stores.sessions.rehash(account.id, &hash, &anew).await?;
        }
        // Whoever knows the password was not guessing. If it cannot be noted they have fewer tries left.
        let _ = stores.quota.reset(tries).await;
        self.begin_session(&account).await
    }

    /// Counts one more password for this address, before it is looked at: of many that come at once no more
    /// are looked at than may. Gives what they are counted under.
    async fn try_password(&self, email: &Email) -> Result<UserId, EngineError> {
        let tries = tries_of(email);
        let windows = quota::of_passwords(&self.settings.accounts);
        let quota = &self.ports.stores.quota;
        let outcome = quota.consume(tries, &windows, self.now()).await?;
        if outcome.allowed {
            return Ok(tries);
        }
        let waits = outcome.windows.iter().map(|used| used.retry_after);
        let retry_after = waits.max().unwrap_or_default();
        Err(Refusal::TooManyTries { retry_after }.into())
    }

    async fn begin_session(&self, account: &Account) -> Result<SignedIn, EngineError> {
        let now = self.now();
        let session = Session {
            id: SessionId::from_uuid(self.id(now)),
            user: account.id,
            created_at: now,
            expires_at: self.session_end(now),
        };
        let refresh = self.new_secret(REFRESH_PREFIX);
        let hash = Digest::of(refresh.reveal().as_bytes());
        self.ports.stores.sessions.begin(&session, &hash).await?;
        self.signed_in(&session, refresh, now)
    }

    fn session_end(&self, now: Timestamp) -> Timestamp {
        later(
            now,
            Duration::from_secs(self.settings.accounts.session_ttl_s),
        )
    }

    fn signed_in(
        &self,
        session: &Session,
        refresh: Secret,
        now: Timestamp,
    ) -> Result<SignedIn, EngineError> {
        let lasts = Duration::from_secs(self.settings.accounts.access_ttl_s);
        let claims = AccessClaims {
            user: session.user,
            session: session.id,
            expires_at: later(now, lasts),
        };
        Ok(SignedIn {
            user: session.user,
            session: session.id,
            access: self.tokens()?.issue(&claims, now)?,
            access_expires_at: claims.expires_at,
            refresh,
            refresh_expires_at: session.expires_at,
        })
    }

    /// Exchanges a refresh token for new tokens. One that was exchanged more than [`GRACE`] ago ends its
    /// session: one of the two who had it is a thief. Nothing is exchanged while the account may not act.
    ///
    /// # Errors
    /// [`Refusal::SessionEnded`], [`Refusal::AccountSuspended`], [`Refusal::NotOfferedHere`], or a port's
    /// failure.
    pub async fn refresh_session(&self, refresh: &str) -> Result<SignedIn, EngineError> {
        self.tokens()?;
        let now = self.now();
        let next = self.new_secret(REFRESH_PREFIX);
        let command = RotateSession {
            refresh: Digest::of(refresh.as_bytes()),
            next: Digest::of(next.reveal().as_bytes()),
            expires_at: self.session_end(now),
            grace: GRACE,
            now,
        };
        let sessions = &self.ports.stores.sessions;
        let renewed = sessions.rotate(&command).await?;
        let (session, account) = renewed.ok_or(Refusal::SessionEnded)?;
        may_act(&account)?;
        self.signed_in(&session, next, now)
    }

    /// Ends a session; its access tokens work no more.
    ///
    /// # Errors
    /// A port's failure.
    pub async fn sign_out(&self, session: SessionId) -> Result<(), EngineError> {
        Ok(self.ports.stores.sessions.end(session).await?)
    }

    fn provider(&self, name: &str) -> Result<&dyn IdentityProvider, EngineError> {
        let mut providers = self.ports.sign_in.providers.iter();
        let found = providers.find(|provider| provider.name() == name);
        let found = found.map(|provider| &**provider);
        found.ok_or_else(|| EngineError::not_found("identity provider"))
    }

    /// Sends a browser to an identity provider.
    ///
    /// # Errors
    /// [`EngineError::NotFound`] for an unknown provider, [`Refusal::NotOfferedHere`], or a port's failure.
    pub async fn depart(&self, provider: &str) -> Result<Departure, EngineError> {
        self.tokens()?;
        let baggage = self.new_secret("");
        let journey = journey(provider, &baggage);
        let url = self.provider(provider)?.begin(&journey).await?;
        Ok(Departure { url, baggage })
    }

    /// Signs somebody in who comes back from an identity provider. Who comes for the first time gets an
    /// account, unless the address has one: that somebody else vouches for an address is no proof of who
    /// opened it here. One that was never verified was opened by nobody, and makes room; one of a domain that
    /// signs in there alone is adopted.
    ///
    /// # Errors
    /// [`Refusal::SignInFailed`] if it is not the browser that departed, [`Refusal::EmailTaken`], what
    /// [`Engine::sign_in`] refuses, or a port's failure.
    pub async fn arrive(
        &self,
        provider: &str,
        baggage: &Secret,
        state: &str,
        code: &str,
    ) -> Result<SignedIn, EngineError> {
        self.tokens()?;
        let port = self.provider(provider)?;
        let journey = journey(provider, baggage);
        // Digests of both: the time that comparing takes tells nothing about the right one.
        if Digest::of(state.as_bytes()) != Digest::of(journey.state.as_bytes()) {
            return Err(Refusal::SignInFailed.into());
        }
        let vouched = port.finish(code, &journey, self.now()).await?;
        let known = self.ports.stores.accounts.by_identity(&vouched.identity);
        let account = match known.await? {
            Some(account) => account,
            None => self.open_for(port, vouched).await?,
        };
        may_act(&account)?;
        self.begin_session(&account).await
    }

    async fn open_for(
        &self,
        port: &dyn IdentityProvider,
        vouched: Vouched,
    ) -> Result<Account, EngineError> {
        let what =
            "signing in for the first time without a verified e-mail address of a domain that may";
        let email = vouched.email.ok_or(Refusal::NotOfferedHere { what })?;
        let now = self.now();
        let command = OpenAccount {
            account: Account {
                id: UserId::from_uuid(self.id(now)),
                email,
                tier: port.tier(),
                status: AccountStatus::Active,
                role: Role::Member,
                contract: None,
                created_at: now,
            },
            key: None,
            identity: Some(vouched.identity),
            opening: None,
            audit: None,
        };
        match self.open_account(&command).await {
            Err(EngineError::Refused(Refusal::EmailTaken))
                if port.governs(&command.account.email) =>
            {
                self.adopt(port, command).await
            }
            opened => opened.map(|()| command.account),
        }
    }

    /// Who signs in where their domain does, and had an account before, goes on with that one: nothing else
    /// opens it any more.
    async fn adopt(
        &self,
        port: &dyn IdentityProvider,
        command: OpenAccount,
    ) -> Result<Account, EngineError> {
        let accounts = &self.ports.stores.accounts;
        let known = accounts.by_email(&command.account.email).await?;
        let (Some(known), Some(identity)) = (known, command.identity) else {
            return Err(Refusal::EmailTaken.into());
        };
        if known.status != AccountStatus::Unverified {
            may_act(&known)?;
        }
        let adopt = AdoptAccount {
            user: known.id,
            identity,
            audit: AuditRecord {
                actor: Actor::User(known.id),
                action: "account.adopt".to_owned(),
                subject: format!("account {}", known.id),
                detail: json!({ "provider": port.name() }),
                at: self.now(),
            },
        };
        Ok(accounts.adopt(&adopt).await?)
    }
}
