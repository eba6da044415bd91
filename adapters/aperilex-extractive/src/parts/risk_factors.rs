//! The headings of the risk factors: filers put each risk into a sentence of its own.

use std::collections::BTreeSet;

use aperilex_ports::{DraftClaim, PartKind};

use super::places::{Found, find};
use super::{Drawn, Part};
use crate::filing::{Filing, Place, Sentence, in_order};
use crate::rank::Request;
use crate::text::{collapse, contains_any, is_boilerplate, sentences, stands_alone};

/// Headings that are listed; filers put the greatest risks first.
const LIMIT: usize = 40;
/// Fewer than this are no list of headings.
const FEW: usize = 3;
/// Words of a heading.
const WORDS: std::ops::RangeInclusive<usize> = 6..=70;
/// A body is longer than its heading, and this long at least.
const BODY: usize = 120;

/// Words by which a heading says that something may go wrong.
const RISK: &[&str] = &[
    "could",
    "may ",
    "might",
    "risk",
    "advers",
    "harm",
    "depend",
    "subject to",
    "fail",
    "unable",
    "loss",
    "lose",
    "compet",
    "uncertain",
    "no assurance",
    "not be able",
    "negative",
    "decline",
    "disrupt",
    "impair",
    "limit",
    "liab",
    "difficult",
    "volatil",
    "if we",
    "reduce",
    "damage",
    "interrupt",
    "exposed",
    "expose",
    "rely",
    "reliance",
    "cannot",
    "challeng",
    "breach",
    "threat",
    "significant",
    "fluctuat",
    "dilut",
    "restrict",
    "require",
    "will ",
];

/// How a paragraph starts that goes on with the one before it.
const STARTS: &[&str] = &[
    "such ",
    "these ",
    "this ",
    "those ",
    "that ",
    "to ",
    "also",
    "in addition",
    "additionally",
    "further",
    "moreover",
    "however",
    "as a result",
    "accordingly",
    "as of ",
    "as discussed",
    "although ",
    "while ",
    "from time to time",
    "among other",
    "similarly",
    "finally",
    "therefore",
    "because of these",
    "it is ",
    "they ",
    "there can be",
    "we cannot assure",
    "the following",
    "on ",
    "in 2",
    "in fiscal",
    "during ",
    "in the past",
    "in some ",
    "in certain ",
    "in recent",
];

pub(super) fn draw(filing: &Filing<'_>) -> Part {
    let Some(found) = find(filing, PartKind::RiskFactors)? else {
        return Ok(Drawn::default());
    };
    // A summary of the risks in front of them says the same.
    let mut said = BTreeSet::new();
    let headings: Vec<Sentence<'_>> = found
        .places
        .iter()
        .flat_map(|place| headings(filing, place))
        .filter(|heading| said.insert(heading.text))
        .take(LIMIT)
        .collect();
    let chosen = if found.mixed || headings.len() < FEW {
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

/// Short paragraphs of one sentence in front of a body.
fn headings<'c>(filing: &Filing<'c>, place: &Place) -> Vec<Sentence<'c>> {
    let text = filing.text(place.document);
    let paragraphs = filing.paragraphs(place);
    let pairs = paragraphs.iter().zip(paragraphs.iter().skip(1));
    pairs
        .filter(|(heading, body)| body.len() >= BODY && body.len() > heading.len())
        .filter(|(heading, _)| stands_alone(text, heading.start, heading.end))
        .filter(|(heading, _)| sentences(text, heading).len() == 1)
        .filter_map(|(heading, _)| filing.sentence(place.document, heading.clone()))
        .filter(|heading| is_heading(heading.text))
        .collect()
}

fn is_heading(text: &str) -> bool {
    let words = collapse(text);
    let lower = words.to_lowercase();
    let capital = words.chars().next().is_some_and(char::is_uppercase);
    let letters = words.chars().filter(|c| c.is_alphabetic()).count();
    let capitals = words.chars().filter(|c| c.is_uppercase()).count();
    let lists =
        words.ends_with([':', ';', ',']) || words.ends_with(" and") || words.ends_with(" or");
    capital
        && !lists
        && WORDS.contains(&words.split(' ').count())
        && capitals.saturating_mul(3) < letters
        && contains_any(&lower, RISK)
        && !is_boilerplate(text)
        && !STARTS.iter().any(|start| lower.starts_with(start))
        && !contains_any(&lower, &["for example", "for more information", "see "])
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
