//! What a request costs (product §4 and §5).

#![deny(clippy::arithmetic_side_effects, clippy::float_arithmetic)]

use aperilex_ports::{
    AccessSource, Account, EntryKind, HoldId, IdSource, MicroUsd, PendingAccess, Quality, Role,
    Timestamp,
};

use crate::tier::TierPlan;

/// How an account comes to a filing that it cannot read yet. Importing a filing includes access to it, so
/// exactly one of the two is ever paid.
pub(crate) fn access(
    account: &Account,
    plan: &TierPlan,
    stored: bool,
    ids: &dyn IdSource,
    now: Timestamp,
) -> PendingAccess {
    let (purpose, fee) = if stored {
        (EntryKind::FilingAccess, plan.filing_access)
    } else {
        (EntryKind::FilingImport, plan.import_fee())
    };
    let (source, price) = match account.role {
        Role::Admin | Role::House => (AccessSource::Admin, MicroUsd::ZERO),
        Role::Member if plan.access_by_policy => (AccessSource::Policy, fee),
        Role::Member => (AccessSource::Paid, fee),
    };
    PendingAccess {
        hold: HoldId::from_uuid(ids.uuid_v7(now)),
        price,
        purpose,
        source,
    }
}

/// The fee for an analysis.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Fee {
    /// What it costs.
    pub(crate) price: MicroUsd,
    /// What it costs where the filing is not large.
    pub(crate) usual: MicroUsd,
}

impl Fee {
    /// Nothing.
    pub(crate) const NONE: Self = Self {
        price: MicroUsd::ZERO,
        usual: MicroUsd::ZERO,
    };

    /// Whether the filing is so large that the analysis costs more than the plan says.
    pub(crate) fn is_large(self) -> bool {
        self.price > self.usual
    }
}

/// The fee for an analysis whose models are expected to cost `estimate`. Where they would cost more than a
/// part of the fee, the fee rises until they cost that part. What is free by contract stays so: there the
/// ceiling alone limits what models cost.
pub(crate) fn analysis(
    account: &Account,
    plan: &TierPlan,
    quality: Quality,
    estimate: MicroUsd,
) -> Fee {
    let usual = match account.role {
        Role::Admin | Role::House => MicroUsd::ZERO,
        Role::Member => plan.analysis_fee(quality),
    };
    let needed = price_of_which(estimate, plan.large_filing_percent);
    let price = if usual.is_positive() {
        usual.max(needed)
    } else {
        usual
    };
    Fee { price, usual }
}

/// The least price of which `part` is at most so many percent.
fn price_of_which(part: MicroUsd, percent: u8) -> MicroUsd {
    let percent = i128::from(percent.max(1));
    let hundredfold = i128::from(part.micros().max(0)).saturating_mul(100);
    let price = hundredfold
        .saturating_add(percent.saturating_sub(1))
        .checked_div(percent);
    MicroUsd::new(i64::try_from(price.unwrap_or(i128::MAX)).unwrap_or(i64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_price_is_rounded_up_to_the_next_micro_dollar() {
        for (part, percent, price) in [
            (0, 60, 0),
            (-5, 60, 0),
            (12_000, 60, 20_000),
            (12_001, 60, 20_002),
            (1, 60, 2),
            (1, 100, 1),
            (7, 0, 700),
            (i64::MAX, 1, i64::MAX),
        ] {
            let found = price_of_which(MicroUsd::new(part), percent);
            assert_eq!(found, MicroUsd::new(price), "{part} is {percent} %");
        }
    }
}
