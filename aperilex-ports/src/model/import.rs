//! Bulk imports: many filings asked for at once, paid for one by one as they come.

use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::tier::{ParseWordError, words};
use super::{Failure, FilingId, FilingLocator, HoldId, ImportId, LeaseToken, MicroUsd, UserId};

words! {
    /// Where a bulk import is. It leaves `running` once.
    ImportStatus {
        /// Items wait.
        Running = "running",
        /// Every item has ended.
        Done = "done",
        /// Withdrawn by its account.
        Cancelled = "cancelled",
        /// Given up: nothing moved for too long.
        Expired = "expired",
    }
}

words! {
    /// Where an item of a bulk import is. It leaves `waiting` once.
    ImportItemStatus {
        /// To be imported.
        Waiting = "waiting",
        /// Opened to the account, and charged.
        Imported = "imported",
        /// The account had it: free.
        Owned = "owned",
        /// It cannot be had; nothing was charged for it.
        Failed = "failed",
        /// The import ended before it was its turn.
        Cancelled = "cancelled",
    }
}

/// How many items of an import are where.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ImportCounts {
    /// To be imported.
    pub waiting: u32,
    /// Opened to the account, and charged.
    pub imported: u32,
    /// Had already.
    pub owned: u32,
    /// Not to be had.
    pub failed: u32,
    /// Not done any more.
    pub cancelled: u32,
}

impl ImportCounts {
    /// The counts of these items.
    #[must_use]
    pub fn of<'a>(items: impl IntoIterator<Item = &'a ImportItem>) -> Self {
        let mut counts = Self::default();
        for item in items {
            let count = counts.of_status(item.status);
            *count = count.saturating_add(1);
        }
        counts
    }

    /// All items.
    #[must_use]
    pub const fn total(&self) -> u32 {
        let ended = self.imported.saturating_add(self.owned);
        let ended = ended.saturating_add(self.failed);
        let ended = ended.saturating_add(self.cancelled);
        ended.saturating_add(self.waiting)
    }

    /// One waiting item has ended so.
    pub const fn ended(&mut self, status: ImportItemStatus) {
        self.waiting = self.waiting.saturating_sub(1);
        let count = self.of_status(status);
        *count = count.saturating_add(1);
    }

    /// Nothing waits any more.
    pub const fn cancelled(&mut self) {
        self.cancelled = self.cancelled.saturating_add(self.waiting);
        self.waiting = 0;
    }

    const fn of_status(&mut self, status: ImportItemStatus) -> &mut u32 {
        match status {
            ImportItemStatus::Waiting => &mut self.waiting,
            ImportItemStatus::Imported => &mut self.imported,
            ImportItemStatus::Owned => &mut self.owned,
            ImportItemStatus::Failed => &mut self.failed,
            ImportItemStatus::Cancelled => &mut self.cancelled,
        }
    }
}

/// A bulk import.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportJob {
    /// Its id.
    pub id: ImportId,
    /// Who asked.
    pub user: UserId,
    /// Where it is.
    pub status: ImportStatus,
    /// What a filing costs.
    pub unit_price: MicroUsd,
    /// What was set aside for all of them; none if there was nothing to pay.
    pub hold: Option<HoldId>,
    /// Where its items are.
    pub counts: ImportCounts,
    /// Filings that were named more than once: each became one item.
    pub duplicates: u32,
    /// Of those that failed: how many by no fault of who asked. What lapsed while it was set aside for them
    /// comes again.
    pub excused: u32,
    /// When it is given up, unless something moves before.
    pub expires_at: Timestamp,
    /// When it was accepted.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
}

impl ImportJob {
    /// What was charged for it so far.
    #[must_use]
    pub fn charged(&self) -> MicroUsd {
        let charged = self.unit_price.checked_mul(self.counts.imported.into());
        charged.unwrap_or(MicroUsd::ZERO)
    }

    /// What was set aside for filings that failed by no fault of who asked; with those that still wait,
    /// where nobody came to them.
    #[must_use]
    pub fn excused_price(&self, nobody_came: bool) -> MicroUsd {
        let waiting = if nobody_came { self.counts.waiting } else { 0 };
        let filings = self.excused.saturating_add(waiting);
        let price = self.unit_price.checked_mul(filings.into());
        price.unwrap_or(MicroUsd::ZERO)
    }
}

/// One filing of a bulk import.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportItem {
    /// The import.
    pub job: ImportId,
    /// Its place in the list, from 1.
    pub place: u32,
    /// How the filing was named.
    pub locator: FilingLocator,
    /// The filing, once it is known.
    pub filing: Option<FilingId>,
    /// Where it is.
    pub status: ImportItemStatus,
    /// Why it failed, or last failed.
    pub failure: Option<Failure>,
    /// How often work on it was begun; what was put back uncounted is not among them.
    pub attempts: u32,
    /// When work on it may begin: after a wait, or when the lease on it has run out.
    pub ready_at: Timestamp,
    /// The newest right to work on it, good until `ready_at`.
    pub lease: Option<LeaseToken>,
}

impl ImportItem {
    /// Whether this is the right to work on it, and still good.
    #[must_use]
    pub fn is_leased(&self, lease: LeaseToken, now: Timestamp) -> bool {
        let waits = self.status == ImportItemStatus::Waiting;
        waits && self.lease == Some(lease) && now < self.ready_at
    }
}
