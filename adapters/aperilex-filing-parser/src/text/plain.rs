//! Plain text with the few SGML tags of early EDGAR: `<PAGE>`, `<TABLE>`, `<CAPTION>`, `<S>`, `<C>`.

use memchr::memchr;

use crate::encoding::Source;
use crate::xbrl::collect::Collector;

use super::builder::Setting;
use super::flow::Flow;
use super::line::LineFlags;
use super::{MAX_TABLES, Page};

/// A `<TABLE>` of plain text.
#[derive(Debug, Default)]
pub(crate) struct PlainTable {
    /// Where its text starts.
    pub(crate) start: u32,
    /// Where its text ends.
    pub(crate) end: u32,
    /// Where its body starts, behind the `<S>` line; `start` if it has none.
    pub(crate) body: u32,
    /// Where the columns stand, from the `<S>` and `<C>` marks.
    pub(crate) columns: Vec<u32>,
}

/// The tables of preformatted text as they are met.
#[derive(Debug, Default)]
pub(crate) struct PlainTables {
    done: Vec<PlainTable>,
    open: bool,
    /// Where in the source the line of the column marks starts.
    marks: usize,
    left_out: usize,
}

impl PlainTables {
    /// Whether text would be in a table.
    pub(crate) const fn is_open(&self) -> bool {
        self.open
    }

    /// A table starts at `at`; it ends one that is open.
    pub(crate) fn start(&mut self, at: u32) {
        self.end(at);
        if self.done.len() >= MAX_TABLES {
            self.left_out += 1;
            return;
        }
        self.done.push(PlainTable {
            start: at,
            body: at,
            ..PlainTable::default()
        });
        self.open = true;
    }

    /// A column begins at `column` of the line of the source that starts at `line`; the text so far
    /// ends at `at`. The first line of marks counts.
    pub(crate) fn mark(&mut self, line: usize, column: usize, at: u32) {
        let Some(table) = self.done.last_mut().filter(|_| self.open) else {
            return;
        };
        if table.columns.is_empty() {
            self.marks = line;
            table.body = at;
        }
        if self.marks == line {
            table
                .columns
                .push(u32::try_from(column).unwrap_or(u32::MAX));
        }
    }

    /// The open table ends at `at`.
    pub(crate) fn end(&mut self, at: u32) {
        if std::mem::take(&mut self.open)
            && let Some(table) = self.done.last_mut()
        {
            table.end = at;
        }
    }

    /// The open table is none of preformatted text.
    pub(crate) fn cancel(&mut self) {
        if std::mem::take(&mut self.open) {
            self.done.pop();
        }
    }

    /// Ends what is open and answers all tables, and how many were left out.
    pub(crate) fn finish(mut self, at: u32) -> (Vec<PlainTable>, usize) {
        self.end(at);
        (self.done, self.left_out)
    }
}

/// Reads a plain text document.
pub(crate) fn read<'a>(source: &'a Source<'_>) -> Page<'a> {
    let src: &[u8] = &source.bytes;
    let mut pass = Pass {
        src,
        flow: Flow::new(src, source.charset, src.len()),
        tables: PlainTables::default(),
    };
    pass.run();
    let (plain_tables, tables_left_out) = pass.tables.finish(pass.flow.out.len());
    Page {
        tables: Vec::new(),
        plain_tables,
        tables_left_out,
        xbrl: Collector::new(src),
        links: Vec::new(),
        files: Vec::new(),
        anchors: Vec::new(),
        hidden: 0,
        hiding_rules: 0,
        deceptive: pass.flow.deceptive,
        unended: None,
        built: pass.flow.out.finish(),
    }
}

struct Pass<'a> {
    src: &'a [u8],
    flow: Flow<'a>,
    tables: PlainTables,
}

impl Pass<'_> {
    fn run(&mut self) {
        let mut at = 0;
        while at < self.src.len() {
            let rest = self.src.get(at..).unwrap_or_default();
            let end = memchr(b'\n', rest).map_or(self.src.len(), |found| at + found + 1);
            self.line(at, end);
            at = end;
        }
    }

    /// One line with its line end.
    fn line(&mut self, start: usize, end: usize) {
        let line = self.src.get(start..end).unwrap_or_default();
        if memchr(b'<', line).is_none() {
            self.text(start, end);
            return;
        }
        let mut marked = false;
        let mut rest = start;
        let mut at = start;
        while let Some(found) = memchr(b'<', self.src.get(at..end).unwrap_or_default()) {
            let open = at + found;
            let Some((name, after)) = self.tag(open, end) else {
                at = open + 1;
                continue;
            };
            marked |= name == Mark::Column;
            let before = self.src.get(rest..open).unwrap_or_default();
            if !marked || !before.trim_ascii().is_empty() {
                self.text(rest, open);
            }
            self.apply(name, start, open - start);
            rest = after;
            at = after;
        }
        let tail = self.src.get(rest..end).unwrap_or_default();
        // A line of tags alone leaves no line behind.
        if (rest == start && !marked) || !tail.trim_ascii().is_empty() {
            self.text(rest, end);
        }
    }

    fn text(&mut self, start: usize, end: usize) {
        let mut flags = LineFlags::PRE;
        if self.tables.is_open() {
            flags.set(LineFlags::TABLE);
        }
        let setting = Setting {
            flags,
            ..Setting::default()
        };
        self.flow.preformatted(start, end, setting);
    }

    /// A known tag at `open`: its name and where the text goes on.
    fn tag(&self, open: usize, end: usize) -> Option<(Mark, usize)> {
        let inside = self.src.get(open + 1..end.min(open + 24))?;
        let close = memchr(b'>', inside)?;
        let mark = Mark::of(inside.get(..close)?.trim_ascii())?;
        Some((mark, open + close + 2))
    }

    fn apply(&mut self, mark: Mark, line: usize, column: usize) {
        let at = self.flow.out.len();
        match mark {
            Mark::Page => self.flow.out.flag(LineFlags::NEW_PAGE),
            Mark::Table => self.tables.start(at),
            Mark::EndTable => self.tables.end(at),
            Mark::Column => self.tables.mark(line, column, at),
            Mark::Other => {}
        }
    }
}

/// The tags that mean something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mark {
    Page,
    Table,
    EndTable,
    Column,
    Other,
}

impl Mark {
    fn of(name: &[u8]) -> Option<Self> {
        let is = |known: &str| name.eq_ignore_ascii_case(known.as_bytes());
        let footnote = name.len() <= 5
            && matches!(name.strip_prefix(b"/").unwrap_or(name), [b'F' | b'f', rest @ ..]
                if !rest.is_empty() && rest.iter().all(u8::is_ascii_digit));
        Some(if is("PAGE") {
            Self::Page
        } else if is("TABLE") {
            Self::Table
        } else if is("/TABLE") {
            Self::EndTable
        } else if is("S") || is("C") {
            Self::Column
        } else if is("CAPTION")
            || is("/CAPTION")
            || is("FN")
            || is("/FN")
            || is("/PAGE")
            || is("/S")
            || is("/C")
            || is("TEXT")
            || is("/TEXT")
            || is("LEGEND")
            || footnote
        {
            Self::Other
        } else {
            return None;
        })
    }
}
