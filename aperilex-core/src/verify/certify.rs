//! From a draft to claims that hold, with the certificate.

use std::collections::BTreeMap;

use aperilex_ports::{
    Certificate, Citation, Claim, ClaimStatus, Document, Draft, DraftClaim, DraftQuote, Fact,
    FilingContent, ItemKey, PartKind, QuoteMatch, TextRange,
};

use super::figure::shows;
use super::ladder::{Found, Haystack};
use super::numbers::{Statement, Tally, tally};

/// Version of the rules of checking; it changes when the same draft may come out otherwise.
pub const POLICY: &str = "aperilex-verify/1";

/// Words a quote needs, unless it is a row of a table or shows the claim's figure.
const MIN_WORDS: usize = 5;

/// Claims that hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checked {
    /// By part, in the draft's order; rejected ones are left out.
    pub parts: BTreeMap<PartKind, Vec<Claim>>,
    /// What was found.
    pub certificate: Certificate,
}

impl Checked {
    /// The quality gate (product §5): at least 90 % of the claims hold, and there is something to
    /// show. Every number shown is verified: a claim with another one is rejected.
    #[must_use]
    pub const fn passes(&self) -> bool {
        enough_hold(&self.certificate)
    }
}

/// Whether at least 90 % of the claims drawn hold, and one does.
pub(super) const fn enough_hold(c: &Certificate) -> bool {
    let held = (c.verified as u64 + c.repaired as u64) * 10;
    held > 0 && held >= c.claims as u64 * 9
}

/// Checks every claim of a draft against the filing.
#[must_use]
pub fn check(content: &FilingContent, draft: Draft) -> Checked {
    let texts: Vec<Haystack<'_>> = content
        .documents
        .iter()
        .map(|d| Haystack::new(text_of(d)))
        .collect();
    let mut certificate = Certificate {
        policy: POLICY.to_owned(),
        ..Certificate::default()
    };
    let mut parts = BTreeMap::new();
    for (part, claims) in draft.parts {
        let mut held = Vec::with_capacity(claims.len());
        for draft in claims {
            certificate.claims += 1;
            let Some((claim, tally)) = check_claim(content, &texts, draft) else {
                certificate.rejected += 1;
                continue;
            };
            match claim.status {
                ClaimStatus::Verified => certificate.verified += 1,
                ClaimStatus::Repaired => certificate.repaired += 1,
            }
            certificate.numbers += tally.numbers;
            certificate.numbers_verified += tally.verified;
            held.push(claim);
        }
        parts.insert(part, held);
    }
    Checked { parts, certificate }
}

fn text_of(document: &Document) -> &str {
    document.text.as_ref().map_or("", |text| text.text.as_str())
}

/// The claim as it may be shown, or nothing: one quote or number that does not hold rejects it.
fn check_claim(
    content: &FilingContent,
    texts: &[Haystack<'_>],
    draft: DraftClaim,
) -> Option<(Claim, Tally)> {
    let mut repaired = false;
    let mut places = Vec::with_capacity(draft.quotes.len());
    for quote in &draft.quotes {
        let found = locate(content, texts, quote)?;
        repaired |= was_repaired(content, quote, &found);
        places.push((quote.document, found));
    }
    if places.is_empty() || draft.text.trim().is_empty() {
        return None;
    }
    let citations: Option<Vec<Citation>> = places
        .iter()
        .map(|(document, found)| cite(content, *document, found))
        .collect();
    let citations = citations?;
    let statement = Statement {
        text: &draft.text,
        figure: draft.figure.as_ref(),
        cited: places
            .iter()
            .zip(&citations)
            .map(|((document, found), c)| (*document, found.range.clone(), c.quote.as_str()))
            .collect(),
    };
    if !statement.quotes_suffice(&content.facts) {
        return None;
    }
    let tally = tally(&statement, &content.facts);
    let status = if repaired {
        ClaimStatus::Repaired
    } else {
        ClaimStatus::Verified
    };
    let claim = Claim {
        text: draft.text,
        status,
        citations,
        figure: draft.figure,
    };
    tally.holds().then_some((claim, tally))
}

fn locate(content: &FilingContent, texts: &[Haystack<'_>], quote: &DraftQuote) -> Option<Found> {
    let text = texts.get(quote.document)?;
    let scope = quote.range.clone().or_else(|| item_range(content, quote));
    text.find(&quote.quote, scope.as_ref())
}

impl Statement<'_> {
    /// Whether every quote is long enough, a row of a table, or shows the claim's figure.
    pub(super) fn quotes_suffice(&self, facts: &[Fact]) -> bool {
        self.cited.iter().all(|(document, range, words)| {
            let alone = || Statement {
                text: self.text,
                figure: self.figure,
                cited: vec![(*document, range.clone(), words)],
            };
            let row = words.contains('\t') || words.split_whitespace().count() >= MIN_WORDS;
            row || self
                .figure
                .is_some_and(|figure| shows(figure, facts, &alone()))
        })
    }
}

fn item_range(content: &FilingContent, quote: &DraftQuote) -> Option<TextRange> {
    let item = quote.item.as_ref()?;
    let section = content
        .sections
        .iter()
        .find(|s| s.document == quote.document && s.key == *item)?;
    Some(section.range.clone())
}

/// Whether the filing's words or place had to be put in for what the draft said.
fn was_repaired(content: &FilingContent, quote: &DraftQuote, found: &Found) -> bool {
    let elsewhere = quote
        .range
        .as_ref()
        .is_some_and(|range| range.start != found.range.start);
    let item = item_at(content, quote.document, &found.range);
    let other_item = quote.item.is_some() && quote.item.as_ref() != item;
    found.matched == QuoteMatch::Alphanumeric || elsewhere || other_item
}

/// The first item that holds a range.
pub(super) fn item_at<'c>(
    content: &'c FilingContent,
    document: usize,
    range: &TextRange,
) -> Option<&'c ItemKey> {
    let holds = |section: &&aperilex_ports::Section| {
        section.document == document
            && section.range.start <= range.start
            && range.end <= section.range.end
    };
    // Combined items share their text; the first of them names it.
    content
        .sections
        .iter()
        .find(holds)
        .map(|section| &section.key)
}

fn cite(content: &FilingContent, document: usize, found: &Found) -> Option<Citation> {
    let source = content.documents.get(document)?;
    let text = source.text.as_ref()?;
    let raw = text.map.raw_range(&found.range)?;
    let item = item_at(content, document, &found.range);
    Some(Citation {
        item: item.map(|key| key.item.clone()),
        part: item
            .map(|key| key.part.clone())
            .filter(|part| !part.is_empty()),
        quote: text.text.get(found.range.clone())?.to_owned(),
        start: found.range.start,
        end: found.range.end,
        text_sha256: text.sha256,
        document: source.name.clone(),
        raw_sha256: source.raw_sha256,
        raw_start: raw.start,
        raw_end: raw.end,
        matched: found.matched,
    })
}
