//! The fact that gives a metric, and the one it is compared with.

use std::collections::BTreeMap;

use aperilex_ports::{DraftQuote, Fact, Figure, ItemKey, Period, PriorFigure};

use super::concepts::{Kind, Metric};
use super::decimal::{Decimal, percent};
use super::period::{Reported, alike, distance};
use crate::filing::{Filing, Sentence};
use crate::text::{is_prose, sentences};

/// Bytes of a line that is quoted as a row.
const MAX_ROW: usize = 600;

/// Facts without dimensions that are shown as numbers, by concept.
#[derive(Debug)]
pub(crate) struct Facts<'f, 'c> {
    filing: &'f Filing<'c>,
    reported: Option<Reported>,
    by_concept: BTreeMap<&'c str, Vec<&'c Fact>>,
}

/// A metric as reported.
#[derive(Debug, Clone)]
pub(crate) struct Reading<'c> {
    /// The figure.
    pub(crate) figure: Figure,
    /// Its value.
    pub(crate) value: Decimal,
    /// Its change in tenths of a percent.
    pub(crate) change: Option<i128>,
    /// The row, or sentence, that shows it.
    pub(crate) shown: Sentence<'c>,
    /// Another one that shows what it is compared with.
    pub(crate) also: Option<Sentence<'c>>,
}

impl<'f, 'c> Facts<'f, 'c> {
    pub(crate) fn new(filing: &'f Filing<'c>) -> Self {
        let mut by_concept: BTreeMap<&str, Vec<&Fact>> = BTreeMap::new();
        for fact in &filing.content.facts {
            let shown = fact.range.is_some() && fact.period.is_some();
            if shown && fact.dimensions.is_empty() && fact.value.parse::<Decimal>().is_ok() {
                by_concept.entry(&fact.concept).or_default().push(fact);
            }
        }
        Self {
            filing,
            reported: Reported::of(filing.meta, filing.content),
            by_concept,
        }
    }

    /// The metric for the period reported on: the first of its concepts that is there.
    pub(crate) fn read(&self, metric: &Metric) -> Option<Reading<'c>> {
        metric.concepts().iter().find_map(|concept| {
            let facts = self.by_concept.get(concept)?;
            self.reading(metric.kind, facts)
        })
    }

    fn reading(&self, kind: Kind, facts: &[&'c Fact]) -> Option<Reading<'c>> {
        let (fact, shown) = self.current(kind, facts)?;
        let value: Decimal = fact.value.parse().ok()?;
        let (prior, also) = match self.prior(kind, fact, &shown, facts) {
            Some(prior) if is_on(prior, &shown) => (Some(prior), None),
            // What cannot be quoted is not compared with.
            other => other
                .and_then(|prior| Some((prior, self.shown(prior)?)))
                .unzip(),
        };
        let then: Option<Decimal> = prior.and_then(|prior| prior.value.parse().ok());
        let change = then.and_then(|then| value.change_permille(then));
        let figure = Figure {
            concept: Some(fact.concept.to_string()),
            value: fact.value.clone(),
            unit: fact.unit.as_deref().map(str::to_owned),
            period: fact.period.clone(),
            prior: prior.map(|prior| PriorFigure {
                value: prior.value.clone(),
                period: prior.period.clone(),
                change_pct: change.map(percent),
            }),
        };
        Some(Reading {
            figure,
            value,
            change,
            shown,
            also,
        })
    }

    /// Of the right period the most precise fact, best where its row also shows an earlier one.
    fn current(&self, kind: Kind, facts: &[&'c Fact]) -> Option<(&'c Fact, Sentence<'c>)> {
        let candidates = facts.iter().filter_map(|fact| {
            let period = self.rank(kind, fact)?;
            let shown = self.shown(fact)?;
            let compared = self.prior(kind, fact, &shown, facts);
            let beside = compared.is_some_and(|prior| is_on(prior, &shown));
            let key = (
                period,
                -precision(fact),
                !beside,
                !self.in_statements(&shown),
            );
            Some((key, *fact, shown))
        });
        let best = candidates.min_by_key(|(key, ..)| *key);
        best.map(|(_, fact, shown)| (fact, shown))
    }

    /// How well a fact's period suits; the least is best.
    fn rank(&self, kind: Kind, fact: &Fact) -> Option<i32> {
        let period = fact.period.as_ref()?;
        let end = self.reported.map(|reported| reported.end);
        match (kind, period) {
            (Kind::Flow, Period::Duration { .. }) => self.reported?.rank(period),
            (Kind::Stock, Period::Instant { instant }) => (Some(*instant) == end).then_some(0),
            (Kind::Cover, Period::Instant { instant }) => {
                end.is_none_or(|end| *instant >= end).then_some(0)
            }
            _ => None,
        }
    }

    /// The same a year before, or at the other date of the same row.
    fn prior(
        &self,
        kind: Kind,
        fact: &Fact,
        shown: &Sentence<'_>,
        facts: &[&'c Fact],
    ) -> Option<&'c Fact> {
        let period = fact.period.as_ref()?;
        if kind == Kind::Cover {
            return None;
        }
        let candidates = facts.iter().copied().filter_map(|other| {
            let earlier = other.period.as_ref()?;
            let days = distance(earlier, period).filter(|days| *days > 0)?;
            let (beside, year) = (is_on(other, shown), earlier.is_year_before(period));
            let comparable = other.unit == fact.unit
                && alike(earlier, period)
                && (year || (beside && kind == Kind::Stock));
            comparable.then_some(((!beside, !year, days, -precision(other)), other))
        });
        let best = candidates.min_by_key(|(key, _)| *key);
        best.map(|(_, other)| other)
    }

    /// The row that shows a fact; the sentence, where it stands in running text.
    fn shown(&self, fact: &Fact) -> Option<Sentence<'c>> {
        let range = fact.range.as_ref()?;
        let line = self.filing.line_at(fact.document, range)?;
        if line.text.contains('\t') || line.text.len() <= MAX_ROW / 4 {
            return (line.text.len() <= MAX_ROW).then_some(line);
        }
        let text = self.filing.text(fact.document);
        let all = sentences(text, &line.place.range);
        let holding = all
            .into_iter()
            .find(|s| s.start <= range.start && range.end <= s.end)?;
        let sentence = self.filing.sentence(fact.document, holding)?;
        is_prose(sentence.text).then_some(sentence)
    }

    fn in_statements(&self, shown: &Sentence<'_>) -> bool {
        let Some(ItemKey { part, item }) = self.filing.item_at(&shown.place) else {
            return false;
        };
        matches!(
            (part.as_str(), item.as_str()),
            ("II", "8") | ("IV", "15") | ("I", "1") | ("III", "17" | "18")
        )
    }
}

fn is_on(fact: &Fact, shown: &Sentence<'_>) -> bool {
    let place = &shown.place;
    let inside = |range: &std::ops::Range<usize>| {
        place.range.start <= range.start && range.end <= place.range.end
    };
    fact.document == place.document && fact.range.as_ref().is_some_and(inside)
}

impl Reading<'_> {
    /// The filing's words for the figure and what it is compared with.
    pub(crate) fn quotes(&self, filing: &Filing<'_>) -> Option<Vec<DraftQuote>> {
        let shown = std::iter::once(&self.shown).chain(&self.also);
        shown.map(|shown| filing.quote(&shown.place)).collect()
    }
}

/// The `decimals` attribute; exact is most precise.
fn precision(fact: &Fact) -> i32 {
    match fact.decimals.as_deref() {
        Some("INF") => 100,
        Some(decimals) => decimals.parse().map_or(-100, |d: i32| d.clamp(-100, 100)),
        None => -100,
    }
}
