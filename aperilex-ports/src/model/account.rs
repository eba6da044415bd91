//! Accounts, their keys, and what keys may be used for.

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
        /// Nobody has shown yet that the address is theirs: it may not, either.
        Unverified = "unverified",
        /// Closed for ever: what is left is its id and its books.
        Deleted = "deleted",
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

words! {
    /// What a key may be used for.
    Scope {
        /// Reading what the account may read.
        Read = "read",
        /// Asking for analyses, and withdrawing them.
        Analyse = "analyse",
        /// Bulk imports.
        Import = "import",
        /// Balance, entries and statements.
        Billing = "billing",
        /// What an administrator does; of no use to others.
        Admin = "admin",
    }
}

/// A set of [`Scope`]s, written as their words with spaces between.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Scopes(u8);

impl Scopes {
    /// All of them.
    pub const ALL: Self = Self(0b1_1111);
    /// All that concern an account's own affairs: everything but [`Scope::Admin`].
    pub const MEMBER: Self = Self(0b0_1111);

    const fn bit(scope: Scope) -> u8 {
        match scope {
            Scope::Read => 1,
            Scope::Analyse => 2,
            Scope::Import => 4,
            Scope::Billing => 8,
            Scope::Admin => 16,
        }
    }

    /// Whether one is in the set.
    #[must_use]
    pub const fn has(self, scope: Scope) -> bool {
        self.0 & Self::bit(scope) != 0
    }

    /// Whether all of another set are in this one.
    #[must_use]
    pub const fn covers(self, other: Self) -> bool {
        other.0 & !self.0 == 0
    }

    /// Those in the set, in order.
    pub fn iter(self) -> impl Iterator<Item = Scope> {
        let all = Scope::ALL.iter().copied();
        all.filter(move |scope| self.has(*scope))
    }
}

impl FromIterator<Scope> for Scopes {
    fn from_iter<I: IntoIterator<Item = Scope>>(scopes: I) -> Self {
        let bits = scopes.into_iter().map(Self::bit);
        Self(bits.fold(0, |all, bit| all | bit))
    }
}

impl fmt::Display for Scopes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let words: Vec<_> = self.iter().map(Scope::as_str).collect();
        f.write_str(&words.join(" "))
    }
}

impl fmt::Debug for Scopes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Scopes({self})")
    }
}

impl FromStr for Scopes {
    type Err = ParseWordError;

    fn from_str(text: &str) -> Result<Self, ParseWordError> {
        text.split_ascii_whitespace().map(str::parse).collect()
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

/// A change of plan to come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TierChange {
    /// The plan.
    pub tier: Tier,
    /// From when on.
    pub at: Timestamp,
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
    /// What its owner calls it.
    pub name: String,
    /// What it may be used for.
    pub scopes: Scopes,
    /// Its first characters, shown so that people can tell keys apart.
    pub prefix: String,
    /// SHA-256 of the whole key; the key has 256 random bits, so no slow hash is needed.
    pub hash: Digest,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it ceases to work; never, if none.
    pub expires_at: Option<Timestamp>,
    /// About when it was used last.
    pub used_at: Option<Timestamp>,
    /// When it was revoked.
    pub revoked_at: Option<Timestamp>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scopes_read_back_and_refuse_other_words() {
        for text in [
            "",
            "read",
            "read billing",
            "read analyse import billing admin",
        ] {
            assert_eq!(text.parse::<Scopes>().unwrap().to_string(), text);
        }
        assert_eq!(Scope::ALL.iter().copied().collect::<Scopes>(), Scopes::ALL);
        assert!("read write".parse::<Scopes>().is_err());
    }

    #[test]
    fn a_set_covers_what_is_in_it() {
        let read: Scopes = [Scope::Read].into_iter().collect();
        assert!(Scopes::ALL.covers(Scopes::MEMBER) && Scopes::MEMBER.covers(read));
        assert!(!Scopes::MEMBER.covers(Scopes::ALL) && !read.covers(Scopes::MEMBER));
        assert!(!Scopes::MEMBER.has(Scope::Admin) && read.has(Scope::Read));
    }
}
