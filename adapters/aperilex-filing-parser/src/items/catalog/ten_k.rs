//! Form 10-K, 10-KT and the old 10-K405.

use super::{
    ALWAYS, CONTROLS, EXHIBITS, EXHIBITS_NOW, FEES, FOREVER, Item, MARKET_RISK, MDA, MINE,
    OPTIONAL, VOTE, item, rare,
};

/// Form 10-K, in canonical order.
pub(super) const TEN_K: &[Item] = &[
    item(
        "I",
        "1",
        &["Business", "Description of Business"],
        ALWAYS,
        FOREVER,
    ),
    item("I", "1A", &["Risk Factors"], 200_512, FOREVER),
    item("I", "1B", &["Unresolved Staff Comments"], 200_512, FOREVER),
    item("I", "1C", &["Cybersecurity"], 202_312, FOREVER),
    item(
        "I",
        "2",
        &[
            "Properties",
            "Description of Properties",
            "Description of Property",
        ],
        ALWAYS,
        FOREVER,
    ),
    item("I", "3", &["Legal Proceedings"], ALWAYS, FOREVER),
    item(
        "I",
        "4",
        &[MINE, VOTE, "Removed and Reserved", "Reserved"],
        ALWAYS,
        FOREVER,
    ),
    item(
        "I",
        "4A",
        &["Executive Officers of the Registrant"],
        OPTIONAL,
        FOREVER,
    ),
    item(
        "II",
        "5",
        &[
            "Market for Registrant's Common Equity, Related Stockholder Matters and Issuer Purchases of Equity Securities",
            "Market for the Registrant's Common Equity and Related Stockholder Matters",
            "Market for Common Equity and Related Stockholder Matters",
            "Market for Common Equity, Related Stockholder Matters and Small Business Issuer Purchases of Equity Securities",
        ],
        ALWAYS,
        FOREVER,
    ),
    item(
        "II",
        "6",
        &[
            "Reserved",
            "Selected Financial Data",
            "Selected Consolidated Financial Data",
        ],
        ALWAYS,
        FOREVER,
    ),
    item(
        "II",
        "7",
        &[
            MDA,
            "Management's Discussion and Analysis or Plan of Operation",
        ],
        ALWAYS,
        FOREVER,
    ),
    item("II", "7A", &[MARKET_RISK], 199_712, FOREVER),
    item(
        "II",
        "8",
        &[
            "Financial Statements and Supplementary Data",
            "Consolidated Financial Statements and Supplementary Data",
            "Financial Statements",
        ],
        ALWAYS,
        FOREVER,
    ),
    item(
        "II",
        "9",
        &[
            "Changes in and Disagreements with Accountants on Accounting and Financial Disclosure",
            "Disagreements with Accountants on Accounting and Financial Disclosure",
        ],
        ALWAYS,
        FOREVER,
    ),
    item("II", "9A", &[CONTROLS], 200_308, FOREVER),
    item("II", "9B", &["Other Information"], 200_412, FOREVER),
    item(
        "II",
        "9C",
        &["Disclosure Regarding Foreign Jurisdictions that Prevent Inspections"],
        202_112,
        FOREVER,
    ),
    item(
        "III",
        "10",
        &[
            "Directors, Executive Officers and Corporate Governance",
            "Directors and Executive Officers of the Registrant",
            "Directors, Executive Officers, Promoters, Control Persons and Corporate Governance",
        ],
        ALWAYS,
        FOREVER,
    ),
    item("III", "11", &["Executive Compensation"], ALWAYS, FOREVER),
    item(
        "III",
        "12",
        &[
            "Security Ownership of Certain Beneficial Owners and Management and Related Stockholder Matters",
            "Security Ownership of Certain Beneficial Owners and Management",
        ],
        ALWAYS,
        FOREVER,
    ),
    item(
        "III",
        "13",
        &[
            "Certain Relationships and Related Transactions, and Director Independence",
            "Certain Relationships and Related Transactions",
        ],
        ALWAYS,
        FOREVER,
    ),
    item(
        "III",
        "14",
        &[
            FEES,
            "Principal Accounting Fees and Services",
            "Audit Fees",
            CONTROLS,
        ],
        200_212,
        FOREVER,
    ),
    item("IV", "14", &[EXHIBITS, EXHIBITS_NOW], ALWAYS, 200_211),
    item(
        "IV",
        "15",
        &[EXHIBITS_NOW, EXHIBITS, "Exhibits"],
        200_212,
        FOREVER,
    ),
    rare(
        "IV",
        "16",
        &["Form 10-K Summary", "Summary"],
        201_606,
        FOREVER,
    ),
];
