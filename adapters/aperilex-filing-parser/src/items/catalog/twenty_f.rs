//! Form 20-F.

use super::{ALWAYS, CONTROLS, FEES, FOREVER, Item, MARKET_RISK, OPTIONAL, SubItem, item};

/// The parts of items that readers ask for by themselves.
pub(super) const SUB_ITEMS: &[SubItem] = &[
    SubItem {
        of: ("I", "3"),
        letter: 'D',
        titles: &["Risk Factors"],
    },
    SubItem {
        of: ("I", "12"),
        letter: 'D',
        titles: &["American Depositary Shares", "American Depositary Receipts"],
    },
];

/// Form 20-F, in canonical order.
pub(super) const TWENTY_F: &[Item] = &[
    item(
        "I",
        "1",
        &["Identity of Directors, Senior Management and Advisers"],
        ALWAYS,
        FOREVER,
    ),
    item(
        "I",
        "2",
        &["Offer Statistics and Expected Timetable"],
        ALWAYS,
        FOREVER,
    ),
    item("I", "3", &["Key Information"], ALWAYS, FOREVER),
    item("I", "4", &["Information on the Company"], ALWAYS, FOREVER),
    item("I", "4A", &["Unresolved Staff Comments"], 200_512, FOREVER),
    item(
        "I",
        "5",
        &["Operating and Financial Review and Prospects"],
        ALWAYS,
        FOREVER,
    ),
    item(
        "I",
        "6",
        &["Directors, Senior Management and Employees"],
        ALWAYS,
        FOREVER,
    ),
    item(
        "I",
        "7",
        &["Major Shareholders and Related Party Transactions"],
        ALWAYS,
        FOREVER,
    ),
    item("I", "8", &["Financial Information"], ALWAYS, FOREVER),
    item("I", "9", &["The Offer and Listing"], ALWAYS, FOREVER),
    item("I", "10", &["Additional Information"], ALWAYS, FOREVER),
    item("I", "11", &[MARKET_RISK], ALWAYS, FOREVER),
    item(
        "I",
        "12",
        &["Description of Securities Other than Equity Securities"],
        ALWAYS,
        FOREVER,
    ),
    item(
        "II",
        "13",
        &["Defaults, Dividend Arrearages and Delinquencies"],
        ALWAYS,
        FOREVER,
    ),
    item(
        "II",
        "14",
        &["Material Modifications to the Rights of Security Holders and Use of Proceeds"],
        ALWAYS,
        FOREVER,
    ),
    item(
        "II",
        "15",
        &[CONTROLS, "Reserved", "Reserved for future use"],
        ALWAYS,
        FOREVER,
    ),
    item(
        "II",
        "16",
        &["Reserved", "Reserved for future use"],
        OPTIONAL,
        FOREVER,
    ),
    item(
        "II",
        "16A",
        &["Audit Committee Financial Expert"],
        200_307,
        FOREVER,
    ),
    item("II", "16B", &["Code of Ethics"], 200_307, FOREVER),
    item("II", "16C", &[FEES], 200_307, FOREVER),
    item(
        "II",
        "16D",
        &["Exemptions from the Listing Standards for Audit Committees"],
        200_507,
        FOREVER,
    ),
    item(
        "II",
        "16E",
        &["Purchases of Equity Securities by the Issuer and Affiliated Purchasers"],
        200_407,
        FOREVER,
    ),
    item(
        "II",
        "16F",
        &["Change in Registrant's Certifying Accountant"],
        200_912,
        FOREVER,
    ),
    item("II", "16G", &["Corporate Governance"], 200_912, FOREVER),
    item("II", "16H", &["Mine Safety Disclosure"], 201_201, FOREVER),
    item(
        "II",
        "16I",
        &["Disclosure Regarding Foreign Jurisdictions that Prevent Inspections"],
        202_112,
        FOREVER,
    ),
    item("II", "16J", &["Insider Trading Policies"], 202_404, FOREVER),
    item("II", "16K", &["Cybersecurity"], 202_312, FOREVER),
    item("III", "17", &["Financial Statements"], OPTIONAL, FOREVER),
    item("III", "18", &["Financial Statements"], OPTIONAL, FOREVER),
    item(
        "III",
        "19",
        &["Exhibits", "Financial Statements and Exhibits"],
        ALWAYS,
        FOREVER,
    ),
];
