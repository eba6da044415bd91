//! Proxy statements: sections by title, however the headings are set.

use aperilex_ports::{FilingContent, SectionState};

use crate::support::parse;

/// A paragraph of that word.
pub(crate) fn text(word: &str) -> String {
    format!(
        "This paragraph speaks of {word} and of nothing else, and it is as long as paragraphs usually are."
    )
}

/// Keys of the sections with the word that each speaks of first.
pub(crate) fn shown(content: &FilingContent) -> Vec<String> {
    let sections = content
        .sections
        .iter()
        .filter(|s| s.state != SectionState::NotFound && s.key.item != "cover");
    let one = |section: &aperilex_ports::Section| {
        let text = content.section_text(section);
        let word = text.split(" of ").nth(1).unwrap_or(text);
        let word = word.split_whitespace().next().unwrap_or_default();
        format!("{} {} {word}", section.key.part, section.key.item)
            .trim()
            .to_owned()
    };
    sections.map(one).collect()
}

fn proxy(body: &str) -> FilingContent {
    parse("DEF 14A", format!("<html><body>{body}</body></html>"))
}

/// Headings in a tag, each with a paragraph.
fn set(tag: &str, headings: &[(&str, &str)]) -> String {
    let (open, name) = (format!("<{tag}>"), tag.split(' ').next().unwrap_or(tag));
    headings
        .iter()
        .map(|(heading, word)| format!("{open}{heading}</{name}><p>{}</p>", text(word)))
        .collect()
}

#[test]
fn bold_titles_without_a_table_of_contents() {
    let headings = [
        ("NOTICE OF ANNUAL MEETING OF SHAREHOLDERS", "notice"),
        ("GENERAL INFORMATION", "voting"),
        ("PROPOSAL NO. 1 – ELECTION OF DIRECTORS", "directors"),
        ("CORPORATE GOVERNANCE", "governance"),
        ("PROPOSAL NO. 2 – RATIFICATION OF AUDITORS", "auditors"),
        ("REPORT OF THE AUDIT COMMITTEE", "report"),
        ("EXECUTIVE COMPENSATION", "pay"),
        (
            "CERTAIN RELATIONSHIPS AND RELATED TRANSACTIONS",
            "relations",
        ),
        ("SHAREHOLDER PROPOSALS", "proposals"),
        ("OTHER MATTERS", "rest"),
    ];
    let html: String = headings
        .iter()
        .map(|(heading, word)| format!("<p><b>{heading}</b></p><p>{}</p>", text(word)))
        .collect();
    assert_eq!(
        shown(&proxy(&html)),
        [
            "notice notice",
            "voting-information voting",
            "proposal directors",
            "board-governance governance",
            "proposal auditors",
            "audit-committee-report report",
            "executive-compensation pay",
            "related-person-transactions relations",
            "stockholder-proposals proposals",
            "other-matters rest",
        ]
    );
}

#[test]
fn levels_by_heading_tags() {
    let html = [
        set("h1 style='font-size:20pt'", &[("Proxy Summary", "summary")]),
        set(
            "h3 style='font-size:13pt'",
            &[("Corporate Governance", "highlights")],
        ),
        set(
            "h1 style='font-size:20pt'",
            &[("Corporate Governance", "governance")],
        ),
        set(
            "h2 style='font-size:16pt'",
            &[("Director Compensation", "fees")],
        ),
        set(
            "h1 style='font-size:20pt'",
            &[("Compensation Discussion and Analysis", "analysis")],
        ),
        set(
            "h3 style='font-size:13pt'",
            &[("Pension Benefits", "pensions"), ("Other Benefits", "cars")],
        ),
        set(
            "h1 style='font-size:20pt'",
            &[("Executive Compensation Tables", "tables")],
        ),
        set(
            "h2 style='font-size:16pt'",
            &[
                ("2023 Summary Compensation Table", "salaries"),
                ("Pension Benefits", "annuities"),
            ],
        ),
        set(
            "h1 style='font-size:20pt'",
            &[("Stock Ownership", "owners")],
        ),
    ]
    .concat();
    assert_eq!(
        shown(&proxy(&html)),
        [
            "proxy-summary summary",
            "board-governance governance",
            "director-compensation fees",
            "compensation-discussion-and-analysis analysis",
            "executive-compensation tables",
            "summary-compensation-table salaries",
            "pension-benefits annuities",
            "beneficial-ownership owners",
        ]
    );
}

#[test]
fn proposals_in_tables_and_on_two_lines() {
    let html = format!(
        "<p><b>GENERAL INFORMATION</b></p><p>{}</p>\
         <table><tr><td><b>PROPOSAL 1:</b></td><td><b>ELECTION OF DIRECTORS</b></td></tr></table><p>{}</p>\
         <table><tr><td><b>PROPOSAL 2:</b></td><td><b>RATIFICATION OF AUDITORS</b></td></tr></table><p>{}</p>\
         <p align=center><b>PROPOSAL THREE</b></p><p align=center><b>ADVISORY VOTE ON EXECUTIVE COMPENSATION</b></p><p>{}</p>\
         <p><b>OTHER MATTERS</b></p><p>{}</p>",
        text("voting"),
        text("directors"),
        text("auditors"),
        text("pay"),
        text("rest"),
    );
    let content = proxy(&html);
    assert_eq!(
        shown(&content),
        [
            "voting-information voting",
            "proposal directors",
            "proposal auditors",
            "proposal pay",
            "other-matters rest"
        ]
    );
    let titles: Vec<&str> = content
        .sections
        .iter()
        .filter(|s| s.key.item == "proposal")
        .map(|s| s.title.as_str())
        .collect();
    assert_eq!(
        titles[2],
        "PROPOSAL THREE ADVISORY VOTE ON EXECUTIVE COMPENSATION"
    );
}

#[test]
fn proposals_that_are_called_items() {
    let html = set(
        "h2",
        &[
            ("Item 1 — Election of Directors", "directors"),
            ("Corporate Governance", "governance"),
            ("Item 2 — Ratification of Auditors", "auditors"),
            (
                "Item 3 — Advisory Vote to Approve Executive Compensation",
                "pay",
            ),
            ("Other Business", "rest"),
        ],
    );
    assert_eq!(
        shown(&proxy(&html)),
        [
            "proposal directors",
            "board-governance governance",
            "proposal auditors",
            "proposal pay",
            "other-matters rest"
        ]
    );
}

#[test]
fn proposals_without_numbers() {
    let html = set(
        "h2",
        &[
            ("Voting Information", "voting"),
            ("Election of Directors", "directors"),
            (
                "Ratification of Appointment of Independent Registered Public Accounting Firm",
                "auditors",
            ),
            ("Householding", "households"),
        ],
    );
    assert_eq!(
        shown(&proxy(&html)),
        [
            "voting-information voting",
            "proposal directors",
            "proposal auditors",
            "householding households"
        ]
    );
}

#[test]
fn lists_of_proposals_are_not_proposals() {
    let html = format!(
        "<p><b>QUESTIONS AND ANSWERS ABOUT THE ANNUAL MEETING</b></p><p>{}</p>\
         <p><i>Proposal 1: Election of Directors</i></p><p>You may vote for or withhold.</p>\
         <p><i>Proposal 2: Ratification of Auditors</i></p><p>A majority is needed.</p>\
         <table><tr><td><b>Proposal</b></td><td><b>Vote</b></td><td><b>Page</b></td></tr>\
         <tr><td><b>1. Election of Directors</b></td><td>FOR</td><td>4</td></tr>\
         <tr><td><b>2. Ratification of Auditors</b></td><td>FOR</td><td>9</td></tr></table>\
         <p><b>PROPOSAL 1: ELECTION OF DIRECTORS</b></p><p>{}</p><p>{}</p>\
         <p><b>PROPOSAL 2: RATIFICATION OF AUDITORS</b></p><p>{}</p><p>{}</p>",
        text("voting"),
        text("directors"),
        text("nominees"),
        text("auditors"),
        text("fees"),
    );
    assert_eq!(
        shown(&proxy(&html)),
        [
            "voting-information voting",
            "proposal directors",
            "proposal auditors"
        ]
    );
}

/// Pages with a link back to the contents above their headings, and a table of contents that links there.
#[test]
fn targets_in_front_of_page_furniture() {
    let titles = [
        "PROCEDURAL MATTERS",
        "ELECTION OF DIRECTORS",
        "OUR CULTURE AND VALUES",
        "HOUSEHOLDING",
    ];
    let entries: String = titles
        .iter()
        .enumerate()
        .map(|(i, title)| format!("<tr><td><a href='#p{i}'>{title}</a></td><td>{i}</td></tr>"))
        .collect();
    let pages: String = titles
        .iter()
        .enumerate()
        .map(|(i, title)| {
            format!(
                "<hr style='page-break-after:always'><a name='p{i}'></a><p><a href='#toc'>Table of Contents</a></p>\
                 <p><b>{title}</b></p><p>{}</p><p>{}</p><p align=center>{i}</p>",
                text(title.split(' ').next().unwrap_or_default()),
                text("more")
            )
        })
        .collect();
    let html =
        format!("<a name='toc'></a><p><b>TABLE OF CONTENTS</b></p><table>{entries}</table>{pages}");
    let content = proxy(&html);
    assert_eq!(
        shown(&content),
        [
            "voting-information PROCEDURAL",
            "proposal ELECTION",
            "our-culture-and-values OUR",
            "householding HOUSEHOLDING",
        ]
    );
    assert!(
        content
            .sections
            .iter()
            .all(|s| s.confidence >= 0.9 || s.key.item == "cover"),
        "{:?}",
        content.sections
    );
}

#[test]
fn a_listed_title_is_meant_where_the_link_leads() {
    let summary = ["Corporate Governance", "Householding"];
    let highlights: String = summary
        .iter()
        .map(|title| format!("<p><b>{title}</b></p><p>{}</p>", text("highlights")))
        .collect();
    let titles = [
        "Proxy Summary",
        "Corporate Governance",
        "Executive Compensation",
        "Householding",
    ];
    let entries: String = titles
        .iter()
        .enumerate()
        .map(|(i, title)| format!("<tr><td><a href='#p{i}'>{title}</a></td><td>{i}</td></tr>"))
        .collect();
    let section = |i: usize, more: &str| {
        let word = titles[i].split(' ').next().unwrap_or_default();
        format!(
            "<p id='p{i}'><font style='font-size:20pt'><b>{}</b></font></p><p>{}</p>{more}",
            titles[i],
            text(word)
        )
    };
    let html = format!(
        "<p>Table of Contents</p><table>{entries}</table>{}{}{}{}",
        section(0, &highlights),
        section(1, ""),
        section(
            2,
            "<p><font style='font-size:20pt'><b>GENERAL</b></font></p><p>More.</p>"
        ),
        section(3, "")
    );
    assert_eq!(
        shown(&proxy(&html)),
        [
            "proxy-summary Proxy",
            "board-governance Corporate",
            "executive-compensation Executive",
            "householding Householding",
        ]
    );
}

#[test]
fn running_heads_do_not_cut() {
    let page = |number: usize, body: &str| {
        format!(
            "<p align=center>{number}</p><hr style='page-break-after:always'><p><b>EXECUTIVE COMPENSATION</b></p>{body}"
        )
    };
    let html = format!(
        "<p><b>CORPORATE GOVERNANCE</b></p><p>{}</p>{}{}{}{}{}<p><b>OTHER MATTERS</b></p><p>{}</p>",
        text("governance"),
        page(1, &format!("<p>{}</p>", text("pay"))),
        page(
            2,
            &format!(
                "<p><b>Summary Compensation Table</b></p><p>{}</p>",
                text("salaries")
            )
        ),
        page(3, &format!("<p>{}</p>", text("bonuses"))),
        page(
            4,
            &format!("<p><b>Pension Benefits</b></p><p>{}</p>", text("annuities"))
        ),
        page(5, &format!("<p>{}</p>", text("more"))),
        text("rest"),
    );
    assert_eq!(
        shown(&proxy(&html)),
        [
            "board-governance governance",
            "executive-compensation pay",
            "summary-compensation-table salaries",
            "pension-benefits annuities",
            "other-matters rest",
        ]
    );
}

#[test]
fn annexes_hold_their_own_headings() {
    let html = format!(
        "<p><b>PROPOSAL 1: APPROVAL OF THE PLAN</b></p><p>{}</p><p><b>OTHER MATTERS</b></p><p>{}</p>\
         <hr style='page-break-after:always'><p align=right><b>APPENDIX A</b></p>\
         <p align=center><b>ACME CORPORATION</b></p><p align=center><b>2024 STOCK PLAN</b></p>\
         <p><b>SECTION 1. PURPOSE</b></p><p>{}</p><p><b>GENERAL</b></p><p>{}</p>\
         <p><b>OTHER MATTERS</b></p><p>{}</p>",
        text("plans"),
        text("rest"),
        text("purpose"),
        text("general"),
        text("more"),
    );
    let content = proxy(&html);
    assert_eq!(
        shown(&content),
        ["proposal plans", "other-matters rest", "annex purpose"]
    );
    assert_eq!(
        content.sections.last().unwrap().title,
        "APPENDIX A ACME CORPORATION 2024 STOCK PLAN"
    );
}

#[test]
fn plain_text_of_the_1990s() {
    let section = |heading: &str, word: &str| {
        format!("{heading}\n\n     {}\n     And so on.\n\n", text(word))
    };
    let body = [
        section("                  NOTICE OF ANNUAL MEETING OF STOCKHOLDERS", "notice"),
        section("                            GENERAL INFORMATION", "voting"),
        section("                SECURITY OWNERSHIP OF CERTAIN BENEFICIAL\n                         OWNERS AND MANAGEMENT", "owners"),
        section("                     PROPOSAL 1. ELECTION OF DIRECTORS", "directors"),
        section("Committees of the Board", "committees"),
        section("                           EXECUTIVE COMPENSATION", "pay"),
        section("SUMMARY COMPENSATION TABLE", "salaries"),
        section("            PROPOSAL 2. RATIFICATION OF INDEPENDENT ACCOUNTANTS", "accountants"),
        section("                           SHAREHOLDER PROPOSALS", "proposals"),
    ]
    .concat();
    assert_eq!(
        shown(&parse("DEF 14A", body)),
        [
            "notice notice",
            "voting-information voting",
            "beneficial-ownership owners",
            "proposal directors",
            "executive-compensation pay",
            "summary-compensation-table salaries",
            "proposal accountants",
            "stockholder-proposals proposals",
        ]
    );
}

#[test]
fn other_forms_of_the_family_have_the_same_sections() {
    let html = set(
        "h2",
        &[
            ("The Merger", "merging"),
            ("Background of the Merger", "talks"),
            ("Appraisal Rights", "rights"),
            ("Householding", "households"),
        ],
    );
    for form in [
        "PREM14A", "DEFM14A", "DEFA14A", "PRE 14A", "DEFC14A", "DEFR14A",
    ] {
        let content = parse(form, format!("<html><body>{html}</body></html>"));
        assert_eq!(
            shown(&content),
            [
                "the-merger merging",
                "background-of-the-merger talks",
                "appraisal-rights rights",
                "householding households"
            ],
            "{form}"
        );
    }
}
