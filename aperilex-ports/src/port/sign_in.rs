//! What signing in asks of the world: slow hashes, signed tokens, challenges, identity providers.

use std::fmt::Debug;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;

use crate::error::{BoxError, Retry};
use crate::model::{
    AccessClaims, Email, ExternalIdentity, Password, PasswordHash, Secret, Tier, Timestamp,
};

/// Why something could not be found out.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SignInError {
    /// Somebody else's answer is not one that may be believed.
    #[error("the answer of the identity provider is refused: {reason}")]
    Refused {
        /// What is wrong with it; nothing secret.
        reason: &'static str,
    },
    /// As much as can be done at once is being done, and as much waits as may.
    #[error("{service} is busy")]
    Busy {
        /// What.
        service: &'static str,
        /// When to come back.
        after: Duration,
    },
    /// Anything else.
    #[error("{service} cannot be used")]
    Unavailable {
        /// What.
        service: &'static str,
        /// The adapter's own error.
        #[source]
        source: BoxError,
    },
}

impl SignInError {
    /// Whether the same call may succeed later.
    #[must_use]
    pub const fn retry(&self) -> Retry {
        match self {
            Self::Refused { .. } => Retry::Never,
            Self::Busy { after, .. } => Retry::After(*after),
            Self::Unavailable { .. } => Retry::Backoff,
        }
    }
}

/// What comparing a password found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PasswordMatch {
    /// It is another one.
    No,
    /// It is the one.
    Yes,
    /// It is the one, and its hash is of parameters that are no longer used: hash it anew.
    Outdated,
}

/// Hashes passwords, slowly, and not on the threads that serve.
///
/// Comparing with nothing takes as long as comparing with a hash, so nobody learns by the time whether
/// an address has an account. What cannot be begun soon is [`SignInError::Busy`] at once: nobody waits in
/// a line without end.
#[async_trait]
pub trait Passwords: Debug + Send + Sync + 'static {
    /// Hashes a password with a salt of its own.
    ///
    /// # Errors
    /// [`SignInError`].
    async fn hash(&self, password: &Password) -> Result<PasswordHash, SignInError>;

    /// Compares a password with a hash; with none it is never the one.
    ///
    /// # Errors
    /// [`SignInError`].
    async fn compare(
        &self,
        password: &Password,
        hash: Option<&PasswordHash>,
    ) -> Result<PasswordMatch, SignInError>;
}

/// Writes and reads access tokens.
pub trait AccessTokens: Debug + Send + Sync + 'static {
    /// Writes a token.
    ///
    /// # Errors
    /// [`SignInError`].
    fn issue(&self, claims: &AccessClaims, now: Timestamp) -> Result<Secret, SignInError>;

    /// What a token says. None: it was not written here, or its time is not now.
    fn read(&self, token: &str, now: Timestamp) -> Option<AccessClaims>;
}

/// Asks whether there is a person: what a web form's widget gave is checked with its service.
#[async_trait]
pub trait Challenge: Debug + Send + Sync + 'static {
    /// Whether the answer of a challenge is right.
    ///
    /// # Errors
    /// [`SignInError`].
    async fn is_passed(&self, answer: &str) -> Result<bool, SignInError>;
}

/// What a browser is to carry while its user is at the identity provider. All of it comes from one
/// secret that only the browser and we know.
#[derive(Debug, Clone)]
pub struct Journey {
    /// Comes back in the URL.
    pub state: String,
    /// Comes back in the provider's signed token.
    pub nonce: String,
    /// Shows the provider that we are who sent the user there (PKCE).
    pub verifier: Secret,
}

/// Somebody whom an identity provider vouches for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Vouched {
    /// Who.
    pub identity: ExternalIdentity,
    /// Their address, if the provider has verified it.
    pub email: Option<Email>,
}

/// Lets people sign in with an account that they have elsewhere (OpenID Connect).
#[async_trait]
pub trait IdentityProvider: Debug + Send + Sync + 'static {
    /// What the operator calls it.
    fn name(&self) -> &str;

    /// What those who come from there for the first time subscribe to.
    fn tier(&self) -> Tier;

    /// Whether people with this address sign in here and nowhere else: its domain is named, and not only
    /// let in among all others.
    fn governs(&self, email: &Email) -> bool;

    /// Where to send the browser.
    ///
    /// # Errors
    /// [`SignInError`].
    async fn begin(&self, journey: &Journey) -> Result<String, SignInError>;

    /// Who has come back with this code.
    ///
    /// # Errors
    /// [`SignInError`].
    async fn finish(
        &self,
        code: &str,
        journey: &Journey,
        now: Timestamp,
    ) -> Result<Vouched, SignInError>;
}

/// Everything that signing in asks of the world beside the database.
#[derive(Debug, Clone)]
pub struct SignIn {
    /// Hashes passwords.
    pub passwords: Arc<dyn Passwords>,
    /// Writes access tokens; without it nobody can sign in, and keys still work.
    pub tokens: Option<Arc<dyn AccessTokens>>,
    /// Asks whether there is a person.
    pub challenge: Option<Arc<dyn Challenge>>,
    /// Where people may have an account.
    pub providers: Vec<Arc<dyn IdentityProvider>>,
}
