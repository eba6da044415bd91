//! Which period a filing reports on, and which periods compare.

use std::collections::BTreeMap;

use aperilex_ports::{Date, FilingContent, FilingMeta, FormFamily, Period};

use super::concepts::{Kind, METRICS};

/// Days of a quarter of 12 to 14 weeks.
const QUARTER: std::ops::RangeInclusive<i32> = 80..=100;
/// Days of a year of 52 or 53 weeks or 12 months.
const YEAR: std::ops::RangeInclusive<i32> = 350..=380;
/// Days by which periods of the same kind differ.
const SLACK: i32 = 10;

/// The period reported on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Reported {
    /// Its last day.
    pub(crate) end: Date,
    /// Its length from the start of the fiscal year, if known.
    days: Option<i32>,
    quarterly: bool,
}

impl Reported {
    /// From the cover page's facts; else the day on which most main figures end.
    pub(crate) fn of(meta: &FilingMeta, content: &FilingContent) -> Option<Self> {
        let quarterly = content.form.family() == FormFamily::TenQ;
        let cover = content.facts.iter().find_map(|fact| {
            let period = fact.period.as_ref()?;
            let days = days(period)?;
            fact.concept
                .starts_with("dei:")
                .then_some((period.end(), Some(days)))
        });
        let ends = main_ends(content);
        let cover = cover.filter(|(end, _)| ends.contains_key(end));
        let dated = || {
            meta.period
                .filter(|end| ends.contains_key(end))
                .map(|end| (end, None))
        };
        let (end, days) = cover.or_else(dated).or_else(|| {
            let most = ends.iter().max_by_key(|(end, count)| (**count, **end));
            most.map(|(end, _)| (*end, None))
        })?;
        Some(Self {
            end,
            days,
            quarterly,
        })
    }

    /// How well a period suits a flow of this filing: 0 is best; none if it does not end with it.
    pub(crate) fn rank(&self, period: &Period) -> Option<i32> {
        let length = days(period)?;
        if period.end() != self.end {
            return None;
        }
        let whole = self
            .days
            .map_or(YEAR.contains(&length), |d| (d - length).abs() <= SLACK);
        Some(match (self.quarterly, QUARTER.contains(&length), whole) {
            (true, true, _) | (false, _, true) => 0,
            (true, false, true) => 1,
            // Neither the quarter nor the fiscal year so far: the longest is nearest to it.
            _ => 1000_i32.saturating_sub(length).max(2),
        })
    }
}

/// On how many main figures each day is the last.
fn main_ends(content: &FilingContent) -> BTreeMap<Date, usize> {
    let main = |concept: &str| {
        let mut metrics = METRICS.iter().filter(|metric| metric.kind != Kind::Cover);
        metrics.any(|metric| metric.concepts().contains(&concept))
    };
    let mut ends = BTreeMap::new();
    for fact in &content.facts {
        if let Some(period) = &fact.period
            && fact.dimensions.is_empty()
            && main(&fact.concept)
        {
            *ends.entry(period.end()).or_default() += 1;
        }
    }
    ends
}

/// Days from the first to the last, both counted; none for a single day.
fn days(period: &Period) -> Option<i32> {
    let Period::Duration { start, end } = period else {
        return None;
    };
    Some(start.until(*end).ok()?.get_days().saturating_add(1))
}

/// Days between the ends, positive if `earlier` is earlier.
pub(crate) fn distance(earlier: &Period, later: &Period) -> Option<i32> {
    Some(earlier.end().until(later.end()).ok()?.get_days())
}

/// Whether both are days, or both are about equally long.
pub(crate) fn alike(a: &Period, b: &Period) -> bool {
    match (days(a), days(b)) {
        (Some(a), Some(b)) => (a - b).abs() <= SLACK,
        (None, None) => true,
        _ => false,
    }
}
