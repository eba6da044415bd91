//! Prices that were promised.

use jiff::Timestamp;

use super::{AccessSource, MicroUsd, PoolKey, QuoteId, TaskId, UserId};

/// What an account was told a request would cost. Its prices hold until it expires, whatever is decided
/// on prices meanwhile.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredQuote {
    /// Its id.
    pub id: QuoteId,
    /// Whom it was given to.
    pub user: UserId,
    /// For what.
    pub key: PoolKey,
    /// Whether it is to be made anew, whatever the pool has.
    pub refresh: bool,
    /// What access to the filing costs, and why the account would have it; none if it had it.
    pub access: Option<QuotedAccess>,
    /// What the analysis costs.
    pub analysis: MicroUsd,
    /// Whether the filing is so large that the price is over the plan's fee.
    pub large: bool,
    /// The version of the prices it was made from.
    pub price_version: String,
    /// When it was given.
    pub created_at: Timestamp,
    /// Until when its prices hold.
    pub expires_at: Timestamp,
    /// The task that it was used for.
    pub used_by: Option<TaskId>,
}

/// Access to a filing, as quoted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct QuotedAccess {
    /// Its price.
    pub price: MicroUsd,
    /// Why the account would be able to read it.
    pub source: AccessSource,
}

impl StoredQuote {
    /// Access and analysis.
    #[must_use]
    pub fn total(&self) -> MicroUsd {
        let access = self.access.map(|access| access.price);
        access.into_iter().chain([self.analysis]).sum()
    }
}
