//! A plan with what was agreed with one account.

use aperilex_ports::Contract;

use super::TierPlan;

impl TierPlan {
    /// This plan with the figures of a contract in the place of its own.
    #[must_use]
    pub fn with(&self, contract: &Contract) -> Self {
        let c = contract.clone();
        let mut by_quality = self.analysis_by_quality.clone();
        if c.analysis.is_some() {
            // A fee for all of them replaces those that the plan has for some.
            by_quality.clear();
        }
        by_quality.extend(c.analysis_by_quality);
        Self {
            monthly_price: c.monthly_price.or(self.monthly_price),
            requests_per_hour: c.requests_per_hour.unwrap_or(self.requests_per_hour),
            requests_per_day: c.requests_per_day.unwrap_or(self.requests_per_day),
            history_years: c.history_years.unwrap_or(self.history_years),
            companies: c.companies.unwrap_or(self.companies),
            forms: c.forms.unwrap_or_else(|| self.forms.clone()),
            filing_access: c.filing_access.unwrap_or(self.filing_access),
            filing_import: c.filing_import.unwrap_or(self.filing_import),
            bulk_unit: c.bulk_unit.unwrap_or(self.bulk_unit),
            analysis: c.analysis.unwrap_or(self.analysis),
            analysis_by_quality: by_quality,
            monthly_credits: c.monthly_credits.unwrap_or(self.monthly_credits),
            running: c.running.unwrap_or(self.running),
            priority: c.priority.unwrap_or(self.priority),
            access_by_policy: self.access_by_policy,
            cost_ceiling: c.cost_ceiling.unwrap_or(self.cost_ceiling),
            large_filing_percent: c.large_filing_percent.unwrap_or(self.large_filing_percent),
        }
    }
}
