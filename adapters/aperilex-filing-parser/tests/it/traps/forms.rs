//! Forms and years: which items there are.

use crate::support::{file, filing, parse, section, section_text};
use crate::traps::{body, dated, keys, missed};
use aperilex_filing_parser::Parser;
use aperilex_ports::{FilingParser as _, SectionState};

#[test]
fn items_of_a_10_ksb() {
    let items = [
        ("Item 1. Description of Business", "We sell lamps."),
        ("Item 2. Description of Property", "A shop."),
        ("Item 3. Legal Proceedings", "None."),
        (
            "Item 4. Submission of Matters to a Vote of Security Holders",
            "None.",
        ),
        (
            "Item 5. Market for Common Equity and Related Stockholder Matters",
            "Our stock.",
        ),
        (
            "Item 6. Management’s Discussion and Analysis or Plan of Operation",
            "Sales rose.",
        ),
        ("Item 7. Financial Statements", "Statements."),
        (
            "Item 8. Changes in and Disagreements with Accountants on Accounting and Financial Disclosure",
            "None.",
        ),
        ("Item 8A. Controls and Procedures", "They work."),
        ("Item 8B. Other Information", "None."),
        (
            "Item 9. Directors, Executive Officers, Promoters and Control Persons; Compliance with Section 16(a) of the Exchange Act",
            "A. Person, 50.",
        ),
        ("Item 10. Executive Compensation", "Little."),
        (
            "Item 11. Security Ownership of Certain Beneficial Owners and Management",
            "A. Person, 60 %.",
        ),
        (
            "Item 12. Certain Relationships and Related Transactions",
            "None.",
        ),
        ("Item 13. Exhibits", "A list."),
        ("Item 14. Principal Accountant Fees and Services", "Fees."),
    ];
    for form in ["10-KSB", "10KSB", "10KSB40", "10-KSB/A"] {
        let content = dated(form, "2006-12-31", body(&items));
        assert_eq!(
            keys(&content),
            [
                "I 1", "I 2", "I 3", "I 4", "II 5", "II 6", "II 7", "II 8", "II 8A", "II 8B",
                "III 9", "III 10", "III 11", "III 12", "III 13", "III 14"
            ],
            "{form}"
        );
        assert_eq!(missed(&content), Vec::<String>::new(), "{form}");
        assert_eq!(section_text(&content, "III", "9"), "A. Person, 50.");
        assert_eq!(section_text(&content, "II", "6"), "Sales rose.");
    }
}

#[test]
fn items_of_a_10_qsb() {
    let items = [
        ("PART I", ""),
        ("Item 1. Financial Statements", "Statements."),
        (
            "Item 2. Management’s Discussion and Analysis or Plan of Operation",
            "Sales rose.",
        ),
        ("Item 3. Controls and Procedures", "They work."),
        ("PART II", ""),
        ("Item 1. Legal Proceedings", "None."),
        ("Item 6. Exhibits and Reports on Form 8-K", "31."),
    ];
    let content = dated("10QSB", "2005-06-30", body(&items));
    assert_eq!(keys(&content), ["I 1", "I 2", "I 3", "II 1", "II 6"]);
    assert!(!missed(&content).contains(&"I 4".to_owned()));
    assert_eq!(section_text(&content, "I", "3"), "They work.");
}

#[test]
fn items_of_a_20_f_before_2000() {
    let items = [
        ("ITEM 1. DESCRIPTION OF BUSINESS", "We brew."),
        ("ITEM 2. DESCRIPTION OF PROPERTY", "Two halls."),
        ("ITEM 3. LEGAL PROCEEDINGS", "A suit."),
        ("ITEM 4. CONTROL OF REGISTRANT", "A family."),
        ("ITEM 5. NATURE OF TRADING MARKET", "Two places."),
        ("ITEM 7. TAXATION", "Some."),
        ("ITEM 8. SELECTED FINANCIAL DATA", "Figures."),
        (
            "ITEM 9. MANAGEMENT’S DISCUSSION AND ANALYSIS OF FINANCIAL CONDITION AND RESULTS OF OPERATIONS",
            "Sales rose.",
        ),
        (
            "ITEM 10. DIRECTORS AND OFFICERS OF REGISTRANT",
            "A. Person.",
        ),
        ("ITEM 18. FINANCIAL STATEMENTS", "Statements."),
        ("ITEM 19. FINANCIAL STATEMENTS AND EXHIBITS", "A list."),
    ];
    for period in ["1997-12-31", "2000-06-30"] {
        let content = dated("20-F", period, body(&items));
        assert_eq!(
            keys(&content),
            [
                "I 1", "I 2", "I 3", "I 4", "I 5", "I 7", "I 8", "I 9", "I 10", "IV 18", "IV 19"
            ],
            "{period}"
        );
        assert_eq!(section_text(&content, "I", "9"), "Sales rose.");
    }
}

#[test]
fn old_titles_and_numbers() {
    let items = [
        ("Item 1. Business", "We sell."),
        (
            "Item 4. Submission of Matters to a Vote of Security Holders",
            "None.",
        ),
        ("Item 6. Selected Financial Data", "Figures."),
        ("Item 9A(T). Controls and Procedures", "They work."),
        (
            "Item 13. Certain Relationships and Related Transactions",
            "None.",
        ),
        (
            "Item 14. Exhibits, Financial Statement Schedules, and Reports on Form 8-K",
            "A list.",
        ),
    ];
    let content = dated("10-K405", "1999-12-31", body(&items));
    assert_eq!(
        keys(&content),
        ["I 1", "I 4", "II 6", "II 9A", "III 13", "IV 14"]
    );
    // No controls were asked for in 1999: a heading like that is not to be relied on.
    assert!(section(&content, "II", "9A").confidence <= 0.6);
    assert_eq!(
        section(&content, "I", "4").state,
        SectionState::NoneOrNotApplicable
    );
    let content = dated("10-K", "2008-12-31", body(&items));
    assert_eq!(section_text(&content, "II", "9A"), "They work.");
    assert_eq!(section_text(&content, "IV", "14"), "A list.");
}

#[test]
fn an_item_that_the_form_did_not_have_yet() {
    let items = [
        ("Item 1. Business", "We sell."),
        ("Item 1C. Cybersecurity", "We lock the doors."),
        ("Item 2. Properties", "A plant."),
    ];
    let old = dated("10-K", "1998-12-31", body(&items));
    assert!(section(&old, "I", "1C").confidence <= 0.6);
    let new = dated("10-K", "2024-12-31", body(&items));
    assert!(section(&new, "I", "1C").confidence > 0.6);
}

#[test]
fn codes_of_another_time() {
    let items = [
        ("Item 5. Other Events", "We mention this."),
        ("Item 7.01. Regulation FD Disclosure", "We told."),
    ];
    let filed = |date: &str| {
        let mut filing = filing("8-K", None, vec![file("main.htm", None, body(&items))]);
        filing.meta.filed = Some(date.parse().unwrap());
        Parser.parse(&filing).unwrap()
    };
    assert_eq!(filed("2004-08-23").items_8k, ["7.01"]);
    assert_eq!(filed("2003-05-05").items_8k, ["5"]);
}

#[test]
fn an_amendment_misses_nothing_it_leaves_out() {
    let items = [
        (
            "Item 10. Directors, Executive Officers and Corporate Governance",
            "A. Person, 50.",
        ),
        ("Item 11. Executive Compensation", "Much."),
    ];
    let content = dated("10-K/A", "2023-12-31", body(&items));
    assert_eq!(missed(&content), ["III 12", "III 13", "III 14"]);
    assert_eq!(keys(&content), ["III 10", "III 11"]);
}

#[test]
fn the_period_of_a_local_file_is_on_its_cover() {
    let cover = "<p>FORM 10-K</p><p>For the fiscal year ended December 31, 2024</p>";
    let items = [
        ("Item 1. Business", "We sell."),
        ("Item 2. Properties", "A plant."),
    ];
    let content = parse(
        "10-K",
        body(&items).replacen("<p>", &format!("{cover}<p>"), 1),
    );
    for item in ["I 1A", "I 1C", "II 7A", "II 9A"] {
        assert!(missed(&content).contains(&item.to_owned()), "{item}");
    }
}

#[test]
fn codes_that_the_submission_names() {
    let items = [
        (
            "Item 2.02. Results of Operations and Financial Condition",
            "We announced.",
        ),
        (
            "Item 9.01. Financial Statements and Exhibits",
            "(d) Exhibits.",
        ),
    ];
    let mut filing = filing("8-K", None, vec![file("main.htm", None, body(&items))]);
    filing.meta.items = vec!["2.02".to_owned()];
    let content = Parser.parse(&filing).unwrap();
    assert_eq!(content.items_8k, ["2.02", "9.01"]);
    assert!(section(&content, "", "2.02").confidence >= 0.9);
    assert!(section(&content, "", "9.01").confidence < 0.9);
    // What is named and was not found may be in the text of the item before it.
    filing.meta.items.push("7.01".to_owned());
    let content = Parser.parse(&filing).unwrap();
    assert_eq!(section(&content, "", "7.01").state, SectionState::NotFound);
    assert!(section(&content, "", "2.02").confidence < 0.9);
}
