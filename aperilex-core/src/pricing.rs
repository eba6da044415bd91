//! What a request costs (product §4 and §5).

use aperilex_ports::{
    AccessSource, Account, EntryKind, HoldId, IdSource, MicroUsd, PendingAccess, Role, Timestamp,
};

use crate::tier::TierPlan;

/// How an account comes to a filing that it cannot read yet. Importing a filing costs what access
/// costs and includes it, so exactly one of the two is ever paid.
pub(crate) fn access(
    account: &Account,
    plan: &TierPlan,
    stored: bool,
    ids: &dyn IdSource,
    now: Timestamp,
) -> PendingAccess {
    let (source, price) = match account.role {
        Role::Admin | Role::House => (AccessSource::Admin, MicroUsd::ZERO),
        Role::Member if plan.access_by_policy => (AccessSource::Policy, plan.filing_access),
        Role::Member => (AccessSource::Paid, plan.filing_access),
    };
    let purpose = if stored {
        EntryKind::FilingAccess
    } else {
        EntryKind::FilingImport
    };
    PendingAccess {
        hold: HoldId::from_uuid(ids.uuid_v7(now)),
        price,
        purpose,
        source,
    }
}

/// The fee for an analysis.
pub(crate) const fn analysis(account: &Account, plan: &TierPlan) -> MicroUsd {
    match account.role {
        Role::Admin | Role::House => MicroUsd::ZERO,
        Role::Member => plan.analysis,
    }
}
