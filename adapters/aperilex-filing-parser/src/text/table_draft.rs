//! Tables as they are met: where each cell's text lies, not yet a grid.

use super::MAX_TABLES;
use crate::table::MAX_COLUMNS;

/// Tables nested deeper than this are read as blocks.
const MAX_DEPTH: usize = 64;

/// A cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct CellDraft {
    /// Where its text starts.
    pub(crate) start: u32,
    /// Where its text ends.
    pub(crate) end: u32,
    /// Its row.
    pub(crate) row: u32,
    /// Its first column.
    pub(crate) column: u16,
    /// Columns it spans, as written, at most 255.
    pub(crate) colspan: u8,
    /// Rows it spans, as written, at most 255.
    pub(crate) rowspan: u8,
    /// A `th`.
    pub(crate) header: bool,
}

/// A table.
#[derive(Debug, Default)]
pub(crate) struct TableDraft {
    /// Where its text starts.
    pub(crate) start: u32,
    /// Where its text ends.
    pub(crate) end: u32,
    /// Its cells that are not empty, in document order.
    pub(crate) cells: Vec<CellDraft>,
    /// It holds another table, so it is a layout.
    pub(crate) nests: bool,
    rows: u32,
    cell: Option<CellDraft>,
    /// Column of the next cell.
    column: u16,
    /// Row behind the last one that a cell from above reaches into, by column.
    busy: Vec<u32>,
}

impl TableDraft {
    fn close_cell(&mut self, at: u32) {
        if let Some(mut cell) = self.cell.take() {
            cell.end = at;
            // Two of three cells are spacers.
            if cell.end > cell.start && !self.nests {
                self.cells.push(cell);
            }
        }
    }

    /// The first column that is free, taken for a cell with these spans.
    fn take_column(&mut self, colspan: u8, rowspan: u8) -> u16 {
        let row = self.rows;
        let free = |busy: Option<&u32>| busy.is_none_or(|until| *until <= row);
        while !free(self.busy.get(usize::from(self.column))) {
            self.column = self.column.saturating_add(1);
        }
        let column = self.column;
        let end = usize::from(column.saturating_add(u16::from(colspan))).min(MAX_COLUMNS);
        if rowspan > 1 {
            let until = row.saturating_add(u32::from(rowspan));
            self.busy.resize(self.busy.len().max(end), 0);
            let taken = self.busy.iter_mut().take(end).skip(usize::from(column));
            taken.for_each(|busy| *busy = until);
        }
        self.column = u16::try_from(end).unwrap_or(u16::MAX).max(column);
        column
    }
}

/// The tables open at a place, and those that are done.
#[derive(Debug, Default)]
pub(crate) struct Tables {
    open: Vec<TableDraft>,
    too_deep: usize,
    /// Closed tables, inner ones before the outer.
    done: Vec<TableDraft>,
    /// Tables that ended when enough were done.
    left_out: usize,
}

impl Tables {
    /// Whether text would be in a cell.
    pub(crate) fn in_cell(&self) -> bool {
        self.open.last().is_some_and(|table| table.cell.is_some())
    }

    /// A table starts at `at`.
    pub(crate) fn start(&mut self, at: u32) {
        if self.open.len() >= MAX_DEPTH {
            self.too_deep += 1;
            return;
        }
        if let Some(outer) = self.open.last_mut() {
            outer.nests = true;
            outer.cells = Vec::new();
        }
        self.open.push(TableDraft {
            start: at,
            ..TableDraft::default()
        });
    }

    /// A table ends at `at`.
    pub(crate) fn end(&mut self, at: u32) {
        if self.too_deep > 0 {
            self.too_deep -= 1;
            return;
        }
        if let Some(mut table) = self.open.pop() {
            table.close_cell(at);
            table.end = at;
            if self.done.len() >= MAX_TABLES {
                self.left_out += 1;
                return;
            }
            table.cells.shrink_to_fit();
            table.busy = Vec::new();
            self.done.push(table);
        }
    }

    /// A row starts at `at`.
    pub(crate) fn row(&mut self, at: u32) {
        if let Some(table) = self.open.last_mut() {
            table.close_cell(at);
            table.rows = table.rows.saturating_add(1);
            table.column = 0;
        }
    }

    /// A cell starts at `at`. False outside of tables.
    pub(crate) fn cell(&mut self, at: u32, spans: (u8, u8), header: bool) -> bool {
        let Some(table) = self.open.last_mut() else {
            return false;
        };
        table.close_cell(at);
        let column = table.take_column(spans.0, spans.1);
        table.cell = Some(CellDraft {
            start: at,
            end: at,
            row: table.rows,
            column,
            colspan: spans.0,
            rowspan: spans.1,
            header,
        });
        true
    }

    /// The open cell ends at `at`.
    pub(crate) fn end_cell(&mut self, at: u32) {
        if let Some(table) = self.open.last_mut() {
            table.close_cell(at);
        }
    }

    /// Ends what is open and answers all tables in document order, and how many were left out.
    pub(crate) fn finish(mut self, at: u32) -> (Vec<TableDraft>, usize) {
        self.too_deep = 0;
        while !self.open.is_empty() {
            self.end(at);
        }
        self.done
            .sort_by_key(|table| (table.start, std::cmp::Reverse(table.end)));
        (self.done, self.left_out)
    }
}

/// A span as written; nonsense is 1, at most 255.
pub(crate) fn span(value: &[u8]) -> u8 {
    let value = value.trim_ascii();
    let digits = value.iter().take_while(|b| b.is_ascii_digit()).count();
    if digits > 3 {
        return u8::MAX;
    }
    std::str::from_utf8(value.get(..digits).unwrap_or_default())
        .ok()
        .and_then(|text| text.parse::<u16>().ok())
        .map_or(1, |span| u8::try_from(span.max(1)).unwrap_or(u8::MAX))
}
