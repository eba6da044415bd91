//! What matters most: the best sentences of the items; of the whole text where there are none.

use aperilex_ports::{DraftClaim, FormFamily, PartKind};

use super::{Part, events, passages};
use crate::filing::{Filing, Sentence, in_order};
use crate::rank::Request;

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
    let events = filing.family() == FormFamily::EightK;
    let mut chosen = if events {
        of_events(filing)
    } else {
        of_items(filing)
    };
    let few = if events { 1 } else { LIMIT / 2 };
    if chosen.len() < few {
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
        sentences.extend_from_slice(&filing.sentences(&filing.whole(document)));
    }
    ranked(filing, &sentences)
}

/// The best of the first document that says something, the main one before the others.
fn of_all<'c>(filing: &Filing<'c>) -> Vec<Sentence<'c>> {
    let count = filing.content.documents.len();
    let others = (0..count).filter(|at| *at != filing.content.main);
    let order: Vec<usize> = std::iter::once(filing.content.main).chain(others).collect();
    let found = order.iter().map(|at| filing.statements(&filing.whole(*at)));
    let mut found = found.filter(|sentences| !sentences.is_empty());
    ranked(filing, &found.next().unwrap_or_default())
}

fn ranked<'c>(filing: &Filing<'c>, sentences: &[Sentence<'c>]) -> Vec<Sentence<'c>> {
    let request = Request {
        query: "business revenue income results operations products services customers \
                agreement announced approved",
        on_query: false,
        limit: LIMIT,
    };
    in_order(filing.select(sentences, &request))
}
