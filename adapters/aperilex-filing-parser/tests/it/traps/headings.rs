//! What is a heading, and of which items.

use crate::support::{parse, section, section_text};
use crate::traps::{body, dated, keys};

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

#[test]
fn letters_set_apart() {
    let prose = "We make kettles and sell them to shops in three states of the Midwest. ".repeat(8);
    let items = [
        ("I T E M 1. Business", prose.as_str()),
        ("I T E M 1A. Risk Factors", &prose),
        ("I T E M 2. Properties", &prose),
    ];
    let content = dated("10-K", "2012-12-31", body(&items));
    assert_eq!(keys(&content), ["I 1", "I 1A", "I 2"]);
}
