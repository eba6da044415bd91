//! The grid of a table as indices into its cells: spans resolved, nothing copied.

use std::ops::Range;

use aperilex_ports::model::Cells;

use crate::text::table_draft::TableDraft;

use super::number::{self, Class};
use super::{MAX_CELLS, MAX_COLUMNS, columns, header};

/// No cell.
const NONE: u32 = u32::MAX;

/// A cell that has text.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Cell {
    /// Where its text starts.
    pub(crate) start: u32,
    /// Where its text ends.
    pub(crate) end: u32,
    /// What it is.
    pub(crate) class: Class,
}

/// What stands at a row and column: a run of cells, mostly one; signs beside a number join it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) first: u32,
    pub(crate) last: u32,
}

impl Place {
    /// Nothing stands there.
    pub(crate) const EMPTY: Self = Self {
        first: NONE,
        last: NONE,
    };

    pub(crate) const fn of(cell: u32) -> Self {
        Self {
            first: cell,
            last: cell,
        }
    }

    pub(crate) const fn is_empty(self) -> bool {
        self.first == NONE
    }
}

/// A table's cells, all rows equally long.
#[derive(Debug)]
pub(crate) struct Grid<'t> {
    /// The text they lie in.
    pub(crate) text: &'t str,
    pub(crate) cells: Vec<Cell>,
    /// Row by row.
    pub(crate) places: Vec<Place>,
    pub(crate) width: usize,
    pub(crate) height: usize,
    /// How many of the first rows are headers.
    pub(crate) header_rows: usize,
}

impl<'t> Grid<'t> {
    /// What stands at a place.
    pub(crate) fn place(&self, row: usize, column: usize) -> Place {
        if column >= self.width {
            return Place::EMPTY;
        }
        let at = row * self.width + column;
        self.places.get(at).copied().unwrap_or(Place::EMPTY)
    }

    /// The cells of a place.
    pub(crate) fn pieces(&self, place: Place) -> &[Cell] {
        if place.is_empty() {
            return &[];
        }
        self.cells
            .get(place.first as usize..=place.last as usize)
            .unwrap_or_default()
    }

    /// The strongest class of what stands at a place; none where nothing does.
    pub(crate) fn class(&self, row: usize, column: usize) -> Option<Class> {
        let pieces = self.pieces(self.place(row, column));
        pieces.iter().map(|cell| cell.class).max()
    }

    /// Where the text of a place lies, its signs included.
    pub(crate) fn range(&self, place: Place) -> Range<usize> {
        match self.pieces(place) {
            [] => 0..0,
            [first, .., last] => first.start as usize..last.end as usize,
            [one] => one.start as usize..one.end as usize,
        }
    }

    /// The text of a cell.
    pub(crate) fn cell_text(&self, cell: Cell) -> &'t str {
        self.text
            .get(cell.start as usize..cell.end as usize)
            .unwrap_or_default()
    }

    /// The first piece of a place as it stands in the text.
    pub(crate) fn words(&self, row: usize, column: usize) -> &'t str {
        let pieces = self.pieces(self.place(row, column));
        pieces.first().map_or("", |cell| self.cell_text(*cell))
    }

    /// What its strings take.
    pub(crate) fn bytes(&self) -> usize {
        let bytes = |place: &Place| self.range(*place).len();
        self.places.iter().map(bytes).sum()
    }

    /// The texts of all places, their signs joined and white space collapsed.
    pub(crate) fn texts(&self) -> Cells {
        let mut out = Cells::with_capacity(self.width, self.places.len(), self.bytes());
        for place in &self.places {
            let pieces = self.pieces(*place).iter();
            out.push(pieces.flat_map(|cell| collapsed(self.cell_text(*cell))));
        }
        out
    }

    /// Whether one cell lies over all columns of a row.
    pub(crate) fn is_spanned(&self, row: usize) -> bool {
        let first = self.place(row, 0);
        !first.is_empty() && (1..self.width).all(|column| self.place(row, column) == first)
    }

    /// Whether a row has nothing beside its label.
    pub(crate) fn is_label_alone(&self, row: usize) -> bool {
        (1..self.width).all(|column| self.place(row, column).is_empty())
    }
}

/// The pieces of `text` with one space for every run of white space.
fn collapsed(text: &str) -> impl Iterator<Item = &str> {
    let mut space = false;
    let single = |byte: &u8| {
        let doubled = space && *byte == b' ';
        space = *byte == b' ';
        !doubled && *byte >= b' '
    };
    let (whole, words) = if text.as_bytes().iter().all(single) {
        (Some(text), "")
    } else {
        (None, text)
    };
    let words = words.split_ascii_whitespace().enumerate();
    let parted = words.flat_map(|(at, word)| [if at > 0 { " " } else { "" }, word]);
    whole.into_iter().chain(parted)
}

/// A grid in the making: cells with the columns and rows that they lie over.
#[derive(Debug, Default)]
pub(crate) struct Spread {
    pub(crate) cells: Vec<Cell>,
    pub(crate) places: Vec<Span>,
}

/// Where a cell lies: rows are counted without those that have no text.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Span {
    pub(crate) row: u32,
    /// Behind its last row, in the rows of the source.
    pub(crate) until: u32,
    pub(crate) column: u16,
    /// Behind its last column.
    pub(crate) end: u16,
    pub(crate) header: bool,
}

/// The grid of `draft`; none for a layout: fewer than two columns or rows with text, or bullets.
pub(crate) fn of<'t>(draft: &TableDraft, text: &'t str, cut: &mut usize) -> Option<Grid<'t>> {
    let one_column = |cells: &[_]| {
        let column = |cell: &crate::text::table_draft::CellDraft| cell.column;
        let first = cells.first().map(column);
        cells.iter().all(|cell| Some(column(cell)) == first)
    };
    if draft.cells.len() < 2 || one_column(&draft.cells) {
        return None;
    }
    let (spread, source_rows) = spread(draft, text, cut);
    let kept = begins(&spread.places);
    if kept.len() < 2 {
        return None;
    }
    let height = source_rows.len().min((MAX_CELLS / kept.len()).max(1));
    *cut += usize::from(height < source_rows.len());
    let rows = source_rows.get(..height).unwrap_or_default();
    let index = fill(&spread.places, &kept, rows);
    let th_rows = header_cells(&spread.places, height);
    let (places, width) = columns::join(&spread.cells, &index, kept.len());
    let mut grid = Grid {
        text,
        cells: spread.cells,
        places,
        width,
        height,
        header_rows: 0,
    };
    if width < 2 || is_layout(&grid) {
        return None;
    }
    grid.header_rows = header::count(&grid).max(th_rows.min(height - 1));
    Some(grid)
}

/// The cells with text, and the row of the source for each row that has some.
fn spread(draft: &TableDraft, text: &str, cut: &mut usize) -> (Spread, Vec<u32>) {
    let mut out = Spread::default();
    let mut rows: Vec<u32> = Vec::new();
    for cell in &draft.cells {
        let range = super::trim(text, cell.start as usize, cell.end as usize);
        let end = (usize::from(cell.column) + usize::from(cell.colspan)).min(MAX_COLUMNS);
        if range.is_empty() || usize::from(cell.column) >= end {
            continue;
        }
        if out.cells.len() >= MAX_CELLS {
            *cut += 1;
            break;
        }
        if rows.last() != Some(&cell.row) {
            rows.push(cell.row);
        }
        out.places.push(Span {
            row: u32::try_from(rows.len() - 1).unwrap_or(u32::MAX),
            until: cell.row.saturating_add(u32::from(cell.rowspan)),
            column: cell.column,
            end: u16::try_from(end).unwrap_or(u16::MAX),
            header: cell.header,
        });
        out.cells.push(Cell {
            start: u32::try_from(range.start).unwrap_or(u32::MAX),
            end: u32::try_from(range.end).unwrap_or(u32::MAX),
            class: number::class(text.get(range).unwrap_or_default()),
        });
    }
    (out, rows)
}

/// The columns in which some cell begins.
fn begins(spans: &[Span]) -> Vec<u16> {
    let mut seen = [0_u64; MAX_COLUMNS.div_ceil(64)];
    for span in spans {
        if let Some(word) = seen.get_mut(usize::from(span.column) / 64) {
            *word |= 1 << (span.column % 64);
        }
    }
    let mut out = Vec::new();
    for (word, base) in seen.iter().zip((0_u16..).step_by(64)) {
        let bits = (0..64_u16).filter(|bit| word >> bit & 1 == 1);
        out.extend(bits.map(|bit| base + bit));
    }
    out
}

/// The cell at each kept column of each row.
fn fill(spans: &[Span], kept: &[u16], rows: &[u32]) -> Vec<u32> {
    let width = kept.len();
    let mut out = vec![NONE; width * rows.len()];
    for (span, cell) in spans.iter().zip(0_u32..) {
        let from = kept.partition_point(|column| *column < span.column);
        let to = kept.partition_point(|column| *column < span.end);
        let first = span.row as usize;
        let below = rows.iter().skip(first + 1);
        let more = below.take_while(|row| **row < span.until).count();
        let lines = out.chunks_mut(width).skip(first).take(more + 1);
        for line in lines {
            for target in line.iter_mut().take(to).skip(from) {
                *target = cell;
            }
        }
    }
    out
}

/// How many of the first rows consist of `th` cells.
fn header_cells(spans: &[Span], height: usize) -> usize {
    let mut data = spans.iter().filter(|span| !span.header);
    if spans.iter().all(|span| !span.header) {
        return 0;
    }
    data.next().map_or(height, |span| span.row as usize)
}

/// A list or a frame, set as a table.
fn is_layout(grid: &Grid<'_>) -> bool {
    let digit = |cell: &Cell| {
        let text = grid.cell_text(*cell);
        cell.class != Class::Text || text.bytes().any(|b| b.is_ascii_digit())
    };
    grid.height < 2 && !grid.cells.iter().any(digit)
        || (0..grid.height).all(|row| is_bullet(grid, row))
}

/// A mark, then the text.
fn is_bullet(grid: &Grid<'_>, row: usize) -> bool {
    let mark = grid.words(row, 0);
    let filled = (1..grid.width).filter(|column| !grid.place(row, *column).is_empty());
    if filled.take(2).count() > 1 || mark.chars().take(6).count() > 5 || mark.starts_with('$') {
        return false;
    }
    let symbol = mark.chars().all(|c| !c.is_alphanumeric());
    symbol || mark.ends_with(['.', ')']) || mark.starts_with('(')
}
