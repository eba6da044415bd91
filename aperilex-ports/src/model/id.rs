//! Typed identifiers: a [`UserId`] cannot be passed where a [`FilingId`] is due.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::accession::AccessionNumber;
use super::digest::Digest;

/// The text is not a UUID.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("expected a UUID such as 018f4b6e-7d1c-7c3a-9b51-0d6f3a1e2b4c")]
pub struct ParseIdError;

macro_rules! uuid_ids {
    ($($(#[$doc:meta])* $name:ident)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(Uuid);

        impl $name {
            /// Wraps a UUID that was made for this kind of thing.
            #[must_use]
            pub const fn from_uuid(uuid: Uuid) -> Self {
                Self(uuid)
            }

            /// The UUID itself.
            #[must_use]
            pub const fn as_uuid(&self) -> Uuid {
                self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self.0)
            }
        }

        impl FromStr for $name {
            type Err = ParseIdError;

            fn from_str(text: &str) -> Result<Self, ParseIdError> {
                Uuid::try_parse(text).map(Self).map_err(|_| ParseIdError)
            }
        }
    )*};
}

uuid_ids! {
    /// An account (v7).
    UserId
    /// A filing: v5 of its accession number, so that importing it twice gives one id.
    FilingId
    /// A stored analysis (v7).
    AnalysisId
    /// A piece of work (v7).
    TaskId
    /// Credits set aside (v7).
    HoldId
    /// A ledger entry (v7).
    EntryId
    /// An API key (v7).
    KeyId
    /// A session of somebody signed in (v7).
    SessionId
    /// A promise of prices (v7).
    QuoteId
    /// A call of a model (v7).
    CallId
    /// The right to work on a task, new with every claim (v7).
    LeaseToken
    /// A bulk import (v7).
    ImportId
    /// Something that an account is told: v5 of what happened, so that it is told once.
    NoticeId
}

/// Name space of the v5 ids: v5 of the DNS name `aperilex.com`, fixed for ever.
const NAMESPACE: Uuid = Uuid::from_u128(0x5f0d_1c5e_86a4_5f0b_9d3e_7a1b_6c2f_4e80);

impl NoticeId {
    /// The id of what an account is told of something that happens once.
    #[must_use]
    pub fn of(user: UserId, kind: &str, what: &str) -> Self {
        let name = format!("notice:{user}:{kind}:{what}");
        Self(Uuid::new_v5(&NAMESPACE, name.as_bytes()))
    }
}

impl UserId {
    /// What stands in for an account where something else is counted as accounts are: v5 of its name, so
    /// that it is the same in every process and never that of an account. `name` may be an address: what
    /// is kept of it is a hash.
    #[must_use]
    pub fn stand_in(what: &str, name: &str) -> Self {
        let name = Digest::of(format!("stand-in:{what}:{name}").as_bytes());
        Self(Uuid::new_v5(&NAMESPACE, name.as_bytes()))
    }
}

impl FilingId {
    /// The id of a filing known to the SEC.
    #[must_use]
    pub fn of_accession(accession: &AccessionNumber) -> Self {
        Self(Uuid::new_v5(&NAMESPACE, accession.to_string().as_bytes()))
    }

    /// The id of a document that no accession number is known for (a local file).
    #[must_use]
    pub fn of_content(digest: &Digest) -> Self {
        Self(Uuid::new_v5(&NAMESPACE, digest.to_string().as_bytes()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_filing_has_one_id_however_often_it_is_imported() {
        let a: AccessionNumber = "0000320193-24-000123".parse().unwrap();
        let b: AccessionNumber = "000032019324000123".parse().unwrap();
        assert_eq!(FilingId::of_accession(&a), FilingId::of_accession(&b));
    }

    #[test]
    fn stand_ins_are_told_apart_and_never_an_account() {
        let of = UserId::stand_in;
        assert_eq!(
            of("sign-in", "jo@example.com"),
            of("sign-in", "jo@example.com")
        );
        assert_ne!(
            of("sign-in", "jo@example.com"),
            of("letter", "jo@example.com")
        );
        assert_ne!(
            of("sign-in", "jo@example.com"),
            of("sign-in", "al@example.com")
        );
        assert_eq!(
            of("sign-in", "jo@example.com").as_uuid().get_version_num(),
            5
        );
    }

    #[test]
    fn ids_read_back_and_refuse_other_text() {
        let id = TaskId::from_uuid(Uuid::from_u128(7));
        assert_eq!(id.to_string().parse(), Ok(id));
        assert_eq!("nope".parse::<TaskId>(), Err(ParseIdError));
    }
}
