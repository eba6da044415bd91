//! Tables: from cells and lines to grids.

pub(crate) mod grid;
pub(crate) mod header;
pub(crate) mod plain;

use aperilex_ports::model::Table;

use crate::text::Page;
use crate::text::line::Line;

/// Rows and columns that are taken of one table.
pub(crate) const MAX_CELLS: usize = 20_000;
/// Columns that are taken of one table.
pub(crate) const MAX_COLUMNS: usize = 1000;
/// A caption is at most this long.
const MAX_CAPTION: usize = 300;

/// What grids may cost over a whole document: linear in its size whatever the spans say.
#[derive(Debug)]
pub(crate) struct Budget {
    cells: usize,
    bytes: usize,
    /// Tables that were left out or cut.
    pub(crate) cut: usize,
}

impl Budget {
    /// For a document of `source` bytes with a text of `text` bytes.
    pub(crate) const fn new(source: usize, text: usize) -> Self {
        Self {
            cells: MAX_CELLS + source / 16,
            bytes: 4096 + text * 4,
            cut: 0,
        }
    }

    /// Takes the cost of a grid; false if it is too much.
    fn spend(&mut self, rows: &[Vec<String>]) -> bool {
        let cells = rows.iter().map(Vec::len).sum();
        let bytes = rows.iter().flatten().map(String::len).sum();
        let (Some(left_cells), Some(left_bytes)) =
            (self.cells.checked_sub(cells), self.bytes.checked_sub(bytes))
        else {
            self.cut += 1;
            return false;
        };
        (self.cells, self.bytes) = (left_cells, left_bytes);
        true
    }
}

/// The tables of a page in document order, layouts left out.
pub(crate) fn read(document: usize, page: &Page<'_>, budget: &mut Budget) -> Vec<Table> {
    let text = page.built.text.as_str();
    let mut out = Vec::new();
    for draft in page.tables.iter().filter(|draft| !draft.nests) {
        let Some(grid) = grid::of(draft, text, budget) else {
            continue;
        };
        let range = trim(text, draft.start as usize, draft.end as usize);
        if !budget.spend(&grid.rows) {
            continue;
        }
        out.push(Table {
            document,
            section: None,
            caption: caption(text, &page.built.lines, range.start),
            range,
            header_rows: grid.header_rows,
            rows: grid.rows,
            ..Table::default()
        });
    }
    for draft in &page.plain_tables {
        let Some(grid) = plain::of(draft, text) else {
            continue;
        };
        let range = trim(text, draft.start as usize, draft.end as usize);
        if !budget.spend(&grid.rows) {
            continue;
        }
        let inside = plain::caption(draft, text);
        let caption = inside.unwrap_or_else(|| caption(text, &page.built.lines, range.start));
        out.push(Table {
            document,
            section: None,
            caption,
            range,
            header_rows: grid.header_rows,
            rows: grid.rows,
            ..Table::default()
        });
    }
    out
}

/// `start..end` without white space at its ends.
pub(crate) fn trim(text: &str, start: usize, end: usize) -> std::ops::Range<usize> {
    let piece = text.get(start..end.min(text.len())).unwrap_or_default();
    let from = start + (piece.len() - piece.trim_start().len());
    from..from + piece.trim().len()
}

/// The line above that names the table: the nearest one that is not a page number or a unit note
/// alone, if it is short enough to be a name.
fn caption(text: &str, lines: &[Line], start: usize) -> String {
    let first = lines.partition_point(|line| (line.start as usize) < start);
    let above = lines.get(..first).unwrap_or_default().iter().rev().take(6);
    for line in above {
        let start = line.start as usize;
        let rest = text.get(start..).unwrap_or_default();
        let line = rest.split('\n').next().unwrap_or_default().trim();
        if line.chars().filter(|c| c.is_alphabetic()).count() < 3 || line.starts_with('(') {
            continue;
        }
        if line.len() > MAX_CAPTION || line.contains('\t') {
            break;
        }
        return line.trim_end_matches(':').to_owned();
    }
    String::new()
}
