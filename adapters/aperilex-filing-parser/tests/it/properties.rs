//! What holds for any input.

use aperilex_filing_parser::Parser;
use aperilex_ports::{FilingContent, FilingParser as _};
use proptest::prelude::*;

use crate::support::{check_map, file, filing, words};

/// Pieces that mean something to the parser.
const PIECES: &[&str] = &[
    "<p>",
    "</p>",
    "<b>",
    "</b>",
    "<div style=\"display:none\">",
    "</div>",
    "<br>",
    "<table>",
    "<tr>",
    "<td colspan=2 rowspan=\"2\">",
    "<td>",
    "</table>",
    "<pre>",
    "</pre>",
    "\n",
    "  ",
    "\t",
    "&amp;",
    "&#8217;",
    "&nbsp;",
    "&#x1F600;",
    "&bogus;",
    "“",
    "é",
    "\u{200b}",
    "<ix:nonFraction name=\"a:b\" contextRef=\"c\" unitRef=\"u\" scale=\"3\">",
    "</ix:nonFraction>",
    "<ix:nonNumeric name=\"a:c\" contextRef=\"c\">",
    "</ix:nonNumeric>",
    "<ix:header><ix:hidden>",
    "</ix:hidden></ix:header>",
    "<xbrli:context id=\"c\"><xbrli:instant>2024-12-31</xbrli:instant></xbrli:context>",
    "1,234",
    "(5)",
    "—",
    "<p>Item 1. Business</p>",
    "Item 1A.\tRisk Factors\n",
    "<p>Item 7. Management's Discussion and Analysis</p>",
    "PART II\n",
    "SIGNATURES\n",
    "<PAGE>\n",
    "<TABLE>\n<S>  <C>\n",
    "</TABLE>\n",
    "word ",
    "None.",
    "<DOCUMENT><TYPE>10-K\n<TEXT>\n",
    "</TEXT></DOCUMENT>",
    "<!-- c -->",
    "<!-- c --!>",
    "<sup>",
    "</sup>",
    "2",
    "<span style=\"padding-left:9pt\">",
    "<span style=\"display:block\">",
    "<div style=\"display:inline\">",
    "</span>",
    "<style>.x{display:none} b{font-size:0}</style>",
    "<p class=\"x\">",
    "<S>",
    "<C>",
    "<td>$",
    "<td>)",
    "<td>%",
    "</td>",
    "</tr>",
    "<a id=\"p\" name=\"q%20\">",
    "<a href=\"#q%20&amp;\">",
    "<script>x</script>",
    "<a href=\"#x\">",
    "<a name=\"x\">",
    "</a>",
    "<",
    "&",
    "\"",
];

fn check(content: &FilingContent) {
    let text_of = |document: usize| {
        content
            .documents
            .get(document)
            .and_then(|d| d.text.as_ref())
            .map_or("", |t| t.text.as_str())
    };
    let whole = |document: usize, range: &std::ops::Range<usize>| {
        text_of(document).get(range.clone()).is_some()
    };
    for section in &content.sections {
        assert!(whole(section.document, &section.range), "{section:?}");
        assert!((0.0..=1.0).contains(&section.confidence));
    }
    for table in &content.tables {
        assert!(whole(table.document, &table.range), "{table:?}");
        assert!(
            table
                .rows
                .iter()
                .all(|row| row.len() == table.rows[0].len())
        );
        assert!(table.header_rows <= table.rows.len());
    }
    for fact in &content.facts {
        assert!(
            fact.range
                .as_ref()
                .is_none_or(|range| whole(fact.document, range)),
            "{fact:?}"
        );
    }
}

fn run(form: &str, bytes: Vec<u8>) {
    let files = vec![file("a.htm", None, bytes), words()];
    let filing = filing(form, None, files.clone());
    let Ok(content) = Parser.parse(&filing) else {
        return;
    };
    check(&content);
    check_map(&content, &files);
    let again = Parser.parse(&filing).unwrap();
    assert_eq!(format!("{content:?}"), format!("{again:?}"));
    // A file without text that shows is refused when it is alone.
    let Ok(mut texts) = Parser.canonical_texts(&files[0]) else {
        return;
    };
    texts.extend(Parser.canonical_texts(&files[1]).unwrap());
    let same: Vec<_> = content
        .documents
        .iter()
        .filter_map(|d| d.text.as_ref())
        .map(|t| t.sha256)
        .collect();
    assert_eq!(texts.iter().map(|t| t.sha256).collect::<Vec<_>>(), same);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        run("10-K", bytes);
    }

    #[test]
    fn any_markup(pieces in proptest::collection::vec(proptest::sample::select(PIECES), 0..60)) {
        run("10-K", format!("<html>{}", pieces.concat()).into_bytes());
    }

    #[test]
    fn any_plain_text(pieces in proptest::collection::vec(proptest::sample::select(PIECES), 0..60)) {
        run("10-Q", pieces.concat().into_bytes());
    }

    #[test]
    fn any_windows_1252(pieces in proptest::collection::vec(proptest::sample::select(PIECES), 0..30), at in any::<usize>(), byte in 0x80_u8..) {
        let mut bytes = format!("<html><p>{}", pieces.concat()).into_bytes();
        let at = at % (bytes.len() + 1);
        bytes.insert(at, byte);
        run("8-K", bytes);
    }

    #[test]
    fn any_utf_16(text in "[a-zé—😀 <>&;/p\\n]{0,80}") {
        let units = std::iter::once(0xFEFF).chain("<html><p>".encode_utf16()).chain(text.encode_utf16());
        run("10-K", units.flat_map(u16::to_le_bytes).collect());
    }
}
