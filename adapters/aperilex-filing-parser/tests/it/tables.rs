//! Tables as grids.

use crate::support::parse;
use aperilex_ports::Table;

fn tables(body: &str) -> Vec<Table> {
    parse("10-K", format!("<html><body>{body}</body></html>")).tables
}

fn rows(table: &Table) -> Vec<Vec<&str>> {
    table.cells.rows().map(Iterator::collect).collect()
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

#[test]
fn spaces_before_a_preformatted_table_are_none_of_it() {
    let body = "<pre>—x     <TABLE>\n<S> <C>\n——a   b\n——c   d\n</TABLE></pre>";
    let content = parse("10-K", format!("<html><body>{body}</body></html>"));
    let table = &content.tables[0];
    assert_eq!(&content.text()[table.range.clone()], "——a   b\n——c   d");
}

/// The rows of the only table.
fn grid(body: &str) -> Vec<Vec<String>> {
    let mut found = tables(body);
    assert_eq!(found.len(), 1);
    found.remove(0).cells.to_vec()
}

#[test]
fn a_header_over_the_sign_of_its_numbers_is_theirs() {
    let rows = grid(
        "<table><tr><td></td><td>2024</td><td></td><td>2023</td><td></td></tr>\
         <tr><td>Sales</td><td>$</td><td>5</td><td>$</td><td>4</td></tr>\
         <tr><td>Costs</td><td></td><td>3</td><td></td><td>2</td></tr></table>",
    );
    assert_eq!(
        rows,
        [
            ["", "2024", "2023"],
            ["Sales", "$5", "$4"],
            ["Costs", "3", "2"]
        ]
    );
}

#[test]
fn a_sign_column_between_numbers_serves_both() {
    let rows = grid(
        "<table><tr><td></td><td>2024</td><td></td><td>2023</td></tr>\
         <tr><td>Loss</td><td>(5</td><td>)</td><td>(4)</td></tr>\
         <tr><td>Sales</td><td>3</td><td>$</td><td>2</td></tr></table>",
    );
    assert_eq!(
        rows,
        [
            ["", "2024", "2023"],
            ["Loss", "(5)", "(4)"],
            ["Sales", "3", "$2"]
        ]
    );
}

#[test]
fn a_column_of_dashes_is_no_sign() {
    let rows = grid(
        "<table><tr><td></td><td>A</td><td>B</td></tr><tr><td>x</td><td>-</td><td>5</td></tr>\
         <tr><td>y</td><td>-</td><td>6</td></tr></table>",
    );
    assert_eq!(rows[1], ["x", "-", "5"]);
}

#[test]
fn columns_that_only_headers_begin_in_are_dropped() {
    let rows = grid(
        "<table><tr><td></td><td colspan=2>2024</td><td colspan=2>2023</td></tr>\
         <tr><td>Sales</td><td></td><td>5</td><td></td><td>4</td></tr>\
         <tr><td>Costs</td><td></td><td>3</td><td></td><td>2</td></tr></table>",
    );
    assert_eq!(
        rows,
        [
            ["", "2024", "2023"],
            ["Sales", "5", "4"],
            ["Costs", "3", "2"]
        ]
    );
}

#[test]
fn marks_of_notes_in_columns_of_their_own_join_the_numbers() {
    let rows = grid(
        "<table><tr><td>Name</td><td colspan=2>Shares</td></tr><tr><td>A. Person</td><td>5,000</td><td>(1)</td></tr>\
         <tr><td>B. Person</td><td>6,000</td><td>(2)</td></tr></table>",
    );
    assert_eq!(rows[1], ["A. Person", "5,000(1)"]);
}

#[test]
fn captions_are_set_lines_without_notes() {
    for (above, expected) in [
        (
            "<p><b>Revenue by Region</b></p><p>(in millions)</p>",
            "Revenue by Region",
        ),
        (
            "<p><b>Revenue by Region (in millions):</b></p>",
            "Revenue by Region",
        ),
        (
            "<p><b>Debt</b></p><p>The following table shows what we owe to all of our lenders at the end of the year.</p>",
            "Debt",
        ),
        (
            "<p><b>Debt</b></p><p><b>December 31, 2023 and 2022</b></p>",
            "Debt",
        ),
        (
            "<p>We borrowed more than in any other year of our long history as a company.</p>",
            "",
        ),
        (
            "<p><b>Balance Sheets</b></p><p><b>A Corp, Inc.</b></p>",
            "Balance Sheets",
        ),
    ] {
        let body = format!(
            "{above}<table><tr><td></td><td>2023</td></tr><tr><td>Sales</td><td>5</td></tr></table>"
        );
        assert_eq!(tables(&body)[0].caption, expected, "{above}");
    }
}

#[test]
fn titles_in_the_table_are_headers_and_its_caption() {
    let found = tables(
        "<table><tr><td colspan=3>Balance Sheets</td></tr><tr><td colspan=3>(in thousands)</td></tr>\
         <tr><td></td><td>2023</td><td>2022</td></tr><tr><td>Assets:</td></tr><tr><td>Cash</td><td>5</td><td>4</td></tr></table>",
    );
    assert_eq!((found[0].header_rows, found[0].scale), (3, 3));
    assert_eq!(found[0].caption, "Balance Sheets");
}

#[test]
fn years_down_the_first_column_are_labels() {
    let found = tables(
        "<table><tr><td>2024</td><td>$5</td></tr><tr><td>2025</td><td>6</td></tr><tr><td>Thereafter</td><td>7</td></tr></table>",
    );
    assert_eq!(found[0].header_rows, 0);
    let columns: Vec<usize> = found[0]
        .numbers
        .iter()
        .map(|number| number.column)
        .collect();
    assert_eq!(columns, [1, 1, 1]);
}
