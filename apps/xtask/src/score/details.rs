//! Facts, tags and 8-K codes.

use aperilex_ports::{Fact as Parsed, FilingContent, Period};

use super::compare::Outcome;
use super::expected::{Fact, Known, squeeze};
use super::tally::Tally;

/// Compares what is known beside the items.
pub(super) fn compare(known: &Known, content: &FilingContent, outcome: &mut Outcome) {
    for fact in &known.facts {
        compare_fact(fact, content, outcome);
    }
    for (tag, expected) in &known.tags {
        let numbers = tag == "ix:nonFraction";
        let of_kind = |fact: &&Parsed| fact.unit.is_some() == numbers;
        let count = content.facts.iter().filter(of_kind).count();
        outcome.tally.tags.count(count == *expected);
        if count != *expected {
            let told = format!("{count} facts of {tag}, expected {expected}");
            outcome.misses.push(told);
        }
    }
    if let Some(expected) = &known.codes {
        let codes = content.items_8k.join(",");
        outcome.tally.codes.count(codes == *expected);
        if codes != *expected {
            outcome
                .misses
                .push(format!("codes {codes}, expected {expected}"));
        }
    }
}

/// Counts all of it for a filing that could not be parsed.
pub(super) fn missed(known: &Known, tally: &mut Tally) {
    let facts = known.facts.len();
    for share in [
        &mut tally.facts,
        &mut tally.fact_values,
        &mut tally.fact_units,
        &mut tally.fact_periods,
    ] {
        share.of += facts;
    }
    tally.tags.of += known.tags.len();
    tally.codes.of += usize::from(known.codes.is_some());
}

fn compare_fact(expected: &Fact, content: &FilingContent, outcome: &mut Outcome) {
    let named = content
        .facts
        .iter()
        .filter(|fact| *fact.concept == *expected.concept);
    let valued: Vec<&Parsed> = named
        .filter(|fact| squeeze(&fact.value) == squeeze(&expected.value))
        .collect();
    let unit = |fact: &&Parsed| fact.unit.as_deref().unwrap_or_default() == expected.unit;
    let period = |fact: &&Parsed| shown(fact.period.as_ref()) == expected.period;
    let right = valued.iter().any(|fact| unit(fact) && period(fact));
    let tally = &mut outcome.tally;
    tally.facts.count(right);
    tally.fact_values.count(!valued.is_empty());
    tally.fact_units.count(valued.iter().any(unit));
    tally.fact_periods.count(valued.iter().any(period));
    if !right {
        let Fact {
            concept,
            value,
            unit,
            period,
        } = expected;
        let near = content.facts.iter().find(|fact| *fact.concept == **concept);
        let near = near.map_or_else(String::new, |fact| {
            format!(
                ", not {} {} {}",
                fact.value,
                fact.unit.as_deref().unwrap_or_default(),
                shown(fact.period.as_ref())
            )
        });
        let told = format!("fact {concept} {value} {unit} {period}{near}");
        outcome.misses.push(told);
    }
}

fn shown(period: Option<&Period>) -> String {
    match period {
        Some(Period::Instant { instant }) => instant.to_string(),
        Some(Period::Duration { start, end }) => format!("{start}/{end}"),
        None => String::new(),
    }
}
