//! The primary financial statements among the tables.

use aperilex_ports::{FilingContent, Statement};

use crate::real;
use crate::support::parse;

/// The statements of the corpus in order of place, as seen by eye: balance sheet, income,
/// comprehensive income, cash flows, equity. A letter for each table, so pages repeat theirs.
const KNOWN: [(&str, &str); 54] = [
    ("000101872425000004/amzn-20241231.htm", "FICBE"),
    ("000104106109000077/form_10-k22309.htm", "IFBE"),
    ("000119312510071652/d10k.htm", ""),
    ("000104581024000029/nvda-20240128.htm", "ICBEF"),
    ("000119312504034751/d10k.htm", "IBFE"),
    ("000162828024002390/tsla-20231231.htm", "BICEF"),
    ("000132165524000022/pltr-20231231.htm", "BICEEEF"),
    ("000132638024000012/gme-20240203.htm", "BICFE"),
    ("000157587216000308/10k.htm", "BIEF"),
    ("000165204424000022/goog-20231231.htm", "BICEF"),
    ("000155889119000066/sgrp-20190630_10k.htm", "BIEF"),
    ("000177902623000027/a2019-310xk052623.htm", ""),
    ("21344/0000021344-98-000004.txt", "BBIFE"),
    ("000002134424000009/ko-20231231.htm", "ICBFE"),
    ("000032019324000123/aapl-20240928.htm", "ICBEF"),
    ("37996/0000037996-94-000005.txt", "IIBEF"),
    ("40545/0000040545-94-000003.txt", "IBF"),
    ("000004054524000027/ge-20231231.htm", "IBFCE"),
    ("000119312509041008/d10k.htm", ""),
    ("000005114324000012/ibm-20231231.htm", ""),
    ("000119312509036349/d10k.htm", ""),
    ("000119312513310206/d527745d10k.htm", "ICBFE"),
    ("000095013406005149/d33857e10vk.htm", "BIFE"),
    ("000095015399001234/0000950153-99-001234.htm", ""),
    ("000095012303002099/y83718e10vk.htm", ""),
    ("000141057822000504/sdon-20211231x10k.htm", "BIEF"),
    ("000095013502001340/b42129tie10-k405.txt", ""),
    ("51143/0001047469-98-012291.txt", "IBFE"),
    ("000104581023000175/nvda-20230730.htm", "ICBEEF"),
    ("000119312517148855/d381726d10q.htm", "BICFE"),
    ("000132638023000047/gme-20230729.htm", "BICFEE"),
    ("000132680119000037/fb-03312019x10q.htm", "BICEFF"),
    ("000144530522000110/wk-20220630.htm", "BBICEEFF"),
    ("000165204423000070/goog-20230630.htm", "BICEEEEF"),
    ("000119312518236766/d828236d10q.htm", "ICBFE"),
    ("000032019323000077/aapl-20230701.htm", "ICBEF"),
    ("000032019325000057/aapl-20250329.htm", "ICBEF"),
    ("320193/0000912057-00-023442.txt", "IBF"),
    ("000035495023000185/hd-20230730.htm", "BICEF"),
    ("000008042423000103/pg-20230930.htm", "ICBEEF"),
    ("000106299321003193/form20f.htm", "BIEF"),
    ("000092838501500187/0000928385-01-500187.txt", "BIIF"),
    ("000100018010000006/form_8-ks.htm", ""),
    ("000100103918000048/fy2018_q2x8kxannualmeeting.htm", ""),
    ("100240/0000950144-94-000277.txt", ""),
    ("000104581026000024/nvda-20260302.htm", ""),
    ("000095013705004969/c94636e8vk.htm", ""),
    ("000121390025032135/ea0238372-8k_abvcbio.htm", ""),
    ("000162828025058337/meta-20251219.htm", ""),
    ("000001961726000241/jpm-20260624.htm", ""),
    ("000162828017000663/a8-kq1201712312016.htm", ""),
    ("000110465903004925/0001104659-03-004925.htm", ""),
    ("000007233323000015/jwn-20230301.htm", ""),
    ("913951/0001011438-98-000429.txt", ""),
];

fn letter(statement: Statement) -> char {
    match statement {
        Statement::BalanceSheet => 'B',
        Statement::IncomeStatement => 'I',
        Statement::ComprehensiveIncome => 'C',
        Statement::CashFlows => 'F',
        _ => 'E',
    }
}

fn letters(content: &FilingContent) -> String {
    let found = content.tables.iter().filter_map(|table| table.statement);
    found.map(letter).collect()
}

#[test]
fn the_statements_of_the_corpus_are_known() {
    let mut wrong = Vec::new();
    for real in real::filings() {
        let content = real.content(real.bytes());
        let found = letters(&content);
        let known = KNOWN.iter().find(|(name, _)| real.key() == *name);
        println!("{} {found}", real.key());
        for table in content.tables.iter().filter(|t| t.statement.is_some()) {
            println!("    {:?} {:?}", table.statement, table.caption);
        }
        if let Some((name, expected)) = known.filter(|(_, expected)| found != *expected) {
            wrong.push(format!("{name}: {found}, expected {expected}"));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

fn statements(body: &str) -> String {
    letters(&parse("10-K", format!("<html><body>{body}</body></html>")))
}

/// A table with these rows of a label and two numbers.
fn table(labels: &[&str]) -> String {
    let head = "<tr><td></td><td>2023</td><td>2022</td></tr>".to_owned();
    let row = |(at, label): (usize, &&str)| {
        format!(
            "<tr><td>{label}</td><td>{}</td><td>{}</td></tr>",
            100 + at,
            200 + at
        )
    };
    let rows: String = labels.iter().enumerate().map(row).collect();
    format!("<table>{head}{rows}</table>")
}

const BALANCE: [&str; 7] = [
    "Cash and cash equivalents",
    "Inventories",
    "Total assets",
    "Accounts payable",
    "Long-term debt",
    "Retained earnings",
    "Total liabilities and stockholders' equity",
];
const INCOME: [&str; 7] = [
    "Net sales",
    "Cost of sales",
    "Operating expenses",
    "Income before taxes",
    "Provision for income taxes",
    "Net income",
    "Net income per share",
];

#[test]
fn titles_and_labels_tell_statements() {
    let found = statements(&format!(
        "<p><b>CONSOLIDATED BALANCE SHEETS</b></p><p>(in millions)</p>{}\
         <p>See accompanying notes.</p><p>12</p>\
         <p><b>CONSOLIDATED STATEMENTS OF INCOME</b></p>{}",
        table(&BALANCE),
        table(&INCOME)
    ));
    assert_eq!(found, "BI");
}

#[test]
fn excerpts_and_parents_are_no_statements() {
    for title in [
        "Selected Financial Data",
        "Condensed Balance Sheets of the Registrant (Parent Company Only)",
        "Consolidated Balance Sheets (Parenthetical)",
        "Pro Forma Balance Sheet",
        "Our debt agreements ask for these figures",
    ] {
        let body = format!("<p><b>{title}</b></p>{}", table(&BALANCE));
        assert_eq!(statements(&body), "", "{title}");
    }
}

#[test]
fn the_fullest_of_a_kind_is_the_statement() {
    let short = &BALANCE[1..];
    let title = "<p><b>Balance Sheets</b></p>";
    let body = format!(
        "{title}{}<p>Text.</p>{title}{}",
        table(short),
        table(&[&BALANCE[..], &["Goodwill", "Land", "Other"]].concat())
    );
    let content = parse("10-K", format!("<html><body>{body}</body></html>"));
    let found: Vec<bool> = content
        .tables
        .iter()
        .map(|t| t.statement.is_some())
        .collect();
    assert_eq!(found, [false, true]);
}

#[test]
fn pages_of_one_statement_count_as_it() {
    let title = "<p><b>CONSOLIDATED BALANCE SHEETS</b></p>";
    let body = format!(
        "{title}{}<p>12</p><p><b>CONSOLIDATED BALANCE SHEETS (continued)</b></p>{}",
        table(&[
            "Cash and cash equivalents",
            "Receivables",
            "Inventories",
            "Land",
            "Total assets"
        ]),
        table(&[
            "Accounts payable",
            "Debt",
            "Accrued taxes",
            "Equity",
            "Total liabilities and equity"
        ]),
    );
    assert_eq!(statements(&body), "BB");
}

#[test]
fn facts_tell_statements() {
    let row = |concept: &str, value: &str| {
        format!(
            "<tr><td>Line</td><td><ix:nonFraction name=\"us-gaap:{concept}\" contextRef=\"c\" unitRef=\"u\" scale=\"6\" \
             format=\"ixt:num-dot-decimal\">{value}</ix:nonFraction></td></tr>"
        )
    };
    let content = parse(
        "10-K",
        format!(
            "<html><body><ix:header><ix:resources>\
             <xbrli:context id=\"c\"><xbrli:period><xbrli:instant>2023-12-31</xbrli:instant></xbrli:period></xbrli:context>\
             <xbrli:unit id=\"u\"><xbrli:measure>iso4217:USD</xbrli:measure></xbrli:unit></ix:resources></ix:header>\
             <p>What we own and owe</p><table><tr><td></td><td>Last year</td></tr>{}{}{}</table></body></html>",
            row("CashAndCashEquivalentsAtCarryingValue", "5"),
            row("Assets", "50"),
            row("LiabilitiesAndStockholdersEquity", "50"),
        ),
    );
    assert_eq!(letters(&content), "B");
    let table = &content.tables[0];
    assert_eq!(table.scale, 6);
    assert_eq!(table.numbers[1].value, "50000000");
    assert_eq!(
        table.periods[1].as_ref().unwrap().end().to_string(),
        "2023-12-31"
    );
}
