//! Registration statements and prospectuses: sections by title, their second part by number.

use aperilex_ports::FilingContent;

use crate::proxy::{shown, text};
use crate::support::{parse, section};

fn statement(body: &str) -> FilingContent {
    parse("S-1", format!("<html><body>{body}</body></html>"))
}

/// Headings set by `set`, each with a paragraph.
fn all(set: impl Fn(&str) -> String, headings: &[(&str, &str)]) -> String {
    headings
        .iter()
        .map(|(heading, word)| format!("{}<p>{}</p>", set(heading), text(word)))
        .collect()
}

fn centred(heading: &str) -> String {
    format!("<p style='text-align:center'><b>{heading}</b></p>")
}

const PROSPECTUS: &[(&str, &str)] = &[
    ("PROSPECTUS SUMMARY", "summary"),
    ("THE OFFERING", "offers"),
    ("RISK FACTORS", "risks"),
    (
        "CAUTIONARY NOTE REGARDING FORWARD-LOOKING STATEMENTS",
        "caution",
    ),
    ("USE OF PROCEEDS", "proceeds"),
    ("DIVIDEND POLICY", "dividends"),
    ("CAPITALIZATION", "capital"),
    ("DILUTION", "dilution"),
    (
        "MANAGEMENT’S DISCUSSION AND ANALYSIS OF FINANCIAL CONDITION AND RESULTS OF OPERATIONS",
        "results",
    ),
    ("BUSINESS", "trade"),
    ("MANAGEMENT", "people"),
    ("EXECUTIVE COMPENSATION", "pay"),
    (
        "CERTAIN RELATIONSHIPS AND RELATED PARTY TRANSACTIONS",
        "relations",
    ),
    ("PRINCIPAL AND SELLING SHAREHOLDERS", "owners"),
    ("DESCRIPTION OF SHARE CAPITAL", "shares"),
    ("SHARES ELIGIBLE FOR FUTURE SALE", "sales"),
    (
        "MATERIAL U.S. FEDERAL INCOME TAX CONSIDERATIONS FOR NON-U.S. HOLDERS",
        "taxes",
    ),
    ("UNDERWRITERS", "banks"),
    ("LEGAL MATTERS", "law"),
    ("EXPERTS", "experts"),
    ("WHERE YOU CAN FIND ADDITIONAL INFORMATION", "sources"),
];

const FOUND: &[&str] = &[
    "prospectus-summary summary",
    "the-offering offers",
    "risk-factors risks",
    "forward-looking-statements caution",
    "use-of-proceeds proceeds",
    "dividend-policy dividends",
    "capitalization capital",
    "dilution dilution",
    "managements-discussion-and-analysis results",
    "business trade",
    "management people",
    "executive-compensation pay",
    "related-person-transactions relations",
    "principal-and-selling-stockholders owners",
    "description-of-capital-stock shares",
    "shares-eligible-for-future-sale sales",
    "material-tax-consequences taxes",
    "plan-of-distribution banks",
    "legal-matters law",
    "experts experts",
    "where-you-can-find-more-information sources",
];

#[test]
fn centred_capitals() {
    assert_eq!(shown(&statement(&all(centred, PROSPECTUS))), FOUND);
}

#[test]
fn bold_title_case_at_the_left_margin() {
    let title = |heading: &str| {
        let words: Vec<String> = heading
            .split(' ')
            .map(|word| {
                word.chars()
                    .enumerate()
                    .map(|(i, c)| if i == 0 { c } else { c.to_ascii_lowercase() })
                    .collect()
            })
            .collect();
        format!(
            "<p><font style='font-weight:bold;font-size:14pt'>{}</font></p>",
            words.join(" ")
        )
    };
    assert_eq!(shown(&statement(&all(title, PROSPECTUS))), FOUND);
}

#[test]
fn sub_headings_of_the_same_words_do_not_cut() {
    let sub =
        |heading: &str, word: &str| format!("<p><b><i>{heading}</i></b></p><p>{}</p>", text(word));
    let html = all(centred, &PROSPECTUS[..10])
        + &sub("Legal Proceedings", "suits")
        + &sub("Management", "staff")
        + &sub("Dividend Policy", "payments")
        + &all(centred, &PROSPECTUS[10..]);
    assert_eq!(shown(&statement(&html)), FOUND);
}

#[test]
fn a_linked_table_of_contents_speaks_for_headings() {
    let entry = |(i, (heading, _)): (usize, &(&str, &str))| {
        format!("<tr><td><a href='#s{i}'>{heading}</a></td><td>{i}</td></tr>")
    };
    let entries: String = PROSPECTUS.iter().enumerate().map(entry).collect();
    let one = |(i, (heading, word)): (usize, &(&str, &str))| {
        // Headings link back to the contents.
        format!(
            "<p style='text-align:center'><a name='s{i}'></a><a href='#toc'><b>{heading}</b></a></p><p>{}</p><p>{}</p>",
            text(word),
            text("more")
        )
    };
    let body: String = PROSPECTUS.iter().enumerate().map(one).collect();
    let html = format!(
        "<p>{}</p><a name='toc'></a><p><b>TABLE OF CONTENTS</b></p><table>{entries}</table>{body}",
        text("cover").repeat(3)
    );
    let content = statement(&html);
    assert_eq!(shown(&content), FOUND);
    assert!(
        content
            .sections
            .iter()
            .all(|s| s.confidence >= 0.9 || s.key.item == "cover"),
        "{:?}",
        content.sections
    );
    assert!(
        content
            .section_text(section(&content, "", "cover"))
            .ends_with("usually are.")
    );
}

#[test]
fn the_second_part_is_numbered() {
    let html = all(centred, PROSPECTUS)
        + &centred("PART II")
        + &centred("INFORMATION NOT REQUIRED IN PROSPECTUS")
        + "<p><b>Item 13.</b></p><p><b>Other Expenses of Issuance and Distribution.</b></p><p>This speaks of expenses.</p>"
        + "<p><b>Item 14. Indemnification of Directors and Officers</b></p><p>This speaks of indemnity, see Item 15.</p>"
        + "<p><b>Item 15. Recent Sales of Unregistered Securities</b></p><p>This speaks of sales.</p>"
        + "<p><b>Item 16. Exhibits and Financial Statement Schedules</b></p><p>This speaks of exhibits.</p>"
        + "<p><b>Item 17. Undertakings</b></p><p>This speaks of undertakings.</p>"
        + &centred("SIGNATURES")
        + "<p>This speaks of signing.</p>"
        + &centred("SIGNATURES AND POWER OF ATTORNEY")
        + "<p>We sign.</p>";
    let content = statement(&html);
    let expected: Vec<&str> = FOUND
        .iter()
        .copied()
        .chain([
            "part-ii",
            "II 13 expenses.",
            "II 14 indemnity,",
            "II 15 sales.",
            "II 16 exhibits.",
            "II 17 undertakings.",
            "signatures signing.",
        ])
        .collect();
    assert_eq!(shown(&content), expected);
    assert_eq!(
        section(&content, "II", "13").title,
        "Item 13. Other Expenses of Issuance and Distribution."
    );
}

#[test]
fn foreign_issuers_number_the_second_part_otherwise() {
    let html = all(centred, &PROSPECTUS[..8])
        + &centred("PART II")
        + "<p><b>Item 6. Indemnification of Directors and Officers</b></p><p>This speaks of indemnity.</p>"
        + "<p><b>Item 7. Recent Sales of Unregistered Securities</b></p><p>This speaks of sales.</p>"
        + "<p><b>Item 8. Exhibits</b></p><p>This speaks of exhibits.</p>"
        + "<p><b>Item 9. Undertakings</b></p><p>This speaks of undertakings.</p>";
    let content = parse("F-1", format!("<html><body>{html}</body></html>"));
    let expected: Vec<&str> = FOUND[..8]
        .iter()
        .copied()
        .chain([
            "part-ii",
            "II 6 indemnity.",
            "II 7 sales.",
            "II 8 exhibits.",
            "II 9 undertakings.",
        ])
        .collect();
    assert_eq!(shown(&content), expected);
}

#[test]
fn financial_statements_hold_their_own_headings_up_to_the_last_page() {
    let page = |number: &str| {
        format!("<p style='text-align:center'>{number}</p><hr style='page-break-after:always'>")
    };
    let html = all(centred, PROSPECTUS)
        + &page("40")
        + &centred("INDEX TO FINANCIAL STATEMENTS")
        + &format!("<p>{}</p>", text("statements").repeat(9))
        + &page("F-1")
        + &centred("BALANCE SHEETS")
        + &format!("<p>{}</p>", text("assets").repeat(9))
        + &centred("CAPITALIZATION")
        + &format!("<p>{}</p>", text("stock").repeat(9))
        + &page("F-2")
        + &centred("1,000,000 Shares")
        + "<p>The bank sells them, as one would.</p>"
        + &centred("PART II")
        + &centred("INFORMATION NOT REQUIRED IN PROSPECTUS")
        + "<p><b>Item 13. Other Expenses of Issuance and Distribution</b></p><p>This speaks of expenses.</p>";
    let content = statement(&html);
    let shown = shown(&content);
    assert_eq!(
        shown[FOUND.len()..],
        [
            "financial-statements statements",
            "back-cover 1,000,000",
            "part-ii",
            "II 13 expenses."
        ]
    );
    let held = content.section_text(section(&content, "", "financial-statements"));
    assert!(
        held.contains("CAPITALIZATION") && held.ends_with("usually are."),
        "{held}"
    );
}

#[test]
fn cells_of_the_offering_are_not_headings() {
    let table = "<table><tr><td><b>Use of Proceeds</b></td><td>We will spend them.</td></tr>\
                 <tr><td><b>Risk Factors</b></td><td>See “Risk Factors”.</td></tr>\
                 <tr><td><b>Dividend Policy</b></td><td>None.</td></tr></table>";
    let html = all(centred, &PROSPECTUS[..2]) + table + &all(centred, &PROSPECTUS[2..]);
    assert_eq!(shown(&statement(&html)), FOUND);
}

#[test]
fn plain_text_with_dotted_contents() {
    let entry = |(heading, _): &(&str, &str)| format!("{heading:.<60}{:>4}\n", 12);
    let entries: String = PROSPECTUS.iter().map(entry).collect();
    let one = |(i, (heading, word)): (usize, &(&str, &str))| {
        let page = if i % 3 == 2 {
            format!("{:>40}\n<PAGE>\n", i)
        } else {
            String::new()
        };
        format!(
            "{heading:^80}\n\n     {}\n\n     {}\n\n{page}",
            text(word),
            text("more")
        )
    };
    let body: String = PROSPECTUS.iter().enumerate().map(one).collect();
    let content = parse(
        "424B4",
        format!("{:^80}\n\n{entries}\n\n{body}", "TABLE OF CONTENTS"),
    );
    assert_eq!(shown(&content), FOUND);
}

#[test]
fn what_is_asked_and_not_there_is_told() {
    let html = all(centred, &[&PROSPECTUS[..2], &PROSPECTUS[4..12]].concat());
    let content = statement(&html);
    let risks = section(&content, "", "risk-factors");
    assert_eq!(risks.state, aperilex_ports::SectionState::NotFound);
    assert!(content.risk_factors.is_empty());
}

#[test]
fn incorporated_sections_say_so() {
    let html = all(centred, &PROSPECTUS[..2])
        + &centred("RISK FACTORS")
        + "<p>The risks are incorporated by reference to our Annual Report on Form 10-K for the year 2020.</p>"
        + &all(centred, &PROSPECTUS[4..]);
    let content = statement(&html);
    let state = section(&content, "", "risk-factors").state;
    assert_eq!(state, aperilex_ports::SectionState::IncorporatedByReference);
}
