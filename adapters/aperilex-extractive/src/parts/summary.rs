//! What matters most: the best sentences of the items; of the whole text where there are none.

use aperilex_ports::{DraftClaim, FormFamily, PartKind};

use super::{Part, events, passages};
use crate::filing::{Filing, Sentence};
use crate::rank::{Request, select};

const LIMIT: usize = 6;

/// How many sentences each item gives.
const SHARES: &[(PartKind, usize)] = &[
    (PartKind::Business, 2),
    (PartKind::MdnaDrivers, 3),
    (PartKind::Liquidity, 1),
    (PartKind::Offering, 2),
    (PartKind::Legal, 1),
];

pub(super) fn draw(filing: &Filing<'_>) -> Part {
    let mut chosen = if filing.family() == FormFamily::EightK {
        of_events(filing)
    } else {
        of_items(filing)
    };
    if chosen.len() < LIMIT / 2 {
        chosen = of_all(filing);
    }
    let claims: Vec<DraftClaim> = chosen.iter().filter_map(|s| s.claim(filing)).collect();
    if claims.is_empty() {
        return Err("the filing has no sentence that can be quoted".to_owned());
    }
    Ok(claims.into())
}

fn of_items<'c>(filing: &Filing<'c>) -> Vec<Sentence<'c>> {
    let mut chosen: Vec<Sentence<'c>> = Vec::new();
    for (part, share) in SHARES {
        // Parts share items; one sentence more makes up for one that is taken already.
        let best = passages::top(filing, *part, share + 1);
        let fresh = best
            .into_iter()
            .filter(|s| !chosen.contains(s))
            .take(*share);
        let fresh: Vec<Sentence<'c>> = fresh.collect();
        chosen.extend(fresh);
    }
    chosen
}

/// What was reported, and the best of the press release.
fn of_events<'c>(filing: &Filing<'c>) -> Vec<Sentence<'c>> {
    let mut sentences = events::sentences(filing);
    for document in filing.exhibits("EX-99") {
        sentences.extend(filing.sentences(&filing.whole(document)));
    }
    ranked(sentences)
}

/// The best of all documents: sentences worth quoting, or at least sentences.
fn of_all<'c>(filing: &Filing<'c>) -> Vec<Sentence<'c>> {
    let count = filing.content.documents.len();
    let others = (0..count).filter(|at| *at != filing.content.main);
    let order: Vec<usize> = std::iter::once(filing.content.main).chain(others).collect();
    let good = order.iter().map(|at| filing.sentences(&filing.whole(*at)));
    if let Some(sentences) = good.into_iter().find(|found| !found.is_empty()) {
        return ranked(sentences);
    }
    let plain = order.iter().map(|at| {
        let mut found = filing.all_sentences(&filing.whole(*at));
        found.retain(|s| is_quotable(s.text));
        found
    });
    let sentences = plain.into_iter().find(|found| !found.is_empty());
    ranked(sentences.unwrap_or_default())
}

/// Whether the words are enough, and words at all.
fn is_quotable(text: &str) -> bool {
    let words = text.split_whitespace();
    let words = words.filter(|word| word.chars().any(char::is_alphabetic));
    text.len() <= 2000 && words.count() >= 5
}

fn ranked(sentences: Vec<Sentence<'_>>) -> Vec<Sentence<'_>> {
    let texts: Vec<&str> = sentences.iter().map(|sentence| sentence.text).collect();
    let request = Request {
        query: "business revenue income results operations products services customers \
                agreement announced approved",
        on_query: false,
        limit: LIMIT,
    };
    let mut chosen = select(&texts, &request);
    chosen.sort_unstable();
    let chosen = chosen
        .into_iter()
        .filter_map(|at| sentences.get(at).cloned());
    chosen.collect()
}
