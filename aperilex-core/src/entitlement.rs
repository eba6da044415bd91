//! May this account see this filing: history, companies, forms (product §4).

use std::collections::HashSet;
use std::fmt;
use std::sync::Arc;

use aperilex_ports::{Cik, Companies, Date, FilingMeta, Tier};
use jiff::ToSpan;

use crate::tier::{Plans, TierPlan, listed_form};

/// Companies by CIK. A ticker is only an alias and does not count.
#[derive(Clone, Default)]
pub struct Universe(Arc<HashSet<Cik>>);

impl Universe {
    /// Whether it holds the company.
    #[must_use]
    pub fn contains(&self, cik: Cik) -> bool {
        self.0.contains(&cik)
    }
}

impl Universe {
    /// Its companies, by CIK.
    #[must_use]
    pub fn companies(&self) -> Vec<Cik> {
        let mut companies: Vec<Cik> = self.0.iter().copied().collect();
        companies.sort_unstable();
        companies
    }
}

impl FromIterator<Cik> for Universe {
    fn from_iter<I: IntoIterator<Item = Cik>>(ciks: I) -> Self {
        Self(Arc::new(ciks.into_iter().collect()))
    }
}

impl fmt::Debug for Universe {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Universe({} companies)", self.0.len())
    }
}

/// The two universes that plans name.
#[derive(Debug, Clone, Default)]
pub struct Universes {
    /// S&P 500.
    pub small: Universe,
    /// Russell 1000 and the small one.
    pub large: Universe,
}

/// The limit of a plan that keeps a filing from an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Limit {
    /// Filed too long ago.
    History,
    /// Not one of the companies.
    Companies,
    /// Not one of the forms.
    Forms,
    /// Bulk import is not part of the plan.
    BulkImport,
}

impl fmt::Display for Limit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::History => "history",
            Self::Companies => "companies",
            Self::Forms => "form types",
            Self::BulkImport => "bulk import",
        })
    }
}

/// The first limit of a plan that the filing exceeds; none if its accounts may see it.
pub(crate) fn exceeded(
    plan: &TierPlan,
    universes: &Universes,
    filing: &FilingMeta,
    today: Date,
) -> Option<Limit> {
    let recent = plan.history_years.is_none_or(|years| {
        let oldest = today.saturating_sub(i32::from(years).years());
        filing.filed.is_some_and(|filed| filed >= oldest)
    });
    let known = |universe: &Universe| filing.cik.is_some_and(|cik| universe.contains(cik));
    let covered = match plan.companies {
        Companies::All => true,
        Companies::Small => known(&universes.small),
        Companies::Large => known(&universes.large) || known(&universes.small),
    };
    let form = listed_form(&filing.form);
    let listed = plan
        .forms
        .as_ref()
        .is_none_or(|forms| forms.contains(&form));
    match (recent, covered, listed) {
        (false, _, _) => Some(Limit::History),
        (_, false, _) => Some(Limit::Companies),
        (_, _, false) => Some(Limit::Forms),
        (true, true, true) => None,
    }
}

/// The lowest tier above `tier` that may see the filing.
pub(crate) fn lifted_by(
    plans: &Plans,
    universes: &Universes,
    tier: Tier,
    filing: &FilingMeta,
    today: Date,
) -> Option<Tier> {
    let above = Tier::ALL.iter().copied().filter(|other| *other > tier);
    above
        .into_iter()
        .find(|t| exceeded(plans.of(*t), universes, filing, today).is_none())
}
