//! The grid of a plain text table: columns by the `<S>` and `<C>` marks, or by wide gaps.

use std::ops::Range;

use crate::text::plain::PlainTable;

use super::grid::{Cell, Grid, Place};
use super::{MAX_CELLS, MAX_COLUMNS, header, number};

/// The grid of `draft`; none if its lines do not fall into columns.
pub(crate) fn of<'t>(draft: &PlainTable, text: &'t str) -> Option<Grid<'t>> {
    let end = (draft.end as usize).min(text.len());
    let (start, body) = (draft.start as usize, draft.body as usize);
    let marked = draft.columns.len() > 1;
    let mut cells: Vec<Cell> = Vec::new();
    // Row and column of each cell.
    let mut at: Vec<(usize, usize)> = Vec::new();
    let (mut rows, mut width, mut head_rows) = (0, 0, 0);
    let mut offset = start;
    // The marks leave their spaces behind: the body begins within a line.
    let head = text.get(start..body)?.split_inclusive('\n');
    for line in head.chain(text.get(body..end)?.split_inclusive('\n')) {
        let begins = offset;
        offset += line.len();
        let is_head = begins < body;
        let line = line.trim_ascii_end();
        let pieces = pieces(line);
        // Before the marks stand names of columns, set in or in columns, and titles.
        let names = marked && (line.starts_with("   ") || pieces.len() > 1);
        if is_head && !names || is_rule(line) {
            continue;
        }
        let before = cells.len();
        for (piece, range) in pieces.into_iter().enumerate() {
            let column = if marked {
                column(&range, &draft.columns)
            } else {
                piece
            };
            push(&mut cells, &mut at, (rows, column), (begins, range), text);
            width = width.max(column + 1);
        }
        if cells.len() > before {
            rows += 1;
            head_rows += usize::from(is_head);
        }
        if cells.len() >= MAX_CELLS {
            break;
        }
    }
    let height = rows.min(MAX_CELLS / width.max(1));
    if width < 2 || height < 2 || width > MAX_COLUMNS {
        return None;
    }
    let mut places = vec![Place::EMPTY; width * height];
    for ((row, column), cell) in at.into_iter().zip(0_u32..) {
        if let Some(place) = places.get_mut(row * width + column) {
            *place = Place::of(cell);
        }
    }
    let mut grid = Grid {
        text,
        cells,
        places,
        width,
        height,
        header_rows: 0,
    };
    grid.header_rows = header::count(&grid).max(head_rows.min(height - 1));
    Some(grid)
}

/// Adds a piece of a line that begins at `line`; one in the column of the last goes on with it.
fn push(
    cells: &mut Vec<Cell>,
    at: &mut Vec<(usize, usize)>,
    place: (usize, usize),
    (line, range): (usize, Range<usize>),
    text: &str,
) {
    let start = line + range.start;
    // Leader dots between a label and its numbers.
    let words = text.get(start..line + range.end).unwrap_or_default();
    let words = words.trim_end_matches([' ', '.', '_']);
    if words.is_empty() {
        return;
    }
    let end = u32::try_from(start + words.len()).unwrap_or(u32::MAX);
    let class = |from: u32| {
        let words = text.get(from as usize..end as usize).unwrap_or_default();
        if words.contains("  ") {
            let words: Vec<&str> = words.split_ascii_whitespace().collect();
            number::class(&words.join(" "))
        } else {
            number::class(words)
        }
    };
    if at.last() == Some(&place)
        && let Some(last) = cells.last_mut()
    {
        last.end = end;
        last.class = class(last.start);
        return;
    }
    let start = u32::try_from(start).unwrap_or(u32::MAX);
    at.push(place);
    cells.push(Cell {
        start,
        end,
        class: class(start),
    });
}

/// What the table says before the marks of its columns, and how far in names of columns begin.
pub(crate) fn head<'t>(draft: &PlainTable, text: &'t str) -> (&'t str, usize) {
    let head = text.get(draft.start as usize..draft.body as usize);
    let second = draft
        .columns
        .get(1)
        .map_or(usize::MAX, |mark| *mark as usize);
    (head.unwrap_or_default(), second)
}

/// A line of dashes, equals signs and spaces.
pub(crate) fn is_rule(line: &str) -> bool {
    line.bytes()
        .all(|b| matches!(b, b'-' | b'=' | b'_' | b' ' | b'\t' | b'.' | b'*'))
}

/// Pieces of a line between gaps of two spaces or leader dots or more, or a tab.
fn pieces(line: &str) -> Vec<Range<usize>> {
    let bytes = line.as_bytes();
    let mut out: Vec<Range<usize>> = Vec::new();
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
            out.push(begun..last);
            start = None;
        }
        start = start.or(Some(at));
        (spaces, last) = (0, at + 1);
    }
    if let Some(begun) = start {
        out.push(begun..last);
    }
    out
}

/// Numbers are set flush right, so a piece belongs to the last column that begins before its end.
fn column(piece: &Range<usize>, columns: &[u32]) -> usize {
    let second = columns.get(1).map_or(0, |mark| *mark as usize);
    if piece.start == 0 && second > 0 {
        return 0;
    }
    let before = |mark: &u32| (*mark as usize) < piece.end;
    columns.iter().rposition(before).unwrap_or(0)
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
        assert_eq!(grid.texts().to_vec(), expected);
        assert_eq!(grid.header_rows, 1);
    }
}
