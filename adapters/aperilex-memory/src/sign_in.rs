//! Signing in without slow hashes and signatures: for tests, and never for people.

use std::sync::Arc;

use aperilex_ports::{
    AccessClaims, AccessTokens, Challenge, Digest, Password, PasswordHash, PasswordMatch,
    Passwords, Secret, SessionId, SignIn, SignInError, Timestamp, UserId,
};
use async_trait::async_trait;

/// Hashes fast. A hash of an older edition still compares, as outdated.
#[derive(Debug, Clone, Copy)]
pub struct QuickPasswords {
    /// Its edition, in the place of parameters.
    pub edition: u32,
}

impl QuickPasswords {
    fn digest(edition: &str, password: &Password) -> String {
        let text = format!("{edition}:{}", password.reveal());
        format!("{edition}:{}", Digest::of(text.as_bytes()))
    }
}

#[async_trait]
impl Passwords for QuickPasswords {
    async fn hash(&self, password: &Password) -> Result<PasswordHash, SignInError> {
        let edition = self.edition.to_string();
        Ok(PasswordHash::new(Self::digest(&edition, password)))
    }

    async fn compare(
        &self,
        password: &Password,
        hash: Option<&PasswordHash>,
    ) -> Result<PasswordMatch, SignInError> {
        let Some((hash, (edition, _))) =
            hash.and_then(|hash| Some((hash, hash.as_str().split_once(':')?)))
        else {
            return Ok(PasswordMatch::No);
        };
        if Self::digest(edition, password) != hash.as_str() {
            return Ok(PasswordMatch::No);
        }
        if edition == self.edition.to_string() {
            Ok(PasswordMatch::Yes)
        } else {
            Ok(PasswordMatch::Outdated)
        }
    }
}

/// Tokens that anybody could write.
#[derive(Debug, Clone, Copy)]
pub struct OpenTokens;

impl AccessTokens for OpenTokens {
    fn issue(&self, claims: &AccessClaims, _: Timestamp) -> Result<Secret, SignInError> {
        let end = claims.expires_at.as_microsecond();
        Ok(Secret::new(format!(
            "open.{}.{}.{end}",
            claims.user, claims.session
        )))
    }

    fn read(&self, token: &str, now: Timestamp) -> Option<AccessClaims> {
        let mut parts = token.strip_prefix("open.")?.split('.');
        let claims = AccessClaims {
            user: parts.next()?.parse::<UserId>().ok()?,
            session: parts.next()?.parse::<SessionId>().ok()?,
            expires_at: Timestamp::from_microsecond(parts.next()?.parse().ok()?).ok()?,
        };
        (now < claims.expires_at).then_some(claims)
    }
}

/// A challenge that one word passes.
#[derive(Debug, Clone)]
pub struct WordChallenge(pub String);

#[async_trait]
impl Challenge for WordChallenge {
    async fn is_passed(&self, answer: &str) -> Result<bool, SignInError> {
        Ok(answer == self.0)
    }
}

/// Signing in, in memory.
pub(crate) fn sign_in() -> SignIn {
    SignIn {
        passwords: Arc::new(QuickPasswords { edition: 1 }),
        tokens: Some(Arc::new(OpenTokens)),
        challenge: None,
        providers: Vec::new(),
    }
}
