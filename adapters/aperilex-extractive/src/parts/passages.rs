//! Parts that are the most central sentences of their items.

use aperilex_ports::{DraftClaim, PartKind};

use super::places::{Found, find};
use super::{Drawn, Part};
use crate::filing::{Filing, Sentence, in_order};
use crate::rank::Request;
use crate::text::{collapse, contains_any};

/// Words of management about what is to come.
const OUTLOOK: &[&str] = &[
    "we expect",
    "we anticipate",
    "we currently expect",
    "we currently anticipate",
    "company expects",
    "company anticipates",
    "management expects",
    "management anticipates",
    "is expected to",
    "are expected to",
    "outlook for",
    "guidance for",
    "we believe that",
    "we plan to",
    "company plans to",
];

/// Sentences about what is to come, beside the drivers.
const OUTLOOK_LIMIT: usize = 3;

pub(super) fn draw(filing: &Filing<'_>, part: PartKind) -> Part {
    let Some(found) = find(filing, part)? else {
        return Ok(Drawn::default());
    };
    let sentences = gather(filing, &found);
    let mut chosen = filing.select(&sentences, &request(part, found.mixed));
    if part == PartKind::MdnaDrivers {
        chosen.extend(outlook(filing, &sentences, &chosen));
    }
    let claims: Vec<DraftClaim> = in_order(chosen)
        .iter()
        .filter_map(|sentence| sentence.claim(filing))
        .collect();
    if claims.is_empty() {
        return Err("its item has no sentence on the subject that can be quoted".to_owned());
    }
    Ok(claims.into())
}

/// The best sentences of a part, the best first: for the summary.
pub(super) fn top<'c>(filing: &Filing<'c>, part: PartKind, limit: usize) -> Vec<Sentence<'c>> {
    let Ok(Some(found)) = find(filing, part) else {
        return Vec::new();
    };
    let sentences = gather(filing, &found);
    let request = Request {
        limit,
        ..request(part, found.mixed)
    };
    filing.select(&sentences, &request)
}

fn gather<'c>(filing: &Filing<'c>, found: &Found) -> Vec<Sentence<'c>> {
    let mut sentences: Vec<Sentence<'c>> = found
        .places
        .iter()
        .flat_map(|place| filing.sentences(place).to_vec())
        .collect();
    // Combined items share their text.
    let mut seen = std::collections::BTreeSet::new();
    sentences.retain(|s| seen.insert((s.place.document, s.place.range.start)));
    sentences
}

/// Sentences about what is to come that are not among those chosen.
fn outlook<'c>(
    filing: &Filing<'c>,
    sentences: &[Sentence<'c>],
    chosen: &[Sentence<'c>],
) -> Vec<Sentence<'c>> {
    let others = sentences
        .iter()
        .filter(|sentence| !chosen.contains(sentence));
    let ahead: Vec<Sentence<'c>> = others
        .filter(|sentence| contains_any(&collapse(sentence.text).to_lowercase(), OUTLOOK))
        .cloned()
        .collect();
    let request = Request {
        query: "expect anticipate outlook guidance growth revenue margin next fiscal year quarter",
        on_query: false,
        limit: OUTLOOK_LIMIT,
    };
    filing.select(&ahead, &request)
}

fn request(part: PartKind, mixed: bool) -> Request<'static> {
    let (query, on_query, limit) = match part {
        PartKind::MdnaDrivers => (
            "increase increased decrease decreased higher lower due driven primarily result \
             growth decline compared offset revenue sales margin expenses income volume price",
            true,
            8,
        ),
        PartKind::Liquidity => (
            "liquidity cash equivalents capital resources borrowings credit facility debt notes \
             maturity covenant dividends repurchase operating activities financing investing \
             commitments obligations interest",
            true,
            8,
        ),
        PartKind::Business => (
            "business products services customers markets segments segment competition employees \
             manufacture distribution operations industry technology",
            mixed,
            8,
        ),
        PartKind::Legal => (
            "court complaint lawsuit plaintiff defendant filed alleging damages settlement \
             proceeding investigation claim litigation judgment",
            false,
            8,
        ),
        PartKind::Governance => (
            "director directors board committee independent chairman chief executive officer \
             compensation salary bonus award stock ownership vote election",
            false,
            8,
        ),
        PartKind::Offering => (
            "offering shares common stock price proceeds underwriters use dilution public \
             purchase option initial outstanding",
            false,
            8,
        ),
        _ => ("", false, 6),
    };
    Request {
        query,
        on_query: on_query || mixed,
        limit,
    }
}
