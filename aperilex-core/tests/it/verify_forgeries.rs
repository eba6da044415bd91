//! A stored analysis of which one field was changed is refused.

use aperilex_core::ports::{Digest, FilingMeta, Method, QuoteMatch};
use aperilex_core::verify::recheck;
use aperilex_core::{AnalysisResult, FilingId};
use aperilex_memory::PlainParser;

use crate::verify::{analysed, holds};
use crate::world::SENTENCE;

type Edit = fn(&mut AnalysisResult);

fn citation(result: &mut AnalysisResult) -> &mut aperilex_core::Citation {
    let claim = result.parts.values_mut().flatten().next().unwrap();
    &mut claim.citations[0]
}

fn text(result: &mut AnalysisResult) -> &mut String {
    &mut result.parts.values_mut().flatten().next().unwrap().text
}

fn filing(result: &mut AnalysisResult) -> &mut FilingMeta {
    &mut result.filing
}

/// One lie each.
const EDITS: &[(&str, Edit)] = &[
    ("item", |r| citation(r).item = Some("9Z".to_owned())),
    ("no item", |r| citation(r).item = None),
    ("part", |r| citation(r).part = Some("XX".to_owned())),
    ("document", |r| {
        citation(r).document = "other.htm".to_owned()
    }),
    ("quote", |r| citation(r).quote.push('s')),
    ("start", |r| citation(r).start += 1),
    ("end", |r| citation(r).end -= 1),
    ("raw start", |r| citation(r).raw_start += 1),
    ("raw end", |r| citation(r).raw_end += 1),
    ("raw sha", |r| citation(r).raw_sha256 = Digest::of(b"x")),
    ("text sha", |r| citation(r).text_sha256 = Digest::of(b"x")),
    ("match", |r| citation(r).matched = QuoteMatch::Alphanumeric),
    ("zeros and another place", |r| {
        let c = citation(r);
        (c.text_sha256, c.start, c.end) = (Digest::of(b""), 1, 3);
    }),
    ("a piece of a word", |r| {
        let c = citation(r);
        c.quote = "etailers for most of our sales.".to_owned();
        c.start = c.end - c.quote.len();
        c.raw_start = c.raw_end - c.quote.len();
    }),
    ("two words", |r| {
        let c = citation(r);
        c.quote = "our sales.".to_owned();
        c.start = c.end - c.quote.len();
        c.raw_start = c.raw_end - c.quote.len();
    }),
    ("a number in the text", |r| {
        text(r).push_str(" It costs $900M.")
    }),
    ("accession", |r| {
        filing(r).accession = Some("0000320193-24-000123".parse().unwrap());
    }),
    ("accession and id", |r| {
        let accession = "0000320193-24-000123".parse().unwrap();
        filing(r).id = FilingId::of_accession(&accession);
        filing(r).url = Some("https://www.sec.gov/Archives/edgar/data/1/2/".to_owned());
        filing(r).accession = Some(accession);
    }),
    ("form", |r| filing(r).form = "8-K".parse().unwrap()),
    ("sections", |r| r.sections[0].title = "Other".to_owned()),
    ("size", |r| r.documents[0].raw_bytes += 1),
    ("claims", |r| r.certificate.claims = 9999),
    ("claims and rejected", |r| {
        r.certificate.claims += 9998;
        r.certificate.rejected += 9998;
    }),
    ("verified", |r| r.certificate.verified += 1),
    ("repaired", |r| r.certificate.repaired += 1),
    ("numbers", |r| r.certificate.numbers += 1),
    ("policy", |r| r.certificate.policy = "other/1".to_owned()),
    ("method", |r| {
        r.method = match r.method {
            Method::Model => Method::Extractive,
            _ => Method::Model,
        };
    }),
];

#[test]
fn every_field_counts() {
    let (result, raw) = analysed(SENTENCE, SENTENCE);
    assert!(holds(&result, raw.clone()));
    for (what, edit) in EDITS {
        let mut forged = result.clone();
        edit(&mut forged);
        assert_ne!(forged, result, "{what}");
        assert!(!holds(&forged, raw.clone()), "{what}");
    }
}

#[test]
fn what_another_parser_made_is_looked_for_at_its_raw_bytes() {
    let (mut older, raw) = analysed(SENTENCE, SENTENCE);
    older.parser_version = "plain/0".to_owned();
    older.documents[0].text_sha256 = Digest::of(b"older");
    let c = citation(&mut older);
    (c.text_sha256, c.start, c.end) = (Digest::of(b"older"), 1, 3);
    let report = recheck(&older, std::slice::from_ref(&raw), &PlainParser).unwrap();
    assert!(report.holds(), "{:?}", report.breaches);
    assert_eq!(report.other_parser.as_deref(), Some("plain/0"));
    citation(&mut older).raw_start += 3;
    assert!(!holds(&older, raw));
}

#[test]
fn what_is_extracted_is_said_in_the_words_of_its_quote() {
    let (mut result, raw) = analysed(SENTENCE, SENTENCE);
    result.method = Method::Extractive;
    result.quality = aperilex_core::Quality::Extractive;
    (result.provider, result.model) = (None, None);
    assert!(holds(&result, raw.clone()));
    *text(&mut result) = format!("Dependence: {SENTENCE}");
    assert!(holds(&result, raw.clone()));
    *text(&mut result) = "x y".to_owned();
    assert!(!holds(&result, raw));
}
