//! The known traps of item headings, one small filing each.

use crate::support::{file, filing, parse, section, section_text};
use aperilex_filing_parser::Parser;
use aperilex_ports::{FilingContent, FilingParser as _, SectionState};

/// A filing of bold headings with a paragraph each; a heading without text gets none.
fn body(items: &[(&str, &str)]) -> String {
    let paragraph = |(heading, text): &(&str, &str)| {
        let text = if text.is_empty() {
            String::new()
        } else {
            format!("<p>{text}</p>")
        };
        format!("<p><b>{heading}</b></p>{text}")
    };
    let items: String = items.iter().map(paragraph).collect();
    format!("<html><body>{items}<p>SIGNATURES</p><p>/s/ A. Person</p></body></html>")
}

/// Parses an HTML body as a form for a period.
fn dated(form: &str, period: &str, body: impl Into<Vec<u8>>) -> FilingContent {
    let document = file("main.htm", None, body);
    Parser
        .parse(&filing(form, Some(period), vec![document]))
        .unwrap()
}

/// Keys of what was found, in order.
fn keys(content: &FilingContent) -> Vec<String> {
    let found = content
        .sections
        .iter()
        .filter(|section| section.state != SectionState::NotFound);
    found
        .map(|section| format!("{} {}", section.key.part, section.key.item))
        .map(|key| key.trim().to_owned())
        .collect()
}

/// Keys of what was missed, in order.
fn missed(content: &FilingContent) -> Vec<String> {
    let missing = content
        .sections
        .iter()
        .filter(|section| section.state == SectionState::NotFound);
    missing
        .map(|section| format!("{} {}", section.key.part, section.key.item))
        .collect()
}

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
fn combined_items() {
    for heading in [
        "Items 1. and 2. Business and Properties",
        "ITEMS 1 AND 2. BUSINESS AND PROPERTIES",
        "Item 1 &amp; 2. Business and Properties",
        "Items 1/2. Business and Properties",
        "Item 1. Business and Item 2. Properties",
        "Item 1. Business. Item 2. Properties",
        "Items 1 and</b></p><p><b>2. Business and Properties",
    ] {
        let items = [
            (heading, "We drill."),
            ("Item 3. Legal Proceedings", "A suit."),
            ("Item 4. Mine Safety Disclosures", "None."),
        ];
        let content = parse("10-K", body(&items));
        assert_eq!(keys(&content), ["I 1", "I 2", "I 3", "I 4"], "{heading}");
        assert_eq!(section_text(&content, "I", "1"), "We drill.", "{heading}");
        assert_eq!(section_text(&content, "I", "2"), "We drill.", "{heading}");
    }
    // Two rows of a table.
    let rows = "<html><body><table><tr><td>Items 1</td><td><b>Business</b></td></tr>\
                <tr><td>and 2.</td><td><b>and Properties</b></td></tr></table><p>We drill.</p>\
                <p><b>Item 3. Legal Proceedings</b></p><p>A suit.</p><p>SIGNATURES</p></body></html>";
    let content = parse("10-K", rows);
    assert_eq!(section_text(&content, "I", "3"), "A suit.");
    assert!(section(&content, "I", "1").confidence < 0.9 || keys(&content).len() == 3);
}

#[test]
fn brackets_behind_a_code() {
    let items = [
        (
            "Item 5.02(b), (e) Departure of Directors or Certain Officers",
            "A. Person left.",
        ),
        ("Item 5.07. Submission of Matters to a Vote", "They voted."),
        (
            "Item 9.01. Financial Statements and Exhibits",
            "(d) Exhibits.",
        ),
    ];
    let content = parse("8-K", body(&items));
    assert_eq!(content.items_8k, ["5.02", "5.07", "9.01"]);
    assert_eq!(section_text(&content, "", "5.02"), "A. Person left.");
}

#[test]
fn heading_in_one_row_table_on_inner_span_or_wrapped() {
    let market = "Item 5. Market for Registrant’s Common Equity, Related Stockholder Matters and";
    let html = format!(
        "<html><body><table><tr><td><b>Item 1.</b></td><td></td><td><b>Business</b></td></tr></table><p>We sell.</p>\
         <div><span style=\"font-weight:bold\">Item</span> <span style=\"font-weight:bold\">1A. Risk</span> \
         <span style=\"font-weight:bold\">Factors</span></div><p>Things break.</p>\
         <div><b>{market}</b></div><div><b>Issuer Purchases of Equity Securities</b></div><p>Market prices of equity \
         securities are below.</p>\
         <div><b>Item 7.</b></div><div><b>Management’s Discussion and Analysis of</b></div>\
         <div><b>Financial Condition and Results of Operations</b></div><p>Results of operations rose.</p>\
         <p>SIGNATURES</p></body></html>"
    );
    let content = parse("10-K", html);
    assert_eq!(keys(&content), ["I 1", "I 1A", "II 5", "II 7"]);
    assert_eq!(section_text(&content, "I", "1"), "We sell.");
    assert_eq!(section_text(&content, "I", "1A"), "Things break.");
    assert_eq!(
        section_text(&content, "II", "5"),
        "Market prices of equity securities are below."
    );
    assert_eq!(
        section_text(&content, "II", "7"),
        "Results of operations rose."
    );
}

#[test]
fn own_sub_items_do_not_end_the_section() {
    let items = [
        ("Item 3. Key Information", "Facts."),
        ("A. [Reserved]", ""),
        ("D. Risk Factors", "Things may break."),
        ("Item 4. Information on the Company", "We brew."),
        ("Item 4A. Unresolved Staff Comments", "None."),
        (
            "Item 5. Operating and Financial Review and Prospects",
            "In all:",
        ),
        ("Item 5A. Operating Results", "Sales rose."),
        ("Item 5.B. Liquidity and Capital Resources", "Cash rose."),
        (
            "Item 6. Directors, Senior Management and Employees",
            "A. Person.",
        ),
        ("Item 6B. Compensation", "Much."),
        (
            "Item 7. Major Shareholders and Related Party Transactions",
            "None.",
        ),
        (
            "Item 12. Description of Securities Other than Equity Securities",
            "None.",
        ),
        ("Item 12D. American Depositary Shares", "Fees."),
        (
            "Item 13. Defaults, Dividend Arrearages and Delinquencies",
            "None.",
        ),
    ];
    let content = dated("20-F", "2023-12-31", body(&items));
    assert_eq!(
        keys(&content),
        [
            "I 3", "I 3.D", "I 4", "I 4A", "I 5", "I 6", "I 7", "I 12", "I 12.D", "II 13"
        ]
    );
    assert!(section_text(&content, "I", "5").ends_with("Cash rose."));
    assert!(section_text(&content, "I", "6").ends_with("Much."));
    assert!(section_text(&content, "I", "3").ends_with("Things may break."));
    assert_eq!(section_text(&content, "I", "3.D"), "Things may break.");
    assert_eq!(section_text(&content, "I", "12.D"), "Fees.");
}

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
fn in_text_cross_reference_is_no_heading() {
    let items = [
        ("Item 1. Financial Statements", "Statements."),
        (
            "Item 2. Management’s Discussion and Analysis of Financial Condition and Results of Operations",
            "As said in</p><p>Item 1A. “Risk Factors” of our annual report, things may break, and</p>\
             <p>Item 3 of Part I of it describes suits.</p><p>Sales rose.",
        ),
        ("Item 4. Controls and Procedures", "They work."),
    ];
    let content = parse("10-Q", body(&items));
    assert_eq!(keys(&content), ["I 1", "I 2", "I 4"]);
    assert!(section_text(&content, "I", "2").ends_with("Sales rose."));
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
fn phantom_suffix() {
    let items = [
        ("Item 3.Legal Proceedings", "None."),
        ("Item 4Mine Safety Disclosures", "Not applicable."),
        ("Item 5Market for Registrant’s Common Equity", "Our stock."),
    ];
    let content = parse("10-K", body(&items));
    assert_eq!(keys(&content), ["I 3", "I 4", "II 5"]);
}

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

#[test]
fn an_item_of_the_filers_own() {
    let own = |label: &str| {
        let heading = format!("{label} Executive Officers of the Company");
        let items = [
            ("Item 4. Mine Safety Disclosures", "Not applicable."),
            (heading.as_str(), "A. Person, 55."),
            (
                "Item 5. Market for Registrant’s Common Equity",
                "Our stock.",
            ),
        ];
        parse("10-K", body(&items))
    };
    for (label, number) in [("Item X.", "X"), ("ITEM A.", "A"), ("Item 4B.", "4B")] {
        let content = own(label);
        assert_eq!(
            section_text(&content, "I", number),
            "A. Person, 55.",
            "{label}"
        );
        assert_eq!(
            section_text(&content, "I", "4"),
            "Not applicable.",
            "{label}"
        );
        assert!(section(&content, "I", number).confidence < 0.9, "{label}");
    }
}

#[test]
fn roman_numerals() {
    let items = [
        ("ITEM I. BUSINESS", "We sell."),
        ("ITEM II. PROPERTIES", "A plant."),
        ("ITEM III. LEGAL PROCEEDINGS", "A suit."),
    ];
    let content = parse("10-K", body(&items));
    assert_eq!(keys(&content), ["I 1", "I 2", "I 3"]);
}

#[test]
fn footers_that_begin_like_items_and_notes() {
    // The name of the company begins with an I or N.
    for name in ["Indigo Lamps Corporation", "Northern Lamps, Inc."] {
        let page = |number: usize, text: &str| {
            format!("<p>{text}</p><table><tr><td>{name}</td><td>{number}</td></tr></table><hr>")
        };
        let subjects = ["lamps", "shades", "bulbs", "cables", "plugs", "posts"];
        let pages: String = subjects
            .iter()
            .enumerate()
            .map(|(at, subject)| page(at + 1, &format!("We make {subject}.")))
            .collect();
        let text = format!(
            "<html><body><p><b>Item 1. Business</b></p>{pages}<p><b>Item 2. Properties</b></p><p>A plant.</p>\
             <p><b>Item 3. Legal Proceedings</b></p><p>A suit.</p><p>SIGNATURES</p></body></html>"
        );
        let content = parse("10-K", text);
        assert!(
            section_text(&content, "I", "1").ends_with("We make posts."),
            "{name}"
        );
    }
}
