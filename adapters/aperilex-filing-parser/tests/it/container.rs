//! Files and the documents in them.

use aperilex_filing_parser::Parser;
use aperilex_ports::{FilingParser as _, MAX_FILING_BYTES, ParseFilingError};

use crate::support::{check_map, file, filing, parse, try_parse, words};

const SUBMISSION: &str = "\
-----BEGIN PRIVACY-ENHANCED MESSAGE-----
Proc-Type: 2001,MIC-CLEAR

<SEC-DOCUMENT>0000000001-98-000001.txt : 19980301
<SEC-HEADER>0000000001-98-000001.hdr.sgml : 19980301
CONFORMED SUBMISSION TYPE:\t10-K405
</SEC-HEADER>
<DOCUMENT>
<TYPE>EX-27
<SEQUENCE>3
<TEXT>
<ARTICLE> 5
THIS SCHEDULE CONTAINS SUMMARY FINANCIAL INFORMATION EXTRACTED FROM THE STATEMENTS OF THE COMPANY AND IS QUALIFIED
IN ITS ENTIRETY BY REFERENCE TO THEM.
</TEXT>
</DOCUMENT>
<DOCUMENT>
<TYPE>10-K405
<SEQUENCE>1
<DESCRIPTION>ANNUAL REPORT
<TEXT>

<PAGE>
ANNUAL REPORT
</TEXT>
</DOCUMENT>
<DOCUMENT>
<TYPE>GRAPHIC
<SEQUENCE>4
<FILENAME>logo.jpg
<TEXT>
begin 644 logo.jpg
M_]C_X
end
</TEXT>
</DOCUMENT>
</SEC-DOCUMENT>
";

#[test]
fn a_submission_is_split_and_its_main_document_found() {
    let files = vec![file("0000000001-98-000001.txt", None, SUBMISSION)];
    let content = Parser
        .parse(&filing("10-K405", None, files.clone()))
        .unwrap();
    let types: Vec<_> = content
        .documents
        .iter()
        .map(|d| d.doc_type.as_deref().unwrap())
        .collect();
    assert_eq!(types, ["EX-27", "10-K405", "GRAPHIC"]);
    assert_eq!(content.main, 1);
    assert_eq!(content.text(), "ANNUAL REPORT");
    assert_eq!(
        content.documents[1].description.as_deref(),
        Some("ANNUAL REPORT")
    );
    assert_eq!(content.documents[2].name, "logo.jpg");
    assert!(content.documents[2].text.is_none());
    assert_eq!(content.documents[0].raw_bytes, SUBMISSION.len() as u64);
    check_map(&content, &files);
    let exhibits: Vec<_> = content.exhibits.iter().map(|e| e.number.as_str()).collect();
    assert_eq!(exhibits, ["27"]);
    let texts = Parser.canonical_texts(&files[0]).unwrap();
    assert_eq!(texts.len(), 2);
    assert_eq!(texts[1].sha256, content.main_text().unwrap().sha256);
}

#[test]
fn the_main_document_is_the_one_of_the_forms_type() {
    let files = vec![
        file("a.htm", Some("EX-99.1"), "<p>press release</p>"),
        file("b.htm", Some("8-K"), "<p>current report</p>"),
        words(),
    ];
    let content = Parser.parse(&filing("8-K", None, files)).unwrap();
    assert_eq!(content.text(), "current report");
    assert_eq!(content.exhibits[0].number, "99.1");
    assert_eq!(content.exhibits[0].document.as_deref(), Some("a.htm"));
}

#[test]
fn names_do_not_decide_what_a_file_is() {
    let plain = parse("10-K", "ANNUAL REPORT\n\n   Sales   5\n");
    assert_eq!(plain.text(), "ANNUAL REPORT\n\n   Sales   5");
    let html = Parser
        .parse(&filing(
            "10-K",
            None,
            vec![file("a.txt", None, "<html><p>a<p>b</html>"), words()],
        ))
        .unwrap();
    assert_eq!(html.text(), "a\nb");
}

#[test]
fn what_is_no_filing_is_refused() {
    for bytes in [
        &b""[..],
        b" ",
        b"\n\t \n",
        b"%PDF-1.4 ...",
        b"PK\x03\x04....",
        b"<html><body></body></html>",
        b"<SEC-HEADER>only a header</SEC-HEADER>",
        b"<html><head><title>SEC.gov | Request Rate Threshold Exceeded</title></head>x</html>",
        b"<?xml version=\"1.0\"?><Error><Code>NoSuchKey</Code></Error>",
    ] {
        let error = try_parse("10-K", bytes).unwrap_err();
        assert!(
            matches!(error, ParseFilingError::Unusable { .. }),
            "{bytes:?}: {error}"
        );
        let file = file("a.htm", None, bytes);
        assert!(Parser.canonical_texts(&file).is_err(), "{bytes:?}");
    }
    let none = Parser.parse(&filing("10-K", None, Vec::new())).unwrap_err();
    assert!(matches!(none, ParseFilingError::Unusable { .. }));
}

#[test]
fn a_few_words_are_no_filing() {
    for text in [
        "x",
        "<html><p>Page not found</p></html>",
        &"word ".repeat(19),
    ] {
        let error = try_parse("10-K", text).unwrap_err();
        assert!(
            error.to_string().contains("no text of a filing"),
            "{text}: {error}"
        );
    }
    for text in [
        &"word ".repeat(20),
        "<p>Item 1. Business</p><p>None.</p>",
        &"有価証券報告書".repeat(20),
    ] {
        assert!(try_parse("10-K", text).is_ok(), "{text}");
    }
}

#[test]
fn the_size_limit_counts_all_documents() {
    let half = usize::try_from(MAX_FILING_BYTES / 2).unwrap();
    let files = vec![
        file("a.htm", None, vec![b'a'; half]),
        file("b.htm", None, vec![b'b'; half + 1]),
    ];
    let error = Parser.parse(&filing("10-K", None, files)).unwrap_err();
    assert!(matches!(error, ParseFilingError::TooLarge { bytes } if bytes == MAX_FILING_BYTES + 1));
}

#[test]
fn files_for_the_viewer_are_no_text() {
    let part = |kind: &str, name: &str, text: &str| {
        format!(
            "<DOCUMENT>\n<TYPE>{kind}\n<FILENAME>{name}\n<TEXT>\n{text}\n</TEXT>\n</DOCUMENT>\n"
        )
    };
    let table = "<table><tr><td>Assets</td><td>5</td></tr><tr><td>Debt</td><td>4</td></tr></table>";
    let parts = [
        part(
            "10-K",
            "main.htm",
            &format!("<html><p>Item 1. Business</p>{table}</html>"),
        ),
        part("XML", "R2.htm", &format!("<html>{table}</html>")),
        part("XML", "Show.js", "function show(id) { toggle(id); }"),
        part("XML", "report.css", "p { margin: 0 }"),
        part("JSON", "MetaLinks.json", "{ \"version\": 2 }"),
    ];
    let file = format!("<SEC-DOCUMENT>x\n{}", parts.concat());
    let content = parse("10-K", file);
    let texts: Vec<bool> = content
        .documents
        .iter()
        .take(5)
        .map(|d| d.text.is_some())
        .collect();
    assert_eq!(texts, [true, false, false, false, false]);
    assert_eq!(content.tables.len(), 1);
}
