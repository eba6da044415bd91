//! Signing in: sessions, one-time tokens, identities elsewhere.

use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::tier::{ParseWordError, words};
use super::{Digest, SessionId, UserId};

/// Somebody signed in: goes on by its refresh tokens, one after the other, until it ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Session {
    /// Its id.
    pub id: SessionId,
    /// Who.
    pub user: UserId,
    /// When it began.
    pub created_at: Timestamp,
    /// When it is over if it is not refreshed.
    pub expires_at: Timestamp,
}

words! {
    /// What a one-time token is for.
    OneTimePurpose {
        /// Showing that the address of a new account is one's own.
        VerifyEmail = "verify_email",
        /// Setting a new password.
        ResetPassword = "reset_password",
    }
}

/// A token that is good once, as kept: known only as a hash.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OneTime {
    /// SHA-256 of the token.
    pub hash: Digest,
    /// Whose it is.
    pub user: UserId,
    /// What it is for.
    pub purpose: OneTimePurpose,
    /// When it ceases to work.
    pub expires_at: Timestamp,
}

/// Who somebody is to an identity provider.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct ExternalIdentity {
    /// The provider, by its issuer URL.
    pub issuer: String,
    /// The subject there.
    pub subject: String,
}

impl fmt::Debug for ExternalIdentity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // A subject may be an e-mail address, which is not for logs.
        write!(f, "ExternalIdentity(…@{})", self.issuer)
    }
}

/// What an access token says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AccessClaims {
    /// Whose it is.
    pub user: UserId,
    /// In which session.
    pub session: SessionId,
    /// When it ceases to work.
    pub expires_at: Timestamp,
}
