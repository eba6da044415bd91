//! Tables as grids.

use crate::support::parse;
use aperilex_ports::Table;

fn tables(body: &str) -> Vec<Table> {
    parse("10-K", format!("<html><body>{body}</body></html>")).tables
}

fn rows(table: &Table) -> Vec<Vec<&str>> {
    table
        .rows
        .iter()
        .map(|row| row.iter().map(String::as_str).collect())
        .collect()
}

#[test]
fn spans_are_repeated_spacers_dropped_and_signs_joined() {
    let found = tables(
        "<p>Selected data (in millions):</p><table>\
         <tr><td></td><td></td><td colspan=7>Years ended</td></tr>\
         <tr><td></td><td></td><td colspan=3>2024</td><td></td><td colspan=3>2023</td></tr>\
         <tr><td>Sales</td><td></td><td>$</td><td>5</td><td></td><td></td><td>$</td><td>4</td><td></td></tr>\
         <tr><td>Loss</td><td></td><td></td><td>(1</td><td>)</td><td></td><td></td><td>(2</td><td>)</td></tr>\
         </table>",
    );
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].caption, "Selected data");
    assert_eq!(found[0].scale, 6);
    assert_eq!(found[0].header_rows, 2);
    assert_eq!(
        rows(&found[0]),
        [
            ["", "Years ended", "Years ended"],
            ["", "2024", "2023"],
            ["Sales", "$5", "$4"],
            ["Loss", "(1)", "(2)"],
        ]
    );
}

#[test]
fn rowspans_fill_the_rows_below() {
    let found = tables(
        "<table><tr><th>Region</th><th>Product</th><th>Sales</th></tr>\
         <tr><td rowspan=2>East</td><td>A</td><td>1</td></tr><tr><td>B</td><td>2</td></tr></table>",
    );
    assert_eq!(
        rows(&found[0]),
        [
            ["Region", "Product", "Sales"],
            ["East", "A", "1"],
            ["East", "B", "2"]
        ]
    );
    assert_eq!(found[0].header_rows, 1);
}

#[test]
fn layouts_are_no_tables() {
    let found = tables(
        "<table><tr><td>•</td><td>We may lose money in 2024.</td></tr><tr><td>•</td><td>And more.</td></tr></table>\
         <table><tr><td>Only one cell with 5</td></tr></table>\
         <table><tr><td><table><tr><td>A</td><td>1</td></tr><tr><td>B</td><td>2</td></tr></table></td></tr></table>",
    );
    assert_eq!(found.len(), 1);
    assert_eq!(rows(&found[0]), [["A", "1"], ["B", "2"]]);
}

#[test]
fn plain_text_tables_have_columns() {
    let content = parse(
        "10-K",
        "Results\n\n<TABLE>\n<CAPTION>\n                 1997      1996\n<S>              <C>       <C>\n\
         Sales ........   $1,200    $1,100\nCosts              (900)     (800)\n</TABLE>\nEnd\n",
    );
    assert_eq!(content.tables.len(), 1);
    let table = &content.tables[0];
    assert_eq!(
        rows(table),
        [
            ["", "1997", "1996"],
            ["Sales", "$1,200", "$1,100"],
            ["Costs", "(900)", "(800)"]
        ]
    );
    assert_eq!(table.header_rows, 1);
    assert!(!content.text().contains("<S>"));
}

#[test]
fn a_table_knows_its_item() {
    let content = parse(
        "10-K",
        "<html><body><p><b>Item 1. Business</b></p><p>We sell.</p><p><b>Item 2. Properties</b></p>\
         <table><tr><td>Plant</td><td>Area</td></tr><tr><td>North</td><td>5</td></tr></table>\
         <p><b>Item 3. Legal Proceedings</b></p><p>None.</p><p>SIGNATURES</p></body></html>",
    );
    let key = content.tables[0].section.as_ref().unwrap();
    assert_eq!((key.part.as_str(), key.item.as_str()), ("I", "2"));
}
