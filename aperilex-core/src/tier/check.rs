//! Which figures of a plan are lawful.

use aperilex_ports::{FormType, MicroUsd, Priority, Tier};

use super::{Plans, TierPlan, listed_form};

/// A figure that no plan may have.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{field}`: {expected}")]
pub struct BadFigure {
    /// Which one, such as `basic.analysis`.
    pub field: String,
    /// What would be right.
    pub expected: String,
}

impl BadFigure {
    pub(crate) fn new(field: impl Into<String>, expected: impl Into<String>) -> Self {
        Self {
            field: field.into(),
            expected: expected.into(),
        }
    }
}

/// The most that any price may be: sums of a million of them are still far from the end of 64 bits.
const LARGEST: MicroUsd = MicroUsd::new(1_000_000_000_000);

impl Plans {
    /// Whether all figures are lawful.
    ///
    /// # Errors
    /// The first that is not.
    pub fn check(&self) -> Result<(), BadFigure> {
        for tier in Tier::ALL {
            self.of(*tier).check(*tier).map_err(|bad| BadFigure {
                field: format!("{tier}.{}", bad.field),
                ..bad
            })?;
        }
        Ok(())
    }
}

impl TierPlan {
    /// Whether all figures are lawful for a tier.
    ///
    /// # Errors
    /// The first that is not.
    pub fn check(&self, tier: Tier) -> Result<(), BadFigure> {
        self.check_amounts()?;
        self.check_limits()?;
        self.check_forms()?;
        let paid = matches!(tier, Tier::Basic | Tier::Professional);
        if paid && self.monthly_price.is_none_or(|price| !price.is_positive()) {
            let expected = format!("expected a price over 0: {tier} is a paid tier");
            return Err(BadFigure::new("monthly_price", expected));
        }
        if self.access_by_policy {
            let expected = "expected 0, or `access_by_policy` false: access that comes with the tier is not paid for";
            for (field, price) in [
                ("filing_access", Some(self.filing_access)),
                ("filing_import", self.filing_import),
            ] {
                if price.is_some_and(MicroUsd::is_positive) {
                    return Err(BadFigure::new(field, expected));
                }
            }
        }
        let single = self.filing_access.max(self.import_fee());
        match self.bulk_unit {
            Some(unit) if single.is_positive() && unit > single => {
                let expected = format!("expected at most {single}, what a filing costs by itself");
                Err(BadFigure::new("bulk_unit", expected))
            }
            _ => Ok(()),
        }
    }

    fn check_amounts(&self) -> Result<(), BadFigure> {
        let by_quality = self.analysis_by_quality.iter();
        let by_quality =
            by_quality.map(|(quality, fee)| (format!("analysis_by_quality.{quality}"), Some(*fee)));
        let amounts = [
            ("monthly_price", self.monthly_price),
            ("filing_access", Some(self.filing_access)),
            ("filing_import", self.filing_import),
            ("bulk_unit", self.bulk_unit),
            ("analysis", Some(self.analysis)),
            ("monthly_credits", Some(self.monthly_credits)),
            ("cost_ceiling", Some(self.cost_ceiling)),
        ]
        .map(|(field, amount)| (field.to_owned(), amount));
        for (field, amount) in amounts.into_iter().chain(by_quality) {
            let Some(amount) = amount else { continue };
            if amount < MicroUsd::ZERO {
                return Err(BadFigure::new(field, "expected no negative amount"));
            }
            if amount > LARGEST {
                return Err(BadFigure::new(field, format!("expected at most {LARGEST}")));
            }
        }
        if !self.cost_ceiling.is_positive() {
            let expected = "expected an amount over 0: with none no model could be called";
            return Err(BadFigure::new("cost_ceiling", expected));
        }
        Ok(())
    }

    fn check_limits(&self) -> Result<(), BadFigure> {
        let limits = [
            ("requests_per_hour", self.requests_per_hour),
            ("requests_per_day", self.requests_per_day),
            ("history_years", self.history_years.map(u32::from)),
            ("running", self.running),
        ];
        for (field, limit) in limits {
            if limit == Some(0) {
                let expected = "expected at least 1, or null for no limit";
                return Err(BadFigure::new(field, expected));
            }
        }
        if let (Some(hour), Some(day)) = (self.requests_per_hour, self.requests_per_day)
            && hour > day
        {
            let expected = format!("expected at most the {day} of `requests_per_day`");
            return Err(BadFigure::new("requests_per_hour", expected));
        }
        if self.priority > Priority::BACKGROUND {
            return Err(BadFigure::new("priority", "expected 0 (first) to 9 (last)"));
        }
        if !(1..=100).contains(&self.large_filing_percent) {
            return Err(BadFigure::new("large_filing_percent", "expected 1 to 100"));
        }
        Ok(())
    }

    fn check_forms(&self) -> Result<(), BadFigure> {
        let Some(forms) = &self.forms else {
            return Ok(());
        };
        if forms.is_empty() {
            let expected = "expected at least one form type, or null for all";
            return Err(BadFigure::new("forms", expected));
        }
        for (index, form) in forms.iter().enumerate() {
            let parsed = form.parse::<FormType>();
            let listed = parsed.map(|form| listed_form(&form));
            if listed.as_ref() == Ok(form) && is_spelt_like_a_form(form) {
                continue;
            }
            let expected = match listed {
                Ok(base) if base != *form => format!("expected `{base}`, which stands for it"),
                _ => "expected a form type in the SEC's spelling, such as 10-K, DEF 14A or S-1"
                    .to_owned(),
            };
            return Err(BadFigure::new(format!("forms[{index}]"), expected));
        }
        Ok(())
    }
}

/// Form types are an open set, but all of them have a digit, or are one of few words.
fn is_spelt_like_a_form(form: &str) -> bool {
    let words = ["ARS", "CORRESP", "UPLOAD", "EFFECT", "REVOKED"];
    form.bytes().any(|byte| byte.is_ascii_digit()) || words.contains(&form)
}

#[cfg(test)]
mod tests {
    use super::*;
    use aperilex_ports::Quality;

    fn mistake(change: impl FnOnce(&mut Plans)) -> String {
        let mut plans = Plans::default();
        change(&mut plans);
        plans
            .check()
            .map_or_else(|bad| bad.field, |()| String::new())
    }

    #[test]
    fn the_defaults_are_lawful() {
        assert_eq!(Plans::default().check(), Ok(()));
    }

    #[test]
    fn every_unlawful_figure_is_named() {
        let usd = MicroUsd::new;
        type Change = fn(&mut Plans);
        let rows: &[(&str, Change)] = &[
            ("demo.analysis", |p| p.demo.analysis = MicroUsd::new(-1)),
            ("basic.monthly_price", |p| {
                p.basic.monthly_price = Some(MicroUsd::ZERO)
            }),
            ("professional.monthly_price", |p| {
                p.professional.monthly_price = None
            }),
            ("basic.filing_import", |p| {
                p.basic.filing_import = Some(MicroUsd::new(-5))
            }),
            ("demo.filing_access", |p| {
                p.demo.filing_access = MicroUsd::new(1)
            }),
            ("demo.filing_import", |p| {
                p.demo.filing_import = Some(MicroUsd::new(1))
            }),
            ("basic.bulk_unit", |p| {
                p.basic.bulk_unit = Some(MicroUsd::new(100_001))
            }),
            ("basic.monthly_credits", |p| {
                p.basic.monthly_credits = MicroUsd::new(i64::MAX)
            }),
            ("basic.cost_ceiling", |p| {
                p.basic.cost_ceiling = MicroUsd::ZERO
            }),
            ("basic.large_filing_percent", |p| {
                p.basic.large_filing_percent = 0
            }),
            ("basic.large_filing_percent", |p| {
                p.basic.large_filing_percent = 101
            }),
            ("basic.requests_per_hour", |p| {
                p.basic.requests_per_hour = Some(0)
            }),
            ("basic.requests_per_hour", |p| {
                p.basic.requests_per_hour = Some(1_001)
            }),
            ("basic.requests_per_day", |p| {
                p.basic.requests_per_day = Some(0)
            }),
            ("enterprise.history_years", |p| {
                p.enterprise.history_years = Some(0)
            }),
            ("professional.running", |p| p.professional.running = Some(0)),
            ("basic.forms", |p| p.basic.forms = Some(Vec::new())),
            ("basic.forms[0]", |p| {
                p.basic.forms = Some(vec!["10K".into()])
            }),
            ("basic.forms[1]", |p| {
                p.basic.forms = Some(vec!["10-K".into(), "ANNUAL".into()])
            }),
            ("basic.forms[0]", |p| {
                p.basic.forms = Some(vec!["annual".into()])
            }),
        ];
        for (field, change) in rows {
            assert_eq!(mistake(change), *field);
        }
        let by_quality = mistake(|p| {
            p.basic.analysis_by_quality = [(Quality::Premium, usd(-1))].into();
        });
        assert_eq!(by_quality, "basic.analysis_by_quality.premium");
    }

    #[test]
    fn what_is_unusual_but_lawful_is_taken() {
        let taken = mistake(|plans| {
            plans.basic.filing_access = MicroUsd::ZERO;
            plans.basic.requests_per_hour = None;
            plans.enterprise.bulk_unit = Some(MicroUsd::new(1_000_000));
            plans.professional.forms = Some(vec!["S-1".into(), "424B4".into(), "SC 13D".into()]);
            plans.demo.bulk_unit = Some(MicroUsd::ZERO);
        });
        assert_eq!(taken, "");
    }
}
