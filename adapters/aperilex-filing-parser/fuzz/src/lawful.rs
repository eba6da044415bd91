//! What must hold for any input. The parser's own tests replay the kept corpus through it too.

use std::ops::Range;

use aperilex_filing_parser::Parser;
use aperilex_ports::{
    Digest, FilingContent, FilingId, FilingMeta, FilingParser as _, RawDocument, RawFiling,
    SectionState, Table,
};

/// Forms that an input may name in its first line.
const FORMS: [&str; 8] = [
    "10-K", "10-Q", "8-K", "20-F", "10-KSB", "DEF 14A", "S-1", "10-K405",
];
/// Parts an input into several files.
const NEXT_FILE: u8 = 0x1e;

/// Parses an input of a target (`html`, `sgml`, `xbrl`, `plain`), and panics if anything that must
/// hold does not.
pub fn check(target: &str, input: &[u8]) {
    let filing = filing(target, input);
    let parsed = Parser.parse(&filing);
    let Ok(content) = parsed else {
        // Refused; what is left must not panic either.
        for file in &filing.documents {
            let _ = Parser.canonical_texts(file);
        }
        return;
    };
    lawful(&content, &filing.documents);
    let again = Parser.parse(&filing).ok();
    assert_eq!(
        Some(format!("{content:?}")),
        again.map(|again| format!("{again:?}")),
        "the same bytes give another content"
    );
    texts_agree(&content, &filing);
}

/// The filing that an input stands for: its form in the first line, if that is one, then its files.
fn filing(target: &str, input: &[u8]) -> RawFiling {
    let end = input.iter().position(|byte| *byte == b'\n');
    let line = end.and_then(|end| input.get(..end)).unwrap_or_default();
    let named = FORMS.iter().find(|form| form.as_bytes() == line);
    let rest = match (named, end) {
        (Some(_), Some(end)) => input.get(end + 1..).unwrap_or_default(),
        _ => input,
    };
    let form = named.copied().unwrap_or("10-K");
    let wrap = |bytes: &[u8]| match target {
        "html" | "xbrl" if !bytes.starts_with(b"<") => [b"<html>", bytes].concat(),
        _ => bytes.to_vec(),
    };
    let file = |(at, bytes): (usize, &[u8])| RawDocument {
        name: format!("file{at}.htm"),
        doc_type: None,
        sequence: None,
        description: None,
        bytes: wrap(bytes).into(),
        sha256: None,
    };
    RawFiling {
        meta: FilingMeta {
            id: FilingId::of_content(&Digest::of(b"a filing of the fuzzer")),
            accession: None,
            cik: None,
            company: None,
            ticker: None,
            form: form
                .parse()
                .unwrap_or_else(|_| panic!("{named:?} is no form")),
            filed: None,
            period: "2024-12-31".parse().ok(),
            items: Vec::new(),
            primary_document: None,
            url: None,
        },
        documents: rest
            .split(|byte| *byte == NEXT_FILE)
            .enumerate()
            .map(file)
            .collect(),
    }
}

/// Panics unless every range and index of a content is good.
fn lawful(content: &FilingContent, files: &[RawDocument]) {
    assert!(content.main < content.documents.len(), "no main document");
    for document in &content.documents {
        let file = files
            .iter()
            .find(|file| Digest::of(&file.bytes) == document.raw_sha256)
            .unwrap_or_else(|| panic!("{} is of no file", document.name));
        let size = file.bytes.len();
        assert_eq!(document.raw_bytes, size as u64);
        assert!(document.raw_range.start <= document.raw_range.end);
        assert!(document.raw_range.end <= size, "{:?}", document.raw_range);
        if let Some(text) = &document.text {
            assert_eq!(text.sha256, Digest::of(text.text.as_bytes()));
            mapped(&text.text, &document.raw_range, |range| {
                text.map.raw_range(range)
            });
        }
    }
    for section in &content.sections {
        let places = [&section.heading, &section.range];
        for range in places.into_iter().chain(&section.more) {
            whole(content, section.document, range, "section");
        }
        assert!((0.0..=1.0).contains(&section.confidence), "{section:?}");
        let not_found = section.state == SectionState::NotFound;
        assert!(!not_found || section.range.is_empty(), "{section:?}");
    }
    for table in &content.tables {
        whole(content, table.document, &table.range, "table");
        lawful_table(table);
        for number in &table.numbers {
            whole(content, table.document, &number.range, "number");
            let (table, number) = (&table.range, &number.range);
            assert!(table.start <= number.start && number.end <= table.end);
        }
    }
    for fact in &content.facts {
        if let Some(range) = &fact.range {
            whole(content, fact.document, range, "fact");
        }
        let known = |note: &usize| *note < content.footnotes.len();
        assert!(fact.footnotes.iter().all(known), "{fact:?}");
        assert!(fact.dimensions.is_sorted(), "{fact:?}");
    }
    for note in &content.footnotes {
        if let Some(range) = &note.range {
            whole(content, note.document, range, "footnote");
        }
    }
    for risk in &content.risk_factors {
        let places = [&risk.heading, &risk.body];
        for range in places.into_iter().chain(&risk.group) {
            whole(content, risk.document, range, "risk");
        }
        assert!(risk.heading.end <= risk.body.start, "{risk:?}");
    }
}

/// Panics unless a range is ordered, in the text and on character boundaries.
fn whole(content: &FilingContent, document: usize, range: &Range<usize>, what: &str) {
    assert!(range.start <= range.end, "{what}: {range:?}");
    let text = content
        .documents
        .get(document)
        .and_then(|document| document.text.as_ref())
        .map_or("", |text| text.text.as_str());
    assert!(
        range.is_empty() || text.get(range.clone()).is_some(),
        "{what}: {range:?} in {} bytes",
        text.len()
    );
}

/// Panics unless every character comes from within the document's own bytes.
fn mapped(
    text: &str,
    document: &Range<usize>,
    raw_range: impl Fn(&Range<usize>) -> Option<Range<usize>>,
) {
    for (at, character) in text.char_indices() {
        let Some(raw) = raw_range(&(at..at + character.len_utf8())) else {
            assert!(character.is_whitespace(), "{character:?} from nothing");
            continue;
        };
        assert!(raw.start < raw.end, "{character:?} at {raw:?}");
        let inside = document.start <= raw.start && raw.end <= document.end;
        assert!(inside, "{character:?} at {raw:?}, outside {document:?}");
    }
}

fn lawful_table(table: &Table) {
    let (columns, rows) = (table.cells.width(), table.cells.height());
    assert_eq!(columns * rows, table.cells.len());
    assert!(table.header_rows <= rows, "{table:?}");
    assert!(
        table.periods.is_empty() || table.periods.len() == columns,
        "{table:?}"
    );
    for number in &table.numbers {
        let cell = table.cells.get(number.row, number.column);
        assert!(cell.is_some() && number.row >= table.header_rows);
        let digits = number.value.strip_prefix('-').unwrap_or(&number.value);
        let (whole, part) = digits.split_once('.').unwrap_or((digits, "0"));
        let plain = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
        assert!(plain(whole) && plain(part), "{number:?}");
    }
}

/// Panics unless the texts alone are those of the whole parse.
fn texts_agree(content: &FilingContent, filing: &RawFiling) {
    let mut texts = Vec::new();
    for file in &filing.documents {
        // A file without text that shows is refused when it is alone.
        let Ok(more) = Parser.canonical_texts(file) else {
            return;
        };
        texts.extend(more);
    }
    let of_content = content.documents.iter().filter_map(|d| d.text.as_ref());
    let same = of_content
        .map(|text| &text.text)
        .eq(texts.iter().map(|text| &text.text));
    assert!(same, "the texts alone are others");
}
