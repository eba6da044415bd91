//! The four plans as one table (product §4). Every figure is a setting; these are the defaults.

mod agreed;
mod check;

use std::collections::BTreeMap;

use aperilex_ports::{Companies, Digest, FormFamily, MicroUsd, Priority, Quality, Tier};
use serde::{Deserialize, Serialize};

pub use check::BadFigure;

/// What a tier may do and what it pays.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TierPlan {
    /// A month's price; none if it is by contract.
    pub monthly_price: Option<MicroUsd>,
    /// Requests in any hour; none if unlimited.
    pub requests_per_hour: Option<u32>,
    /// Requests in any 24 hours; none if unlimited.
    pub requests_per_day: Option<u32>,
    /// Filings filed at most this many years ago; none if all.
    pub history_years: Option<u16>,
    /// Companies.
    pub companies: Companies,
    /// Form types, by base form (amendments and old variants go with it); none if all.
    pub forms: Option<Vec<String>>,
    /// Access to a filing, once for each.
    pub filing_access: MicroUsd,
    /// Bringing a filing in, access included; none if it costs what access costs.
    pub filing_import: Option<MicroUsd>,
    /// A filing of a bulk import; none if the plan has no bulk imports.
    pub bulk_unit: Option<MicroUsd>,
    /// An analysis.
    pub analysis: MicroUsd,
    /// An analysis of a quality, where it does not cost what `analysis` says.
    pub analysis_by_quality: BTreeMap<Quality, MicroUsd>,
    /// Credits granted each month.
    pub monthly_credits: MicroUsd,
    /// Live runs an account may lead; none if unlimited.
    pub running: Option<u32>,
    /// Urgency of its tasks.
    pub priority: Priority,
    /// Whether access comes with the tier and goes with it, instead of being paid for.
    pub access_by_policy: bool,
    /// The most that models may cost us for one analysis; over it the analysis is given up, uncharged.
    pub cost_ceiling: MicroUsd,
    /// How much of the fee models are expected to cost at most, in percent. A filing that is so large that
    /// they are expected to cost more is quoted at a price of which they cost that part.
    pub large_filing_percent: u8,
}

impl TierPlan {
    /// The fee for an analysis of this quality.
    #[must_use]
    pub fn analysis_fee(&self, quality: Quality) -> MicroUsd {
        let own = self.analysis_by_quality.get(&quality);
        own.copied().unwrap_or(self.analysis)
    }

    /// What bringing a filing in costs, access included.
    #[must_use]
    pub fn import_fee(&self) -> MicroUsd {
        self.filing_import.unwrap_or(self.filing_access)
    }
}

/// The plans of all tiers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Plans {
    /// Free.
    pub demo: TierPlan,
    /// Small.
    pub basic: TierPlan,
    /// Large.
    pub professional: TierPlan,
    /// By contract.
    pub enterprise: TierPlan,
}

impl Plans {
    /// The plan of a tier.
    #[must_use]
    pub const fn of(&self, tier: Tier) -> &TierPlan {
        match tier {
            Tier::Demo => &self.demo,
            Tier::Basic => &self.basic,
            Tier::Professional => &self.professional,
            Tier::Enterprise => &self.enterprise,
        }
    }

    /// Tells one set of figures from another.
    #[must_use]
    pub fn version(&self) -> String {
        version_of(self)
    }
}

/// The first digits of the SHA-256 of figures as JSON.
pub(crate) fn version_of(figures: &impl Serialize) -> String {
    const SHOWN: usize = 12;
    let json = serde_json::to_vec(figures).unwrap_or_default();
    let digest = Digest::of(&json).to_string();
    digest.chars().take(SHOWN).collect()
}

impl Default for Plans {
    fn default() -> Self {
        Self {
            demo: demo(),
            basic: basic(),
            professional: professional(),
            enterprise: enterprise(),
        }
    }
}

const fn usd(micros: i64) -> MicroUsd {
    MicroUsd::new(micros)
}

fn forms(forms: &[&str]) -> Option<Vec<String>> {
    Some(forms.iter().map(|form| (*form).to_owned()).collect())
}

fn demo() -> TierPlan {
    TierPlan {
        monthly_price: Some(MicroUsd::ZERO),
        requests_per_hour: Some(10),
        requests_per_day: Some(50),
        history_years: Some(2),
        companies: Companies::Small,
        forms: forms(&["10-K", "10-Q", "8-K"]),
        filing_access: MicroUsd::ZERO,
        filing_import: None,
        bulk_unit: None,
        analysis: usd(20_000),
        analysis_by_quality: BTreeMap::new(),
        monthly_credits: MicroUsd::ZERO,
        running: Some(1),
        priority: Priority::new(7),
        access_by_policy: true,
        cost_ceiling: usd(100_000),
        large_filing_percent: 60,
    }
}

fn basic() -> TierPlan {
    TierPlan {
        monthly_price: Some(usd(9_000_000)),
        requests_per_hour: Some(100),
        requests_per_day: Some(1_000),
        history_years: Some(5),
        companies: Companies::Large,
        forms: forms(&["10-K", "10-Q", "8-K", "20-F", "DEF 14A"]),
        filing_access: usd(100_000),
        filing_import: None,
        bulk_unit: Some(usd(50_000)),
        analysis: usd(20_000),
        analysis_by_quality: BTreeMap::new(),
        monthly_credits: usd(5_000_000),
        running: Some(3),
        priority: Priority::new(5),
        access_by_policy: false,
        cost_ceiling: usd(100_000),
        large_filing_percent: 60,
    }
}

fn professional() -> TierPlan {
    TierPlan {
        monthly_price: Some(usd(49_000_000)),
        requests_per_hour: Some(1_000),
        requests_per_day: Some(10_000),
        history_years: Some(10),
        companies: Companies::All,
        forms: None,
        filing_access: usd(50_000),
        filing_import: None,
        bulk_unit: Some(usd(20_000)),
        analysis: usd(15_000),
        analysis_by_quality: BTreeMap::new(),
        monthly_credits: usd(25_000_000),
        running: Some(10),
        priority: Priority::new(2),
        access_by_policy: false,
        cost_ceiling: usd(100_000),
        large_filing_percent: 60,
    }
}

fn enterprise() -> TierPlan {
    TierPlan {
        monthly_price: None,
        requests_per_hour: None,
        requests_per_day: None,
        history_years: None,
        companies: Companies::All,
        forms: None,
        filing_access: MicroUsd::ZERO,
        filing_import: None,
        // Until a contract says otherwise, what the professional plan asks: nothing is free by default.
        bulk_unit: Some(usd(20_000)),
        analysis: usd(15_000),
        analysis_by_quality: BTreeMap::new(),
        monthly_credits: MicroUsd::ZERO,
        running: None,
        priority: Priority::new(0),
        access_by_policy: false,
        cost_ceiling: usd(1_000_000),
        large_filing_percent: 60,
    }
}

/// The base form a plan's list names: families stand for their old variants and amendments.
pub(crate) fn listed_form(form: &aperilex_ports::FormType) -> String {
    match form.family() {
        FormFamily::TenK => "10-K".to_owned(),
        FormFamily::TenQ => "10-Q".to_owned(),
        FormFamily::EightK => "8-K".to_owned(),
        FormFamily::TwentyF => "20-F".to_owned(),
        FormFamily::Proxy => "DEF 14A".to_owned(),
        _ => form.base().to_owned(),
    }
}
