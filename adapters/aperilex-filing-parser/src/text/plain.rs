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

/// Reads a plain text document.
pub(crate) fn read<'a>(source: &'a Source<'_>) -> Page<'a> {
    let mut pass = Pass {
        src: &source.bytes,
        flow: Flow::new(&source.bytes, source.charset),
        tables: Vec::new(),
        left_out: 0,
        in_table: false,
    };
    pass.run();
    if pass.in_table {
        pass.end_table();
    }
    Page {
        tables: Vec::new(),
        plain_tables: pass.tables,
        tables_left_out: pass.left_out,
        xbrl: Collector::new(&source.bytes),
        links: Vec::new(),
        files: Vec::new(),
        anchors: Vec::new(),
        hidden: 0,
        deceptive: pass.flow.deceptive,
        built: pass.flow.out.finish(),
    }
}

struct Pass<'a> {
    src: &'a [u8],
    flow: Flow<'a>,
    tables: Vec<PlainTable>,
    left_out: usize,
    in_table: bool,
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
        let mut columns = Vec::new();
        let mut rest = start;
        let mut at = start;
        while let Some(found) = memchr(b'<', self.src.get(at..end).unwrap_or_default()) {
            let open = at + found;
            let Some((name, after)) = self.tag(open, end) else {
                at = open + 1;
                continue;
            };
            self.text(rest, open);
            self.apply(name, open - start, &mut columns);
            rest = after;
            at = after;
        }
        let tail = self.src.get(rest..end).unwrap_or_default();
        if columns.is_empty() || !tail.trim_ascii().is_empty() {
            // A line of tags alone leaves no line behind.
            if rest == start || !tail.trim_ascii().is_empty() {
                self.text(rest, end);
            }
            return;
        }
        self.set_columns(columns);
    }

    fn text(&mut self, start: usize, end: usize) {
        let mut flags = LineFlags::PRE;
        if self.in_table {
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

    fn apply(&mut self, mark: Mark, column: usize, columns: &mut Vec<u32>) {
        match mark {
            Mark::Page => self.flow.out.flag(LineFlags::NEW_PAGE),
            Mark::Table => {
                if self.in_table {
                    self.end_table();
                }
                if self.tables.len() < MAX_TABLES {
                    let start = self.flow.out.len();
                    self.tables.push(PlainTable {
                        start,
                        body: start,
                        ..PlainTable::default()
                    });
                    self.in_table = true;
                } else {
                    self.left_out += 1;
                }
            }
            Mark::EndTable => self.end_table(),
            Mark::Column => columns.push(u32::try_from(column).unwrap_or(u32::MAX)),
            Mark::Other => {}
        }
    }

    fn end_table(&mut self) {
        if std::mem::take(&mut self.in_table)
            && let Some(table) = self.tables.last_mut()
        {
            table.end = self.flow.out.len();
        }
    }

    fn set_columns(&mut self, columns: Vec<u32>) {
        let at = self.flow.out.len();
        if let Some(table) = self.tables.last_mut()
            && self.in_table
            && table.columns.is_empty()
        {
            table.columns = columns;
            table.body = at;
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
