//! What was done with accounts and the installation, by whom: records that are never changed, each sealed by
//! the hash of the one before it.

use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;
use serde_json::Value;

use super::journal::Seal;
use super::{Digest, UserId};

/// Who did something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Actor {
    /// An account, through the API.
    User(UserId),
    /// The program itself.
    System,
    /// Whoever has the command line.
    Operator,
}

/// The text names nobody who could have done something.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("expected `system`, `operator`, or `user:` and the id of an account")]
pub struct ParseActorError;

impl fmt::Display for Actor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::User(user) => write!(f, "user:{user}"),
            Self::System => f.write_str("system"),
            Self::Operator => f.write_str("operator"),
        }
    }
}

impl FromStr for Actor {
    type Err = ParseActorError;

    fn from_str(text: &str) -> Result<Self, ParseActorError> {
        match (text, text.strip_prefix("user:")) {
            ("system", _) => Ok(Self::System),
            ("operator", _) => Ok(Self::Operator),
            (_, Some(user)) => user.parse().map(Self::User).map_err(|_| ParseActorError),
            _ => Err(ParseActorError),
        }
    }
}

/// Something that was done.
#[derive(Debug, Clone, PartialEq)]
pub struct AuditRecord {
    /// By whom.
    pub actor: Actor,
    /// What, such as `account.suspend`.
    pub action: String,
    /// To what, such as `account 0198c0de-…`.
    pub subject: String,
    /// More about it, for people: before, after, a reason. Numbers are whole.
    pub detail: Value,
    /// When.
    pub at: Timestamp,
}

/// A record in its place of the log.
#[derive(Debug, Clone, PartialEq)]
pub struct AuditEntry {
    /// Its place, from 1, without gaps.
    pub seq: u64,
    /// What was done; its time is to the microsecond.
    pub record: AuditRecord,
    /// The hash of the one before, or [`AuditHead::genesis`].
    pub prev_hash: Digest,
    /// SHA-256 of `prev_hash` and all fields above.
    pub hash: Digest,
}

/// Where the log ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AuditHead {
    /// Entries so far.
    pub seq: u64,
    /// The hash of the last.
    pub hash: Digest,
}

impl AuditHead {
    /// The head of a log that has no entry yet.
    #[must_use]
    pub fn genesis() -> Self {
        Self {
            seq: 0,
            hash: Digest::of(b"aperilex-audit/1\n"),
        }
    }

    /// The entry that the record makes here.
    #[must_use]
    pub fn next(&self, record: &AuditRecord) -> AuditEntry {
        let at = Timestamp::from_microsecond(record.at.as_microsecond());
        let mut entry = AuditEntry {
            seq: self.seq.saturating_add(1),
            record: AuditRecord {
                at: at.unwrap_or(record.at),
                ..record.clone()
            },
            prev_hash: self.hash,
            hash: self.hash,
        };
        entry.hash = entry.sealed();
        entry
    }
}

impl AuditEntry {
    /// Where the log ends behind it.
    #[must_use]
    pub const fn head(&self) -> AuditHead {
        AuditHead {
            seq: self.seq,
            hash: self.hash,
        }
    }

    /// The hash of its fields.
    #[must_use]
    pub fn sealed(&self) -> Digest {
        let mut seal = Seal::default();
        seal.bytes(self.prev_hash.as_bytes());
        seal.number(i64::try_from(self.seq).unwrap_or(i64::MAX));
        seal.text(&self.record.actor.to_string());
        seal.text(&self.record.action);
        seal.text(&self.record.subject);
        seal.text(&self.record.detail.to_string());
        seal.number(self.record.at.as_microsecond());
        seal.digest()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn actors_read_back() {
        let user = UserId::from_uuid(uuid::Uuid::from_u128(7));
        for actor in [Actor::User(user), Actor::System, Actor::Operator] {
            assert_eq!(actor.to_string().parse(), Ok(actor));
        }
        assert_eq!("user:me".parse::<Actor>(), Err(ParseActorError));
        assert_eq!("root".parse::<Actor>(), Err(ParseActorError));
    }

    #[test]
    fn the_hash_of_an_entry_is_for_ever() {
        let record = AuditRecord {
            actor: Actor::Operator,
            action: "account.suspend".into(),
            subject: "account 7".into(),
            detail: serde_json::json!({ "reason": "abuse" }),
            at: Timestamp::from_second(1_767_225_600).unwrap(),
        };
        let entry = AuditHead::genesis().next(&record);
        assert_eq!(entry.seq, 1);
        assert_eq!(entry.hash, entry.sealed());
        let expected = "9d4259736842765f83d4f561b91330bf65e388850958d90b5df67df206299779";
        assert_eq!(entry.hash.to_string(), expected);
    }
}
