//! Tables of contents and cross-reference indices.

use crate::support::{parse, section, section_text};
use crate::traps::{body, dated, keys, missed};
use aperilex_ports::SectionState;

#[test]
fn page_numbers_of_a_two_column_table_of_contents() {
    let rows = "<table><tr><td>3</td><td>Item 1.</td><td>Business</td><td>40</td><td>Item 7.</td><td>Management’s Discussion and Analysis</td></tr>\
        <tr><td>9</td><td>Item 1A.</td><td>Risk Factors</td><td>60</td><td>Item 8.</td><td>Financial Statements and Supplementary Data</td></tr>\
        <tr><td>12</td><td>Item 2.</td><td>Properties</td><td>90</td><td>Item 9A.</td><td>Controls and Procedures</td></tr></table>\
        <table><tr><td>Item 1.</td><td>Business</td><td>3</td><td>Item 7.</td><td>Management’s Discussion and Analysis</td><td>40</td></tr>\
        <tr><td>Item 1A.</td><td>Risk Factors</td><td>9</td><td>Item 8.</td><td>Financial Statements and Supplementary Data</td><td>60</td></tr>\
        <tr><td>Item 2.</td><td>Properties</td><td>12</td><td>Item 9A.</td><td>Controls and Procedures</td><td>90</td></tr>\
        <tr><td>Item 3.</td><td>Legal Proceedings</td><td>13</td><td>Item 15.</td><td>Exhibits</td><td>91</td></tr></table>";
    let items = [
        ("Item 1. Business", "We sell."),
        ("Item 1A. Risk Factors", "Things break."),
        ("Item 2. Properties", "A plant."),
        ("Item 3. Legal Proceedings", "A suit."),
        (
            "Item 7. Management’s Discussion and Analysis of Financial Condition and Results of Operations",
            "Sales rose.",
        ),
    ];
    let content = parse(
        "10-K",
        body(&items).replacen("<p>", &format!("{rows}<p>"), 1),
    );
    assert_eq!(keys(&content), ["I 1", "I 1A", "I 2", "I 3", "II 7"]);
    assert_eq!(section_text(&content, "I", "1"), "We sell.");
    assert_eq!(section_text(&content, "I", "3"), "A suit.");
}

/// A filing without item headings: titles on numbered pages, and an index of the pages at the end.
fn with_index(links: bool) -> String {
    let page = |number: usize, text: &str| {
        format!(
            "<div>{text}</div><p>Annual Report {number}</p><hr style=\"page-break-after:always\">"
        )
    };
    let prose = |what: &str| format!("<p>About {what}. {}</p>", "It is long. ".repeat(60));
    let pages = [
        page(1, "<p>For the fiscal year ended December 31, 2023</p>"),
        page(
            2,
            &format!("<p id=\"b\"><b>OUR COMPANY</b></p>{}", prose("lamps")),
        ),
        page(3, &prose("shops")),
        page(
            4,
            &format!("<p id=\"r\"><b>RISK FACTORS</b></p>{}", prose("risks")),
        ),
        page(
            5,
            &format!(
                "{}<p id=\"l\"><b>LEGAL PROCEEDINGS.</b> About suits.</p><p><b>OTHER THINGS</b></p>{}",
                prose("more risks"),
                prose("odds")
            ),
        ),
        page(6, &prose("figures")),
        page(7, &prose("more figures")),
    ];
    let row = |item: &str, title: &str, pages: &str, id: &str| {
        let title = if links && !id.is_empty() {
            format!("<a href=\"#{id}\">{title}</a>")
        } else {
            title.to_owned()
        };
        format!("<tr><td>Item {item}.</td><td>{title}</td><td>{pages}</td></tr>")
    };
    let rows = [
        row("1", "Business", "2-3, 6", ""),
        row("1A", "Risk Factors", "4-5", "r"),
        row("1B", "Unresolved Staff Comments", "Not applicable", ""),
        row("2", "Properties", "3", ""),
        row("3", "Legal Proceedings", "5", "l"),
        row("4", "Mine Safety Disclosures", "Not applicable", ""),
        row(
            "8",
            "Financial Statements and Supplementary Data",
            "6-7",
            "",
        ),
        row("9A", "Controls and Procedures", "7", ""),
        row(
            "10",
            "Directors, Executive Officers and Corporate Governance",
            "(a)",
            "",
        ),
    ];
    format!(
        "<html><body>{}<p>Form 10-K Cross-Reference Index</p><table>{}</table>\
         <p>(a) Incorporated by reference to our proxy statement.</p><p>Annual Report 8</p>\
         <p>SIGNATURES</p></body></html>",
        pages.concat(),
        rows.concat()
    )
}

#[test]
fn cross_reference_index_instead_of_headings() {
    for links in [false, true] {
        let content = parse("10-K", with_index(links));
        let one = |part: &str, item: &str| {
            let section = section(&content, part, item);
            assert_eq!(section.state, SectionState::CrossReferenceIndex);
            (section, content.section_text(section))
        };
        let (risks, text) = one("I", "1A");
        assert!(
            text.starts_with("About risks.") && text.ends_with("It is long."),
            "{text}"
        );
        assert!(
            text.contains("About more risks.") && !text.contains("suits"),
            "{text}"
        );
        assert_eq!(risks.title, "Risk Factors");
        let (_, text) = one("I", "3");
        assert!(
            text.starts_with("About suits.") && !text.contains("Annual Report"),
            "{text}"
        );
        // Whole pages, and not sure.
        let (business, text) = one("I", "1");
        assert!(
            text.starts_with("OUR COMPANY") && text.contains("About shops."),
            "{text}"
        );
        assert_eq!(business.more.len(), 1);
        assert!(
            content
                .slice(0, &business.more[0])
                .starts_with("About figures.")
        );
        assert!(business.confidence < 0.9);
        assert_eq!(one("I", "4").1, "Not applicable");
        assert_eq!(
            one("III", "10").1,
            "Incorporated by reference to our proxy statement."
        );
    }
}

#[test]
fn everything_shifted_one_slot() {
    // Each link of the contents arrives at the heading before the one it names.
    let items = [
        ("1", "Business", "We sell lamps."),
        ("1A", "Risk Factors", "Things break."),
        ("2", "Properties", "A plant."),
        ("3", "Legal Proceedings", "A suit."),
        ("4", "Mine Safety Disclosures", "Not applicable."),
    ];
    let mut contents = String::new();
    let mut text = String::new();
    for (at, (number, title, words)) in items.iter().enumerate() {
        contents.push_str(&format!(
            "<tr><td><a href=\"#i{}\">Item {number}.</a></td><td><a href=\"#i{}\">{title}</a></td><td>{at}</td></tr>",
            at.max(1) - 1,
            at.max(1) - 1
        ));
        text.push_str(&format!(
            "<p id=\"i{at}\"><b>Item {number}. {title}</b></p><p>{words}</p><p>{}</p>",
            "More of it. ".repeat(90)
        ));
    }
    let content = parse(
        "10-K",
        format!("<html><body><table>{contents}</table>{text}<p>SIGNATURES</p></body></html>"),
    );
    for (number, _, words) in items {
        let found = section_text(&content, "I", number);
        assert!(found.starts_with(words), "{number}: {found}");
    }
}

#[test]
fn a_listed_item_without_heading_marks_what_swallowed_it() {
    let filler = "We write about it. ".repeat(80);
    let contents = [
        "1. Business",
        "1A. Risk Factors",
        "2. Properties",
        "3. Legal Proceedings",
    ]
    .iter()
    .enumerate()
    .map(|(at, title)| format!("<p><a href=\"#i{at}\">Item {title}</a></p>"))
    .collect::<String>();
    let content = parse(
        "10-K",
        format!(
            "<html><body>{contents}<p id=\"i0\"><b>Item 1. Business</b></p><p>{filler}</p>\
             <p id=\"i1\"><b>Item 1A. Risk Factors</b></p><p>{filler}</p>\
             <p id=\"i2\">Our plants and where they are.</p><p>{filler}</p>\
             <p id=\"i3\"><b>Item 3. Legal Proceedings</b></p><p>A suit.</p><p>SIGNATURES</p></body></html>"
        ),
    );
    assert!(missed(&content).contains(&"I 2".to_owned()));
    assert!(section(&content, "I", "1A").confidence <= 0.6);
    assert!(section(&content, "I", "1").confidence > 0.6);
}

#[test]
fn titles_without_the_word_item() {
    let items = [
        ("1. Business", "We sell."),
        ("1A. Risk Factors", "Things break."),
        ("2. Properties", "A plant."),
        ("3. Legal Proceedings", "A suit."),
        (
            "5. Market for Registrant’s Common Equity, Related Stockholder Matters and Issuer Purchases of Equity Securities",
            "Our stock.",
        ),
    ];
    let content = dated("10-K", "2015-12-31", body(&items));
    assert_eq!(keys(&content), ["I 1", "I 1A", "I 2", "I 3", "II 5"]);
    assert_eq!(section_text(&content, "I", "2"), "A plant.");
    assert!(
        content
            .sections
            .iter()
            .all(|section| section.confidence < 0.9)
    );
}
