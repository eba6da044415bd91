//! Form 10-Q.

use super::{ALWAYS, CONTROLS, FOREVER, Item, MARKET_RISK, MDA, MINE, VOTE, item};

/// Form 10-Q, in canonical order.
pub(super) const TEN_Q: &[Item] = &[
    item(
        "I",
        "1",
        &["Financial Statements", "Consolidated Financial Statements"],
        ALWAYS,
        FOREVER,
    ),
    item(
        "I",
        "2",
        &[
            MDA,
            "Management's Discussion and Analysis or Plan of Operation",
        ],
        ALWAYS,
        FOREVER,
    ),
    item("I", "3", &[MARKET_RISK, CONTROLS], 199_712, FOREVER),
    item("I", "4", &[CONTROLS], 200_209, FOREVER),
    item("II", "1", &["Legal Proceedings"], ALWAYS, FOREVER),
    item("II", "1A", &["Risk Factors"], 200_512, FOREVER),
    item(
        "II",
        "2",
        &[
            "Unregistered Sales of Equity Securities and Use of Proceeds",
            "Changes in Securities and Use of Proceeds",
            "Changes in Securities",
            "Unregistered Sales of Equity Securities, Use of Proceeds, and Issuer Purchases of Equity Securities",
            "Issuer Purchases of Equity Securities",
        ],
        ALWAYS,
        FOREVER,
    ),
    item(
        "II",
        "3",
        &["Defaults Upon Senior Securities"],
        ALWAYS,
        FOREVER,
    ),
    item(
        "II",
        "4",
        &[MINE, VOTE, "Removed and Reserved", "Reserved"],
        ALWAYS,
        FOREVER,
    ),
    item("II", "5", &["Other Information"], ALWAYS, FOREVER),
    item(
        "II",
        "6",
        &["Exhibits", "Exhibits and Reports on Form 8-K"],
        ALWAYS,
        FOREVER,
    ),
];
