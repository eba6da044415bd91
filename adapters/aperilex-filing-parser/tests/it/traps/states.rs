//! Ends of sections, and what became of an item.

use crate::support::{file, filing, parse, section, section_text};
use crate::traps::{body, dated, keys};
use aperilex_filing_parser::Parser;
use aperilex_ports::{FilingParser as _, SectionState};

#[test]
fn part_iii_stubs_keep_their_own_line() {
    let stub =
        |what: &str| format!("The {what} in our proxy statement is incorporated by reference.");
    let titles = [
        (
            "10",
            "Directors, Executive Officers and Corporate Governance",
        ),
        ("11", "Executive Compensation"),
        (
            "12",
            "Security Ownership of Certain Beneficial Owners and Management and Related Stockholder Matters",
        ),
        (
            "13",
            "Certain Relationships and Related Transactions, and Director Independence",
        ),
        ("14", "Principal Accountant Fees and Services"),
    ];
    let bold: Vec<(String, String)> = titles
        .iter()
        .map(|(number, title)| (format!("Item {number}. {title}"), stub(number)))
        .collect();
    let borrowed: Vec<(&str, &str)> = bold.iter().map(|(h, t)| (h.as_str(), t.as_str())).collect();
    let run_in: String = bold
        .iter()
        .map(|(h, t)| format!("<p>{h}. {t}</p>"))
        .collect();
    let plain: String = bold
        .iter()
        .map(|(h, t)| format!("{h}\n\n{t}\n\n"))
        .collect();
    for text in [
        body(&borrowed),
        format!("<html><body>{run_in}<p>SIGNATURES</p></body></html>"),
        format!("PART III\n\n{plain}SIGNATURES\n"),
    ] {
        let content = parse("10-K", text);
        for (number, _) in titles {
            assert_eq!(section_text(&content, "III", number), stub(number));
            assert_eq!(
                section(&content, "III", number).state,
                SectionState::IncorporatedByReference
            );
        }
    }
}

#[test]
fn last_item_ends_at_the_signatures() {
    let items = [
        ("Item 8.01 Other Events", "We moved."),
        (
            "Item 9.01 Financial Statements and Exhibits",
            "(d) Exhibits.",
        ),
    ];
    for signatures in [
        "<p>SIGNATURE</p>",
        "<p><b>S I G N A T U R E S</b></p>",
        "<p>Pursuant to the requirements of the Securities Exchange Act of 1934, the registrant has caused this</p>",
    ] {
        let text = body(&items).replace("<p>SIGNATURES</p>", signatures);
        let content = parse("8-K", text);
        assert_eq!(section_text(&content, "", "9.01"), "(d) Exhibits.");
    }
}

#[test]
fn a_third_part_that_is_one_paragraph() {
    let part = "<p><b>PART III</b></p><p>Items 10 through 14 are incorporated by reference from our proxy statement.</p>";
    let nine = "<p><b>Item 9B. Other Information</b></p><p>None.</p>";
    let exhibits = "<p><b>PART IV</b></p><p>Exhibits are listed in the index.</p>";
    for (behind, name) in [("", "the signatures"), (exhibits, "a part without items")] {
        let content = dated(
            "10-K",
            "2015-12-31",
            format!("<html><body>{nine}{part}{behind}<p>SIGNATURES</p></body></html>"),
        );
        for item in ["10", "11", "12", "13", "14"] {
            let found = section(&content, "III", item);
            assert_eq!(found.state, SectionState::IncorporatedByReference, "{name}");
            assert!(found.confidence < 0.9);
            assert!(
                content
                    .section_text(found)
                    .ends_with("our proxy statement.")
            );
        }
    }
}

#[test]
fn items_that_a_subsidiary_omits() {
    let items = [
        ("Item 1. Business", "We lend."),
        (
            "Item 10. Directors, Executive Officers and Corporate Governance",
            "Omitted pursuant to General Instruction I(2)(c) of Form 10-K.",
        ),
        (
            "Item 11. Executive Compensation",
            "Omitted in accordance with General Instruction J.",
        ),
        (
            "Item 12. Security Ownership of Certain Beneficial Owners and Management",
            "Omitted under General Instruction G(3); see our proxy statement, which is incorporated by reference.",
        ),
    ];
    let content = parse("10-K", body(&items));
    for (item, state) in [
        ("10", SectionState::NoneOrNotApplicable),
        ("11", SectionState::OmittedGeneralInstructionJ),
        ("12", SectionState::IncorporatedByReference),
    ] {
        assert_eq!(section(&content, "III", item).state, state, "{item}");
    }
}

#[test]
fn a_report_over_two_documents() {
    let first = body(&[
        ("Item 1. Business", "We bank."),
        ("Item 3. Legal Proceedings", "A suit."),
    ]);
    let second = body(&[
        (
            "Item 7. Management’s Discussion and Analysis of Financial Condition and Results of Operations",
            "Sales rose.",
        ),
        (
            "Item 8. Financial Statements and Supplementary Data",
            "Statements.",
        ),
    ]);
    let documents = vec![
        file("a_d1.htm", Some("10-K"), first),
        file("a_d2.htm", Some("10-K"), second),
    ];
    let content = Parser
        .parse(&filing("10-K", Some("2023-12-31"), documents))
        .unwrap();
    assert_eq!(keys(&content), ["I 1", "I 3", "II 7", "II 8"]);
    assert_eq!(section(&content, "II", "8").document, 1);
    assert_eq!(section_text(&content, "II", "7"), "Sales rose.");
}

#[test]
fn a_reserved_item_with_a_text_is_not_sure() {
    let prose =
        "We own three plants in Ohio and lease a fourth one in Kentucky until 2031. ".repeat(12);
    let html = format!(
        "<html><body><p><b>Item 5. Market for Registrant's Common Equity</b></p><p>{prose}</p>\
         <p><b>Item 6. [Reserved]</b></p><p>{prose}</p>\
         <p><b>Item 7. Management's Discussion and Analysis of Financial Condition and Results of \
         Operations</b></p><p>{prose}</p></body></html>"
    );
    let content = parse("10-K", html);
    let reserved = section(&content, "II", "6");
    assert_eq!(reserved.state, SectionState::Reserved);
    assert!(reserved.confidence < 0.9, "{}", reserved.confidence);
}
