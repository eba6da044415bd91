//! What the label of a row tells of its numbers.

use super::units::{self, Note};
use crate::lists::{self, Lists};

/// What the numbers of a row or column are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum RowKind {
    /// What the table's are.
    Plain,
    /// Money per share.
    PerShare,
    /// Shares.
    Shares,
    /// Hundredths.
    Percent,
    /// Neither money nor shares.
    Count,
}

/// What a label tells.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Row {
    pub(crate) kind: RowKind,
    pub(crate) note: Note,
    /// The group above does not reach further.
    pub(crate) ends_group: bool,
}

impl Row {
    /// What a label tells, below the label of a group.
    pub(crate) fn of(label: &str, group: Option<&Self>) -> Self {
        let mut lower = label.trim_ascii().to_ascii_lowercase();
        if lower.contains('(') {
            lower = without_amounts(&lower);
        }
        let kind = kind(&lower);
        let note = if label.contains('(') {
            units::note(label).unwrap_or_default()
        } else {
            Note::default()
        };
        let Some(group) = group else {
            return Self {
                kind,
                note,
                ends_group: false,
            };
        };
        let goes_on = kind == RowKind::Plain && (is_part(&lower) || group.kind == RowKind::Shares);
        let ends_group = kind == RowKind::Plain && !goes_on && group.kind != RowKind::Plain;
        Self {
            kind: if goes_on { group.kind } else { kind },
            note: if ends_group {
                note
            } else {
                note.or(group.note)
            },
            ends_group,
        }
    }

    /// What the headers of a column tell; none where they name no kind of number.
    pub(crate) fn of_header(path: &str) -> Option<RowKind> {
        if !WORDS_OF_KINDS.is_in(path) && !WORDS_OF_HEADERS.is_in(path) {
            return None;
        }
        let lower = without_notes(&path.to_ascii_lowercase());
        let last = lower.trim_ascii();
        if last == "shares" || last.ends_with(" shares") || last.starts_with("shares ") {
            return Some(RowKind::Shares);
        }
        let has = |words: &[&str]| words.iter().any(|word| last.contains(word));
        if has(&[
            "exercise price",
            "grant date fair value",
            "grant-date fair value",
            "price paid",
            "price per",
        ]) || has(&["average"]) && has(&["fair value", "price"])
        {
            return Some(RowKind::PerShare);
        }
        if has(&["number of", "units", "awards", "options"])
            && has(&[
                "shares",
                "units",
                "awards",
                "options",
                "rsus",
                "psus",
                "securities",
            ])
            && !has(&["value", "expense", "cost", "compensation"])
        {
            return Some(RowKind::Shares);
        }
        let kind = kind(&lower);
        if kind != RowKind::Plain {
            return Some(kind);
        }
        if last.contains('%') || is_percent(last) {
            return Some(RowKind::Percent);
        }
        let counts = [
            "age", "page", "note", "number", "units", "since", "options", "awards",
        ];
        let has = |word: &str| lower.split_ascii_whitespace().any(|known| known == word);
        counts
            .iter()
            .any(|word| has(word))
            .then_some(RowKind::Count)
    }
}

/// A label without brackets that hold numbers: `(net of tax of $5)`, `($0.16 per share)`.
fn without_amounts(lower: &str) -> String {
    without(lower, |inside| inside.bytes().any(|b| b.is_ascii_digit()))
}

/// Headers without brackets that tell units.
fn without_notes(lower: &str) -> String {
    const NOTES: [&str; 5] = ["except", "thousands", "millions", "billions", "000"];
    without(lower, |inside| {
        NOTES.iter().any(|note| inside.contains(note))
    })
}

fn without(text: &str, drop: impl Fn(&str) -> bool) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, behind)) = rest.split_once('(') {
        out.push_str(before);
        let (inside, after) = behind.split_once(')').unwrap_or((behind, ""));
        if !drop(inside) {
            out.push('(');
            out.push_str(inside);
            out.push(')');
        }
        rest = after;
    }
    out.push_str(rest);
    out.trim_ascii().to_owned()
}

/// Money per share.
const PER_SHARE: u32 = 1;
/// Labels of facts name their unit.
const DOLLARS: u32 = 1 << 1;
/// The line of stock in a balance sheet, which tells of shares by the way.
const STOCK_LINE: u32 = 1 << 2;
/// Shares that something was computed with.
const COUNTED: u32 = 1 << 3;
/// What averages are of, if not of shares.
const OTHER_AVERAGE: u32 = 1 << 4;
/// Numbers of shares.
const SHARES: u32 = 1 << 5;
/// An average, and what it is of if it is of shares.
const AVERAGE: u32 = 1 << 6;
const OF_SHARES: u32 = 1 << 7;
/// Numbers of other things.
const COUNTS: u32 = 1 << 8;
/// Hundredths, if it is a word.
const PERCENT: u32 = 1 << 9;

static KINDS: Lists = Lists::new(|| {
    lists::of(&[
        &[
            "per share",
            "per-share",
            "per common",
            "per ordinary",
            "per unit",
            "per ads",
            "per basic",
            "per diluted",
            "per limited",
            "per class",
            "per preferred",
            "per depositary",
            "(eps)",
            "earnings a share",
            "earnings per",
            "loss per",
            "income per",
        ],
        &["(in dollars", "(in usd"],
        &[
            "par value",
            "stated value",
            "authorized;",
            "authorized,",
            "liquidation",
        ],
        &["shares used", "average number"],
        &[
            "price", "value", "cost", "rate", "term", "life", "yield", "period",
        ],
        &[
            "shares used",
            "number of shares",
            "number of common shares",
            "number of ordinary shares",
            "weighted average number",
            "weighted-average number",
            "average shares",
            "average common shares",
            "average ordinary shares",
            "shares outstanding",
            "shares of common stock outstanding",
            "equivalent shares",
            "dilutive shares",
            "potential shares",
            "shares (in",
            "(in shares)",
            "average diluted",
        ],
        &["weighted average", "weighted-average"],
        &["shares", "outstanding", "basic", "diluted", "dilution"],
        &[
            "number of",
            "headcount",
            "square f",
            "(in years)",
            "(years)",
            " ratio",
            "expected term",
            "expected life",
            "stores at",
            "store count",
            "volatility",
            "contractual term",
            "contractual life",
        ],
        &["percent", "%"],
        &["dilut", "employees"],
    ])
});

/// Words, one of which all labels have that tell a kind.
static WORDS_OF_KINDS: Lists = Lists::new(|| {
    lists::of(&[&[
        "share", "per ", "per-", "perce", "%", "(eps)", "avera", "outst", "basic", "dilut",
        "numbe", "headc", "emplo", "squar", "years)", "ratio", "expec", "store", "volat", "contr",
    ]])
});

/// Whether some header tells more than the kinds of labels.
static WORDS_OF_HEADERS: Lists = Lists::new(|| {
    lists::of(&[&[
        "price", "value", "unit", "award", "option", "age", "note", "since", "number",
    ]])
});

/// Whether words of these lists may tell a kind.
const fn tells(bits: u32) -> bool {
    bits & !(OTHER_AVERAGE | DOLLARS | STOCK_LINE) != 0
}

/// What a label's words tell.
fn kind(lower: &str) -> RowKind {
    if lower.len() < 4 {
        let percent = lower == "%";
        return if percent {
            RowKind::Percent
        } else {
            RowKind::Plain
        };
    }
    // Most labels are of money.
    if !WORDS_OF_KINDS.is_in(lower) {
        return RowKind::Plain;
    }
    let bits = KINDS.bits(lower);
    if !tells(bits) {
        return RowKind::Plain;
    }
    // What something was computed with is not what was computed.
    let head = [" used in", " used to", " used for"]
        .iter()
        .find_map(|used| lower.split_once(used).filter(|(head, _)| head.len() > 8));
    match head {
        Some((head, _)) => kind_of(head, KINDS.bits(head)),
        None => kind_of(lower, bits),
    }
}

/// What words tell that have those of the lists in `bits`.
fn kind_of(lower: &str, bits: u32) -> RowKind {
    let has = |list: u32| bits & list != 0;
    let starts = |words: &[&str]| words.iter().any(|word| lower.starts_with(word));
    if starts(&["effect of dilut", "dilutive", "shares at", "shares used"]) {
        return RowKind::Shares;
    }
    if has(PER_SHARE) && (!has(STOCK_LINE) || has(DOLLARS)) {
        return if has(COUNTED) {
            RowKind::Shares
        } else {
            RowKind::PerShare
        };
    }
    if !has(STOCK_LINE) && is_shares(lower, bits) {
        return RowKind::Shares;
    }
    let sign = || lower.contains("(%)") || lower.ends_with('%') || lower.starts_with("% ");
    if has(PERCENT) && (is_percent(lower) || sign()) {
        return RowKind::Percent;
    }
    if has(COUNTS) || lower.starts_with("employees") {
        return RowKind::Count;
    }
    RowKind::Plain
}

/// The word, which is in others too: "supercenters".
fn is_percent(lower: &str) -> bool {
    lower.match_indices("percent").any(|(at, _)| {
        let before = lower.get(..at).unwrap_or_default();
        !before.ends_with(|c: char| c.is_alphabetic())
    })
}

fn is_shares(lower: &str, bits: u32) -> bool {
    let has = |list: u32| bits & list != 0;
    let ends = ["shares authorized", "shares issued", "shares outstanding"];
    if lower == "shares" || ends.iter().any(|end| lower.ends_with(end)) {
        return true;
    }
    !has(OTHER_AVERAGE) && (has(SHARES) || has(AVERAGE) && has(OF_SHARES))
}

/// A label that goes on with what the group above names.
fn is_part(lower: &str) -> bool {
    const PARTS: [&str; 16] = [
        "basic",
        "diluted",
        "assuming",
        "primary",
        "fully",
        "continuing",
        "discontinued",
        "income from",
        "loss from",
        "net income",
        "net loss",
        "net earnings",
        "earnings from",
        "cumulative",
        "extraordinary",
        "class ",
    ];
    PARTS.iter().any(|part| lower.starts_with(part)) || lower.is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_tell_kinds() {
        for (label, expected) in [
            ("Net income per share", RowKind::PerShare),
            ("Earnings per share - basic", RowKind::PerShare),
            (
                "Common stock, $.01 par value per share, 500 shares authorized",
                RowKind::Plain,
            ),
            ("Weighted average shares outstanding", RowKind::Shares),
            ("Weighted-average common shares, diluted", RowKind::Shares),
            ("Weighted average exercise price", RowKind::Plain),
            ("Common stock, shares issued", RowKind::Shares),
            ("Repurchases of common shares", RowKind::Plain),
            (
                "Shares used in computing earnings per share",
                RowKind::Shares,
            ),
            (
                "Net income used in computing net income per share",
                RowKind::Plain,
            ),
            ("Loss from discontinued operations", RowKind::Plain),
            ("Dividends declared ($0.16 per share)", RowKind::Plain),
            ("Number of stores", RowKind::Count),
            ("Expected volatility", RowKind::Count),
            ("Gross margin percentage", RowKind::Percent),
            ("Supercenters", RowKind::Plain),
            ("Net sales", RowKind::Plain),
        ] {
            assert_eq!(Row::of(label, None).kind, expected, "{label}");
        }
    }

    #[test]
    fn a_group_reaches_over_its_parts() {
        let group = Row::of("Earnings per share:", None);
        assert_eq!(Row::of("Basic", Some(&group)).kind, RowKind::PerShare);
        let sales = Row::of("Net sales", Some(&group));
        assert_eq!((sales.kind, sales.ends_group), (RowKind::Plain, true));
    }
}
