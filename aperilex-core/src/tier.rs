//! The four plans as one table (product §4). Every figure is a setting; these are the defaults.

use serde::{Deserialize, Serialize};

use aperilex_ports::{FormFamily, MicroUsd, Priority, Tier};

/// Which companies a plan covers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Companies {
    /// Those of the small universe (S&P 500).
    Small,
    /// Those of the large universe (Russell 1000 and the small one).
    Large,
    /// All.
    All,
}

/// What a tier may do and what it pays.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TierPlan {
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
    /// A filing of a bulk import; none if bulk import is not part of the plan.
    pub bulk_unit: Option<MicroUsd>,
    /// An analysis.
    pub analysis: MicroUsd,
    /// Credits granted each month.
    pub monthly_credits: MicroUsd,
    /// Live runs an account may lead; none if unlimited.
    pub running: Option<u32>,
    /// Urgency of its tasks.
    pub priority: Priority,
    /// Whether access comes with the tier and goes with it, instead of being paid for.
    pub access_by_policy: bool,
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
}

impl Default for Plans {
    fn default() -> Self {
        let forms = |forms: &[&str]| Some(forms.iter().map(|form| (*form).to_owned()).collect());
        let usd = MicroUsd::new;
        Self {
            demo: TierPlan {
                requests_per_hour: Some(10),
                requests_per_day: Some(50),
                history_years: Some(2),
                companies: Companies::Small,
                forms: forms(&["10-K", "10-Q", "8-K"]),
                filing_access: MicroUsd::ZERO,
                bulk_unit: None,
                analysis: usd(20_000),
                monthly_credits: MicroUsd::ZERO,
                running: Some(1),
                priority: Priority::new(7),
                access_by_policy: true,
            },
            basic: TierPlan {
                requests_per_hour: Some(100),
                requests_per_day: Some(1_000),
                history_years: Some(5),
                companies: Companies::Large,
                forms: forms(&["10-K", "10-Q", "8-K", "20-F", "DEF 14A"]),
                filing_access: usd(100_000),
                bulk_unit: Some(usd(50_000)),
                analysis: usd(20_000),
                monthly_credits: usd(5_000_000),
                running: Some(3),
                priority: Priority::new(5),
                access_by_policy: false,
            },
            professional: TierPlan {
                requests_per_hour: Some(1_000),
                requests_per_day: Some(10_000),
                history_years: Some(10),
                companies: Companies::All,
                forms: None,
                filing_access: usd(50_000),
                bulk_unit: Some(usd(20_000)),
                analysis: usd(15_000),
                monthly_credits: usd(25_000_000),
                running: Some(10),
                priority: Priority::new(2),
                access_by_policy: false,
            },
            enterprise: TierPlan {
                requests_per_hour: None,
                requests_per_day: None,
                history_years: None,
                companies: Companies::All,
                forms: None,
                filing_access: MicroUsd::ZERO,
                bulk_unit: Some(MicroUsd::ZERO),
                analysis: MicroUsd::ZERO,
                monthly_credits: MicroUsd::ZERO,
                running: None,
                priority: Priority::new(0),
                access_by_policy: false,
            },
        }
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
