//! The grid of a plain text table: columns by the `<S>` and `<C>` marks, or by wide gaps.

use crate::text::plain::PlainTable;

use super::grid::Grid;
use super::{MAX_CELLS, header};

/// The grid of `draft`; none if its lines do not fall into columns.
pub(crate) fn of(draft: &PlainTable, text: &str) -> Option<Grid> {
    let body = text.get(draft.body as usize..(draft.end as usize).min(text.len()))?;
    let head = text
        .get(draft.start as usize..draft.body as usize)
        .unwrap_or_default();
    let split = |line: &str| -> Vec<String> {
        if draft.columns.len() > 1 {
            by_marks(line, &draft.columns)
        } else {
            by_gaps(line)
        }
    };
    let mut rows: Vec<Vec<String>> = head
        .lines()
        .filter(|line| line.starts_with("   ") && draft.columns.len() > 1)
        .chain(body.lines())
        .filter(|line| !is_rule(line))
        .map(split)
        .filter(|row| row.iter().any(|cell| !cell.is_empty()))
        .collect();
    let width = rows.iter().map(Vec::len).max()?;
    if width < 2 || rows.len() < 2 {
        return None;
    }
    rows.truncate(MAX_CELLS / width);
    for row in &mut rows {
        row.resize(width, String::new());
    }
    let header_rows = header::count(&rows);
    Some(Grid { rows, header_rows })
}

/// The caption inside the table: the first line before the column marks that is not indented rules.
pub(crate) fn caption(draft: &PlainTable, text: &str) -> Option<String> {
    let head = text.get(draft.start as usize..draft.body as usize)?;
    let line = head
        .lines()
        .map(str::trim)
        .find(|line| !line.is_empty() && !is_rule(line))?;
    (line.len() <= super::MAX_CAPTION && !line.contains("   ")).then(|| line.to_owned())
}

/// A line of dashes, equals signs and spaces.
fn is_rule(line: &str) -> bool {
    line.bytes()
        .all(|b| matches!(b, b'-' | b'=' | b'_' | b' ' | b'\t' | b'.' | b'*'))
}

/// Pieces of a line between gaps of two spaces or leader dots or more, or a tab: start and end.
fn pieces(line: &str) -> Vec<(usize, usize)> {
    let bytes = line.as_bytes();
    let mut out: Vec<(usize, usize)> = Vec::new();
    let mut start = None;
    let (mut spaces, mut last) = (0, 0);
    for (at, byte) in bytes.iter().enumerate() {
        let leader = *byte == b'.'
            && (bytes.get(at + 1) == Some(&b'.') || at > 0 && bytes.get(at - 1) == Some(&b'.'));
        if *byte == b' ' || *byte == b'\t' || leader {
            spaces += if *byte == b'\t' { 2 } else { 1 };
            continue;
        }
        if let Some(begun) = start
            && spaces >= 2
        {
            out.push((begun, last));
            start = None;
        }
        start = start.or(Some(at));
        (spaces, last) = (0, at + 1);
    }
    if let Some(begun) = start {
        out.push((begun, last));
    }
    out
}

fn cell(line: &str, start: usize, end: usize) -> String {
    let text = line.get(start..end).unwrap_or_default().trim();
    // Leader dots between a label and its numbers.
    let text = text.trim_end_matches([' ', '.', '_']);
    text.to_owned()
}

fn by_gaps(line: &str) -> Vec<String> {
    pieces(line)
        .into_iter()
        .map(|(start, end)| cell(line, start, end))
        .collect()
}

/// Numbers are set flush right, so a piece belongs to the last column that begins before its end.
fn by_marks(line: &str, columns: &[u32]) -> Vec<String> {
    let mut row = vec![String::new(); columns.len()];
    for (start, end) in pieces(line) {
        let column = columns
            .iter()
            .rposition(|mark| (*mark as usize) < end)
            .unwrap_or(0);
        let column = if start < columns.get(1).map_or(0, |mark| *mark as usize) && start == 0 {
            0
        } else {
            column
        };
        if let Some(target) = row.get_mut(column) {
            if !target.is_empty() {
                target.push(' ');
            }
            target.push_str(&cell(line, start, end));
        }
    }
    row
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_follow_the_marks() {
        let text = "                 1997    1996\n\nSales ......... $1,200  $1,100\nCosts             (900)\n";
        let draft = PlainTable {
            start: 0,
            end: 200,
            body: 0,
            columns: vec![0, 15, 23],
        };
        let grid = of(&draft, text).unwrap();
        let expected = [
            ["", "1997", "1996"],
            ["Sales", "$1,200", "$1,100"],
            ["Costs", "(900)", ""],
        ];
        assert_eq!(grid.rows, expected);
        assert_eq!(grid.header_rows, 1);
    }
}
