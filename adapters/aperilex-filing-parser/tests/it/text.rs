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
fn gaps_that_only_show_part_words() {
    for (markup, expected) in [
        (
            "<span>•</span><span style='padding-left:13.5pt'>our ability</span>",
            "• our ability",
        ),
        (
            "<font>ITEM 1.</font><font style='margin-left:9pt'>BUSINESS</font>",
            "ITEM 1. BUSINESS",
        ),
        (
            "<span style='padding-right:9pt'>1.</span>Bottling",
            "1. Bottling",
        ),
        (
            "<span style='display:inline-block;width:36pt'>Item 1.</span>Title",
            "Item 1. Title",
        ),
        (
            "<span style='display:table-cell'>a</span><span style='display:table-cell'>b</span>",
            "a b",
        ),
        ("<span style='padding:0 0 0 6pt'>a</span>b", "ab"),
        // Not where it would split a word or stand before punctuation.
        (
            "Risk F<span style='padding-left:0.5pt'>actors</span>",
            "Risk Factors",
        ),
        (
            "Risk F<span style='display:inline-block'>actors</span>",
            "Risk Factors",
        ),
        (
            "word<span style='padding-left:3pt'>, and</span>",
            "word, and",
        ),
        ("$<span style='padding-left:3pt'>5</span>", "$5"),
        // Real white space is better than made.
        ("a <span style='padding-left:9pt'>b</span>", "a b"),
        ("a<span style='padding-left:9pt'> b</span>", "a b"),
    ] {
        check(&format!("<p>{markup}</p>"), expected);
    }
    check(
        "<p style='padding-left:9pt'>a<p style='margin-left:9pt'>b",
        "a\nb",
    );
}

#[test]
fn spans_set_as_blocks_are_lines() {
    check(
        "<span style='display:block'>one</span><span style='display:block'>two</span>x",
        "one\ntwo\nx",
    );
    check(
        "<div style='display:inline'>one</div> <div style='display:inline'>two</div>",
        "one two",
    );
}

#[test]
fn raised_marks_do_not_become_part_of_words() {
    for (markup, expected) in [
        ("2023<sup>2</sup>", "2023 2"),
        ("Schweppes<sup>1</sup> sold", "Schweppes 1 sold"),
        (
            "5<span style='position:relative;top:-4pt;vertical-align:baseline'>3</span>",
            "5 3",
        ),
        ("5<span style='vertical-align:super'>3</span>", "5 3"),
        ("<sup>1</sup>Includes", "1 Includes"),
        ("x<br><sup>1</sup>Includes", "x\n1 Includes"),
        ("<sup>(1)</sup>Includes", "(1) Includes"),
        ("Revenue<sup>(1)</sup>", "Revenue(1)"),
        ("Precision<sup>tm</sup>desktop", "Precision tm desktop"),
        ("Brand<sup>SM</sup>, which", "Brand SM, which"),
        ("the 60<sup>th</sup> day", "the 60th day"),
        ("10 m<sup>2</sup>", "10 m2"),
        ("2<sup>1</sup><sup>2</sup>", "2 12"),
        ("R<sup>ISK</sup> F<sup>ACTORS</sup>", "RISK FACTORS"),
        ("H<sub>2</sub>O", "H2O"),
        ("Brand<sup>®</sup>", "Brand®"),
        ("<b><sup>2</sup></b>", "2"),
    ] {
        check(&format!("<p>{markup}</p>"), expected);
    }
}

#[test]
fn sign_cells_join_their_numbers() {
    let row = |cells: &[&str]| -> String {
        let cells: String = cells
            .iter()
            .map(|cell| format!("<td>{cell}</td>"))
            .collect();
        format!("<table><tr>{cells}</tr></table>")
    };
    for (cells, expected) in [
        (&["Sales", "$", "5", "$", "(6", ")"][..], "Sales\t$5\t$(6)"),
        (&["Loss", "(1", ")", "12", "%"], "Loss\t(1)\t12%"),
        (&["Loss", "$(", "1", ")", "(3", ")%"], "Loss\t$(1)\t(3)%"),
        (&["None", "$", "—", "—", "%"], "None\t$—\t—%"),
        (
            &["Of sales", "12", "% of sales"],
            "Of sales\t12\t% of sales",
        ),
        (&["", "2023", "%", "$", "%"], "2023\t%\t$\t%"),
        (&["(1)", "Note"], "(1)\tNote"),
        (&["Item 5", ")"], "Item 5\t)"),
    ] {
        check(&row(cells), expected);
    }
}

#[test]
fn column_marks_in_preformatted_tables_of_html() {
    let body = "<pre>\nBefore\n<TABLE>\n<CAPTION>\n              1997    1996\n<S>          <C>     <C>\n\
                Sales         $1,200  $1,100\nCosts           (900)   (800)\n</TABLE>\nAfter\n</pre>";
    let content = parse("10-K", format!("<html><body>{body}</body></html>"));
    assert_eq!(
        content.tables[0].cells.to_vec(),
        [
            ["", "1997", "1996"],
            ["Sales", "$1,200", "$1,100"],
            ["Costs", "(900)", "(800)"]
        ],
    );
    assert_eq!(content.tables.len(), 1);
    assert!(
        content
            .text()
            .contains("Sales         $1,200  $1,100\nCosts")
    );
    assert!(content.text().ends_with("After"));
    // Struck-out text is text.
    check("<p>a <s>b</s> c</p>", "a b c");
    // A table of elements in preformatted text is one all the same.
    check(
        "<pre><table><tr><td>a</td><td>b</td></tr></table></pre>",
        "a\tb",
    );
}

#[test]
fn a_line_of_column_marks_leaves_nothing_behind() {
    let content = parse(
        "10-K",
        "Before\n<TABLE>\n<S>     <C>\nSales   5\nCosts   4\n</TABLE>\n",
    );
    assert_eq!(content.text(), "Before\nSales   5\nCosts   4");
}

#[test]
fn what_never_ends_is_told() {
    for (markup, what) in [
        ("<p>seen</p><a href=\"x>never</a><p>lost</p>", "a tag"),
        ("<p>seen</p><!-- never<p>lost</p>", "a comment"),
        ("<p>seen</p><script>never<p>lost</p>", "a script or style"),
    ] {
        let content = parse("10-K", format!("<html><body>{markup}"));
        assert_eq!(content.text(), "seen");
        assert!(
            content
                .warnings
                .iter()
                .any(|w| w.contains(what) && w.contains("never ends")),
            "{markup}"
        );
    }
    let whole = parse("10-K", "<html><body><p>seen</p></body></html");
    assert!(!whole.warnings.iter().any(|w| w.contains("never ends")));
}

#[test]
fn comments_end_as_in_browsers() {
    check("a<!-- > -- > <b> -->b", "ab");
    check("a<!-- x --!>b", "ab");
    check("a<!-->b", "ab");
    check("a<!--->b", "ab");
    check("a<!--!>b-->c", "ac");
    check("<p>a</p title=\">\">b", "a\nb");
}

#[test]
fn zero_width_characters_inside_words_are_told() {
    let told = |body: &str| {
        let content = parse("10-K", format!("<html><body>{body}</body></html>"));
        content.warnings.iter().any(|w| w.contains("turn or hide"))
    };
    assert!(told("<p>ig&#8203;nore</p>"));
    assert!(told("<p>ig\u{2060}nore</p>"));
    assert!(!told("<p>&#8203;</p><p>end&#8203;</p>"));
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
        "Sales\t$5\nCost\tof goods",
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
        "<p style='font:0/0 a'>x</p>",
        "<p style='opacity:0'>x</p>",
        "<div style='height:0;overflow:hidden'>x</div>",
        "<span style='position:absolute;clip:rect(0 0 0 0)'>x</span>",
        "<div style='margin-left:-9999px'>x</div>",
        "<div style='visibility:hidden'><span style='font-size:10pt'>x</span></div>",
        "<style>.gone{display:none}</style><p class='now gone'>x</p>",
        "<style>@media screen{p.gone{font-size:0}}</style><p class=gone>x</p>",
        "<style>#gone{visibility:hidden}</style><p id=gone>x</p>",
        "<div style='display:none'><p style='display:block'>x</p></div>",
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
fn rules_hold_from_where_they_stand() {
    check(
        "<p class=x>a</p><style>.x{display:none}</style><p class=x>b</p><p class=y>c</p>",
        "a\nc",
    );
    check(
        "<style>.x{display:none}</style><p class=x style='display:block'>a</p>",
        "a",
    );
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
