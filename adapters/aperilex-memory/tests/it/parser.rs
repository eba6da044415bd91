//! The plain parser.

use aperilex_memory::PlainParser;
use aperilex_ports::{
    FilingContent, FilingId, FilingMeta, FilingParser, ParseFilingError, RawDocument, RawFiling,
    SectionState,
};

fn filing(form: &str, items: &[&str], text: &[u8]) -> RawFiling {
    let document = |name: &str, doc_type: &str, bytes: &[u8]| RawDocument {
        name: name.to_owned(),
        doc_type: Some(doc_type.to_owned()),
        sequence: None,
        description: Some("a list".to_owned()),
        bytes: bytes.to_vec().into(),
        sha256: None,
    };
    let meta = FilingMeta {
        id: FilingId::from_uuid(uuid::Uuid::from_u128(1)),
        accession: None,
        cik: None,
        company: None,
        ticker: None,
        form: form.parse().unwrap(),
        filed: None,
        period: None,
        items: items.iter().map(ToString::to_string).collect(),
        primary_document: None,
        url: None,
    };
    RawFiling {
        meta,
        documents: vec![
            document("main.txt", form, text),
            document("ex21.txt", "EX-21.1", b"subsidiaries"),
        ],
    }
}

fn parse(form: &str, items: &[&str], text: &str) -> FilingContent {
    PlainParser
        .parse(&filing(form, items, text.as_bytes()))
        .unwrap()
}

/// Key, state and text of the items that were found.
fn found(content: &FilingContent) -> Vec<(String, SectionState, &str)> {
    let sections = content.sections.iter();
    let found = sections.filter(|section| section.state != SectionState::NotFound);
    found
        .map(|it| (it.key.to_string(), it.state, content.section_text(it)))
        .collect()
}

const ANNUAL: &str = "Example Corp\r\n\
    Item 1. Business\r\nWe sell caf\u{e9}s.\r\n\r\n\
    ITEM 1A. Risk Factors\r\nDemand may fall.\r\nSee Item 7 of this report.\r\n\
    Item 1B. Unresolved Staff Comments\r\nNone.\r\n\
    Part II\r\nItem 6. [Reserved]\r\n[Reserved]\r\n\
    Item 7. Management's Discussion\r\nSales rose 5 %.";

#[test]
fn items_are_found_by_their_headings() {
    let content = parse("10-K", &[], ANNUAL);
    let expected = [
        (
            "Part I, Item 1",
            SectionState::Present,
            "We sell caf\u{e9}s.",
        ),
        (
            "Part I, Item 1A",
            SectionState::Present,
            "Demand may fall.\nSee Item 7 of this report.",
        ),
        (
            "Part I, Item 1B",
            SectionState::NoneOrNotApplicable,
            "None.",
        ),
        ("Part II, Item 6", SectionState::Reserved, "[Reserved]"),
        ("Part II, Item 7", SectionState::Present, "Sales rose 5 %."),
    ];
    assert_eq!(
        found(&content),
        expected.map(|(key, state, text)| (key.to_owned(), state, text))
    );
    assert_eq!(content.sections.len(), 23, "all items of a 10-K are listed");
    assert_eq!(content.sections[1].title, "Risk Factors");
    assert_eq!(content.exhibits[0].number, "21.1");
}

#[test]
fn items_of_a_10_q_are_told_apart_by_their_part() {
    let text = "Part I\nItem 1. Financial Statements\nAssets 5\n\
        Part II\nItem 1. Legal Proceedings\nNot applicable.\n";
    let content = parse("10-Q", &[], text);
    let keys: Vec<_> = found(&content)
        .into_iter()
        .map(|(key, _, text)| (key, text))
        .collect();
    let expected = [
        ("Part I, Item 1", "Assets 5"),
        ("Part II, Item 1", "Not applicable."),
    ];
    assert_eq!(keys, expected.map(|(key, text)| (key.to_owned(), text)));
}

#[test]
fn a_current_report_lists_what_its_header_names() {
    let content = parse(
        "8-K",
        &["2.02", "9.01"],
        "Item 2.02. Results\nSales rose.\n",
    );
    let states: Vec<_> = content
        .sections
        .iter()
        .map(|it| (it.key.item.as_str(), it.state))
        .collect();
    let expected = [
        ("2.02", SectionState::Present),
        ("9.01", SectionState::NotFound),
    ];
    assert_eq!(states, expected);
    assert_eq!(content.items_8k, ["2.02"]);
}

#[test]
fn text_maps_to_the_bytes_it_came_from() {
    let content = parse("10-K", &[], ANNUAL);
    let text = content.main_text().unwrap();
    assert!(!text.text.contains('\r'));
    let chars: Vec<_> = text.text.char_indices().collect();
    for window in chars.windows(7) {
        let range = window[0].0..window[6].0;
        let raw = text.map.raw_range(&range).unwrap();
        let bytes = ANNUAL.get(raw).unwrap().replace('\r', "");
        assert_eq!(bytes, text.text[range]);
    }
    let again = PlainParser.canonical_texts(&filing("10-K", &[], ANNUAL.as_bytes()).documents[0]);
    assert_eq!(again.unwrap()[0].sha256, text.sha256);
}

#[test]
fn what_is_not_text_is_unusable() {
    for bytes in [&b""[..], b" \r\n ", b"\xff\xfe\x00", b"GIF89a\0\0"] {
        let refused = PlainParser.parse(&filing("10-K", &[], bytes));
        assert!(
            matches!(refused, Err(ParseFilingError::Unusable { .. })),
            "{bytes:?}"
        );
    }
    let large = vec![b'a'; 50 * 1024 * 1024];
    let refused = PlainParser.parse(&filing("10-K", &[], &large));
    assert!(
        matches!(refused, Err(ParseFilingError::TooLarge { .. })),
        "with its exhibit"
    );
}

#[test]
fn headings_are_lines_of_their_own_form() {
    for text in [
        "Items 1. Business\n",
        "Item 1 Business\n",
        "Item one. Business\n",
        "Item 123. Business\n",
        "Item 2.02A. Business\n",
        "See Item 1. Business\n",
        "Item\n1. Business\n",
    ] {
        let content = parse("10-K", &[], &format!("x {text} more"));
        assert!(found(&content).is_empty(), "{text}");
        let content = parse("10-K", &[], text);
        assert!(found(&content).is_empty(), "{text}");
    }
}
