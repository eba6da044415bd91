//! Tables: from cells and lines to grids, and from grids to numbers.

mod caption;
mod columns;
pub(crate) mod grid;
mod header;
mod known;
mod measure;
mod number;
mod period;
pub(crate) mod plain;
mod rows;
mod standing;
pub(crate) mod statement;
mod units;

use aperilex_ports::model::{Fact, Table};

use crate::text::Page;

use caption::{Above, Edges};
use grid::Grid;
use known::Known;
use measure::{Context, UnitNames};
use standing::Standing;
use units::Note;

/// Rows and columns that are taken of one table.
pub(crate) const MAX_CELLS: usize = 20_000;
/// Columns that are taken of one table.
pub(crate) const MAX_COLUMNS: usize = 1000;

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
    fn spend(&mut self, grid: &Grid<'_>) -> bool {
        let (cells, bytes) = (grid.places.len(), grid.bytes());
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

/// A table, and the titles above it, the farthest first.
pub(crate) type Titled = (Table, String);

/// The tables of a page in document order, layouts left out. `facts` are those of the document.
pub(crate) fn read(
    document: usize,
    page: &Page<'_>,
    facts: &[Fact],
    budget: &mut Budget,
) -> Vec<Titled> {
    let known = Known::of(facts, document);
    let mut reader = Reader {
        document,
        page,
        dollar: known.dollar().or_else(|| units::dollar(&page.built.text)),
        known,
        names: UnitNames::default(),
        edges: Edges::of(&page.built),
        standing: Standing::default(),
    };
    let text = page.built.text.as_str();
    let mut out = Vec::new();
    for draft in page.tables.iter().filter(|draft| !draft.nests) {
        let Some(grid) = grid::of(draft, text, &mut budget.cut) else {
            continue;
        };
        if budget.spend(&grid) {
            out.push(reader.table(&grid, (draft.start, draft.end), None));
        }
    }
    for draft in &page.plain_tables {
        let Some(grid) = plain::of(draft, text) else {
            continue;
        };
        if budget.spend(&grid) {
            let head = plain::head(draft, text);
            out.push(reader.table(&grid, (draft.start, draft.end), Some(head)));
        }
    }
    out
}

/// Reads the tables of one document, one after the other.
struct Reader<'p> {
    document: usize,
    page: &'p Page<'p>,
    known: Known<'p>,
    dollar: Option<&'static str>,
    names: UnitNames,
    edges: Edges,
    standing: Standing,
}

impl Reader<'_> {
    /// The table of a grid that lies at `start..end`; `head` is what a plain table says before its rows.
    fn table(
        &mut self,
        grid: &Grid<'_>,
        (start, end): (u32, u32),
        head: Option<(&str, usize)>,
    ) -> Titled {
        let text = self.page.built.text.as_str();
        let range = trim(text, start as usize, end as usize);
        let lines = &self.page.built.lines;
        let above = caption::above(text, lines, range.start, &self.edges);
        let inside = Inside::of(grid, head);
        let own = inside.note.or(above.note.unwrap_or_default());
        self.standing.read(&self.page.built, range.start);
        let note = self.standing.note(own, grid, above.nothing);
        let above_it = above.words();
        let titles = format!("{above_it}\n{}", head.map_or("", |(head, _)| head));
        let cells = grid.texts();
        let headers = period::headers(grid, &cells);
        let context = Context {
            note,
            dollar: self.dollar,
            known: &self.known,
            cells: &cells,
            headers: &headers,
        };
        let (numbers, scale) = measure::read(grid, &context, &mut self.names);
        let table = Table {
            document: self.document,
            section: None,
            caption: inside.caption(&above),
            range,
            header_rows: grid.header_rows,
            periods: period::read(grid, &headers, &titles, &self.known),
            scale,
            numbers,
            cells,
            statement: None,
        };
        (table, above_it)
    }
}

/// What a table tells of itself before its data.
struct Inside<'t> {
    note: Note,
    title: Option<&'t str>,
}

impl<'t> Inside<'t> {
    fn of(grid: &Grid<'t>, head: Option<(&'t str, usize)>) -> Self {
        let mut out = Self {
            note: Note::default(),
            title: None,
        };
        // The first rows below the headers may hold the note as well.
        for row in 0..(grid.header_rows + 1).min(grid.height) {
            let words = grid.words(row, 0);
            let alone = grid.is_label_alone(row) || grid.is_spanned(row);
            let is_header = row < grid.header_rows;
            if let Some(note) = units::note(words)
                && (is_header || alone || words.starts_with('('))
            {
                out.note = out.note.or(note);
            } else if is_header && alone && out.title.is_none() && !period::told(words).names_time()
            {
                out.title = Some(words);
            }
            if is_header && !alone {
                out.note = out.note.or(spanned_note(grid, row));
            }
        }
        let (head, names) = head.unwrap_or_default();
        for whole in head.lines() {
            let line = whole.trim();
            let indent = whole.len() - whole.trim_start().len();
            if line.is_empty() || plain::is_rule(line) {
                continue;
            }
            if let Some(note) = units::note(line) {
                out.note = out.note.or(note);
            } else if out.title.is_none()
                && indent < names
                && !caption::is_company(line)
                && !caption::is_time(line)
                && line.len() <= caption::MAX_CAPTION
                && !line.contains("   ")
            {
                out.title = Some(line);
            }
        }
        out
    }

    /// Its own title, else the one above.
    fn caption(&self, above: &Above<'_>) -> String {
        let own = caption::clean(self.title.unwrap_or_default());
        if own.is_empty() { above.caption() } else { own }
    }
}

/// The note of a header cell over all columns of numbers.
fn spanned_note(grid: &Grid<'_>, row: usize) -> Note {
    let first = grid.place(row, 1);
    let over_all =
        !first.is_empty() && (2..grid.width).all(|column| grid.place(row, column) == first);
    if !over_all {
        return Note::default();
    }
    units::note(grid.words(row, 1)).unwrap_or_default()
}

/// `start..end` without white space at its ends.
pub(crate) fn trim(text: &str, start: usize, end: usize) -> std::ops::Range<usize> {
    let piece = text.get(start..end.min(text.len())).unwrap_or_default();
    let from = start + (piece.len() - piece.trim_start().len());
    from..from + piece.trim().len()
}
