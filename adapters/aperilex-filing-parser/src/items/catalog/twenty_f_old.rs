//! Form 20-F before it was written anew for years that end from September 2000.

use super::{ALWAYS, FOREVER, Item, MARKET_RISK, MDA, item, rare};

/// The old form 20-F, in canonical order.
pub(super) const TWENTY_F_OLD: &[Item] = &[
    item(
        "I",
        "1",
        &["Description of Business", "Business"],
        ALWAYS,
        FOREVER,
    ),
    item(
        "I",
        "2",
        &[
            "Description of Property",
            "Description of Properties",
            "Properties",
        ],
        ALWAYS,
        FOREVER,
    ),
    item("I", "3", &["Legal Proceedings"], ALWAYS, FOREVER),
    item("I", "4", &["Control of Registrant"], ALWAYS, FOREVER),
    item("I", "5", &["Nature of Trading Market"], ALWAYS, FOREVER),
    item(
        "I",
        "6",
        &["Exchange Controls and Other Limitations Affecting Security Holders"],
        ALWAYS,
        FOREVER,
    ),
    item("I", "7", &["Taxation"], ALWAYS, FOREVER),
    item(
        "I",
        "8",
        &[
            "Selected Financial Data",
            "Selected Consolidated Financial Data",
        ],
        ALWAYS,
        FOREVER,
    ),
    item("I", "9", &[MDA], ALWAYS, FOREVER),
    item("I", "9A", &[MARKET_RISK], 199_712, FOREVER),
    item(
        "I",
        "10",
        &["Directors and Officers of Registrant"],
        ALWAYS,
        FOREVER,
    ),
    item(
        "I",
        "11",
        &["Compensation of Directors and Officers"],
        ALWAYS,
        FOREVER,
    ),
    item(
        "I",
        "12",
        &["Options to Purchase Securities from Registrant or Subsidiaries"],
        ALWAYS,
        FOREVER,
    ),
    item(
        "I",
        "13",
        &["Interest of Management in Certain Transactions"],
        ALWAYS,
        FOREVER,
    ),
    item(
        "II",
        "14",
        &["Description of Securities to be Registered"],
        ALWAYS,
        FOREVER,
    ),
    item(
        "III",
        "15",
        &["Defaults Upon Senior Securities"],
        ALWAYS,
        FOREVER,
    ),
    item(
        "III",
        "16",
        &["Changes in Securities and Changes in Security for Registered Securities"],
        ALWAYS,
        FOREVER,
    ),
    rare("IV", "17", &["Financial Statements"], ALWAYS, FOREVER),
    rare("IV", "18", &["Financial Statements"], ALWAYS, FOREVER),
    item(
        "IV",
        "19",
        &["Financial Statements and Exhibits", "Exhibits"],
        ALWAYS,
        FOREVER,
    ),
];
