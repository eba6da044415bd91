//! Claims in, claims that hold out; and nobody fools the check afterwards.

use aperilex_core::ports::{Draft, DraftQuote, FilingParser, Method, PartKind};
use aperilex_core::verify::{check, recheck};
use aperilex_core::{AnalysisResult, Answer, Quality, RawDocument, Tier};
use aperilex_memory::PlainParser;
use futures_executor::block_on;
use proptest::prelude::*;

use crate::world::{SENTENCE, TEXT, World, draft};

pub(crate) fn analysed(text: &str, quote: &str) -> (AnalysisResult, RawDocument) {
    let world = World::new();
    let account = world.account("checker", Tier::Basic, "1");
    world.memory.analyst.answer(Ok(draft(text, quote)));
    let accession = "0001999999-26-000007";
    world.submit(&account, accession);
    world.settle();
    let Answer::Analysis(record) = world.request(&account, accession).unwrap().answer else {
        panic!("pooled")
    };
    let bytes = block_on(world.engine.analysis_bytes(&record)).unwrap();
    let raw = RawDocument {
        name: "main.txt".to_owned(),
        doc_type: None,
        sequence: None,
        description: None,
        bytes: TEXT.as_bytes().to_vec().into(),
        sha256: None,
    };
    (AnalysisResult::decode(&bytes).unwrap(), raw)
}

pub(crate) fn holds(result: &AnalysisResult, raw: RawDocument) -> bool {
    let report = recheck(result, &[raw], &PlainParser).unwrap();
    for breach in &report.breaches {
        eprintln!("{breach:?}");
    }
    report.holds()
}

#[test]
fn a_stored_analysis_holds_against_its_raw_file_and_against_no_other() {
    let (result, raw) = analysed(SENTENCE, SENTENCE);
    assert!(holds(&result, raw.clone()));
    let other = TEXT.replace("kettles", "kettels");
    assert!(!holds(
        &result,
        RawDocument {
            bytes: other.into_bytes().into(),
            sha256: None,
            ..raw
        }
    ));
}

#[test]
fn claims_without_citations_or_with_other_numbers_do_not_hold() {
    let sales = "Net sales rose to $268.4 million because prices were higher";
    let (mut result, raw) = analysed("Net sales were 268.4 million.", sales);
    // Only a model writes.
    result.method = Method::Model;
    result.quality = Quality::Standard;
    result.provider = Some("a provider".to_owned());
    assert!(holds(&result, raw.clone()));
    let change = |edit: fn(&mut aperilex_core::Claim)| {
        let mut forged = result.clone();
        forged.parts.values_mut().flatten().for_each(edit);
        holds(&forged, raw.clone())
    };
    assert!(!change(
        |claim| claim.text = "Net sales were 286.4 million.".to_owned()
    ));
    assert!(!change(|claim| claim.citations.clear()));
    assert!(!change(|claim| claim.citations[0].raw_start += 1));
    assert!(!change(|claim| claim.citations[0].end -= 1));
}

#[test]
fn a_quote_elsewhere_than_said_is_repaired_and_one_that_is_not_there_rejected() {
    let raw = aperilex_core::RawFiling {
        meta: analysed(SENTENCE, SENTENCE).0.filing,
        documents: vec![analysed(SENTENCE, SENTENCE).1],
    };
    let content = PlainParser.parse(&raw).unwrap();
    let said = |quote: &str, start: usize| {
        let mut draft = draft(SENTENCE, quote);
        let claim = &mut draft.parts.get_mut(&PartKind::Summary).unwrap()[0];
        claim.quotes[0] = DraftQuote {
            range: Some(start..start + quote.len()),
            ..claim.quotes[0].clone()
        };
        let checked = check(&content, draft);
        let c = checked.certificate;
        (c.verified, c.repaired, c.rejected)
    };
    let place = TEXT.find(SENTENCE).unwrap();
    assert_eq!(said(SENTENCE, place), (1, 0, 0));
    assert_eq!(said(SENTENCE, place - 3), (0, 1, 0));
    assert_eq!(
        said(
            "we depend on a small number of Retailers (for most) of our sales",
            place
        ),
        (0, 1, 0)
    );
    assert_eq!(
        said(
            "We depend on a large number of retailers for most of our sales.",
            place
        ),
        (0, 0, 1)
    );
    assert!(
        !check(&content, Draft::default()).passes(),
        "nothing to show is not enough"
    );
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    /// Any one character of a quote or of the raw file, changed to another letter or digit, is seen.
    #[test]
    fn one_changed_character_anywhere_is_seen(at in any::<prop::sample::Index>(), in_quote in any::<bool>()) {
        let (mut result, mut raw) = analysed(SENTENCE, SENTENCE);
        let swap = |text: &str| {
            let spots: Vec<usize> =
                text.char_indices().filter(|(_, c)| c.is_ascii_alphanumeric()).map(|(i, _)| i).collect();
            let spot = *at.get(&spots);
            let new = if text[spot..].starts_with('e') { "3" } else { "e" };
            format!("{}{new}{}", &text[..spot], &text[spot + 1..])
        };
        if in_quote {
            let citation = result.parts.values_mut().flatten().next().unwrap();
            citation.citations[0].quote = swap(SENTENCE);
        } else {
            raw.bytes = swap(TEXT).into_bytes().into();
        }
        prop_assert!(!holds(&result, raw));
    }
}
