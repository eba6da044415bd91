//! The headings of the risk factors: filers put each risk into a sentence of its own.

use std::collections::BTreeSet;

use aperilex_ports::{DraftClaim, PartKind, RiskFactor};

use super::places::{Found, find};
use super::{Drawn, Part};
use crate::filing::{Filing, Sentence, in_order};
use crate::rank::Request;
use crate::text::{is_boilerplate, stands_alone};

/// Headings that are listed; filers put the greatest risks first.
const LIMIT: usize = 40;
/// Words that a heading must have to say something by itself.
const MIN_WORDS: usize = 4;

pub(super) fn draw(filing: &Filing<'_>) -> Part {
    let Some(found) = find(filing, PartKind::RiskFactors)? else {
        return Ok(Drawn::default());
    };
    let mut said = BTreeSet::new();
    let risks = filing.content.risk_factors.iter();
    let headings: Vec<Sentence<'_>> = risks
        .filter_map(|risk| heading(filing, risk))
        .filter(|heading| said.insert(heading.text))
        .take(LIMIT)
        .collect();
    let chosen = if headings.is_empty() {
        central(filing, &found)
    } else {
        headings
    };
    let claims: Vec<DraftClaim> = chosen.iter().filter_map(|s| s.claim(filing)).collect();
    if claims.is_empty() {
        return Err("its item has no sentence that can be quoted".to_owned());
    }
    Ok(claims.into())
}

/// A heading that says what may happen, in whole words.
fn heading<'c>(filing: &Filing<'c>, risk: &RiskFactor) -> Option<Sentence<'c>> {
    let text = filing.text(risk.document);
    let words = text.get(risk.heading.clone())?;
    // A page may end within a heading: its number is no part of what is said.
    let number = |line: &str| !line.is_empty() && line.bytes().all(|b| b.is_ascii_digit());
    let says = words.split_whitespace().count() >= MIN_WORDS
        && !words.lines().any(|line| number(line.trim()))
        && !is_boilerplate(words);
    let whole = says && stands_alone(text, risk.heading.start, risk.heading.end);
    whole.then(|| filing.sentence(risk.document, risk.heading.clone()))?
}

/// Where no headings stand out: the central sentences of the item.
fn central<'c>(filing: &Filing<'c>, found: &Found) -> Vec<Sentence<'c>> {
    let sentences: Vec<Sentence<'c>> = found
        .places
        .iter()
        .flat_map(|place| filing.sentences(place).to_vec())
        .collect();
    let request = Request {
        query: "risk adversely affect harm could may fail loss unable decline uncertain",
        on_query: found.mixed,
        limit: 10,
    };
    in_order(filing.select(&sentences, &request))
}
