//! Exhibits: attached ones and the exhibit index.

use aperilex_filing_parser::Parser;
use aperilex_ports::{ExhibitKind, FilingContent, FilingParser as _};

use crate::support::{file, filing, words};

const ARCHIVES: &str = "https://www.sec.gov/Archives/edgar/data/1";

fn read(rows: &str, attached: &[(&str, &str)]) -> FilingContent {
    let body = format!(
        "<html><p>Item 9.01. Financial Statements and Exhibits</p><p>(d) Exhibits</p><table>{rows}</table></html>"
    );
    let mut files = vec![file("main.htm", Some("8-K"), body)];
    files.extend(
        attached
            .iter()
            .map(|(name, doc_type)| file(name, Some(doc_type), "<p>An exhibit.</p>")),
    );
    files.push(words());
    let mut filing = filing("8-K", None, files);
    filing.meta.accession = Some("0000000001-24-000002".parse().unwrap());
    let mut content = Parser.parse(&filing).unwrap();
    content.exhibits.retain(|exhibit| exhibit.number != "99");
    content
}

fn row(number: &str, href: &str) -> String {
    format!(
        "<tr><td>{number}</td><td><a href=\"{href}\">Agreement {number}</a></td><td>8-K</td><td>May 2, 2020</td></tr>"
    )
}

#[test]
fn a_file_of_the_same_name_in_another_filing_is_not_the_attached_one() {
    let other = format!("{ARCHIVES}/000000000120000009/ex101.htm");
    let same = format!("{ARCHIVES}/000000000124000002/EX102.htm");
    let rows = [
        row("10.1", &other),
        row("10.2", &same),
        row("10.3", "ex103.htm"),
    ]
    .concat();
    let content = read(
        &rows,
        &[
            ("ex101.htm", "EX-10.4"),
            ("ex102.htm", "EX-10.2"),
            ("ex103.htm", "EX-10.3"),
        ],
    );
    let found: Vec<_> = content
        .exhibits
        .iter()
        .map(|e| (e.number.as_str(), e.document.as_deref(), e.url.as_deref()))
        .collect();
    assert_eq!(
        found,
        [
            ("10.1", None, Some(other.as_str())),
            ("10.2", Some("ex102.htm"), None),
            ("10.3", Some("ex103.htm"), None),
            ("10.4", Some("ex101.htm"), None),
        ]
    );
    assert_eq!(content.exhibits[0].description, "Agreement 10.1");
    assert_eq!(content.exhibits[0].kind(), ExhibitKind::MaterialContract);
}

#[test]
fn data_files_are_no_exhibits_unless_they_are_listed() {
    let rows =
        "<tr><td>101.SCH</td><td>Taxonomy schema</td></tr><tr><td>104</td><td>Cover page</td></tr>";
    let content = read(
        rows,
        &[
            ("a.xsd", "EX-101.SCH"),
            ("a_lab.xml", "EX-101.LAB"),
            ("logo.jpg", "GRAPHIC"),
        ],
    );
    let found: Vec<_> = content
        .exhibits
        .iter()
        .map(|e| (e.number.as_str(), e.document.as_deref()))
        .collect();
    assert_eq!(found, [("101.SCH", Some("a.xsd")), ("104", None)]);
}
