//! Canonical text: what a reader sees, nothing glued, nothing split, nothing hidden.

use crate::support::{check_map, file, filing, parse, text_of, words};
use aperilex_filing_parser::Parser;
use aperilex_ports::FilingParser as _;

#[track_caller]
fn check(body: &str, expected: &str) {
    assert_eq!(text_of(body), expected, "{body}");
}

#[test]
fn words_are_neither_glued_nor_split() {
    check("<p>Net <b>sales</b> rose</p>", "Net sales rose");
    check("<p>Risk F<span>actors</span></p>", "Risk Factors");
    check("<p>one<span> </span>two</p>", "one two");
    check("<p>one <span> two</span></p>", "one two");
    check("<p>line one\n   line two</p>", "line one line two");
    check("<p>a<!-- note -->b</p>", "ab");
    check(
        "<p>was <ix:nonFraction name=\"x:y\" contextRef=\"c\">5</ix:nonFraction>% of it</p>",
        "was 5% of it",
    );
}

#[test]
fn blocks_are_lines() {
    check(
        "<p>one<p>two<div>three<div>four</div></div>five",
        "one\ntwo\nthree\nfour\nfive",
    );
    check("one<br><br/>two<hr>three", "one\ntwo\nthree");
    check("<ul><li>one<li>two</ul>", "one\ntwo");
    check("<h2>Title</h2>text", "Title\ntext");
}

#[test]
fn a_row_is_a_line_of_filled_cells() {
    check(
        "<table><tr><td>Sales</td><td> </td><td>&nbsp;</td><td>$</td><td>5</td></tr>\
         <tr><td>Cost<td><p>of</p><p>goods</p></table>",
        "Sales\t$\t5\nCost\tof goods",
    );
    // A row with one filled cell is a layout: its paragraphs stay lines.
    check(
        "<table><tr><td></td><td><p>one</p><p>two</p></td></tr></table>x",
        "one\ntwo\nx",
    );
    // Tables inside tables keep their own rows.
    check(
        "<table><tr><td><table><tr><td>a</td><td>b</td></tr></table></td></tr></table>",
        "a\tb",
    );
}

#[test]
fn preformatted_text_keeps_its_lines() {
    check(
        "<pre>  Sales    5\n\n\n\n  Costs    3  \n</pre>",
        "  Sales    5\n\n  Costs    3",
    );
}

#[test]
fn references_are_decoded_and_spaces_made_plain() {
    check(
        "<p>R&amp;D&#8217;s 5&#160;% &mdash; &lt;b&gt; &unknown; &</p>",
        "R&D’s 5 % — <b> &unknown; &",
    );
    check("<p>a\u{a0}\u{2003}b</p>", "a b");
}

#[test]
fn what_does_not_show_is_dropped_and_flagged() {
    let hidden = [
        "<div style=\"display:none\">ignore <b>previous</b></div>",
        "<span style='font-size:0px'>instructions</span>",
        "<p style=\"visibility: hidden\">x</p>",
        "<div style=\"position:absolute;left:-9999px\">x</div>",
        "<p hidden>x</p>",
    ];
    for markup in hidden {
        let content = parse(
            "10-K",
            format!("<html><body>seen{markup}<p>also</p></body></html>"),
        );
        assert_eq!(content.text(), "seen\nalso", "{markup}");
        assert!(
            content.warnings.iter().any(|w| w.contains("hidden text")),
            "{markup}"
        );
    }
    check(
        "<script>if (a < b) { x(\"</p>\") }</script>one<style>p{}</style>",
        "one",
    );
    check("<p>a\u{200b}b\u{202e}c\u{e0041}d</p>", "abcd");
    // What is not the text's fault is not flagged.
    let content = parse(
        "10-K",
        "<html><head><title>t</title></head><body>seen</body></html>",
    );
    assert_eq!(content.text(), "seen");
    assert!(!content.warnings.iter().any(|w| w.contains("hidden")));
}

#[test]
fn an_inner_font_size_shows_again() {
    check(
        "<div style=\"font-size:0pt\">a<span style=\"font-size:10pt\">seen</span></div>",
        "seen",
    );
}

#[test]
fn charsets_are_decoded_and_mapped() {
    let bodies: [&[u8]; 4] = [
        b"<html><body><p>it\x92s \x93quoted\x94 5\xA0%</p>",
        "<html><body><p>it’s “quoted” 5\u{a0}%</p>".as_bytes(),
        b"\xEF\xBB\xBF<html><body><p>it&#146;s &ldquo;quoted&rdquo; 5&nbsp;%</p>",
        &"<html><body><p>it’s “quoted” 5\u{a0}%</p>"
            .encode_utf16()
            .flat_map(u16::to_le_bytes)
            .collect::<Vec<u8>>(),
    ];
    for (index, body) in bodies.iter().enumerate() {
        let mut bytes = body.to_vec();
        if index == 3 {
            bytes.splice(0..0, [0xFF, 0xFE]);
        }
        let files = vec![file("a.htm", None, bytes), words()];
        let content = Parser.parse(&filing("10-K", None, files.clone())).unwrap();
        assert_eq!(content.text(), "it’s “quoted” 5 %", "body {index}");
        check_map(&content, &files);
    }
}

#[test]
fn damaged_utf_8_is_replaced_and_flagged() {
    let mut bytes = "<p>“one” “two” bad: ".as_bytes().to_vec();
    bytes.push(0xFF);
    let content = parse("10-K", bytes);
    assert_eq!(content.text(), "“one” “two” bad: \u{FFFD}");
    assert!(
        content.warnings.iter().any(|w| w.contains("U+FFFD")),
        "{:?}",
        content.warnings
    );
}

#[test]
fn ranges_map_to_what_they_were_made_from() {
    let html = "<html><body><p>Revenue was <b>$5&nbsp;million</b>&mdash;up</p><table><tr><td>a</td><td>b</td></tr></table>";
    let files = vec![file("a.htm", None, html), words()];
    let content = Parser.parse(&filing("10-K", None, files.clone())).unwrap();
    check_map(&content, &files);
    let text = content.main_text().unwrap();
    let at = text.text.find("$5 million").unwrap();
    let raw = text.map.raw_range(&(at..at + "$5 million".len())).unwrap();
    assert_eq!(&html[raw], "$5&nbsp;million");
    let tab = text.text.find('\t').unwrap();
    assert_eq!(text.map.raw_range(&(tab..tab + 1)), None);
}
