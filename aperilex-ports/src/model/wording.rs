//! How figures and rows are put into words where nothing is written freely: the one who says them
//! and the one who checks them use the same words.

use super::{Figure, Period};

/// Names of figures with the XBRL concepts that give them, the best first.
const METRICS: &[(&str, &[&str])] = &[
    (
        "Revenue",
        &[
            "us-gaap:Revenues",
            "us-gaap:RevenueFromContractWithCustomerExcludingAssessedTax",
            "us-gaap:RevenueFromContractWithCustomerIncludingAssessedTax",
            "us-gaap:SalesRevenueNet",
            "us-gaap:RevenuesNetOfInterestExpense",
            "ifrs-full:Revenue",
            "ifrs-full:RevenueFromContractsWithCustomers",
        ],
    ),
    (
        "Cost of revenue",
        &[
            "us-gaap:CostOfRevenue",
            "us-gaap:CostOfGoodsAndServicesSold",
            "us-gaap:CostOfGoodsSold",
            "ifrs-full:CostOfSales",
        ],
    ),
    (
        "Gross profit",
        &["us-gaap:GrossProfit", "ifrs-full:GrossProfit"],
    ),
    (
        "Research and development",
        &[
            "us-gaap:ResearchAndDevelopmentExpense",
            "us-gaap:ResearchAndDevelopmentExpenseExcludingAcquiredInProcessCost",
            "ifrs-full:ResearchAndDevelopmentExpense",
        ],
    ),
    (
        "Operating income",
        &[
            "us-gaap:OperatingIncomeLoss",
            "ifrs-full:ProfitLossFromOperatingActivities",
        ],
    ),
    (
        "Net income",
        &[
            "us-gaap:NetIncomeLoss",
            "us-gaap:ProfitLoss",
            "us-gaap:NetIncomeLossAvailableToCommonStockholdersBasic",
            "ifrs-full:ProfitLoss",
            "ifrs-full:ProfitLossAttributableToOwnersOfParent",
        ],
    ),
    (
        "Basic earnings per share",
        &[
            "us-gaap:EarningsPerShareBasic",
            "us-gaap:EarningsPerShareBasicAndDiluted",
            "ifrs-full:BasicEarningsLossPerShare",
        ],
    ),
    (
        "Diluted earnings per share",
        &[
            "us-gaap:EarningsPerShareDiluted",
            "ifrs-full:DilutedEarningsLossPerShare",
        ],
    ),
    ("Total assets", &["us-gaap:Assets", "ifrs-full:Assets"]),
    (
        "Total liabilities",
        &["us-gaap:Liabilities", "ifrs-full:Liabilities"],
    ),
    (
        "Cash and cash equivalents",
        &[
            "us-gaap:CashAndCashEquivalentsAtCarryingValue",
            "us-gaap:CashCashEquivalentsRestrictedCashAndRestrictedCashEquivalents",
            "us-gaap:CashAndDueFromBanks",
            "us-gaap:Cash",
            "ifrs-full:CashAndCashEquivalents",
        ],
    ),
    (
        "Long-term debt",
        &[
            "us-gaap:LongTermDebtNoncurrent",
            "us-gaap:LongTermDebt",
            "us-gaap:LongTermDebtAndCapitalLeaseObligations",
            "ifrs-full:LongtermBorrowings",
        ],
    ),
    (
        "Operating cash flow",
        &[
            "us-gaap:NetCashProvidedByUsedInOperatingActivities",
            "us-gaap:NetCashProvidedByUsedInOperatingActivitiesContinuingOperations",
            "ifrs-full:CashFlowsFromUsedInOperatingActivities",
        ],
    ),
    (
        "Capital expenditure",
        &[
            "us-gaap:PaymentsToAcquirePropertyPlantAndEquipment",
            "us-gaap:PaymentsToAcquireProductiveAssets",
            "ifrs-full:PurchaseOfPropertyPlantAndEquipmentClassifiedAsInvestingActivities",
        ],
    ),
    (
        "Shares outstanding",
        &["dei:EntityCommonStockSharesOutstanding"],
    ),
    (
        "Shareholders’ equity",
        &[
            "us-gaap:StockholdersEquity",
            "us-gaap:StockholdersEquityIncludingPortionAttributableToNoncontrollingInterest",
            "ifrs-full:Equity",
            "ifrs-full:EquityAttributableToOwnersOfParent",
        ],
    ),
    (
        "Receivables",
        &[
            "us-gaap:AccountsReceivableNetCurrent",
            "us-gaap:ReceivablesNetCurrent",
            "ifrs-full:TradeAndOtherCurrentReceivables",
            "ifrs-full:CurrentTradeReceivables",
        ],
    ),
];

/// Signs of trouble in a figure, with the metric they state.
const SIGNS: [(&str, &str); 3] = [
    ("Negative equity", "Shareholders’ equity"),
    (
        "Operating cash flow is below net income",
        "Operating cash flow",
    ),
    ("Receivables grew faster than revenue", "Receivables"),
];

/// XBRL concepts of a figure with this name, the best first; none for a name that is not known.
#[must_use]
pub fn metric_concepts(name: &str) -> &'static [&'static str] {
    let metric = SIGNS.iter().find(|(sign, _)| *sign == name);
    let name = metric.map_or(name, |(_, metric)| metric);
    let known = METRICS.iter().find(|(metric, _)| *metric == name);
    known.map_or(&[], |(_, concepts)| concepts)
}

/// `Net income: 96,995 million USD for …, against 99,803 million USD the year before (-2.8 %)`; none
/// if a value is no decimal. Every number in it is the figure's own, exactly.
#[must_use]
pub fn figure_words(name: &str, figure: &Figure) -> Option<String> {
    let unit = figure.unit.as_deref().map(unit).unwrap_or_default();
    let mut text = format!("{name}: {}{unit}", amount(&figure.value)?);
    if let Some(period) = &figure.period {
        text = format!("{text} {}", when(period));
    }
    if let Some(prior) = &figure.prior {
        let period = match (&prior.period, &figure.period) {
            (Some(prior), Some(period)) if prior.is_year_before(period) => "the year before".into(),
            (Some(prior), _) => when(prior),
            (None, _) => "before".into(),
        };
        text = format!("{text}, against {}{unit} {period}", amount(&prior.value)?);
        if let Some(change) = &prior.change_pct {
            text = format!("{text} {}", changed(change));
        }
    }
    Some(text)
}

/// Cells of a table row with bars between them; signs in cells of their own join the number.
#[must_use]
pub fn row_words(row: &str) -> String {
    let mut shown = String::new();
    let mut glue = true;
    let cells = row.split('\t').map(str::trim);
    for cell in cells.filter(|cell| !cell.is_empty()) {
        let closing = matches!(cell, ")" | "%" | ")%");
        if !glue && !closing {
            shown.push_str(" | ");
        }
        shown.push_str(cell);
        glue = matches!(cell, "$" | "€" | "£");
    }
    shown
}

/// With thousands separators; in millions if it is that much and three places lose nothing.
fn amount(value: &str) -> Option<String> {
    let (sign, digits) = value
        .strip_prefix('-')
        .map_or(("", value), |digits| ("-", digits));
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let plain = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
    if whole.is_empty() || !plain(whole) || !plain(fraction) {
        return None;
    }
    let whole = match whole.trim_start_matches('0') {
        "" => "0",
        digits => digits,
    };
    let fraction = fraction.trim_end_matches('0');
    let thousands = whole
        .strip_suffix("000")
        .filter(|_| whole.len() > 6 && fraction.is_empty());
    let shown = match thousands.and_then(|kept| kept.split_at_checked(kept.len() - 3)) {
        Some((millions, rest)) => {
            format!("{} million", grouped(millions, rest.trim_end_matches('0')))
        }
        None => grouped(whole, fraction),
    };
    Some(format!("{sign}{shown}"))
}

fn grouped(whole: &str, fraction: &str) -> String {
    let mut shown = String::new();
    for (at, digit) in whole.chars().enumerate() {
        if at > 0 && (whole.len() - at).is_multiple_of(3) {
            shown.push(',');
        }
        shown.push(digit);
    }
    if fraction.is_empty() {
        return shown;
    }
    format!("{shown}.{fraction}")
}

/// The sign is always written: a bare number in parentheses would read as a loss.
fn changed(percent: &str) -> String {
    match percent {
        "0.0" => "(unchanged)".to_owned(),
        _ if percent.starts_with('-') => format!("({percent} %)"),
        _ => format!("(+{percent} %)"),
    }
}

fn when(period: &Period) -> String {
    match period {
        Period::Instant { instant } => format!("at {instant}"),
        Period::Duration { start, end } => format!("for {start} to {end}"),
    }
}

/// ` USD`, ` USD per share`, ` shares`; nothing for units that have digits in their names.
fn unit(unit: &str) -> String {
    let local = |name: &str| name.rsplit(':').next().unwrap_or_default().to_owned();
    let shown = match unit.split_once('/') {
        Some((over, under)) if local(under).eq_ignore_ascii_case("shares") => {
            format!(" {} per share", local(over))
        }
        Some((over, under)) => format!(" {} per {}", local(over), local(under)),
        None if local(unit).eq_ignore_ascii_case("pure") => String::new(),
        None => format!(" {}", local(unit)),
    };
    if shown.contains(|c: char| c.is_ascii_digit()) {
        return String::new();
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::PriorFigure;

    fn year(start: &str, end: &str) -> Option<Period> {
        let (start, end) = (start.parse().unwrap(), end.parse().unwrap());
        Some(Period::Duration { start, end })
    }

    fn day(instant: &str) -> Option<Period> {
        let instant = instant.parse().unwrap();
        Some(Period::Instant { instant })
    }

    #[test]
    fn a_figure_is_said_exactly() {
        let mut figure = Figure {
            concept: None,
            value: "96995000000".into(),
            unit: Some("iso4217:USD".into()),
            period: year("2022-09-25", "2023-09-30"),
            prior: Some(PriorFigure {
                value: "99803000000".into(),
                period: year("2021-09-26", "2022-09-24"),
                change_pct: Some("-2.8".into()),
            }),
        };
        let shown = |figure: &Figure| figure_words("Net income", figure).unwrap();
        assert_eq!(
            shown(&figure),
            "Net income: 96,995 million USD for 2022-09-25 to 2023-09-30, \
             against 99,803 million USD the year before (-2.8 %)"
        );
        figure.unit = Some("iso4217:USD/xbrli:shares".into());
        figure.value = "6.16".into();
        figure.period = day("2023-07-01");
        figure.prior = Some(PriorFigure {
            value: "-6.11".into(),
            period: day("2022-09-24"),
            change_pct: None,
        });
        assert_eq!(
            shown(&figure),
            "Net income: 6.16 USD per share at 2023-07-01, \
             against -6.11 USD per share at 2022-09-24"
        );
    }

    #[test]
    fn amounts_lose_nothing() {
        for (value, shown) in [
            ("0", "0"),
            ("-1234567", "-1,234,567"),
            ("-23517000", "-23.517 million"),
            ("1000000", "1 million"),
            ("6.130", "6.13"),
            ("1000.5", "1,000.5"),
        ] {
            assert_eq!(amount(value).as_deref(), Some(shown));
        }
        assert_eq!(amount("1e5"), None);
    }

    #[test]
    fn cells_are_joined_for_people() {
        assert_eq!(
            row_words("Net loss\t$\t(5\t)\t\t–\t7\t%"),
            "Net loss | $(5) | – | 7%"
        );
    }

    #[test]
    fn every_sign_names_a_metric() {
        for (sign, metric) in SIGNS {
            assert!(!metric_concepts(metric).is_empty());
            assert_eq!(metric_concepts(sign), metric_concepts(metric));
        }
        assert!(metric_concepts("Profit").is_empty());
    }

    #[test]
    fn a_change_never_reads_as_a_loss() {
        assert_eq!(changed("0.0"), "(unchanged)");
        assert_eq!(changed("2.8"), "(+2.8 %)");
    }
}
