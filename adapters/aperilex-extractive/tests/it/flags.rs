//! Red flags.

use aperilex_ports::PartKind;

use crate::build::{Filing, day, period};
use crate::texts;

fn flags(filing: &Filing) -> Vec<String> {
    texts(filing, PartKind::RedFlags)
}

#[test]
fn words_flag_what_they_say_and_not_what_they_deny() {
    let text = "\
There is substantial doubt about our ability to continue as a going concern.
We did not identify any material weakness in internal control over financial reporting.
If we identify a material weakness, our share price may fall due to it.
Our disclosure controls and procedures were not effective as of year end.
";
    let filing = Filing::new("10-K").item("II", "9A", "Controls and Procedures", text);
    assert_eq!(
        flags(&filing),
        [
            "Going concern: There is substantial doubt about our ability to continue as a going \
             concern.",
            "Controls not effective: Our disclosure controls and procedures were not effective as \
             of year end.",
        ]
    );
}

#[test]
fn a_clean_filing_has_none() {
    let text = "Our internal control over financial reporting was effective. We were in compliance \
                with all covenants of the credit agreement. No event of default has occurred.\n";
    let filing = Filing::new("10-K").item("II", "9A", "Controls and Procedures", text);
    assert!(flags(&filing).is_empty());
}

fn with_figures(receivables: &str, cash_flow: &str, equity: &str) -> Filing {
    let year = |y: i32| period(&format!("{y}-01-01"), &format!("{y}-12-31"));
    let (now, then) = (day("2023-12-31"), day("2022-12-31"));
    Filing::new("10-K")
        .text("The company makes lamps for homes and offices.\n")
        .reports(year(2023))
        .dollars(
            "Revenue",
            "us-gaap:Revenues",
            &[("110", "110", year(2023)), ("100", "100", year(2022))],
        )
        .dollars(
            "Net income",
            "us-gaap:NetIncomeLoss",
            &[("20", "20", year(2023))],
        )
        .dollars(
            "Receivables",
            "us-gaap:AccountsReceivableNetCurrent",
            &[
                (receivables, receivables, now.clone()),
                ("100", "100", then),
            ],
        )
        .dollars(
            "Operations",
            "us-gaap:NetCashProvidedByUsedInOperatingActivities",
            &[(cash_flow, cash_flow, year(2023))],
        )
        .dollars(
            "Equity",
            "us-gaap:StockholdersEquity",
            &[(equity, equity, now)],
        )
}

#[test]
fn figures_flag_by_rule() {
    assert_eq!(
        flags(&with_figures("120", "19", "-1")),
        [
            "Negative equity: -1 USD at 2023-12-31",
            "Operating cash flow is below net income: 19 USD for 2023-01-01 to 2023-12-31",
            "Receivables grew faster than revenue: 120 USD at 2023-12-31, \
             against 100 USD the year before (+20.0 %)",
        ]
    );
    assert!(flags(&with_figures("119", "20", "0")).is_empty());
}
