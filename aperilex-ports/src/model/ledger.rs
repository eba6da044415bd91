//! The ledger: entries that are never changed, and holds that end once.

use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::tier::{ParseWordError, words};
use super::{AnalysisId, EntryId, FilingId, HoldId, MicroUsd, TaskId, UserId};

words! {
    /// What an entry is for.
    EntryKind {
        /// Charge: access to a filing that was already stored.
        FilingAccess = "filing_access",
        /// Charge: a filing that had to be fetched; includes access.
        FilingImport = "filing_import",
        /// Charge: an analysis.
        Analysis = "analysis",
        /// Charge: filings imported in bulk.
        BulkImport = "bulk_import",
        /// Credit: the plan's monthly credits.
        MonthlyGrant = "monthly_grant",
        /// Credit: bought credits.
        TopUp = "top_up",
        /// Credit: a charge given back.
        Refund = "refund",
        /// Correction by an operator, either way.
        Adjustment = "adjustment",
        /// Correction: credits that lapsed.
        Expiry = "expiry",
    }
}

words! {
    /// Where a hold is. It leaves `open` exactly once.
    HoldStatus {
        /// Credits are set aside.
        Open = "open",
        /// Charged, in whole or part.
        Captured = "captured",
        /// Given back.
        Voided = "voided",
        /// Given back by time.
        Expired = "expired",
    }
}

/// An append-only fact about an account's credits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LedgerEntry {
    /// Its id. A capture has the UUID of its hold: a hold can be captured once.
    pub id: EntryId,
    /// Whose credits.
    pub user: UserId,
    /// Place in the account's own sequence, from 1, without gaps.
    pub seq: u64,
    /// What it is for.
    pub kind: EntryKind,
    /// Credits are positive, charges negative.
    pub amount: MicroUsd,
    /// Balance of the account after this entry.
    pub balance_after: MicroUsd,
    /// The filing concerned.
    pub filing: Option<FilingId>,
    /// The task concerned.
    pub task: Option<TaskId>,
    /// The analysis concerned.
    pub analysis: Option<AnalysisId>,
    /// The hold that was captured.
    pub hold: Option<HoldId>,
    /// For people.
    pub description: String,
    /// The command's idempotency key, unique for the account.
    pub key: String,
    /// When.
    pub at: Timestamp,
}

/// Credits set aside for a charge to come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hold {
    /// Its id.
    pub id: HoldId,
    /// Whose credits.
    pub user: UserId,
    /// The charge to come.
    pub purpose: EntryKind,
    /// How much was set aside.
    pub amount: MicroUsd,
    /// What of it was charged in parts.
    pub captured: MicroUsd,
    /// Where it is.
    pub status: HoldStatus,
    /// The filing concerned.
    pub filing: Option<FilingId>,
    /// The task concerned.
    pub task: Option<TaskId>,
    /// When it is given back by itself.
    pub expires_at: Timestamp,
    /// When it was placed.
    pub created_at: Timestamp,
}

impl Hold {
    /// What it still sets aside while it is open: what of it was charged in parts is gone.
    #[must_use]
    pub const fn left(&self) -> MicroUsd {
        match self.amount.checked_sub(self.captured) {
            Some(left) => left,
            None => MicroUsd::ZERO,
        }
    }
}

/// What an account has and what it owes, at one moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Funds {
    /// Credits.
    pub balance: Balance,
    /// For payments that were taken back after their credits were spent.
    pub owed: MicroUsd,
}

/// Credits of an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Balance {
    /// Sum of all entries.
    pub posted: MicroUsd,
    /// Sum of open holds.
    pub held: MicroUsd,
}

impl Balance {
    /// What can be spent: posted less held.
    #[must_use]
    pub fn available(&self) -> MicroUsd {
        MicroUsd::new(self.posted.micros().saturating_sub(self.held.micros()))
    }

    /// The balance that entries and holds amount to: the oracle for every stored balance.
    #[must_use]
    pub fn fold<'a>(
        entries: impl IntoIterator<Item = &'a LedgerEntry>,
        holds: impl IntoIterator<Item = &'a Hold>,
    ) -> Self {
        let open = |hold: &&Hold| hold.status == HoldStatus::Open;
        Self {
            posted: entries.into_iter().map(|entry| entry.amount).sum(),
            held: holds.into_iter().filter(open).map(Hold::left).sum(),
        }
    }
}
