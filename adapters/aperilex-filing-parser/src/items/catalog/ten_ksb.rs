//! Form 10-KSB of small businesses, 1993 to 2009.

use super::{ALWAYS, CONTROLS, FEES, FOREVER, Item, MARKET_RISK, MDA, OPTIONAL, VOTE, item, rare};

const PLAN: &str = "Management's Discussion and Analysis or Plan of Operation";

/// Form 10-KSB, in canonical order.
pub(super) const TEN_KSB: &[Item] = &[
    item(
        "I",
        "1",
        &["Description of Business", "Business"],
        ALWAYS,
        FOREVER,
    ),
    rare("I", "1A", &["Risk Factors"], 200_512, FOREVER),
    rare("I", "1B", &["Unresolved Staff Comments"], 200_512, FOREVER),
    item(
        "I",
        "2",
        &["Description of Property", "Properties"],
        ALWAYS,
        FOREVER,
    ),
    item("I", "3", &["Legal Proceedings"], ALWAYS, FOREVER),
    item("I", "4", &[VOTE], ALWAYS, FOREVER),
    item(
        "II",
        "5",
        &[
            "Market for Common Equity and Related Stockholder Matters",
            "Market for Common Equity, Related Stockholder Matters and Small Business Issuer Purchases of Equity Securities",
            "Market for Registrant's Common Equity and Related Stockholder Matters",
        ],
        ALWAYS,
        FOREVER,
    ),
    item(
        "II",
        "6",
        &[PLAN, "Plan of Operation", MDA, "Selected Financial Data"],
        ALWAYS,
        FOREVER,
    ),
    rare("II", "6A", &[MARKET_RISK], ALWAYS, FOREVER),
    item(
        "II",
        "7",
        &[
            "Financial Statements",
            "Consolidated Financial Statements",
            "Financial Statements and Supplementary Data",
        ],
        ALWAYS,
        FOREVER,
    ),
    item(
        "II",
        "8",
        &["Changes in and Disagreements with Accountants on Accounting and Financial Disclosure"],
        ALWAYS,
        FOREVER,
    ),
    item("II", "8A", &[CONTROLS], 200_308, FOREVER),
    item("II", "8B", &["Other Information"], 200_412, FOREVER),
    item(
        "III",
        "9",
        &[
            "Directors, Executive Officers, Promoters and Control Persons; Compliance with Section 16(a) of the Exchange Act",
            "Directors, Executive Officers, Promoters, Control Persons and Corporate Governance; Compliance with Section 16(a) of the Exchange Act",
            "Directors and Executive Officers of the Registrant",
        ],
        ALWAYS,
        FOREVER,
    ),
    item("III", "10", &["Executive Compensation"], ALWAYS, FOREVER),
    item(
        "III",
        "11",
        &[
            "Security Ownership of Certain Beneficial Owners and Management",
            "Security Ownership of Certain Beneficial Owners and Management and Related Stockholder Matters",
        ],
        ALWAYS,
        FOREVER,
    ),
    item(
        "III",
        "12",
        &[
            "Certain Relationships and Related Transactions",
            "Certain Relationships and Related Transactions, and Director Independence",
        ],
        ALWAYS,
        FOREVER,
    ),
    item(
        "III",
        "13",
        &["Exhibits and Reports on Form 8-K", "Exhibits"],
        ALWAYS,
        FOREVER,
    ),
    item("III", "14", &[FEES, CONTROLS], 200_312, FOREVER),
    rare("III", "15", &[FEES], OPTIONAL, FOREVER),
];
