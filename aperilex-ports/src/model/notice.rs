//! What accounts are told of outside the API: by mail or by a webhook.

use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{AnalysisId, Email, Failure, MicroUsd, NoticeId, TaskId, UserId};

/// A secret that its owner is sent and that is good once. `Debug` hides it, and it has no `Display`.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct NoticeToken(String);

impl NoticeToken {
    /// Wraps a secret.
    #[must_use]
    pub const fn new(secret: String) -> Self {
        Self(secret)
    }

    /// The secret itself: for the message to its owner, and for nothing else.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for NoticeToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("NoticeToken(…)")
    }
}

/// What an account is told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "notice", rename_all = "snake_case")]
#[non_exhaustive]
pub enum NoticeKind {
    /// The address is to be confirmed.
    Verification {
        /// What confirms it.
        token: NoticeToken,
    },
    /// Somebody, probably its owner, has asked for a new password.
    PasswordReset {
        /// What allows a new one.
        token: NoticeToken,
    },
    /// Somebody, probably its owner, has asked for a new password, and the address has none: whoever has
    /// it signs in at their identity provider.
    SignInElsewhere {
        /// What the operator calls the provider.
        provider: String,
    },
    /// A task is done.
    Completed {
        /// The task.
        task: TaskId,
        /// Its result.
        analysis: AnalysisId,
    },
    /// A task has failed.
    Failed {
        /// The task.
        task: TaskId,
        /// Why.
        failure: Failure,
    },
    /// The balance has fallen.
    LowBalance {
        /// What it was.
        before: MicroUsd,
        /// What can be spent now.
        available: MicroUsd,
        /// The balance, of which a part may be set aside.
        balance: MicroUsd,
    },
    /// The account may not act any more.
    Suspended {
        /// Why.
        reason: String,
    },
}

impl NoticeKind {
    /// Its stable name, as receivers see it.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Verification { .. } => "verification",
            Self::PasswordReset { .. } => "password_reset",
            Self::SignInElsewhere { .. } => "sign_in_elsewhere",
            Self::Completed { .. } => "completed",
            Self::Failed { .. } => "failed",
            Self::LowBalance { .. } => "low_balance",
            Self::Suspended { .. } => "suspended",
        }
    }

    /// Whether it holds a secret that is its owner's alone.
    #[must_use]
    pub const fn is_secret(&self) -> bool {
        matches!(self, Self::Verification { .. } | Self::PasswordReset { .. })
    }
}

/// A notice as it is stored, with the change that causes it. The address is looked up when it is sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PendingNotice {
    /// Its id.
    pub id: NoticeId,
    /// Who is told.
    pub user: UserId,
    /// What.
    pub kind: NoticeKind,
    /// When it happened.
    pub at: Timestamp,
}

impl PendingNotice {
    /// A notice of something that happens once: its id is that of what happened, so that a commit that
    /// is repeated tells nothing anew.
    #[must_use]
    pub fn of(user: UserId, what: &str, kind: NoticeKind, at: Timestamp) -> Self {
        let id = NoticeId::of(user, kind.name(), what);
        Self { id, user, kind, at }
    }

    /// The notice with its address.
    #[must_use]
    pub fn to(self, to: Email) -> Notice {
        Notice {
            id: self.id,
            user: self.user,
            to,
            kind: self.kind,
            at: self.at,
        }
    }
}

/// A notice on its way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// Its id: the same however often it is sent.
    pub id: NoticeId,
    /// Who is told.
    pub user: UserId,
    /// The account's address.
    pub to: Email,
    /// What.
    pub kind: NoticeKind,
    /// When it happened.
    pub at: Timestamp,
}

/// What an account wants to be told of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NoticePreferences {
    /// Tasks that are done or have failed. A program learns that by the API, so this is off by default.
    pub tasks: bool,
    /// A balance that has become low.
    pub low_balance: bool,
}

impl Default for NoticePreferences {
    fn default() -> Self {
        Self {
            tasks: false,
            low_balance: true,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    #[test]
    fn debug_shows_no_secret() {
        let user = UserId::from_uuid(Uuid::from_u128(1));
        let token = NoticeToken::new("swordfish".to_owned());
        let kind = NoticeKind::Verification { token };
        assert!(kind.is_secret());
        let pending = PendingNotice::of(user, "1", kind, Timestamp::UNIX_EPOCH);
        let notice = pending.clone().to("jo@example.com".parse().unwrap());
        let shown = format!("{pending:?} {notice:?}");
        assert!(!shown.contains("swordfish"), "{shown}");
        assert!(!shown.contains("jo@"), "{shown}");
    }

    #[test]
    fn the_same_thing_has_one_id() {
        let user = |n| UserId::from_uuid(Uuid::from_u128(n));
        let reason = || NoticeKind::Suspended {
            reason: "abuse".to_owned(),
        };
        let of = |n, what| PendingNotice::of(user(n), what, reason(), Timestamp::UNIX_EPOCH).id;
        assert_eq!(of(1, "a"), of(1, "a"));
        assert_ne!(of(1, "a"), of(1, "b"));
        assert_ne!(of(1, "a"), of(2, "a"));
    }
}
