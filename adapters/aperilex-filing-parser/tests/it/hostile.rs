//! Input made to hurt: it is read in linear time, without deep stacks and within bounds.

use std::time::{Duration, Instant};

use crate::support::{parse, try_parse};

/// Bytes of each input: enough for anything quadratic to be noticed, little enough for a test build.
const SIZE: usize = 1024 * 1024;
/// Generous for a build without optimisation on a busy machine; quadratic work takes hours.
const LIMIT: Duration = Duration::from_secs(30);

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
            bytes.extend(repeat(piece));
            in_time(form, bytes);
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
    let cells: usize = content
        .tables
        .iter()
        .flat_map(|t| &t.rows)
        .map(Vec::len)
        .sum();
    assert!(cells <= 20_000, "{cells}");
    let wide = format!(
        "<html><table>{}</table>",
        format!("<tr>{}</tr>", "<td>5</td>".repeat(500)).repeat(1_000)
    );
    let content = parse("10-K", wide);
    let cells: usize = content
        .tables
        .iter()
        .flat_map(|t| &t.rows)
        .map(Vec::len)
        .sum();
    assert!(cells <= 20_000, "{cells}");
}

#[test]
fn entities_a_document_defines_are_not_expanded() {
    let bomb =
        "<!DOCTYPE html [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;\">]><html><p>&b;</p>";
    assert!(!parse("10-K", bomb).text().contains("aaaa"));
}
