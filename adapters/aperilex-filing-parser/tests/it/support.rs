//! Filings made of short texts.

use aperilex_filing_parser::Parser;
use aperilex_ports::{
    Digest, FilingContent, FilingId, FilingMeta, FilingParser as _, ParseFilingError, RawDocument,
    RawFiling, Section,
};

/// A file of a filing.
pub(crate) fn file(name: &str, doc_type: Option<&str>, bytes: impl Into<Vec<u8>>) -> RawDocument {
    RawDocument {
        name: name.to_owned(),
        doc_type: doc_type.map(str::to_owned),
        sequence: None,
        description: None,
        bytes: bytes.into().into(),
        sha256: None,
    }
}

/// An exhibit with the words that a filing has at the least.
pub(crate) fn words() -> RawDocument {
    let text = "Nothing in this exhibit matters to the test that attaches it, other than that it has more \
                than a score of words of plain English.";
    file("words.txt", Some("EX-99"), text)
}

/// A filing of a form, with its period end if the test needs one.
pub(crate) fn filing(form: &str, period: Option<&str>, documents: Vec<RawDocument>) -> RawFiling {
    RawFiling {
        meta: FilingMeta {
            id: FilingId::of_content(&Digest::of(b"a filing made for a test")),
            accession: None,
            cik: None,
            company: None,
            ticker: None,
            form: form.parse().unwrap(),
            filed: None,
            period: period.map(|date| date.parse().unwrap()),
            items: Vec::new(),
            primary_document: None,
            url: None,
        },
        documents,
    }
}

/// Parses one document of a form.
pub(crate) fn try_parse(
    form: &str,
    bytes: impl Into<Vec<u8>>,
) -> Result<FilingContent, ParseFilingError> {
    Parser.parse(&filing(form, None, vec![file("main.htm", None, bytes)]))
}

/// Parses one document of a form that can be parsed, however few its words.
pub(crate) fn parse(form: &str, bytes: impl Into<Vec<u8>>) -> FilingContent {
    let documents = vec![file("main.htm", None, bytes), words()];
    Parser.parse(&filing(form, None, documents)).unwrap()
}

/// The canonical text of an HTML body.
pub(crate) fn text_of(body: &str) -> String {
    parse("10-K", format!("<html><body>{body}</body></html>"))
        .text()
        .to_owned()
}

/// The section with this part and item.
pub(crate) fn section<'c>(content: &'c FilingContent, part: &str, item: &str) -> &'c Section {
    content
        .sections
        .iter()
        .find(|section| section.key.part == part && section.key.item == item)
        .unwrap_or_else(|| panic!("no {part} {item} in {:?}", content.sections))
}

/// The text of the section with this part and item.
pub(crate) fn section_text<'c>(content: &'c FilingContent, part: &str, item: &str) -> &'c str {
    content.section_text(section(content, part, item))
}

/// Whether `held` is a character in UTF-16 of either order, or the run of it in a longer piece.
fn is_utf_16(held: &[u8], character: char) -> bool {
    let mut buffer = [0; 2];
    let units = character.encode_utf16(&mut buffer);
    [u16::to_le_bytes, u16::to_be_bytes].iter().any(|order| {
        let bytes: Vec<u8> = units.iter().flat_map(|unit| order(*unit)).collect();
        held.windows(bytes.len())
            .step_by(2)
            .any(|window| window == bytes)
    })
}

/// Panics unless every piece of text maps to raw bytes that hold it: one-to-one runs hold the same
/// bytes (white space for white space), other runs one character or one separator.
pub(crate) fn check_map(content: &FilingContent, files: &[RawDocument]) {
    for document in &content.documents {
        let Some(canonical) = &document.text else {
            continue;
        };
        let raw = files
            .iter()
            .find(|file| Digest::of(&file.bytes) == document.raw_sha256)
            .map(|file| &file.bytes)
            .unwrap();
        assert_eq!(canonical.sha256, Digest::of(canonical.text.as_bytes()));
        for (at, character) in canonical.text.char_indices() {
            let range = at..at + character.len_utf8();
            let Some(place) = canonical.map.raw_range(&range) else {
                assert!(
                    character.is_whitespace(),
                    "{character:?} at {at} comes from nothing"
                );
                continue;
            };
            assert!(
                document.raw_range.start <= place.start && place.end <= document.raw_range.end,
                "{place:?} is outside of {:?}",
                document.raw_range
            );
            let held = &raw[place.clone()];
            let same = held == character.to_string().as_bytes();
            let stands_for = held.starts_with(b"&")
                || held.iter().any(|b| *b >= 0x80)
                || (character.is_whitespace() && held.iter().any(u8::is_ascii_whitespace))
                || is_utf_16(held, character);
            assert!(same || stands_for, "{character:?} at {at} maps to {held:?}");
        }
    }
}
