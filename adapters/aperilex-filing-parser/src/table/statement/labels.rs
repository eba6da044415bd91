//! Signs of statements in the labels of rows and the titles above, for filings without XBRL.

use aperilex_ports::model::{ItemKey, Statement, Table};

use crate::table::any::{self, Any};
use crate::table::caption::{self, Edges};
use crate::text::Page;

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
                .map_or_else(Edges::default, |page| Edges::of(&page.built))
        })
        .collect();
    let none = Edges::default();
    tables
        .iter()
        .map(|table| {
            let small = table.rows.len() < MIN_ROWS || table.numbers.len() < MIN_NUMBERS;
            let elsewhere = table.section.as_ref().is_some_and(is_elsewhere);
            if small || elsewhere {
                return Signs::default();
            }
            let page = pages.get(table.document).and_then(Option::as_ref);
            let titles = page.map_or_else(String::new, |page| {
                let lines = &page.built.lines;
                let edges = edges.get(table.document).unwrap_or(&none);
                let text = page.built.text.as_str();
                let mut titles = caption::above(text, lines, table.range.start, edges).words();
                if !page.plain_tables.is_empty() {
                    head(
                        text.get(table.range.clone()).unwrap_or_default(),
                        &mut titles,
                    );
                }
                titles
            });
            of(table, &titles)
        })
        .collect()
}

/// Adds the lines of a plain table before its rows to the titles.
fn head(text: &str, titles: &mut String) {
    let lines = text.lines().map(str::trim).take(12);
    for line in lines.take_while(|line| !caption::is_row(line)) {
        titles.push('\n');
        titles.push_str(line);
    }
}

fn of(table: &Table, titles: &str) -> Signs {
    let mut out = Signs {
        size: table.rows.len(),
        ..Signs::default()
    };
    let (titled, excluded) = titles_of(table, titles);
    (out.titled, out.excluded) = (titled, excluded);
    let equity = titled & signs::title_bit(Statement::Equity) != 0;
    if equity {
        // Plain text may name the columns before its rows.
        out.bits |= of_header(titles);
    }
    for row in &table.rows {
        let label = row.first().map_or("", String::as_str);
        out.bits |= of_label(label);
        // The parts of equity may stand below one another.
        if equity {
            out.bits |= of_header(label);
        }
    }
    // Plain text breaks the names of columns over lines, which may look like data.
    let headers = if equity { 40 } else { table.header_rows };
    for cell in table.rows.iter().take(headers).flatten() {
        out.bits |= of_header(cell);
    }
    out
}

/// The kinds that titles above and in the table name, and whether they say that it is none.
pub(super) fn titles_of(table: &Table, titles: &str) -> (u8, bool) {
    let inside = table.rows.iter().take(table.header_rows);
    let inside = inside.filter_map(|row| row.first()).map(String::as_str);
    let (mut titled, mut excluded) = (0, false);
    for line in titles.lines().chain(inside).chain([table.caption.as_str()]) {
        let lower = line.to_lowercase();
        titled |= named(&lower).map_or(0, signs::title_bit);
        excluded |= is_excluded(&lower);
    }
    (titled, excluded)
}

/// The kind of statement that a title names.
fn named(title: &str) -> Option<Statement> {
    let has = |words: &[&str]| words.iter().any(|word| title.contains(word));
    let statement = has(&["statement"]);
    if has(&["balance sheet"])
        || statement
            && has(&[
                "financial position",
                "financial condition",
                "assets and liabilities",
            ])
    {
        return Some(Statement::BalanceSheet);
    }
    if has(&["cash flow"]) && (statement || title.len() < 40) {
        return Some(Statement::CashFlows);
    }
    if !statement {
        return None;
    }
    let owners = [
        "equity",
        "deficit",
        "deficiency",
        "capital",
        "investment",
        "changes in net assets",
    ];
    if has(&owners) {
        return Some(Statement::Equity);
    }
    if let Some((before, _)) = title.split_once("comprehensive") {
        // "Operations and comprehensive loss" is one statement of both.
        let both = before.trim_end().ends_with("and");
        return Some(if both {
            Statement::IncomeStatement
        } else {
            Statement::ComprehensiveIncome
        });
    }
    has(&["operations", "income", "earnings", "loss", "profit"])
        .then_some(Statement::IncomeStatement)
}

fn is_excluded(title: &str) -> bool {
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
    OTHERS.iter().any(|other| title.contains(other))
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
            "cash flows from operat",
            "cash flow from operat",
            "operating activities",
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

/// A few words, one of which every label has that is a sign.
static WORDS_OF_LABELS: Any = Any::new(|| {
    any::of(&[
        "assets",
        "revenue",
        "sales",
        "interest income",
        "premiums",
        "cost",
        "expenses",
        "administrative",
        "net ",
        "profit for",
        "loss for",
        "cash",
        "activities",
        "foreign currency",
        "unrealized",
        "liabilities",
        "inventories",
        "receivable",
        "property, plant",
        "goodwill",
        "payable",
        "debt",
        "accrued",
        "tax",
        "per share",
        "per common",
        "a share",
        "comprehensive",
        "balance",
        "holders",
    ])
});

fn of_label(label: &str) -> u32 {
    if !any::is_in(&WORDS_OF_LABELS, label) {
        return 0;
    }
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
    let assets = [
        "inventories",
        "receivables",
        "accounts receivable",
        "total current assets",
        "cash and cash equivalents",
        "property, plant",
        "goodwill",
    ];
    add(any(&assets), signs::ASSET_LINES);
    let liabilities = [
        "accounts payable",
        "total current liabilities",
        "long-term debt",
        "accrued",
    ];
    add(any(&liabilities), signs::LIABILITY_LINES);
    let tax = [
        "income tax",
        "taxes on income",
        "taxes on earnings",
        "corporation tax",
        "taxation",
    ];
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
    let net_cash = lower.starts_with("net cash") || lower.starts_with("total cash");
    if net_cash || lower.contains("activities") && any(&["cash", "total", "provided", "used"]) {
        let operating = any(&["operating", "operations"]) && !any(&["discontinued"]);
        add(operating, signs::OPERATING);
        add(any(&["investing", "investment"]), signs::INVESTING);
        add(lower.contains("financing"), signs::FINANCING);
    }
    let balance =
        any(&["balance", "holders' equity", "holders’ equity"]) && !lower.contains("sheet");
    let ends = any(&["beginning", "end of"]);
    let dated = ends || lower.contains(',') || lower.contains(" at ") || lower.contains(" as of ");
    let numbered = lower.bytes().any(|b| b.is_ascii_digit());
    add(balance && !both && (dated || numbered), signs::BALANCES);
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
