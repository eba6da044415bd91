//! Signs of statements in the labels of rows and the titles above, for filings without XBRL.

use aperilex_ports::model::{ItemKey, Statement, Table};

use crate::lists::{self, Lists};
use crate::table::caption;
use crate::text::Page;

use super::signs::{self, Signs};

/// A statement has at least this many rows.
const MIN_ROWS: usize = 5;
/// And at least this many numbers.
const MIN_NUMBERS: usize = 6;

/// The signs of all tables, which have `titles` above them.
pub(super) fn read(tables: &[Table], titles: &[String], pages: &[Option<Page<'_>>]) -> Vec<Signs> {
    let signs = |(table, titles): (&Table, &String)| {
        let small = table.cells.height() < MIN_ROWS || table.numbers.len() < MIN_NUMBERS;
        let elsewhere = table.section.as_ref().is_some_and(is_elsewhere);
        if small || elsewhere {
            return Signs::default();
        }
        let page = pages.get(table.document).and_then(Option::as_ref);
        let plain = page.filter(|page| !page.plain_tables.is_empty());
        let text = plain.and_then(|page| page.built.text.get(table.range.clone()));
        match text {
            Some(text) => of(table, &with_head(text, titles)),
            None => of(table, titles),
        }
    };
    tables.iter().zip(titles).map(signs).collect()
}

/// The titles with the lines of a plain table before its rows.
fn with_head(text: &str, titles: &str) -> String {
    let mut titles = titles.to_owned();
    let lines = text.lines().map(str::trim).take(12);
    for line in lines.take_while(|line| !caption::is_row(line)) {
        titles.push('\n');
        titles.push_str(line);
    }
    titles
}

fn of(table: &Table, titles: &str) -> Signs {
    let mut out = Signs {
        size: table.cells.height(),
        ..Signs::default()
    };
    let (titled, excluded) = titles_of(table, titles);
    (out.titled, out.excluded) = (titled, excluded);
    let equity = titled & signs::title_bit(Statement::Equity) != 0;
    if equity {
        // Plain text may name the columns before its rows.
        out.bits |= of_header(titles);
    }
    for row in 0..table.cells.height() {
        let label = table.cells.get(row, 0).unwrap_or_default();
        out.bits |= of_label(label);
        // The parts of equity may stand below one another.
        if equity {
            out.bits |= of_header(label);
        }
    }
    // Plain text breaks the names of columns over lines, which may look like data.
    let headers = if equity { 40 } else { table.header_rows };
    for cell in table.cells.rows().take(headers).flatten() {
        out.bits |= of_header(cell);
    }
    out
}

/// The kinds that titles above and in the table name, and whether they say that it is none.
pub(super) fn titles_of(table: &Table, titles: &str) -> (u8, bool) {
    let inside = (0..table.header_rows).filter_map(|row| table.cells.get(row, 0));
    let (mut titled, mut excluded) = (0, false);
    for line in titles.lines().chain(inside).chain([table.caption.as_str()]) {
        let bits = WORDS_OF_TITLES.bits(line);
        if bits & TITLE != 0 {
            titled |= named(&line.to_lowercase()).map_or(0, signs::title_bit);
        }
        excluded |= bits & EXCLUDED != 0;
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
        let both = before.trim_ascii_end().ends_with("and");
        return Some(if both {
            Statement::IncomeStatement
        } else {
            Statement::ComprehensiveIncome
        });
    }
    has(&["operations", "income", "earnings", "loss", "profit"])
        .then_some(Statement::IncomeStatement)
}

/// A statement may be named.
const TITLE: u32 = 1;
/// It is not one of the primary statements.
const EXCLUDED: u32 = 1 << 1;

static WORDS_OF_TITLES: Lists = Lists::new(|| {
    lists::of(&[
        &["statement", "balance sheet", "cash flow"],
        &[
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
        ],
    ])
});

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

const ASSET_LINES: u32 = 1;
const LIABILITY_LINES: u32 = 1 << 1;
const TAX: u32 = 1 << 2;
const PER_SHARE: u32 = 1 << 3;
const OTHER_COMPREHENSIVE: u32 = 1 << 4;
const COMPREHENSIVE: u32 = 1 << 5;
const ACCUMULATED: u32 = 1 << 6;
const LIABILITIES: u32 = 1 << 7;
const OWNERS: u32 = 1 << 8;
const ACTIVITIES: u32 = 1 << 9;
const CASH: u32 = 1 << 10;
const OPERATING: u32 = 1 << 11;
const DISCONTINUED: u32 = 1 << 12;
const INVESTING: u32 = 1 << 13;
const FINANCING: u32 = 1 << 14;
const BALANCE: u32 = 1 << 15;
const SHEET: u32 = 1 << 16;
const DATED: u32 = 1 << 17;
/// Labels that start like one of [`STARTS`] have one of these.
const START: u32 = 1 << 18;

static WORDS_OF_LABELS: Lists = Lists::new(|| {
    lists::of(&[
        &[
            "inventories",
            "receivables",
            "accounts receivable",
            "total current assets",
            "cash and cash equivalents",
            "property, plant",
            "goodwill",
        ],
        &[
            "accounts payable",
            "total current liabilities",
            "long-term debt",
            "accrued",
        ],
        &[
            "income tax",
            "taxes on income",
            "taxes on earnings",
            "corporation tax",
            "taxation",
        ],
        &["per share", "per common share", "earnings a share"],
        &["other comprehensive"],
        &[
            "comprehensive income",
            "comprehensive loss",
            "comprehensive earnings",
            "comprehensive (loss)",
            "comprehensive (income)",
        ],
        &["accumulated"],
        &["liabilities"],
        &["equity", "deficit", "investment", "capital", "deficiency"],
        &["activities"],
        &["cash", "total", "provided", "used"],
        &["operating", "operations"],
        &["discontinued"],
        &["investing", "investment"],
        &["financing"],
        &["balance", "holders' equity", "holders’ equity"],
        &["sheet"],
        &["beginning", "end of", ",", " at ", " as of "],
        &[
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
        ],
    ])
});

/// Words, one of which all labels have that are signs.
static WORDS_OF_SIGNS: Lists = Lists::new(|| {
    lists::of(&[&[
        "assets", "reven", "sales", "t inco", "premi", "cost", "expen", "admin", "net ", "t for",
        "s for", "cash", "activ", "n cur", "unrea", "liabi", "inven", "recei", "y, pl", "goodw",
        "payab", "debt", "accru", "tax", "r sha", "r com", "a sha", "compr", "balan", "holde",
    ]])
});

fn of_label(label: &str) -> u32 {
    if !WORDS_OF_SIGNS.is_in(label) {
        return 0;
    }
    let words = WORDS_OF_LABELS.bits(label);
    let has = |list: u32| words & list != 0;
    let lower = label.trim_ascii().to_ascii_lowercase();
    let mut bits = 0;
    if has(START) {
        let starts = |start: &&str| lower.starts_with(*start);
        let found = STARTS.iter().filter(|(_, all)| all.iter().any(starts));
        bits = found.fold(0, |bits, (bit, _)| bits | bit);
    }
    let mut add = |on: bool, bit: u32| bits |= if on { bit } else { 0 };
    let both = has(LIABILITIES) && has(OWNERS) && lower.starts_with("total");
    add(both, signs::LIABILITIES_AND_EQUITY);
    add(has(ASSET_LINES), signs::ASSET_LINES);
    add(has(LIABILITY_LINES), signs::LIABILITY_LINES);
    add(has(TAX), signs::TAX);
    add(has(PER_SHARE), signs::PER_SHARE);
    let other = has(OTHER_COMPREHENSIVE);
    add(other, signs::OTHER_COMPREHENSIVE);
    let whole = has(COMPREHENSIVE) && !other && !has(ACCUMULATED);
    add(whole, signs::COMPREHENSIVE);
    let net_cash = lower.starts_with("net cash") || lower.starts_with("total cash");
    if net_cash || has(ACTIVITIES) && has(CASH) {
        add(has(OPERATING) && !has(DISCONTINUED), signs::OPERATING);
        add(has(INVESTING), signs::INVESTING);
        add(has(FINANCING), signs::FINANCING);
    }
    let dated = has(DATED) || lower.bytes().any(|b| b.is_ascii_digit());
    let balance = has(BALANCE) && !has(SHEET);
    add(balance && !both && dated, signs::BALANCES);
    bits
}

static WORDS_OF_COLUMNS: Lists = Lists::new(|| {
    lists::of(&[
        &[
            "retained",
            "accumulated deficit",
            "reinvested",
            "deficit",
            "earnings",
        ],
        &[
            "common stock",
            "paid-in",
            "paid in",
            "capital stock",
            "common shares",
            "share capital",
            "treasury",
            "surplus",
        ],
    ])
});

/// What the header of a column of equity names.
fn of_header(cell: &str) -> u32 {
    let words = WORDS_OF_COLUMNS.bits(cell);
    let of = |list: u32, bit: u32| if words & list != 0 { bit } else { 0 };
    of(1, signs::EARNINGS_COLUMN) | of(1 << 1, signs::STOCK_COLUMN)
}
