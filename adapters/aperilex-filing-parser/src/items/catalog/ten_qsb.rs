//! Form 10-QSB of small businesses, 1993 to 2008.

use super::{ALWAYS, CONTROLS, FOREVER, Item, MDA, VOTE, item, rare};

/// Form 10-QSB, in canonical order.
pub(super) const TEN_QSB: &[Item] = &[
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
            "Management's Discussion and Analysis or Plan of Operation",
            MDA,
        ],
        ALWAYS,
        FOREVER,
    ),
    item("I", "3", &[CONTROLS], 200_209, FOREVER),
    rare("I", "3A", &[CONTROLS], 200_709, FOREVER),
    item("II", "1", &["Legal Proceedings"], ALWAYS, FOREVER),
    rare("II", "1A", &["Risk Factors"], 200_512, FOREVER),
    item(
        "II",
        "2",
        &[
            "Unregistered Sales of Equity Securities and Use of Proceeds",
            "Changes in Securities and Small Business Issuer Purchases of Equity Securities",
            "Changes in Securities and Use of Proceeds",
            "Changes in Securities",
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
    item("II", "4", &[VOTE], ALWAYS, FOREVER),
    item("II", "5", &["Other Information"], ALWAYS, FOREVER),
    item(
        "II",
        "6",
        &["Exhibits and Reports on Form 8-K", "Exhibits"],
        ALWAYS,
        FOREVER,
    ),
];
