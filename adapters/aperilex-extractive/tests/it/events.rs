//! Current reports.

use aperilex_ports::{PartKind, Template};

use crate::build::Filing;
use crate::{draft, texts};

const CEO: &str = "(b) On May 1, 2024, Jane Doe resigned as Chief Executive Officer of Lamp Inc. \
                   She will stay until June 30, 2024. Her successor has not been named. The information \
                   in this item shall not be deemed filed.\n";

#[test]
fn items_are_told_by_title_and_first_sentences() {
    let filing = Filing::new("8-K")
        .item(
            "",
            "5.02",
            "Departure of Directors or Certain Officers",
            CEO,
        )
        .item(
            "",
            "9.01",
            "Financial Statements and Exhibits",
            "The following exhibits are filed here.\n",
        );
    let title = "Departure, Election or Appointment of Directors and Officers";
    assert_eq!(
        texts(&filing, PartKind::Events),
        [
            format!(
                "{title}: On May 1, 2024, Jane Doe resigned as Chief Executive Officer of Lamp Inc."
            ),
            format!("{title}: She will stay until June 30, 2024."),
        ]
    );
}

#[test]
fn an_item_of_a_table_is_told_by_what_leads_to_it() {
    let text = "Bonuses of Officers and Directors of 2009\n(e) On May 1, 2010, the board of Lamp \
                Inc. approved these bonuses:\nJane Doe\t$\t1,000\n";
    let filing = Filing::new("8-K").item("", "8.01", "Other Events", text);
    assert_eq!(
        texts(&filing, PartKind::Events),
        ["Other Events: On May 1, 2010, the board of Lamp Inc. approved these bonuses:"]
    );
}

#[test]
fn items_of_before_2004_have_their_titles() {
    let filing = Filing::new("8-K").item(
        "",
        "4",
        "Changes in Registrant's Certifying Accountant",
        "On May 1, 1999, the company dismissed Smith & Co. as its auditor.\n",
    );
    let events = texts(&filing, PartKind::Events);
    assert!(events[0].starts_with("Changes in Registrant’s Certifying Accountant: On May 1"));
    let flags = texts(&filing, PartKind::RedFlags);
    assert!(
        flags[0].starts_with("Change of auditor: On May 1"),
        "{flags:?}"
    );
}

#[test]
fn an_item_that_only_the_header_has_is_not_found() {
    let mut filing = Filing::new("8-K").item("", "5.02", "Departure of Directors", CEO);
    filing.meta.items = vec!["5.02".into(), "7.01".into()];
    let draft = draft(&filing, Template::Comprehensive);
    let missing: Vec<_> = draft
        .not_found
        .iter()
        .map(|m| (m.part, m.reason.as_str()))
        .collect();
    let reason = "item 7.01 (Regulation FD Disclosure) has no sentence that can be quoted";
    assert_eq!(missing, [(PartKind::Events, reason)]);
}

#[test]
fn results_bring_figures_of_the_press_release() {
    let text = "On May 1, 2024, Lamp Inc. issued a press release on its results.\n";
    let release = "Lamp Inc. reports record sales of lamps in all of its markets.\n";
    let filing = Filing::new("8-K")
        .item("", "2.02", "Results of Operations", text)
        .exhibit("EX-99.1", release)
        .table(
            "Condensed statements of income",
            "\t2024\t2023\nNet income\t5\t4\n",
        );
    assert_eq!(
        texts(&filing, PartKind::KeyFinancials),
        ["Net income | 5 | 4"]
    );
    let summary = texts(&filing, PartKind::Summary);
    assert!(
        summary
            .iter()
            .any(|text| text.starts_with("Lamp Inc. reports record sales"))
    );
}
