//! Central sentences of items, the summary, and what is said where there is nothing to say.

use aperilex_ports::{AnalystError, FormFamily, Method, PartKind, Quality, SectionState, Template};
use aperilex_ports::{FilingAnalyst, FormType};

use crate::build::Filing;
use crate::{draft, reason, texts, try_draft};

const MDNA: &str = "\
Overview
This discussion should be read in conjunction with the consolidated financial statements.
Net sales increased 12 % to $4.5 billion in 2023, driven primarily by higher demand for lamps in Europe.
12\tTable of Contents
Net sales of desk lamps decreased because of lower volume, partially offset by higher prices.
The increase in gross margin was due to lower freight costs.
We expect net sales to grow by about 5 % in 2024.
Our lamps are pretty and the office is in Oslo.
Liquidity and Capital Resources
We had cash and cash equivalents of $300 million and an unused credit facility of $1 billion.
The notes mature in 2027 and bear interest at 4.5 %.
which are continued on the next page and
";

fn annual() -> Filing {
    Filing::new("10-K")
        .item(
            "I",
            "1",
            "Business",
            "We design, make and sell lamps to customers in 30 markets.\n",
        )
        .item("II", "7", "Management’s Discussion and Analysis", MDNA)
}

#[test]
fn drivers_are_sentences_of_change_and_of_outlook() {
    let drivers = texts(&annual(), PartKind::MdnaDrivers);
    assert_eq!(
        drivers,
        [
            "Net sales increased 12 % to $4.5 billion in 2023, driven primarily by higher demand \
             for lamps in Europe.",
            "Net sales of desk lamps decreased because of lower volume, partially offset by \
             higher prices.",
            "The increase in gross margin was due to lower freight costs.",
            "We expect net sales to grow by about 5 % in 2024.",
        ]
    );
}

#[test]
fn liquidity_is_of_cash_and_debt() {
    let liquidity = texts(&annual(), PartKind::Liquidity);
    assert_eq!(
        liquidity,
        [
            "We had cash and cash equivalents of $300 million and an unused credit facility of \
             $1 billion.",
            "The notes mature in 2027 and bear interest at 4.5 %.",
        ]
    );
}

#[test]
fn the_summary_takes_from_the_items_what_ranks_first() {
    let summary = texts(&annual(), PartKind::Summary);
    assert!(
        summary
            .iter()
            .any(|text| text.starts_with("We design, make and sell lamps"))
    );
    assert!(summary.iter().any(|text| text.contains("increased 12 %")));
    assert!(!summary.iter().any(|text| text.contains("pretty")));
}

#[test]
fn an_item_without_text_gives_its_reason() {
    for (state, words) in [
        (
            SectionState::IncorporatedByReference,
            "incorporated by reference",
        ),
        (SectionState::Reserved, "is reserved"),
        (SectionState::NotFound, "no heading"),
        (
            SectionState::PointerInternal,
            "another place of the document",
        ),
        (SectionState::RefersToOtherFiling, "another filing"),
        (
            SectionState::OmittedGeneralInstructionJ,
            "General Instruction J",
        ),
    ] {
        let text = "The information required is in the proxy statement of the company.\n";
        let filing = annual()
            .item("I", "3", "Legal Proceedings", text)
            .state(state);
        let why = reason(&filing, PartKind::Legal);
        assert!(
            why.starts_with("Part I, Item 3 ") && why.contains(words),
            "{why}"
        );
    }
    assert_eq!(
        reason(&annual(), PartKind::Legal),
        "the filing has no heading for it"
    );
}

#[test]
fn none_is_an_empty_list() {
    let state = SectionState::NoneOrNotApplicable;
    let filing = annual()
        .item("I", "3", "Legal Proceedings", "None.\n")
        .state(state);
    assert!(texts(&filing, PartKind::Legal).is_empty());
}

#[test]
fn an_attached_annual_report_stands_in_for_what_is_taken_from_it() {
    let state = SectionState::IncorporatedByReference;
    let filing = Filing::new("10-K")
        .item("II", "7", "Management’s Discussion", "See the annual report.\n").state(state)
        .exhibit("EX-13", "Dear shareholders of the lamp maker.\nNet sales rose due to higher demand for lamps.\n");
    let drivers = texts(&filing, PartKind::MdnaDrivers);
    assert_eq!(drivers, ["Net sales rose due to higher demand for lamps."]);
}

#[test]
fn wrapped_text_is_read_across_its_lines() {
    let wrapped = "   The company's sales increased in the year because of a higher\nvolume of lamps \
                   that were sold to Acme Corp. and others.\n\n                               -12-\n\n";
    let filing = Filing::new("10-K405").item("II", "7", "MANAGEMENT'S DISCUSSION", wrapped);
    assert_eq!(
        texts(&filing, PartKind::MdnaDrivers),
        [
            "The company's sales increased in the year because of a higher volume of lamps that were \
          sold to Acme Corp. and others."
        ]
    );
}

#[test]
fn every_template_says_something_of_every_form() {
    let forms = [
        "10-K", "10-K405", "10-KSB", "10-Q", "8-K", "20-F", "DEF 14A", "S-1", "424B4", "10-K/A",
        "4",
    ];
    for form in forms {
        for template in Template::ALL {
            for text in [
                "The company has sold all its lamps.",
                "all of its lamps were sold today",
            ] {
                let filing = Filing::new(form).text(text);
                let draft = draft(&filing, *template);
                assert!(
                    draft.parts.values().any(|part| !part.is_empty()),
                    "{form} {template}"
                );
            }
        }
    }
}

#[test]
fn a_filing_that_says_nothing_is_unsuitable() {
    for text in ["", "None.", "1\t2\t3\n4\t5\t6\n"] {
        let refused = try_draft(&Filing::new("10-K").text(text), Template::Comprehensive);
        assert!(
            matches!(refused, Err(AnalystError::Unsuitable { .. })),
            "{refused:?}"
        );
    }
}

#[test]
fn templates_ask_for_their_parts() {
    let asked = |template| {
        let draft = draft(&annual(), template);
        let missing = draft.not_found.iter().map(|missing| missing.part);
        let mut parts: Vec<PartKind> = draft.parts.keys().copied().chain(missing).collect();
        parts.sort_unstable();
        parts
    };
    use PartKind::*;
    assert_eq!(
        asked(Template::Financial),
        [Summary, KeyFinancials, MdnaDrivers, Liquidity, RedFlags]
    );
    assert_eq!(
        asked(Template::Risk),
        [Summary, RiskFactors, Legal, RedFlags]
    );
    assert_eq!(asked(Template::Business), [Summary, Business, Governance]);
    assert_eq!(asked(Template::Comprehensive).len(), 9);
}

#[test]
fn it_says_what_it_is() {
    let profile = aperilex_extractive::ExtractiveAnalyst.profile();
    assert_eq!(
        (profile.method, profile.quality),
        (Method::Extractive, Quality::Extractive)
    );
    assert_eq!(
        (profile.provider, profile.prompt_version.as_str()),
        (None, "extractive/1")
    );
    let form: FormType = "10-KSB".parse().unwrap();
    assert_eq!(form.family(), FormFamily::TenK);
}
