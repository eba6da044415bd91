//! Signs of statements in the labels of rows and the titles above, for filings without XBRL.

use aperilex_ports::model::{ItemKey, Statement, Table};

use crate::table::caption::{self, Edges};
use crate::text::Page;

use super::KINDS;
use super::signs::{self, Signs};

/// A statement has at least this many rows.
const MIN_ROWS: usize = 5;
/// And at least this many numbers.
const MIN_NUMBERS: usize = 6;

/// The signs of all tables.
pub(crate) fn read(tables: &[Table], pages: &[Option<Page<'_>>]) -> Vec<Signs> {
    let edges: Vec<Edges> = pages
        .iter()
        .map(|page| {
            page.as_ref()
                .map_or_else(Edges::default, |page| Edges::of(&page.built.text))
        })
        .collect();
    let none = Edges::default();
    tables
        .iter()
        .map(|table| {
            if table.rows.len() < MIN_ROWS || table.numbers.len() < MIN_NUMBERS {
                return Signs::default();
            }
            let page = pages.get(table.document).and_then(Option::as_ref);
            let titles = page.map_or_else(String::new, |page| {
                let lines = &page.built.lines;
                let edges = edges.get(table.document).unwrap_or(&none);
                caption::above(&page.built.text, lines, table.range.start, edges).words()
            });
            of(table, &titles)
        })
        .collect()
}

fn of(table: &Table, titles: &str) -> Signs {
    let mut out = Signs {
        size: table.rows.len(),
        ..Signs::default()
    };
    for row in &table.rows {
        out.bits |= of_label(row.first().map_or("", String::as_str));
    }
    let mut words = titles.to_lowercase();
    for row in table.rows.iter().take(table.header_rows) {
        for cell in row {
            out.bits |= of_header(cell);
        }
        if let Some(title) = row.first() {
            words.push('\n');
            words.push_str(&title.to_lowercase());
        }
    }
    for kind in KINDS {
        if names(&words, kind) {
            out.titled |= signs::title_bit(kind);
        }
    }
    out.excluded = is_excluded(&words) || table.section.as_ref().is_some_and(is_elsewhere);
    out
}

/// Whether words are the title of a statement.
fn names(words: &str, kind: Statement) -> bool {
    let names: &[&str] = match kind {
        Statement::BalanceSheet => &[
            "balance sheet",
            "financial position",
            "financial condition",
            "assets and liabilities",
        ],
        Statement::IncomeStatement => &[
            "statements of operations",
            "statement of operations",
            "statements of income",
            "statement of income",
            "statements of earnings",
            "statement of earnings",
            "income statement",
            "statements of consolidated income",
            "statement of consolidated income",
            "results of operations",
            "profit and loss",
            "statements of consolidated earnings",
            "statement of consolidated earnings",
            "statements of consolidated operations",
            "statements of loss",
            "consolidated earnings",
        ],
        Statement::ComprehensiveIncome => &[
            "comprehensive income",
            "comprehensive loss",
            "comprehensive earnings",
        ],
        Statement::CashFlows => &["cash flow"],
        _ => &[
            "holders' equity",
            "holders’ equity",
            "owners' equity",
            "owners’ equity",
            "changes in equity",
            "holders' deficit",
            "holders’ deficit",
            "holders' investment",
            "partners' capital",
            "holders' (deficit",
            "holders’ (deficit",
            "statements of equity",
            "holders equity",
        ],
    };
    names.iter().any(|name| words.contains(name))
}

fn is_excluded(words: &str) -> bool {
    const OTHERS: [&str; 20] = [
        "parenthetical",
        "condensed financial information",
        "parent company only",
        "schedule i",
        "selected",
        "pro forma",
        "supplemental",
        "guarantor",
        "consolidating",
        "segment",
        "quarterly financial",
        "five-year",
        "five year",
        "ten-year",
        "eleven-year",
        "summary",
        "reconciliation",
        "unaudited quarterly",
        "parent only",
        "registrant only",
    ];
    OTHERS.iter().any(|other| words.contains(other))
}

/// Items that hold no statements.
fn is_elsewhere(key: &ItemKey) -> bool {
    let item = key.item.as_str();
    match key.part.as_str() {
        "I" => matches!(item, "1A" | "1B" | "1C"),
        "II" => matches!(item, "5" | "6" | "7" | "7A" | "9A"),
        _ => false,
    }
}

/// A sign, and how the labels that are one start.
type Starts = (u32, &'static [&'static str]);

const STARTS: [Starts; 6] = [
    (signs::ASSETS, &["total assets"]),
    (
        signs::REVENUE,
        &[
            "revenue",
            "net revenue",
            "net operating revenue",
            "total revenue",
            "net sales",
            "sales",
            "total net revenue",
            "total net sales",
            "total sales",
            "operating revenue",
            "total operating revenue",
            "interest income",
            "total interest income",
            "premiums",
        ],
    ),
    (
        signs::COSTS,
        &[
            "cost of",
            "costs and expenses",
            "operating expenses",
            "operating costs",
            "total costs",
            "total operating expenses",
            "general and administrative",
            "selling, general",
            "selling, administrative",
            "total expenses",
            "expenses",
        ],
    ),
    (
        signs::NET_INCOME,
        &[
            "net income",
            "net loss",
            "net earnings",
            "net (loss)",
            "net (income",
            "net (earnings",
            "net profit",
            "net and comprehensive loss",
            "profit for the",
            "loss for the",
        ],
    ),
    (
        signs::OPERATING,
        &[
            "cash provided by operat",
            "cash provided from operat",
            "net cash provided by operat",
            "net cash used in operat",
            "cash from operat",
        ],
    ),
    (
        signs::OTHER_COMPREHENSIVE,
        &["foreign currency translation", "unrealized"],
    ),
];

fn of_label(label: &str) -> u32 {
    let lower = label.trim().to_lowercase();
    let any = |words: &[&str]| words.iter().any(|word| lower.contains(word));
    let mut bits = STARTS
        .iter()
        .filter(|(_, starts)| starts.iter().any(|start| lower.starts_with(start)))
        .fold(0, |bits, (bit, _)| bits | bit);
    let mut add = |on: bool, bit: u32| bits |= if on { bit } else { 0 };
    let owners = ["equity", "deficit", "investment", "capital", "deficiency"];
    let both = lower.contains("liabilities") && any(&owners) && lower.starts_with("total");
    add(both, signs::LIABILITIES_AND_EQUITY);
    let tax = ["income tax", "taxes on income", "taxes on earnings"];
    add(any(&tax), signs::TAX);
    let per_share = ["per share", "per common share", "earnings a share"];
    add(any(&per_share), signs::PER_SHARE);
    let other = lower.contains("other comprehensive");
    add(other, signs::OTHER_COMPREHENSIVE);
    let comprehensive = [
        "comprehensive income",
        "comprehensive loss",
        "comprehensive earnings",
        "comprehensive (loss)",
        "comprehensive (income)",
    ];
    let whole = any(&comprehensive) && !other && !lower.contains("accumulated");
    add(whole, signs::COMPREHENSIVE);
    if lower.contains("activities") && any(&["cash", "total", "provided", "used"]) {
        add(any(&["operating", "operations"]), signs::OPERATING);
        add(any(&["investing", "investment"]), signs::INVESTING);
        add(lower.contains("financing"), signs::FINANCING);
    }
    let balance = lower.starts_with("balance") && !lower.contains("sheet");
    let dated = lower.contains(',') || lower.contains(" at ") || lower.contains(" as of ");
    let numbered = lower.bytes().any(|b| b.is_ascii_digit());
    add(balance && (dated || numbered), signs::BALANCES);
    bits
}

fn of_header(cell: &str) -> u32 {
    let lower = cell.to_lowercase();
    let has = |words: &[&str]| words.iter().any(|word| lower.contains(word));
    let mut bits = 0;
    if has(&[
        "retained",
        "accumulated deficit",
        "reinvested",
        "deficit",
        "earnings",
    ]) {
        bits |= signs::EARNINGS_COLUMN;
    }
    if has(&[
        "common stock",
        "paid-in",
        "paid in",
        "capital stock",
        "common shares",
        "share capital",
        "treasury",
        "surplus",
    ]) {
        bits |= signs::STOCK_COLUMN;
    }
    bits
}
