//! The figures that are looked for: XBRL concepts, the first that is reported wins, and the labels
//! of rows where there is no XBRL.

/// Whether a figure is of a time or of a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Over a period.
    Flow,
    /// At the end of it.
    Stock,
    /// At a day of its own after the period, as given on the cover.
    Cover,
}

/// A figure that is looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Metric {
    /// Its name in a claim.
    pub(crate) name: &'static str,
    pub(crate) kind: Kind,
    /// Qualified names, the best first.
    pub(crate) concepts: &'static [&'static str],
    /// Labels of its row, in lower case, without what stands in parentheses.
    pub(crate) labels: &'static [&'static str],
}

const fn metric(
    name: &'static str,
    kind: Kind,
    concepts: &'static [&'static str],
    labels: &'static [&'static str],
) -> Metric {
    Metric {
        name,
        kind,
        concepts,
        labels,
    }
}

/// In the order in which they are shown.
pub(crate) const METRICS: &[Metric] = &[
    metric(
        "Revenue",
        Kind::Flow,
        &[
            "us-gaap:Revenues",
            "us-gaap:RevenueFromContractWithCustomerExcludingAssessedTax",
            "us-gaap:RevenueFromContractWithCustomerIncludingAssessedTax",
            "us-gaap:SalesRevenueNet",
            "us-gaap:RevenuesNetOfInterestExpense",
            "ifrs-full:Revenue",
            "ifrs-full:RevenueFromContractsWithCustomers",
        ],
        &[
            "total net sales",
            "total revenues",
            "total revenue",
            "total net revenues",
            "total net revenue",
            "total operating revenues",
            "total revenues, net of interest expense",
            "net sales",
            "net revenues",
            "net revenue",
            "revenues",
            "revenue",
            "net operating revenues",
            "operating revenues",
            "sales",
            "total sales",
        ],
    ),
    metric(
        "Cost of revenue",
        Kind::Flow,
        &[
            "us-gaap:CostOfRevenue",
            "us-gaap:CostOfGoodsAndServicesSold",
            "us-gaap:CostOfGoodsSold",
            "ifrs-full:CostOfSales",
        ],
        &[
            "total cost of sales",
            "total cost of revenues",
            "total cost of revenue",
            "cost of sales",
            "cost of revenues",
            "cost of revenue",
            "cost of goods sold",
            "cost of products sold",
        ],
    ),
    metric(
        "Gross profit",
        Kind::Flow,
        &["us-gaap:GrossProfit", "ifrs-full:GrossProfit"],
        &["gross profit", "gross margin", "total gross margin"],
    ),
    metric(
        "Research and development",
        Kind::Flow,
        &[
            "us-gaap:ResearchAndDevelopmentExpense",
            "us-gaap:ResearchAndDevelopmentExpenseExcludingAcquiredInProcessCost",
            "ifrs-full:ResearchAndDevelopmentExpense",
        ],
        &[
            "research and development",
            "research, development and engineering",
        ],
    ),
    metric(
        "Operating income",
        Kind::Flow,
        &[
            "us-gaap:OperatingIncomeLoss",
            "ifrs-full:ProfitLossFromOperatingActivities",
        ],
        &[
            "operating income",
            "income from operations",
            "operating profit",
            "operating loss",
            "loss from operations",
            "earnings from operations",
            "total operating income",
        ],
    ),
    metric(
        "Net income",
        Kind::Flow,
        &[
            "us-gaap:NetIncomeLoss",
            "us-gaap:ProfitLoss",
            "us-gaap:NetIncomeLossAvailableToCommonStockholdersBasic",
            "ifrs-full:ProfitLoss",
            "ifrs-full:ProfitLossAttributableToOwnersOfParent",
        ],
        &[
            "net income",
            "net earnings",
            "net loss",
            "net profit",
            "profit for the year",
        ],
    ),
    metric(
        "Basic earnings per share",
        Kind::Flow,
        &[
            "us-gaap:EarningsPerShareBasic",
            "us-gaap:EarningsPerShareBasicAndDiluted",
            "ifrs-full:BasicEarningsLossPerShare",
        ],
        &[
            "basic earnings per share",
            "basic net income per share",
            "basic earnings per common share",
        ],
    ),
    metric(
        "Diluted earnings per share",
        Kind::Flow,
        &[
            "us-gaap:EarningsPerShareDiluted",
            "ifrs-full:DilutedEarningsLossPerShare",
        ],
        &[
            "diluted earnings per share",
            "diluted net income per share",
            "diluted earnings per common share",
            "net income per share",
            "earnings per share",
            "net loss per share",
        ],
    ),
    metric(
        "Total assets",
        Kind::Stock,
        &["us-gaap:Assets", "ifrs-full:Assets"],
        &["total assets"],
    ),
    metric(
        "Total liabilities",
        Kind::Stock,
        &["us-gaap:Liabilities", "ifrs-full:Liabilities"],
        &["total liabilities"],
    ),
    EQUITY,
    metric(
        "Cash and cash equivalents",
        Kind::Stock,
        &[
            "us-gaap:CashAndCashEquivalentsAtCarryingValue",
            "us-gaap:CashCashEquivalentsRestrictedCashAndRestrictedCashEquivalents",
            "us-gaap:CashAndDueFromBanks",
            "us-gaap:Cash",
            "ifrs-full:CashAndCashEquivalents",
        ],
        &["cash and cash equivalents", "cash and equivalents", "cash"],
    ),
    metric(
        "Long-term debt",
        Kind::Stock,
        &[
            "us-gaap:LongTermDebtNoncurrent",
            "us-gaap:LongTermDebt",
            "us-gaap:LongTermDebtAndCapitalLeaseObligations",
            "ifrs-full:LongtermBorrowings",
        ],
        &[
            "long-term debt",
            "long-term borrowings",
            "total long-term debt",
        ],
    ),
    metric(
        "Operating cash flow",
        Kind::Flow,
        &[
            "us-gaap:NetCashProvidedByUsedInOperatingActivities",
            "us-gaap:NetCashProvidedByUsedInOperatingActivitiesContinuingOperations",
            "ifrs-full:CashFlowsFromUsedInOperatingActivities",
        ],
        &[
            "net cash provided by operating activities",
            "net cash from operations",
            "cash generated by operating activities",
            "net cash used in operating activities",
            "net cash provided by operations",
            "cash provided by operating activities",
        ],
    ),
    metric(
        "Capital expenditure",
        Kind::Flow,
        &[
            "us-gaap:PaymentsToAcquirePropertyPlantAndEquipment",
            "us-gaap:PaymentsToAcquireProductiveAssets",
            "ifrs-full:PurchaseOfPropertyPlantAndEquipmentClassifiedAsInvestingActivities",
        ],
        &[
            "capital expenditures",
            "purchases of property and equipment",
            "purchases of property, plant and equipment",
            "additions to property, plant and equipment",
        ],
    ),
    metric(
        "Shares outstanding",
        Kind::Cover,
        &["dei:EntityCommonStockSharesOutstanding"],
        &[],
    ),
];

const EQUITY: Metric = metric(
    "Shareholders’ equity",
    Kind::Stock,
    &[
        "us-gaap:StockholdersEquity",
        "us-gaap:StockholdersEquityIncludingPortionAttributableToNoncontrollingInterest",
        "ifrs-full:Equity",
        "ifrs-full:EquityAttributableToOwnersOfParent",
    ],
    &[
        "total shareholders’ equity",
        "total stockholders’ equity",
        "total shareholders' equity",
        "total stockholders' equity",
        "shareholders' equity",
        "stockholders' equity",
        "total equity",
        "total shareowners’ equity",
        "total share-owners' equity",
    ],
);

/// Only compared, never shown on its own.
pub(crate) const RECEIVABLES: Metric = metric(
    "Receivables",
    Kind::Stock,
    &[
        "us-gaap:AccountsReceivableNetCurrent",
        "us-gaap:ReceivablesNetCurrent",
        "ifrs-full:TradeAndOtherCurrentReceivables",
        "ifrs-full:CurrentTradeReceivables",
    ],
    &[],
);

impl Metric {
    /// The metric of that name.
    pub(crate) fn named(name: &str) -> Option<&'static Self> {
        METRICS.iter().find(|metric| metric.name == name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_hold_no_digits_and_labels_are_folded() {
        for metric in METRICS {
            assert!(!metric.name.contains(|c: char| c.is_ascii_digit()));
            assert!(!metric.concepts.is_empty());
            for label in metric.labels {
                assert_eq!(*label, label.to_lowercase());
            }
        }
    }
}
