//! Input made to hurt: it is read in linear time, without deep stacks and within bounds.

use std::time::{Duration, Instant};

use aperilex_ports::{FilingContent, FilingParser as _};

use crate::support::{parse, try_parse};

/// Bytes of each input: enough for anything quadratic to be noticed, little enough for a test build.
const SIZE: usize = 256 * 1024;
/// Generous for a build without optimisation on a busy machine; quadratic work takes minutes.
const LIMIT: Duration = Duration::from_secs(10);

fn repeat(piece: &str) -> Vec<u8> {
    piece.repeat(SIZE / piece.len()).into_bytes()
}

#[track_caller]
fn in_time(form: &str, bytes: Vec<u8>) {
    let start = Instant::now();
    let _ = try_parse(form, bytes);
    assert!(start.elapsed() < LIMIT, "took {:?}", start.elapsed());
}

#[test]
fn repeated_markup_takes_linear_time() {
    for piece in [
        "<",
        "<!--",
        "<a \"",
        "<a b='",
        "</",
        "&",
        "&#",
        "<b>",
        "<div>",
        "<table>",
        "<table><tr><td>",
        "<p style=\"display:none\">",
        "<pre>",
        "</p>",
        "<script>",
        "<DOCUMENT><TYPE>",
        "<br>x",
    ] {
        let mut bytes = b"<html>".to_vec();
        bytes.extend(repeat(piece));
        in_time("10-K", bytes);
    }
}

#[test]
fn repeated_xbrl_takes_linear_time() {
    for piece in [
        "<ix:nonNumeric name=\"a:b\" contextRef=\"c\">x",
        "<ix:nonNumeric name=\"a:b\" contextRef=\"c\" continuedAt=\"k\">x<ix:continuation id=\"k\" continuedAt=\"k\">",
        "<ix:exclude>x</ix:exclude><ix:nonNumeric name=\"a:b\">",
        "<ix:hidden><ix:nonNumeric name=\"a:b\"><b>",
        "<xbrli:context id=\"c\">",
    ] {
        let mut bytes = b"<html>".to_vec();
        bytes.extend(repeat(piece));
        in_time("10-K", bytes);
    }
}

#[test]
fn repeated_headings_take_linear_time() {
    for piece in [
        "<p>Item 1. Business",
        "<p>Item 7</p><p>PART II</p>",
        "<p>Items 1, 2, 3, 4",
        "<p>Item 1A. Risk Factors 12",
    ] {
        for form in ["10-K", "10-Q", "8-K"] {
            let mut bytes = b"<html>".to_vec();
            bytes.extend(piece.repeat(SIZE / 4 / piece.len()).into_bytes());
            in_time(form, bytes);
        }
    }
    for piece in [
        "<p><b>RISK FACTORS</b></p><p>a",
        "<p><b>LEGAL MATTERS</b></p>",
        "<p><b>PROPOSAL 1</b></p>",
        "<p><a href=#a>BUSINESS</a></p>",
        "<p><b>PART II</b></p><p><b>Item 13. Exhibits</b></p>",
        "<p><i>We may lose.</i></p>",
        "\n\nBUSINESS\n\nMANAGEMENT....4\n",
    ] {
        for form in ["S-1", "DEF 14A"] {
            let start = "<html><p><b>RISK FACTORS</b></p>".as_bytes().to_vec();
            in_time(
                form,
                [start, repeat(piece), b"<a name=a></a>".to_vec()].concat(),
            );
            in_time(form, repeat(piece));
        }
    }
    in_time("10-K", repeat("Item 1. "));
    in_time("10-K", repeat("Item 1.\n"));
    in_time("10-K", repeat("<TABLE>\n<S> <C>\n"));
}

#[test]
fn one_huge_attribute_is_skipped() {
    let mut bytes = b"<html><p title=\"".to_vec();
    bytes.extend(std::iter::repeat_n(b'x', SIZE));
    bytes.extend_from_slice(b"\">after</p>");
    assert_eq!(parse("10-K", bytes).text(), "after");
}

#[test]
fn spans_do_not_allocate() {
    let row = "<tr><td colspan=1000000000 rowspan=99999>x</td><td colspan=-3 rowspan=0>y</td></tr>";
    let content = parse(
        "10-K",
        format!("<html><table>{}</table>", row.repeat(20_000)),
    );
    let cells: usize = content.tables.iter().map(|t| t.cells.len()).sum();
    assert!(cells <= 20_000, "{cells}");
    let wide = format!(
        "<html><table>{}</table>",
        format!("<tr>{}</tr>", "<td>5</td>".repeat(500)).repeat(1_000)
    );
    let content = parse("10-K", wide);
    let cells: usize = content.tables.iter().map(|t| t.cells.len()).sum();
    assert!(cells <= 20_000, "{cells}");
}

#[test]
fn tables_full_of_years_notes_and_wide_headers_take_linear_time() {
    let years = format!("<tr>{}</tr>", "<td>2023</td>".repeat(900)).repeat(20);
    let wide = format!("<tr><td>{}</td></tr>", "(in millions".repeat(50))
        + "<tr><td colspan=255>x</td></tr>";
    for piece in [
        format!("<table>{years}</table>"),
        format!("<table>{wide}<tr><td>a</td><td>5</td><td>6</td></tr></table>"),
        "<table><tr><td>(((((</td><td>5</td></tr><tr><td>((</td><td>6</td></tr></table>".to_owned(),
        "<table><tr><td rowspan=255 colspan=255>(1)</td><td rowspan=255>$</td></tr></table>"
            .to_owned(),
    ] {
        let mut bytes = b"<html>".to_vec();
        bytes.extend(piece.repeat(SIZE / piece.len()).into_bytes());
        in_time("10-K", bytes);
    }
}

#[test]
fn entities_a_document_defines_are_not_expanded() {
    let bomb =
        "<!DOCTYPE html [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;\">]><html><p>&b;</p>";
    assert!(!parse("10-K", bomb).text().contains("aaaa"));
}

fn told(content: &FilingContent, words: &str) -> bool {
    content.warnings.iter().any(|w| w.contains(words))
}

/// Contexts with so many dimensions, then so many facts of them.
fn dimensional(dimensions: usize, facts: usize) -> FilingContent {
    let members: String = (0..dimensions)
        .map(|at| {
            format!(
                "<xbrldi:explicitMember dimension=\"a:Axis{at}\">a:{}</xbrldi:explicitMember>",
                "M".repeat(400)
            )
        })
        .collect();
    let fact = "<ix:nonFraction contextRef=\"c\" name=\"a:b\">1</ix:nonFraction>";
    parse(
        "10-K",
        format!(
            "<html><xbrli:context id=\"c\">{members}</xbrli:context>{}",
            fact.repeat(facts)
        ),
    )
}

#[test]
fn dimensions_are_copied_within_bounds() {
    let content = dimensional(32, 3_000);
    assert!(told(&content, "dimensions and units of all are too large"));
    let copied: usize = content
        .facts
        .iter()
        .flat_map(|fact| fact.dimensions.iter())
        .map(|(axis, member)| axis.len() + member.len())
        .sum();
    // Many times the source of about 200 KB without a bound.
    assert!((100_000..2_000_000).contains(&copied), "{copied}");
    assert!(!content.facts.is_empty() && content.facts.iter().all(|f| f.dimensions.len() == 32));
    // Some of its dimensions would say something else than all.
    let content = dimensional(33, 3);
    assert!(content.facts.is_empty());
    assert!(told(
        &content,
        "3 facts left out: their context has too many dimensions"
    ));
}

#[test]
fn facts_are_counted() {
    let content = parse(
        "10-K",
        format!("<html>{}", "<ix:nonFraction name=\"a\"/>".repeat(200_010)),
    );
    assert_eq!(content.facts.len(), 200_000);
    assert!(told(
        &content,
        "10 facts or parts left out: there are too many"
    ));
}

#[test]
fn nested_facts_take_linear_time() {
    let (start, end) = (
        "<ix:nonNumeric name=\"a:b\" contextRef=\"c\">",
        "</ix:nonNumeric>",
    );
    let nested = |depth: usize, text: &str| {
        format!("<html>{}{text}{}", start.repeat(depth), end.repeat(depth))
    };
    // One word that never fits, many, and white space that is kept: each was read once per fact.
    let blank = format!("<pre>x{}x</pre>", " ".repeat(20_000));
    for text in ["x".repeat(20_000), "x ".repeat(10_000), blank] {
        in_time("10-K", nested(20_000, &text).into_bytes());
    }
    let text = "word ".repeat(1000);
    let content = parse("10-K", nested(100, &text));
    assert_eq!(content.facts.len(), 32);
    assert!(told(
        &content,
        "68 elements left out: they are nested too deep"
    ));
    assert!(told(&content, "facts with text cut short"));
    let read: usize = content.facts.iter().map(|fact| fact.value.len()).sum();
    assert!((text.len()..20 * text.len()).contains(&read), "{read}");
    // What stands behind is read again.
    let behind = format!("{}<p>{start}behind{end}</p>", nested(100, "x"));
    assert_eq!(parse("10-K", behind).facts.last().unwrap().value, "behind");
}

#[test]
fn exclusions_in_one_another_take_linear_time() {
    let piece = "<ix:exclude></ix:exclude><ix:nonNumeric name=\"a:b\">x</ix:nonNumeric>";
    let half = piece.repeat(SIZE / piece.len());
    in_time(
        "10-K",
        format!("<html>{half}<ix:exclude>y{half}z</ix:exclude>").into_bytes(),
    );
}

#[test]
fn end_tags_of_a_context_take_linear_time() {
    let mut bytes = b"<html><xbrli:context id=\"a\"><xbrli:startDate>".to_vec();
    bytes.extend(repeat("</xbrli:startDate>"));
    in_time("10-K", bytes);
}

#[test]
fn an_instance_takes_linear_time() {
    for piece in [
        "<a contextRef='c'>",
        "<a contextRef='c'/>",
        "<context id='c'><x>",
        "</a>",
        "<footnoteLink><footnote>",
        "<a><![CDATA[",
        "<a contextRef='c'>&lt;p/&gt;</a>",
        "<footnoteLink><loc xlink:label='l'/><footnoteArc xlink:from='l' xlink:to='n'/>",
    ] {
        let mut bytes = b"<xbrl>".to_vec();
        bytes.extend(repeat(piece));
        let files = vec![
            crate::support::file("a.xml", Some("EX-101.INS"), bytes),
            crate::support::words(),
        ];
        let start = Instant::now();
        let filing = crate::support::filing("10-K", None, files);
        let _ = aperilex_filing_parser::Parser.parse(&filing);
        assert!(start.elapsed() < LIMIT, "{piece}: {:?}", start.elapsed());
    }
}

#[test]
fn styles_of_hidden_facts_take_linear_time() {
    for piece in [
        "<span style=\"-sec-ix-hidden:h\">",
        "<span style=\"-sec-ix-hidden:h\">x</span>",
        "-sec-ix-hidden",
    ] {
        in_time("10-K", [b"<html>".to_vec(), repeat(piece)].concat());
    }
}

#[test]
fn tables_and_headings_are_counted() {
    let row = "<p>Exhibit i.j Agreement</p><table><tr><td>10.i</td><td>Agreement</td></tr></table>";
    let content = parse("10-K", format!("<html>{}", row.repeat(20_010)));
    assert!(told(
        &content,
        "10 tables left out: there are more than 20000"
    ));
    assert_eq!(content.text().matches("10.i\tAgreement").count(), 20_010);
    let content = parse("10-K", "<TABLE>\n</TABLE>\n".repeat(20_010) + "text");
    assert!(told(&content, "10 tables left out"));
    let headings: String = (0..21_000)
        .map(|at| format!("<p><b>Item {}. Our own {at}</b></p>", 1 + at % 15))
        .collect();
    let start = Instant::now();
    let content = parse("10-K", format!("<html>{headings}"));
    assert!(start.elapsed() < LIMIT, "took {:?}", start.elapsed());
    assert!(
        told(&content, "only the first 20000 lines"),
        "{:?}",
        content.warnings
    );
}
