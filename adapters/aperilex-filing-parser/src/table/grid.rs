//! The grid of an HTML table: spans resolved, spacer columns dropped, signs joined to numbers.

use crate::text::table_draft::{CellDraft, TableDraft};

use super::header;
use super::{Budget, MAX_CELLS, MAX_COLUMNS};

/// A table's cells, all rows equally long.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Grid {
    /// Cells by row.
    pub(crate) rows: Vec<Vec<String>>,
    /// How many of the first rows are headers.
    pub(crate) header_rows: usize,
}

/// A cell at its place.
#[derive(Debug, Clone, Copy)]
struct Placed<'t> {
    row: usize,
    column: usize,
    /// Behind its last column.
    end: usize,
    rows: usize,
    text: &'t str,
    header: bool,
}

/// The grid of `draft`; none for a layout: fewer than two columns or rows with text, or bullets.
pub(crate) fn of(draft: &TableDraft, text: &str, budget: &mut Budget) -> Option<Grid> {
    let (placed, row_count, cut) = place(draft, text);
    budget.cut += usize::from(cut);
    let columns = Columns::of(&placed);
    if columns.kept.len() < 2 {
        return None;
    }
    if row_count.saturating_mul(columns.kept.len()) > MAX_CELLS * 4 {
        budget.cut += 1;
    }
    let rows = fill(&placed, &columns, row_count);
    let th_rows = header_cells(&placed);
    let mut rows = columns.join(rows);
    let is_filled = |row: &Vec<String>| row.iter().any(|cell| !cell.is_empty());
    let filled: Vec<bool> = rows.iter().map(is_filled).collect();
    let th_rows = filled.iter().take(th_rows).filter(|f| **f).count();
    rows.retain(is_filled);
    if rows.len() < 2 && !has_digit(&rows) || rows.is_empty() || is_bullets(&rows) {
        return None;
    }
    let header_rows = header::count(&rows).max(th_rows.min(rows.len() - 1));
    Some(Grid { rows, header_rows })
}

/// Puts every cell that has text in its column. Answers also the number of rows, and whether cells
/// were left out.
fn place<'t>(draft: &TableDraft, text: &'t str) -> (Vec<Placed<'t>>, usize, bool) {
    let mut placed = Vec::new();
    // Row behind the last one that a cell from above reaches into, by column.
    let mut busy: Vec<usize> = Vec::new();
    let (mut row, mut column, mut rows, mut filled_rows) = (usize::MAX, 0, 0, 0);
    let mut first_row = 0;
    for cell in &draft.cells {
        if cell.row as usize != row {
            row = cell.row as usize;
            column = 0;
            if placed.is_empty() {
                first_row = row;
            }
        }
        while busy.get(column).is_some_and(|until| *until > row) {
            column += 1;
        }
        let end = (column + usize::from(cell.colspan)).min(MAX_COLUMNS);
        if cell.rowspan > 1 {
            busy.resize(busy.len().max(end), 0);
            for until in busy.iter_mut().take(end).skip(column) {
                *until = row + usize::from(cell.rowspan);
            }
        }
        let content = cell_text(cell, text);
        if !content.is_empty() && column < end {
            rows = rows.max(row + 1 - first_row);
            filled_rows += 1;
            placed.push(Placed {
                row: row - first_row,
                column,
                end,
                rows: usize::from(cell.rowspan),
                text: content,
                header: cell.header,
            });
        }
        column = end;
        if filled_rows >= MAX_CELLS {
            return (placed, rows, true);
        }
    }
    (placed, rows, false)
}

fn cell_text<'t>(cell: &CellDraft, text: &'t str) -> &'t str {
    let end = (cell.end as usize).min(text.len());
    text.get(cell.start as usize..end)
        .unwrap_or_default()
        .trim()
}

/// How many of the first rows consist of `th` cells.
fn header_cells(placed: &[Placed<'_>]) -> usize {
    let first_data = placed
        .iter()
        .filter(|cell| !cell.header)
        .map(|cell| cell.row)
        .min();
    let has_headers = placed.iter().any(|cell| cell.header);
    if has_headers {
        first_data.unwrap_or(0)
    } else {
        0
    }
}

/// The columns in which some cell with text begins.
struct Columns {
    kept: Vec<usize>,
}

/// What is only a sign that belongs to its neighbour.
fn is_prefix(text: &str) -> bool {
    matches!(
        text,
        "$" | "€" | "£" | "¥" | "(" | "$(" | "US$" | "C$" | "($" | "-" | "R$" | "HK$"
    )
}

fn is_suffix(text: &str) -> bool {
    matches!(
        text,
        ")" | "%" | ")%" | "%)" | "*" | "bps" | "x" | "pts" | "pp"
    )
}

impl Columns {
    fn of(placed: &[Placed<'_>]) -> Self {
        let mut begins = vec![false; MAX_COLUMNS];
        for cell in placed {
            // A header over several columns begins where its numbers do or one before.
            if let Some(begin) = begins.get_mut(cell.column) {
                *begin = true;
            }
        }
        let kept = begins
            .iter()
            .enumerate()
            .filter(|(_, begin)| **begin)
            .map(|(column, _)| column)
            .collect();
        Self { kept }
    }

    /// Joins columns of mere signs to the numbers they belong to.
    fn join(&self, mut rows: Vec<Vec<String>>) -> Vec<Vec<String>> {
        let width = self.kept.len();
        let mut keep = vec![true; width];
        for column in 0..width {
            let kind = sign_column(&rows, column, &keep);
            let target = match kind {
                Some(Sign::Prefix) => (column + 1 < width).then_some(column + 1),
                Some(Sign::Suffix) => (0..column).rev().find(|c| keep.get(*c) == Some(&true)),
                None => None,
            };
            let Some(target) = target else { continue };
            for row in &mut rows {
                join_cell(row, column, target);
            }
            if let Some(keep) = keep.get_mut(column) {
                *keep = false;
            }
        }
        for row in &mut rows {
            let mut index = 0;
            row.retain(|_| {
                index += 1;
                keep.get(index - 1) == Some(&true)
            });
        }
        rows
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sign {
    Prefix,
    Suffix,
}

/// Whether a column holds only signs; headers that repeat in its neighbour do not count.
fn sign_column(rows: &[Vec<String>], column: usize, keep: &[bool]) -> Option<Sign> {
    let before = (0..column).rev().find(|c| keep.get(*c) == Some(&true));
    let (mut prefix, mut suffix, mut other) = (0, 0, 0);
    for row in rows {
        let cell = row.get(column).map_or("", String::as_str);
        let next = row.get(column + 1).map_or("", String::as_str);
        let previous = before.and_then(|c| row.get(c)).map_or("", String::as_str);
        if cell.is_empty() {
        } else if is_prefix(cell) {
            prefix += 1;
        } else if is_suffix(cell) {
            suffix += 1;
        } else if cell != next && cell != previous {
            other += 1;
        }
    }
    match (prefix, suffix, other) {
        (1.., 0, 0) => Some(Sign::Prefix),
        (0, 1.., 0) => Some(Sign::Suffix),
        _ => None,
    }
}

fn join_cell(row: &mut [String], column: usize, target: usize) {
    let Some(sign) = row.get_mut(column).map(std::mem::take) else {
        return;
    };
    let Some(cell) = row.get_mut(target) else {
        return;
    };
    if sign.is_empty() || *cell == sign {
        return;
    }
    if is_prefix(&sign) {
        cell.insert_str(0, &sign);
    } else if is_suffix(&sign) {
        cell.push_str(&sign);
    } else if cell.is_empty() {
        *cell = sign;
    }
}

/// The grid's strings: a cell is repeated over the kept columns and the rows it spans.
fn fill(placed: &[Placed<'_>], columns: &Columns, row_count: usize) -> Vec<Vec<String>> {
    let width = columns.kept.len();
    let height = row_count.min((MAX_CELLS / width.max(1)).max(1));
    let mut rows = vec![vec![String::new(); width]; height];
    for cell in placed {
        let from = columns.kept.partition_point(|column| *column < cell.column);
        let to = columns.kept.partition_point(|column| *column < cell.end);
        for row in rows.iter_mut().skip(cell.row).take(cell.rows) {
            for target in row.iter_mut().take(to).skip(from) {
                cell.text.clone_into(target);
            }
        }
    }
    rows
}

fn has_digit(rows: &[Vec<String>]) -> bool {
    rows.iter()
        .flatten()
        .any(|cell| cell.bytes().any(|b| b.is_ascii_digit()))
}

/// A list set as a table: a mark, then the text.
fn is_bullets(rows: &[Vec<String>]) -> bool {
    rows.iter().all(|row| {
        let (mark, rest) = row
            .split_first()
            .map_or(("", &[][..]), |(m, r)| (m.as_str(), r));
        let short = mark.chars().count() <= 5;
        let filled = rest.iter().filter(|cell| !cell.is_empty()).count();
        let symbol = mark.is_empty() || mark.chars().all(|c| !c.is_alphanumeric());
        let numbered = mark.ends_with(['.', ')']) || mark.starts_with('(');
        filled <= 1 && short && (symbol || numbered) && !mark.starts_with('$')
    })
}
