//! Items of 10-K, 10-Q and 8-K: one small filing for each trap.

use crate::support::{file, filing, parse, section, section_text, try_parse};
use aperilex_filing_parser::Parser;
use aperilex_ports::{FilingContent, FilingParser as _, SectionState};

fn found(content: &FilingContent) -> Vec<String> {
    content
        .sections
        .iter()
        .filter(|section| section.state != SectionState::NotFound)
        .map(|section| format!("{} {}", section.key.part, section.key.item))
        .collect()
}

fn html(body: &str) -> String {
    format!("<html><body>{body}</body></html>")
}

/// A 10-K body: headings in bold with a paragraph each.
fn body(items: &[(&str, &str)]) -> String {
    items
        .iter()
        .map(|(heading, text)| format!("<p><b>{heading}</b></p><p>{text}</p>"))
        .collect::<String>()
        + "<p>SIGNATURES</p><p>/s/ A. Person</p>"
}

const PART_I: [(&str, &str); 5] = [
    ("Item 1. Business", "We make things that people buy."),
    ("Item 1A. Risk Factors", "Things may break."),
    ("Item 2. Properties", "A plant in the north."),
    ("Item 3. Legal Proceedings", "None."),
    ("Item 4. Mine Safety Disclosures", "Not applicable."),
];

#[test]
fn entries_of_a_table_of_contents_are_not_headings() {
    let pages = "<table><tr><td>Item 1.</td><td>Business</td><td>3</td></tr><tr><td>Item 1A.</td><td>Risk Factors</td><td>9</td></tr>\
        <tr><td>Item 2.</td><td>Properties</td><td>12</td></tr><tr><td>Item 3.</td><td>Legal Proceedings</td><td>12</td></tr></table>";
    let bare = "<p>Item 1. Business</p><p>Item 1A. Risk Factors</p><p>Item 2. Properties</p><p>Item 3. Legal Proceedings</p>\
        <p>Item 4. Mine Safety Disclosures</p>";
    for contents in [pages, bare] {
        let content = parse(
            "10-K",
            html(&format!("<p>INDEX</p>{contents}{}", body(&PART_I))),
        );
        assert_eq!(found(&content), ["I 1", "I 1A", "I 2", "I 3", "I 4"]);
        assert_eq!(
            section_text(&content, "I", "1"),
            "We make things that people buy."
        );
        assert_eq!(section_text(&content, "I", "4"), "Not applicable.");
        assert!(section(&content, "I", "1").confidence >= 0.9);
    }
}

#[test]
fn contents_directly_above_the_first_heading() {
    // No line stands between the last entry and the first heading.
    let contents = "<p>Item 1. Business</p><p>Item 1A. Risk Factors</p><p>Item 2. Properties</p><p>Item 3. Legal Proceedings</p><p>Item 4. Mine Safety Disclosures</p>";
    let content = parse(
        "10-K",
        html(&format!("{contents}<p>PART I</p>{}", body(&PART_I))),
    );
    assert_eq!(
        section_text(&content, "I", "1"),
        "We make things that people buy."
    );
}

#[test]
fn running_headers_and_page_numbers_are_left_out() {
    let mut pages = String::new();
    let subjects = [
        "cars", "ships", "tools", "toys", "books", "lamps", "chairs", "doors", "bells",
    ];
    for (page, subject) in subjects.iter().enumerate() {
        pages.push_str(&format!(
            "<p>We make {subject}.</p><p>{page}</p><hr><p>PART I</p><p>Item 1</p>"
        ));
    }
    let content = parse(
        "10-K",
        html(&format!(
            "<p>PART I</p><p>Item 1</p><p><b>ITEM 1. BUSINESS</b></p>{pages}<p><b>ITEM 2. PROPERTIES</b></p><p>A plant.</p>\
             <p>10</p><p>PART II</p><p><b>ITEM 5. MARKET FOR REGISTRANT’S COMMON EQUITY</b></p><p>Our stock.</p><p>SIGNATURES</p>"
        )),
    );
    let text = section_text(&content, "I", "1");
    assert!(
        text.starts_with("We make cars.") && text.ends_with("We make bells."),
        "{text}"
    );
    assert_eq!(section_text(&content, "I", "2"), "A plant.");
    assert_eq!(section_text(&content, "II", "5"), "Our stock.");
}

#[test]
fn repeated_short_answers_are_text() {
    let items = [
        ("Item 1. Business", "We make things."),
        (
            "Item 1B. Unresolved Staff Comments",
            "None.</p><p>1</p><hr><p>",
        ),
        ("Item 3. Legal Proceedings", "None.</p><p>2</p><hr><p>"),
        (
            "Item 4. Mine Safety Disclosures",
            "None.</p><p>3</p><hr><p>",
        ),
        ("Item 9B. Other Information", "None.</p><p>4</p><hr><p>"),
        ("Item 16. Form 10-K Summary", "None.</p><p>5</p><hr><p>"),
    ];
    let content = parse("10-K", html(&body(&items)));
    for (part, item) in [
        ("I", "1B"),
        ("I", "3"),
        ("I", "4"),
        ("II", "9B"),
        ("IV", "16"),
    ] {
        assert_eq!(section_text(&content, part, item), "None.", "{item}");
        assert_eq!(
            section(&content, part, item).state,
            SectionState::NoneOrNotApplicable,
            "{item}"
        );
    }
}

#[test]
fn continued_headings_do_not_cut_an_item() {
    let content = parse(
        "10-K",
        "PART I\n\nItem 1.  Business\n\nFirst page.\n\n<PAGE>\nItem 1.  Business (Continued)\n\nSecond page.\n\n<PAGE>\n\
         Item 2.  Properties\n\nA plant.\n\nSIGNATURES\n",
    );
    let text = section_text(&content, "I", "1");
    assert!(
        text.starts_with("First page.") && text.ends_with("Second page."),
        "{text}"
    );
    assert_eq!(section_text(&content, "I", "2"), "A plant.");
}

#[test]
fn wrapped_titles_belong_to_the_heading() {
    let content = parse(
        "10-K",
        "Item 5.  Market for the Registrant's Common Equity and Related\n         Stockholder Matters\n\nOur stock.\n\n\
         Item 7.  Management's Discussion and Analysis of Financial\n  Condition and Results of Operations\n\nSales rose.\n\nSIGNATURES\n",
    );
    assert_eq!(section_text(&content, "II", "5"), "Our stock.");
    assert_eq!(
        section(&content, "II", "7").title,
        "Management's Discussion and Analysis of Financial Condition and Results of Operations"
    );
    assert_eq!(section_text(&content, "II", "7"), "Sales rose.");
}

#[test]
fn headings_in_tables_on_two_lines_and_run_in() {
    let content = parse(
        "10-K",
        html(
            "<table><tr><td>Item 1.</td><td></td><td><b>Business</b></td></tr></table><p>We sell.</p>\
             <p><b>Item 1A.</b></p><p><b>Risk Factors</b></p><p>Things break.</p>\
             <p><b>Item 2. Properties.</b> We own a plant.</p>\
             <p><b>Item 4Mine Safety Disclosures</b></p><p>Not applicable.</p><p>SIGNATURES</p>",
        ),
    );
    assert_eq!(found(&content), ["I 1", "I 1A", "I 2", "I 4"]);
    assert_eq!(section_text(&content, "I", "1"), "We sell.");
    assert_eq!(section_text(&content, "I", "1A"), "Things break.");
    assert_eq!(section_text(&content, "I", "2"), "We own a plant.");
    assert_eq!(section_text(&content, "I", "4"), "Not applicable.");
}

#[test]
fn references_in_the_text_are_not_headings() {
    let items = [
        (
            "Item 1. Business",
            "See Item 1A.</p><p>Item 1A of this report describes our risks.</p><p>Item 2, “Properties,” is below.",
        ),
        (
            "Item 1A. Risk Factors",
            "Things may break.</p><p>Item 405 of Regulation S-K applies.",
        ),
        (
            "Item 15. Exhibits and Financial Statement Schedules",
            "Lists.</p><p>Item 15(a)(1): statements.</p><p>Item 15(a)(2): schedules.",
        ),
    ];
    let content = parse("10-K", html(&body(&items)));
    assert_eq!(found(&content), ["I 1", "I 1A", "IV 15"]);
    assert!(section_text(&content, "I", "1").ends_with("is below."));
    assert!(section_text(&content, "IV", "15").ends_with("Item 15(a)(2): schedules."));
}

#[test]
fn combined_headings_give_every_item_the_same_text() {
    let items = [
        ("Items 1 and 2. Business and Properties", "We drill."),
        ("Item 3. Legal Proceedings", "None."),
        (
            "ITEMS 10, 11, 12 and 13. DIRECTORS, EXECUTIVE OFFICERS AND CORPORATE GOVERNANCE; EXECUTIVE COMPENSATION; SECURITY OWNERSHIP \
             OF CERTAIN BENEFICIAL OWNERS AND MANAGEMENT AND RELATED STOCKHOLDER MATTERS; CERTAIN RELATIONSHIPS AND RELATED TRANSACTIONS, AND DIRECTOR INDEPENDENCE",
            "Incorporated by reference from our proxy statement.",
        ),
    ];
    let content = parse("10-K", html(&body(&items)));
    assert_eq!(
        found(&content),
        ["I 1", "I 2", "I 3", "III 10", "III 11", "III 12", "III 13"]
    );
    assert_eq!(section_text(&content, "I", "2"), "We drill.");
    assert_eq!(
        section(&content, "III", "13").state,
        SectionState::IncorporatedByReference
    );
    assert_eq!(
        section_text(&content, "III", "10"),
        "Incorporated by reference from our proxy statement."
    );
}

#[test]
fn a_third_part_without_headings_and_notes_between_parts() {
    let content = parse(
        "10-K",
        html(
            "<p><b>Item 9B. Other Information</b></p><p>None.</p><p><b>PART III</b></p>\
             <p>The information required by Part III is incorporated by reference from our proxy statement.</p>\
             <p><b>PART IV</b></p><p><b>Item 15. Exhibits and Financial Statement Schedules</b></p><p>Lists.</p><p>SIGNATURES</p>",
        ),
    );
    assert_eq!(section_text(&content, "II", "9B"), "None.");
    for item in ["10", "11", "12", "13", "14"] {
        assert_eq!(
            section(&content, "III", item).state,
            SectionState::IncorporatedByReference
        );
        assert!(section_text(&content, "III", item).starts_with("The information required"));
    }
}

#[test]
fn items_out_of_order_and_unnumbered_ones_are_kept() {
    let items = [
        ("ITEM 1. BUSINESS", "We sell."),
        ("ITEM 2. PROPERTIES", "A plant."),
        ("ITEM 3. LEGAL PROCEEDINGS", "A suit."),
        ("ITEM 1B. UNRESOLVED STAFF COMMENTS", "None."),
        ("ITEM 4. MINE SAFETY DISCLOSURES", "Not applicable."),
        (
            "ITEM X. EXECUTIVE OFFICERS OF THE COMPANY",
            "A. Person, 55.",
        ),
        (
            "ITEM 5. MARKET FOR REGISTRANT’S COMMON EQUITY",
            "Our stock.",
        ),
    ];
    let content = parse("10-K", html(&body(&items)));
    assert_eq!(section_text(&content, "I", "3"), "A suit.");
    assert_eq!(section_text(&content, "I", "1B"), "None.");
    assert_eq!(section_text(&content, "I", "X"), "A. Person, 55.");
}

#[test]
fn states_tell_what_became_of_an_item() {
    let cases = [
        ("Item 1. Business", "We make things.", SectionState::Present),
        (
            "Item 3. Legal Proceedings",
            "See Note 7 to our financial statements in Item 8.",
            SectionState::PointerInternal,
        ),
        (
            "Item 4. Mine Safety Disclosures",
            "Not applicable.",
            SectionState::NoneOrNotApplicable,
        ),
        ("Item 6. [Reserved]", "", SectionState::Reserved),
        (
            "Item 9. Changes in and Disagreements with Accountants",
            "There are none.",
            SectionState::NoneOrNotApplicable,
        ),
        (
            "Item 9B. Other Information",
            "None of our officers adopted a trading plan.",
            SectionState::Present,
        ),
        (
            "Item 10. Directors and Executive Officers of the Registrant",
            "",
            SectionState::IncorporatedByReference,
        ),
        (
            "Item 11. Executive Compensation",
            "The information required by this item is incorporated by reference to our definitive proxy statement.",
            SectionState::IncorporatedByReference,
        ),
    ];
    let items: Vec<_> = cases
        .iter()
        .map(|(heading, text, _)| (*heading, *text))
        .collect();
    let content = parse("10-K", html(&body(&items)));
    for (heading, _, state) in cases {
        let found = content
            .sections
            .iter()
            .find(|s| heading.starts_with(&format!("Item {}.", s.key.item)));
        assert_eq!(found.unwrap().state, state, "{heading}");
    }
}

#[test]
fn an_asset_backed_issuer_omits_items() {
    let content = parse(
        "10-K",
        html(
            "<p><b>PART I</b></p><p>The following Items have been omitted in accordance with General Instruction J to Form 10-K:</p>\
             <p><b>Item 1. Business.</b></p><p><b>Item 1A. Risk Factors.</b></p><p><b>Item 2. Properties.</b></p>\
             <p><b>Item 4. Mine Safety Disclosures.</b></p><p>Not applicable.</p>\
             <p>Substitute information provided in accordance with General Instruction J to Form 10-K:</p>\
             <p>Item 1117 of Regulation AB. Legal Proceedings.</p><p>Some.</p><p>SIGNATURES</p>",
        ),
    );
    assert_eq!(
        section(&content, "I", "1A").state,
        SectionState::OmittedGeneralInstructionJ
    );
    assert_eq!(section_text(&content, "I", "4"), "Not applicable.");
}

#[test]
fn a_cross_reference_index_is_told_as_such() {
    let row = |item: &str, title: &str, pages: &str| {
        format!("<tr><td>Item {item}.</td><td>{title}</td><td>{pages}</td></tr>")
    };
    let rows = [
        row("1", "Business", "4-6, 7-13"),
        row("1A", "Risk Factors", "27-36"),
        row("1B", "Unresolved Staff Comments", "Not applicable"),
        row("2", "Properties", "4"),
        row("3", "Legal Proceedings", "36"),
        row("4", "Mine Safety Disclosures", "Not applicable"),
        row(
            "7A",
            "Quantitative and Qualitative Disclosures About Market Risk",
            "16, 74-76",
        ),
        row("8", "Financial Statements and Supplementary Data", "41-81"),
        row("9A", "Controls and Procedures", "37"),
    ];
    let content = parse(
        "10-K",
        html(&format!(
            "<p>About us</p><p>We make engines.</p><p>Form 10-K Cross Reference Index</p><table>{}</table>",
            rows.concat()
        )),
    );
    assert_eq!(found(&content).len(), 9);
    let business = section(&content, "I", "1");
    assert_eq!(business.state, SectionState::CrossReferenceIndex);
    // No page has a number, so nothing is known of where the text is.
    assert!(business.range.is_empty());
    assert_eq!(section_text(&content, "I", "4"), "Not applicable");
}

#[test]
fn the_year_decides_what_is_missed() {
    let missed = |period: &str| -> Vec<String> {
        let document = file("a.htm", None, html(&body(&PART_I)));
        let content = Parser
            .parse(&filing("10-K", Some(period), vec![document]))
            .unwrap();
        let missing = content
            .sections
            .iter()
            .filter(|s| s.state == SectionState::NotFound);
        missing.map(|s| s.key.item.clone()).collect()
    };
    let (old, new) = (missed("1996-12-31"), missed("2024-12-31"));
    assert!(
        !old.contains(&"1C".to_owned())
            && !old.contains(&"7A".to_owned())
            && !old.contains(&"15".to_owned())
    );
    assert!(old.contains(&"14".to_owned()));
    for item in ["1B", "1C", "7A", "9C", "15"] {
        assert!(new.contains(&item.to_owned()), "{item}");
    }
}

#[test]
fn numbers_repeat_in_the_parts_of_a_10_q() {
    let quarter = [
        ("PART I. FINANCIAL INFORMATION", ""),
        ("Item 1. Financial Statements", "Statements."),
        (
            "Item 2. Management’s Discussion and Analysis of Financial Condition and Results of Operations",
            "Sales rose.",
        ),
        ("PART II. OTHER INFORMATION", ""),
        ("Item 1. Legal Proceedings", "A suit."),
        (
            "Item 1A. Risk Factors",
            "See our Annual Report on Form 10-K for the year ended December 31, 2023.",
        ),
        (
            "Item 2. Unregistered Sales of Equity Securities and Use of Proceeds",
            "None.",
        ),
        ("Item 6. Exhibits", "31.1"),
    ];
    let with_parts = body(&quarter);
    let without: Vec<_> = quarter
        .iter()
        .filter(|(heading, _)| !heading.starts_with("PART"))
        .copied()
        .collect();
    for text in [with_parts, body(&without)] {
        let content = parse("10-Q", html(&text));
        assert_eq!(
            found(&content),
            ["I 1", "I 2", "II 1", "II 1A", "II 2", "II 6"]
        );
        assert_eq!(section_text(&content, "I", "2"), "Sales rose.");
        assert_eq!(section_text(&content, "II", "2"), "None.");
        assert_eq!(
            section(&content, "II", "1A").state,
            SectionState::RefersToOtherFiling
        );
    }
}

#[test]
fn codes_of_an_8_k_new_and_old() {
    let content = try_parse(
        "8-K",
        html(
            "<p>Item 2.02 Results of Operations and Financial Condition.</p><p>We announced.</p>\
             <p>Item 7.01 Regulation FD Disclosure.</p><p>The text above in</p><p>Item 2.02 of this report is repeated.</p>\
             <p>Item 9.01 Exhibits</p><p>(d) Exhibits</p><table><tr><td>99.1</td><td>Press release</td></tr></table>\
             <p>SIGNATURE</p><p>Pursuant to the requirements</p>",
        ),
    )
    .unwrap();
    assert_eq!(content.items_8k, ["2.02", "7.01", "9.01"]);
    assert_eq!(section_text(&content, "", "2.02"), "We announced.");
    assert_eq!(
        section_text(&content, "", "9.01"),
        "(d) Exhibits\n99.1\tPress release"
    );
    let exhibits: Vec<_> = content
        .exhibits
        .iter()
        .map(|e| (e.number.as_str(), e.description.as_str()))
        .collect();
    assert_eq!(exhibits, [("99.1", "Press release")]);
    let old = parse(
        "8-K",
        "ITEM 2.  ACQUISITION OR DISPOSITION OF ASSETS\n\nWe sold.\n\nITEM 7.  FINANCIAL STATEMENTS, PRO FORMA FINANCIAL\n\
         INFORMATION AND EXHIBITS.\n\nNone.\n\nSIGNATURES\n",
    );
    assert_eq!(old.items_8k, ["2", "7"]);
    assert_eq!(section_text(&old, "", "7"), "None.");
}

#[test]
fn titles_that_the_contents_link_to_are_headings() {
    let titles = [
        "Business",
        "Risk Factors",
        "Properties",
        "Legal Proceedings",
    ];
    let numbers = ["1", "1A", "2", "3"];
    let mut contents = String::new();
    let mut text = String::new();
    for (number, title) in numbers.iter().zip(titles) {
        contents.push_str(&format!(
            "<p><a href=\"#i{number}\">Item {number}. {title}</a></p>"
        ));
        text.push_str(&format!(
            "<p id=\"i{number}\"><b>{title}</b></p><p>About {title}. {}</p>",
            "We write much about it. ".repeat(80)
        ));
    }
    let content = parse("10-K", html(&format!("{contents}{text}<p>SIGNATURES</p>")));
    assert_eq!(found(&content), ["I 1", "I 1A", "I 2", "I 3"]);
    for (number, title) in numbers.iter().zip(titles) {
        let text = section_text(&content, "I", number);
        assert!(text.starts_with(&format!("About {title}.")), "{text}");
        assert!(!text.contains("<b>") && text.ends_with("about it."));
    }
}

#[test]
fn a_page_header_directly_above_the_heading_is_not_the_heading() {
    let content = parse(
        "10-K",
        html(
            "<p>Item 1. Business</p><p>4</p><p><b>ITEM 1. BUSINESS</b></p><p>We sell.</p>\
             <p><b>ITEM 2. PROPERTIES</b></p><p>A plant.</p><p><b>ITEM 3. LEGAL PROCEEDINGS</b></p><p>A suit.</p><p>SIGNATURES</p>",
        ),
    );
    assert_eq!(section_text(&content, "I", "1"), "We sell.");
}

#[test]
fn a_merged_section_is_not_sure() {
    let items = [
        ("Item 1. Business", "We sell."),
        (
            "Item 3. Legal Proceedings",
            "A suit.</p><p><b>Item 2. Properties</b></p><p>A plant.",
        ),
        ("Item 3. Legal Proceedings", "Another suit."),
        ("Item 4. Mine Safety Disclosures", "Not applicable."),
    ];
    let content = parse("10-K", html(&body(&items)));
    let sure = content.sections.iter().filter(|s| s.confidence >= 0.9);
    assert!(
        sure.into_iter()
            .all(|s| !content.section_text(s).contains("Item 2.")),
        "{:?}",
        content.sections
    );
}

#[test]
fn a_filing_without_headings_says_so() {
    let content = parse("10-K", html("<p>This amendment restates one note.</p>"));
    assert!(found(&content).is_empty());
    assert!(content.sections.iter().all(|s| s.range.is_empty()));
    assert!(
        content
            .warnings
            .iter()
            .any(|w| w == "no item headings found")
    );
}
