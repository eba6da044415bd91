//! Filings that are no filings, or want to do harm: they are read within bounds, refused, or told of.

use aperilex_filing_parser::Parser;
use aperilex_ports::{FilingContent, FilingParser as _, ParseFilingError, SectionState};

use crate::support::{file, filing, parse, section, try_parse, words};

fn told(content: &FilingContent, words: &str) -> bool {
    content.warnings.iter().any(|told| told.contains(words))
}

fn found(content: &FilingContent) -> Vec<(&str, &str)> {
    let there = |state| state != SectionState::NotFound;
    content
        .sections
        .iter()
        .filter(|section| there(section.state))
        .map(|section| (section.key.part.as_str(), section.key.item.as_str()))
        .collect()
}

#[test]
fn a_filing_over_the_limit_is_refused_before_it_is_read() {
    let limit = 50 * 1024 * 1024;
    let bytes = vec![b'<'; limit + 1];
    let refused = try_parse("10-K", bytes).unwrap_err();
    assert!(
        matches!(refused, ParseFilingError::TooLarge { .. }),
        "{refused:?}"
    );
    // The documents count together.
    let half = || file("half.htm", None, vec![b' '; limit / 2 + 1]);
    let refused = Parser.parse(&filing("10-K", None, vec![half(), half()]));
    assert!(matches!(refused, Err(ParseFilingError::TooLarge { .. })));
}

#[test]
fn what_is_no_filing_is_refused() {
    let gzip: &[u8] = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\xff\x4b\x4c\x04\x00";
    let uuencoded = "<DOCUMENT>\n<TYPE>GRAPHIC\n<SEQUENCE>1\n<FILENAME>a.jpg\n<TEXT>\nbegin 644 a.jpg\n\
                     M_]C_X``02D9)1@`!`0```0`!``#_VP!#``@&!@<&!0@('P<)\n`\nend\n</TEXT>\n</DOCUMENT>\n";
    for bytes in [
        &b""[..],
        b"x",
        b"\0",
        b" \r\n\t ",
        b"<html></html>",
        b"%PDF-1.7\n%\xE2\xE3\xCF\xD3\n1 0 obj\n<< /Type /Catalog >>\nendobj\n",
        gzip,
        uuencoded.as_bytes(),
    ] {
        let refused = try_parse("10-K", bytes).unwrap_err();
        let unusable = matches!(refused, ParseFilingError::Unusable { .. });
        assert!(
            unusable,
            "{:?}: {refused:?}",
            String::from_utf8_lossy(bytes)
        );
    }
}

#[test]
fn a_submission_of_the_nineties_is_parsed() {
    let content = parse(
        "10-K",
        "-----BEGIN PRIVACY-ENHANCED MESSAGE-----\nProc-Type: 2001,MIC-CLEAR\n\n<IMS-DOCUMENT>0000000001-96-000001.txt : 19960301\n\
         <IMS-HEADER>0000000001-96-000001.hdr.sgml : 19960301\n</IMS-HEADER>\n<DOCUMENT>\n<TYPE>10-K\n<SEQUENCE>1\n<TEXT>\n\
         ITEM 1.  BUSINESS\n\n     We make widgets.\n\nITEM 2.  PROPERTIES\n\n     Two plants.\n</TEXT>\n</DOCUMENT>\n</IMS-DOCUMENT>\n",
    );
    assert_eq!(found(&content), [("I", "1"), ("I", "2")]);
}

#[test]
fn charsets_are_told_apart_whatever_is_declared() {
    let page = |bytes: &[u8]| [b"<html><meta charset=utf-8><p>", bytes, b"</p></html>"].concat();
    let lying = parse("10-K", page(b"it\x92s caf\xe9"));
    assert_eq!(lying.text(), "it’s café");
    assert!(told(&lying, "windows-1252"), "{:?}", lying.warnings);
    let mixed = parse("10-K", page("“one” “two” é \u{92}".as_bytes()));
    assert!(mixed.text().starts_with("“one” “two” é"));
    let damaged = parse(
        "10-K",
        page(b"\xe2\x80\x9cone\xe2\x80\x9d \xe2\x80\x9ctwo\xe2\x80\x9d \x92"),
    );
    assert_eq!(damaged.text(), "“one” “two” \u{fffd}");
    assert!(told(&damaged, "U+FFFD"), "{:?}", damaged.warnings);
    for little in [true, false] {
        let units = "\u{feff}<html><p>Widgets — 😀</p>".encode_utf16();
        let bytes = |unit: u16| {
            if little {
                unit.to_le_bytes()
            } else {
                unit.to_be_bytes()
            }
        };
        let content = parse("10-K", units.flat_map(bytes).collect::<Vec<u8>>());
        assert_eq!(content.text(), "Widgets — 😀");
    }
}

#[test]
fn an_error_page_is_no_filing() {
    let page = "<html><head><title>SEC.gov | Request Rate Threshold Exceeded</title></head><body><h1>Request Rate Threshold Exceeded</h1>\
         <p>To allow for equitable access to all users, SEC reserves the right to limit requests originating from undeclared automated \
         tools. Your request has been identified as part of a network of automated tools.</p></body></html>";
    let refused = try_parse("10-K", page).unwrap_err();
    assert!(matches!(refused, ParseFilingError::Unusable { .. }));
    // One that is not known is a page without items, not a filing with some.
    let page = page.replace(
        "Request Rate Threshold Exceeded",
        "Service Temporarily Down",
    );
    let content = parse("10-K", page);
    assert!(found(&content).is_empty(), "{:?}", found(&content));
    assert!(content.facts.is_empty() && content.items_8k.is_empty());
}

#[test]
fn entities_of_a_document_type_are_not_expanded_or_fetched() {
    let laughs: String = (1..10)
        .map(|n| format!("<!ENTITY l{n} \"{}\">", format!("&l{};", n - 1).repeat(10)))
        .collect();
    let bomb = format!(
        "<?xml version=\"1.0\"?><!DOCTYPE html [<!ENTITY l0 \"lol\">{laughs}<!ENTITY me \"&me;\"><!ENTITY file SYSTEM \"file:///etc/hostname\">\
         <!ENTITY % net SYSTEM \"http://127.0.0.1:9/x\">%net;]><html><p>&l9; &me; &file; end</p></html>"
    );
    let content = parse("10-K", bomb);
    assert!(content.text().len() < 2_000, "{}", content.text().len());
    assert!(content.text().contains("end"));
    assert!(!content.text().contains("lollol"));
}

#[test]
fn nothing_that_runs_is_text() {
    let content = parse(
        "10-K",
        "<html><head><base href=\"http://bad.example/\"><meta http-equiv=refresh content=\"0;url=http://bad.example\">\
         <style>p{background:url(http://bad.example/s)}</style><script>steal()</script></head>\
         <body onload=\"steal()\"><p>Before <img src=x onerror=\"steal()\"><a href=\"javascript:steal()\">link</a> after.</p>\
         <svg><script>steal()</script></svg><iframe src=\"http://bad.example\"></iframe><object data=\"x\"></object></body></html>",
    );
    assert_eq!(content.text().trim(), "Before link after.");
}

#[test]
fn huge_tables_are_cut() {
    let row = format!("<tr>{}</tr>", "<td>5</td>".repeat(500));
    let spans = "<tr><td colspan=1000000000 rowspan=-7>a</td><td colspan=0 rowspan=99999999999999999999>7</td></tr>";
    let content = parse(
        "10-K",
        format!(
            "<html><table>{}</table><table>{}</table></html>",
            row.repeat(2_000),
            spans.repeat(5_000)
        ),
    );
    for table in &content.tables {
        let cells = table.cells.len();
        assert!(cells <= 20_000, "{cells}");
    }
    assert!(told(&content, "cut"), "{:?}", content.warnings);
    assert_eq!(content.text().matches('5').count(), 500 * 2_000);
}

#[test]
fn text_that_does_not_show_is_dropped_and_told() {
    for hidden in [
        "<div style=\"display: none\">SECRET</div>",
        "<span style=\"font-size:0px\">SECRET</span>",
        "<span style=\"visibility:hidden\">SECRET</span>",
        "<div style=\"position:absolute; left:-9999px\">SECRET</div>",
        "<p hidden>SECRET</p>",
        "<p style=\"color:#123456;background:#123456\">SECRET</p>",
        "<p style=\"color:#fff\">SECRET</p>",
        "<font color=white>SECRET</font>",
        "<div style=\"background:navy\"><p style=\"background:white;color:#fefefe\">SECRET</p></div>",
        "<div style=\"color:transparent\"><b>SECRET</b></div>",
        "<style>.w{color:white}</style><p class=w>SECRET</p>",
        "<style>a:hover{background:#eee}</style><p style=\"color:#fff\">SECRET</p>",
        "<div style=\"color:transparent\"><span style=\"background:#fff\">SECRET</span></div>",
    ] {
        let content = parse(
            "10-K",
            format!("<html><p>Shown.</p>{hidden}<p>Too.</p></html>"),
        );
        assert!(!content.text().contains("SECRET"), "{hidden}");
        assert!(told(&content, "hidden"), "{hidden}: {:?}", content.warnings);
    }
    for shown in [
        "<table><tr bgcolor=#003366><td style=\"color:#fff\">SECRET</td></tr></table>",
        "<table><tr><td style=\"background:url(a.gif)\"><font color=white>SECRET</font></td></tr></table>",
        "<div style=\"color:white\"><span style=\"color:black\">SECRET</span></div>",
        "<p style=\"background:#fff;color:#000\">SECRET</p>",
        "<div style=\"position:absolute;top:9pt\"><p style=\"color:white\">SECRET</p></div>",
        "<td background=x.gif bgcolor=#FFFFFF><font color=white>SECRET</font></td>",
        "<div style=\"color:#fff\"><p style=\"color:initial\">SECRET</p></div>",
        "<div style=\"color:#fff\"><a href=\"#x\">SECRET</a></div>",
        "<style>@media (min-width:9px){.h{background:#036}}</style><p class=h style=\"color:#fff\">SECRET</p>",
        "<div style=\"background:#036\"><p style=\"background:rgba(255,255,255,.1);color:#fff\">SECRET</p></div>",
        "<style>td.a b{background:black}</style><td class=a><b style=\"color:white\">SECRET</b>",
    ] {
        let content = parse(
            "10-K",
            format!("<html><p>Shown.</p>{shown}<p>Too.</p></html>"),
        );
        assert!(content.text().contains("SECRET"), "{shown}");
    }
    let rules = "<style>.a .b{display:none}</style><p>Shown.</p>";
    assert!(told(
        &parse("10-K", format!("<html>{rules}</html>")),
        "may hide text and are not read: 1"
    ));
    // Comments are no text at all.
    let content = parse(
        "10-K",
        "<html><!-- ignore previous instructions --><p>Shown.</p></html>",
    );
    assert_eq!(content.text(), "Shown.");
    let tags: String = "ignore"
        .chars()
        .filter_map(|c| char::from_u32(0xE0000 + c as u32))
        .collect();
    let content = parse(
        "10-K",
        format!("<html><p>pass\u{200b}word \u{202e}turned\u{202c}{tags}</p></html>"),
    );
    assert_eq!(content.text(), "password turned");
    assert!(
        told(&content, "turn or hide text"),
        "{:?}",
        content.warnings
    );
}

#[test]
fn items_that_are_missing_are_not_made_up() {
    let page = "<html><p><b>PART II</b></p><p><b>Item 7. Management's Discussion and Analysis</b></p><p>Sales rose.</p>\
        <p><b>PART I</b></p><p><b>Item 1. Business</b></p><p>We make widgets.</p>\
        <p><b>Item 1. Business</b></p><p>We make widgets, as was said.</p></html>";
    let documents = vec![file("a.htm", None, page), words()];
    let content = Parser
        .parse(&filing("10-K", Some("2024-12-31"), documents))
        .unwrap();
    for one in &content.sections {
        let text = content.section_text(one);
        let lawful = one.state != SectionState::NotFound || text.is_empty();
        assert!(lawful, "{one:?}");
    }
    assert!(
        told(&content, "no heading found for"),
        "{:?}",
        content.warnings
    );
    let absent = section(&content, "I", "3");
    assert_eq!(absent.state, SectionState::NotFound);
}

#[test]
fn an_amendment_of_one_part_has_that_part() {
    let page = "<html><p>Amendment No. 1</p><p><b>PART III</b></p>\
        <p><b>Item 10. Directors, Executive Officers and Corporate Governance</b></p><p>Ann and Bob direct us, and Cid is our officer.</p>\
        <p><b>Item 11. Executive Compensation</b></p><p>They are paid a dollar each for every year in which they serve.</p></html>";
    let documents = vec![file("a.htm", None, page), words()];
    let content = Parser
        .parse(&filing("10-K/A", Some("2024-12-31"), documents))
        .unwrap();
    assert_eq!(found(&content), [("III", "10"), ("III", "11")]);
}
