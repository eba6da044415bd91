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
    "<ix:nonNumeric id=\"f\" name=\"a:d\" contextRef=\"c\" format=\"ixt:date-monthname-day-year-en\" continuedAt=\"k\">",
    "<ix:continuation id=\"k\">",
    "</ix:continuation>",
    "<ix:exclude>",
    "</ix:exclude>",
    "<ix:footnote id=\"n\">",
    "</ix:footnote>",
    "<ix:relationship fromRefs=\"f f\" toRefs=\"n\"/>",
    "<ix:tuple>",
    "</ix:tuple>",
    "<span style=\"-sec-ix-hidden:f\">",
    "</span>",
    "May 5, 2024",
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
    "<p align=center><b>RISK FACTORS</b></p>",
    "<p><b>Use of Proceeds</b></p>",
    "<p>We may lose.</p>",
    "<p><b><i>PROPOSAL 1: Election of Directors</i></b></p>",
    "\n\n           PLAN OF DISTRIBUTION\n\n",
    "Item 13. Other Expenses of Issuance and Distribution\n",
    "<p><i>Annex A</i></p>",
    "BUSINESS....12\n",
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

/// Pieces of an instance that is not inline.
const INSTANCE_PIECES: &[&str] = &[
    "<context id='c'>",
    "</context>",
    "<segment>",
    "<explicitMember dimension='a:A'>",
    "a:M",
    "</explicitMember>",
    "</segment>",
    "<instant>2024-12-31</instant>",
    "<unit id='u'><measure>a:b</measure></unit>",
    "<a:N id='f' contextRef='c' unitRef='u'>",
    "1234.5",
    "</a:N>",
    "<a:T contextRef='c'>",
    "&lt;p&gt;x&lt;/p&gt;",
    "</a:T>",
    "<![CDATA[",
    "]]>",
    "<footnoteLink>",
    "<loc xlink:label='l' xlink:href='#f'/>",
    "<footnote xlink:label='n'>",
    "</footnote>",
    "<footnoteArc xlink:from='l' xlink:to='n'/>",
    "</footnoteLink>",
    "<!--",
    "-->",
    "<",
    ">",
    "'",
    "é",
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
    for risk in &content.risk_factors {
        assert!(whole(risk.document, &risk.heading), "{risk:?}");
        assert!(whole(risk.document, &risk.body), "{risk:?}");
        assert!(
            risk.heading.end <= risk.body.start && !risk.body.is_empty(),
            "{risk:?}"
        );
    }
    for table in &content.tables {
        assert!(whole(table.document, &table.range), "{table:?}");
        let (rows, columns) = (table.cells.height(), table.cells.width());
        assert_eq!(rows * columns, table.cells.len());
        assert!(table.header_rows <= rows);
        for number in &table.numbers {
            let range = &number.range;
            assert!(table.range.start <= range.start && range.end <= table.range.end);
            assert!(whole(table.document, range), "{number:?}");
            assert!(number.row < rows && number.column < columns, "{number:?}");
        }
    }
    for fact in &content.facts {
        assert!(
            fact.range
                .as_ref()
                .is_none_or(|range| whole(fact.document, range)),
            "{fact:?}"
        );
        let known = |note: &usize| content.footnotes.get(*note).is_some();
        assert!(fact.footnotes.iter().all(known), "{fact:?}");
    }
    for note in &content.footnotes {
        let range = note.range.as_ref();
        assert!(range.is_none_or(|range| whole(note.document, range)));
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

/// A number with so many decimal places as it is shown, and its value in another way: with many zeros
/// around, cut where the point is.
fn written(number: u64, places: usize, scale: i32, negative: bool) -> (String, String) {
    let digits = format!("{number:0>width$}", width = places + 1);
    let (whole, part) = digits.split_at(digits.len() - places);
    let mut grouped = String::new();
    for (index, digit) in whole.chars().enumerate() {
        if index > 0 && (whole.len() - index) % 3 == 0 {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    let point = if places > 0 { "." } else { "" };
    let exponent = scale - i32::try_from(places).unwrap();
    let mut digits = format!("{}{number}", "0".repeat(40));
    let cut = if exponent >= 0 {
        digits.push_str(&"0".repeat(usize::try_from(exponent).unwrap()));
        digits.len()
    } else {
        digits.len() - usize::try_from(-exponent).unwrap()
    };
    let (above, below) = digits.split_at(cut);
    let above = above.trim_start_matches('0');
    let below = below.trim_end_matches('0');
    let above = if above.is_empty() { "0" } else { above };
    let mut value = if below.is_empty() {
        above.to_owned()
    } else {
        format!("{above}.{below}")
    };
    if negative && value != "0" {
        value.insert(0, '-');
    }
    (format!("{grouped}{point}{part}"), value)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        run("10-K", bytes);
    }

    #[test]
    fn any_markup(pieces in proptest::collection::vec(proptest::sample::select(PIECES), 0..60)) {
        for form in ["10-K", "DEF 14A", "S-1"] {
            run(form, format!("<html>{}", pieces.concat()).into_bytes());
        }
    }

    #[test]
    fn any_instance(pieces in proptest::collection::vec(proptest::sample::select(INSTANCE_PIECES), 0..60)) {
        let bytes = format!("<?xml version='1.0'?><xbrl>{}", pieces.concat());
        let files = vec![file("a.xml", Some("EX-101.INS"), bytes), words()];
        let filing = filing("10-K", None, files);
        let content = Parser.parse(&filing).unwrap();
        check(&content);
        prop_assert!(content.facts.iter().all(|fact| fact.range.is_none()));
        let again = Parser.parse(&filing).unwrap();
        prop_assert_eq!(format!("{:?}", content), format!("{:?}", again));
    }

    #[test]
    fn any_number_is_exact(number in 0_u64..1_000_000_000_000, places in 0_usize..6, scale in -8_i32..12, negative: bool) {
        let (shown, value) = written(number, places, scale, negative);
        let sign = if negative { " sign=\"-\"" } else { "" };
        let body = format!(
            "<html><p><ix:nonFraction name=\"a:b\" format=\"ixt:num-dot-decimal\" scale=\"{scale}\"{sign}>{shown}</ix:nonFraction></p>"
        );
        let filing = filing("10-K", None, vec![file("a.htm", None, body), words()]);
        let content = Parser.parse(&filing).unwrap();
        prop_assert_eq!(&content.facts[0].value, &value);
    }

    #[test]
    fn any_plain_text(pieces in proptest::collection::vec(proptest::sample::select(PIECES), 0..60)) {
        for form in ["10-Q", "PRE 14A", "424B4"] {
            run(form, pieces.concat().into_bytes());
        }
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
