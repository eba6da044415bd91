//! Single risks of the risk factors, in the ways that filers set them.

use aperilex_filing_parser::Parser;
use aperilex_ports::{FilingContent, FilingParser as _, RiskFactor, TextRange};

use crate::corpus::{corpus, rows};
use crate::support::{file, filing, parse};

/// A paragraph that says nothing, long enough for a body.
fn body(word: &str) -> String {
    format!(
        "This paragraph speaks of {word} and of nothing else. It does so at a length that a body of its own has at \
         the very least, so that it is told apart from a heading."
    )
}

/// An annual report with these risk factors.
fn report(risks: &str) -> FilingContent {
    let html = format!(
        "<html><body><p><b>PART I</b></p><p><b>Item 1. Business</b></p><p>{}</p><p><b>Item 1A. Risk Factors</b></p>{risks}\
         <p><b>Item 1B. Unresolved Staff Comments</b></p><p>None.</p><p><b>Item 2. Properties</b></p><p>{}</p>\
         </body></html>",
        body("business"),
        body("land"),
    );
    parse("10-K", html)
}

/// Headings with their groups and the first word that bodies speak of.
fn shown(content: &FilingContent) -> Vec<String> {
    let text = |range: &TextRange| content.slice(content.main, range);
    let one = |risk: &RiskFactor| {
        let group = risk.group.as_ref().map_or("", text);
        let body = text(&risk.body);
        let word = body.split(" of ").nth(1).unwrap_or(body);
        let word = word.split_whitespace().next().unwrap_or_default();
        format!("{group}|{}|{word}", text(&risk.heading).replace('\n', " "))
    };
    content.risk_factors.iter().map(one).collect()
}

#[test]
fn bold_sentences_above_their_text() {
    let html = format!(
        "<p>{}</p><p><b>We may lose our largest customer.</b></p><p>{}</p><p>{}</p>\
         <p><b>Our costs could rise without notice.</b></p><p>{}</p>",
        body("introduction"),
        body("customers"),
        body("more"),
        body("costs"),
    );
    assert_eq!(
        shown(&report(&html)),
        [
            "|We may lose our largest customer.|customers",
            "|Our costs could rise without notice.|costs"
        ]
    );
}

#[test]
fn groups_are_set_higher() {
    let html = format!(
        "<p><b>RISKS RELATED TO OUR BUSINESS</b></p><p><b><i>We may lose our largest customer.</i></b></p><p>{}</p>\
         <p><b>RISKS RELATED TO OUR SHARES</b></p><p>{}</p><p><b><i>Our price may fall.</i></b></p><p>{}</p>\
         <p><b><i>We pay no dividends and will pay none.</i></b></p><p>{}</p>",
        body("customers"),
        body("introduction"),
        body("price"),
        body("dividends"),
    );
    assert_eq!(
        shown(&report(&html)),
        [
            "RISKS RELATED TO OUR BUSINESS|We may lose our largest customer.|customers",
            "RISKS RELATED TO OUR SHARES|Our price may fall.|price",
            "RISKS RELATED TO OUR SHARES|We pay no dividends and will pay none.|dividends",
        ]
    );
}

#[test]
fn groups_set_as_risks_are_told_by_what_follows() {
    let html = format!(
        "<p><b>Risks Related to Our Business</b></p><p><b>We may lose our largest customer.</b></p><p>{}</p>\
         <p><b>Our costs could rise without notice.</b></p><p>{}</p>\
         <p><b>General Risks</b></p><p><b>We depend on a few people.</b></p><p>{}</p>",
        body("customers"),
        body("costs"),
        body("people"),
    );
    assert_eq!(
        shown(&report(&html)),
        [
            "Risks Related to Our Business|We may lose our largest customer.|customers",
            "Risks Related to Our Business|Our costs could rise without notice.|costs",
            "General Risks|We depend on a few people.|people",
        ]
    );
}

#[test]
fn a_risk_that_speaks_of_risks_is_no_group() {
    let html = format!(
        "<p><b>Business Risks</b></p><p><b><i>We Face Intense Competition</i></b></p><p>{}</p>\
         <p><b><i>We Are Subject to Payments-Related Risks</i></b></p><p>{}</p>\
         <p><b><i>Our Suppliers Subject Us to a Number of Risks</i></b></p><p>{}</p>",
        body("competition"),
        body("payments"),
        body("suppliers"),
    );
    assert_eq!(
        shown(&report(&html)),
        [
            "Business Risks|We Face Intense Competition|competition",
            "Business Risks|We Are Subject to Payments-Related Risks|payments",
            "Business Risks|Our Suppliers Subject Us to a Number of Risks|suppliers",
        ]
    );
}

#[test]
fn headings_run_into_their_paragraphs() {
    let html = format!(
        "<p><b>Risks Related to Our Business</b></p><p><i>We may lose our largest customer.</i> {}</p>\
         <p><i>Our costs could rise:</i> {}</p><p>{}</p><p><i>We depend on a few people.</i> {}</p>",
        body("customers"),
        body("costs"),
        body("more"),
        body("people"),
    );
    assert_eq!(
        shown(&report(&html)),
        [
            "Risks Related to Our Business|We may lose our largest customer.|customers",
            "Risks Related to Our Business|Our costs could rise:|costs",
            "Risks Related to Our Business|We depend on a few people.|people",
        ]
    );
}

#[test]
fn headings_run_into_bullets() {
    let bullet = |heading: &str, word: &str| {
        format!(
            "<table><tr><td>•</td><td><i>{heading}</i> {}</td></tr></table>",
            body(word)
        )
    };
    let html = [
        bullet("We may lose our largest customer.", "customers"),
        bullet("Our costs could rise without notice.", "costs"),
        bullet("We depend on a few people.", "people"),
    ]
    .concat();
    assert_eq!(
        shown(&report(&html)),
        [
            "|We may lose our largest customer.|customers",
            "|Our costs could rise without notice.|costs",
            "|We depend on a few people.|people",
        ]
    );
}

#[test]
fn wrapped_headings_are_one() {
    let html = format!(
        "<p><b>If we lose our largest customer, or if that customer buys less from us than in the</b></p>\
         <p><b>years before, our results may suffer.</b></p><p>{}</p><p><b>Our costs could rise.</b></p><p>{}</p>",
        body("customers"),
        body("costs"),
    );
    assert_eq!(
        shown(&report(&html)),
        [
            "|If we lose our largest customer, or if that customer buys less from us than in the years before, our \
             results may suffer.|customers",
            "|Our costs could rise.|costs",
        ]
    );
}

#[test]
fn headings_within_a_text_are_not_risks() {
    let html = format!(
        "<p><b>We are subject to many laws.</b></p><p>{}</p><p><i>Privacy</i></p><p>{}</p><p><i>Competition</i></p><p>{}</p>\
         <p><b>Our costs could rise without notice.</b></p><p>{}</p><p><b>We depend on a few people.</b></p><p>{}</p>",
        body("laws"),
        body("privacy"),
        body("rivals"),
        body("costs"),
        body("people"),
    );
    assert_eq!(
        shown(&report(&html)),
        [
            "|We are subject to many laws.|laws",
            "|Our costs could rise without notice.|costs",
            "|We depend on a few people.|people",
        ]
    );
}

#[test]
fn a_summary_in_front_gives_none() {
    let html = format!(
        "<p><b>Summary of Risk Factors</b></p><p>{}</p><ul><li>we may lose our largest customer;</li>\
         <li>our costs could rise; and</li><li>we depend on a few people.</li></ul>\
         <p><b>Risks Related to Our Business</b></p><p><b><i>We may lose our largest customer.</i></b></p><p>{}</p>\
         <p><b><i>Our costs could rise without notice.</i></b></p><p>{}</p><p>{}</p>",
        body("introduction"),
        body("customers"),
        body("costs"),
        body("more"),
    );
    assert_eq!(
        shown(&report(&html)),
        [
            "Risks Related to Our Business|We may lose our largest customer.|customers",
            "Risks Related to Our Business|Our costs could rise without notice.|costs",
        ]
    );
}

#[test]
fn no_changes_are_no_risks() {
    let html =
        "<p>There have been no material changes to the risk factors of our annual report.</p>";
    assert!(report(html).risk_factors.is_empty());
}

/// A registration statement in plain text.
fn plain(risks: &str) -> FilingContent {
    let text = format!(
        "                           PROSPECTUS SUMMARY\n\n{}\n\n                              RISK FACTORS\n\n{risks}\n\n\
         \x20                            USE OF PROCEEDS\n\n{}\n\n                             DIVIDEND POLICY\n\n{}\n\n\
         \x20                                CAPITALIZATION\n\n{}\n",
        body("business"),
        body("proceeds"),
        body("dividends"),
        body("capital"),
    );
    parse("S-1", text)
}

#[test]
fn plain_text_runs_titles_into_paragraphs() {
    let text = format!(
        "  Dependence on Key Personnel.  {}\n\n  Competition.  {}\n\n{}\n\n  No Prior Public Market.  {}\n",
        body("people"),
        body("rivals"),
        body("more"),
        body("markets")
    );
    assert_eq!(
        shown(&plain(&text)),
        [
            "|Dependence on Key Personnel.|people",
            "|Competition.|rivals",
            "|No Prior Public Market.|markets",
        ]
    );
}

#[test]
fn plain_text_sets_sentences_above_paragraphs() {
    let text = format!(
        "The risks are described below.\n\nChanges in rates may affect what we earn\n\n{}\n\nLosing our largest customer\nwould hurt us\n\n{}\n\n\
         Few people know our trade\n\n{}\n",
        body("rates"),
        body("customers"),
        body("people")
    );
    assert_eq!(
        shown(&plain(&text)),
        [
            "|Changes in rates may affect what we earn|rates",
            "|Losing our largest customer would hurt us|customers",
            "|Few people know our trade|people",
        ]
    );
}

#[test]
fn foreign_reports_have_them_in_part_d() {
    let html = format!(
        "<p><b>Item 1. Identity of Directors, Senior Management and Advisers</b></p><p>Not applicable.</p>\
         <p><b>Item 2. Offer Statistics and Expected Timetable</b></p><p>Not applicable.</p>\
         <p><b>Item 3. Key Information</b></p><p><b>A. Selected Financial Data</b></p><p>{}</p>\
         <p><b>D. Risk Factors</b></p><p><b>We may lose our largest customer.</b></p><p>{}</p>\
         <p><b>Our costs could rise without notice.</b></p><p>{}</p>\
         <p><b>Item 4. Information on the Company</b></p><p>{}</p>",
        body("data"),
        body("customers"),
        body("costs"),
        body("history"),
    );
    let content = parse("20-F", html);
    assert_eq!(
        shown(&content),
        [
            "|We may lose our largest customer.|customers",
            "|Our costs could rise without notice.|costs"
        ]
    );
}

/// Whether the risks of a filing are in order, in one piece, with headings and bodies.
fn check(content: &FilingContent, name: &str) {
    let mut last = 0;
    for risk in &content.risk_factors {
        let text = |range: &TextRange| content.slice(risk.document, range);
        let (heading, body) = (text(&risk.heading), text(&risk.body));
        assert!(last <= risk.heading.start, "{name}: {heading}");
        assert!(risk.heading.end <= risk.body.start, "{name}: {heading}");
        assert!(body.len() >= 40, "{name}: {heading}: {body}");
        assert!((4..=900).contains(&heading.len()), "{name}: {heading}");
        let first = heading.chars().next();
        assert!(
            first.is_some_and(|c| !c.is_lowercase()),
            "{name}: {heading}"
        );
        let last_char = heading.trim_end().chars().last();
        assert!(
            last_char.is_some_and(|c| c.is_alphanumeric()
                || matches!(c, '.' | ':' | '?' | '!' | ')' | '”' | '"' | '*')),
            "{name}: {heading}"
        );
        if let Some(group) = &risk.group {
            assert!(
                group.end <= risk.heading.start && !text(group).is_empty(),
                "{name}: {heading}"
            );
        }
        let section = content
            .sections
            .iter()
            .find(|s| s.key == risk.section)
            .unwrap();
        assert!(
            section.range.start <= risk.heading.start && risk.body.end <= section.range.end,
            "{name}: {heading}"
        );
        last = risk.body.end;
    }
}

#[test]
fn the_risk_factors_of_the_corpus_are_split() {
    let Some(root) = corpus() else { return };
    let expected = rows(&root.join("EXPECTED.tsv"));
    let is_risks =
        |form: &str, item: &str| item == "1A" || (form.starts_with("20-F") && item == "3");
    let mut split = 0;
    for row in expected
        .iter()
        .filter(|row| row.get(0) == "item" && is_risks(row.get(2), row.get(5)))
    {
        let bytes = std::fs::read(root.join(row.get(1))).unwrap();
        let one = filing(row.get(2), None, vec![file(row.get(1), None, bytes)]);
        let content = Parser.parse(&one).unwrap();
        check(&content, row.get(1));
        let held: usize = row.get(10).parse().unwrap_or(0);
        let found = content.risk_factors.len();
        // A risk is told in a few hundred to a few thousand characters; less than two thousand is news of one.
        if row.get(7) == "present" && held > 2000 {
            assert!(
                (held / 8000..=held / 500).contains(&found) && found > 1,
                "{}: {found} in {held}",
                row.get(1)
            );
            split += 1;
        }
    }
    assert!(split >= 23, "{split}");
}
