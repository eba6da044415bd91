//! Accounts and their keys.

use jiff::Timestamp;

use super::tier::words;
use super::{Contract, Digest, Email, KeyId, Tier, UserId};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

use super::tier::ParseWordError;

words! {
    /// Whether an account may act.
    AccountStatus {
        /// It may.
        Active = "active",
        /// It may not.
        Suspended = "suspended",
    }
}

words! {
    /// What an account may do beyond its own affairs.
    Role {
        /// Its own affairs only.
        Member = "member",
        /// Runs the installation.
        Admin = "admin",
        /// The installation itself: fills the pool in the background and pays nothing.
        House = "house",
    }
}

/// An account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// Its id.
    pub id: UserId,
    /// Contact and sign-in.
    pub email: Email,
    /// Its plan.
    pub tier: Tier,
    /// Whether it may act.
    pub status: AccountStatus,
    /// What it may do.
    pub role: Role,
    /// What was agreed with it over its plan; it counts while its tier is by contract.
    pub contract: Option<Contract>,
    /// When it was made.
    pub created_at: Timestamp,
}

/// What an operator may change of an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standing {
    /// Its plan.
    pub tier: Tier,
    /// Whether it may act.
    pub status: AccountStatus,
    /// What it may do.
    pub role: Role,
}

impl Account {
    /// Its standing.
    #[must_use]
    pub const fn standing(&self) -> Standing {
        Standing {
            tier: self.tier,
            status: self.status,
            role: self.role,
        }
    }
}

/// An API key as kept: its secret is known only as a hash.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiKey {
    /// Its id.
    pub id: KeyId,
    /// Whose it is.
    pub user: UserId,
    /// Its first characters, shown so that people can tell keys apart.
    pub prefix: String,
    /// SHA-256 of the whole key; the key has 256 random bits, so no slow hash is needed.
    pub hash: Digest,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was revoked.
    pub revoked_at: Option<Timestamp>,
}
