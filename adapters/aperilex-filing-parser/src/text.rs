//! From a document's bytes to its canonical text, in one pass, whatever it is written in.

pub(crate) mod attr;
pub(crate) mod builder;
pub(crate) mod chars;
mod color;
pub(crate) mod entity;
mod entity_names;
pub(crate) mod flow;
pub(crate) mod html;
pub(crate) mod line;
mod link;
mod markup;
mod place;
pub(crate) mod plain;
mod raised;
mod rules;
mod scan;
mod signs;
pub(crate) mod size;
pub(crate) mod stack;
mod start;
pub(crate) mod state;
pub(crate) mod style;
pub(crate) mod table_draft;
pub(crate) mod tag;

use aperilex_ports::model::{CanonicalText, Digest, RawMap};

use crate::container::sniff::Kind;
use crate::encoding::{Charset, Source};
use crate::xbrl::collect::Collector;

use builder::{Built, Setting};
use flow::Flow;
pub(crate) use link::Link;
use plain::PlainTable;
use table_draft::TableDraft;

/// Tables that are remembered of a document; the largest filings have a few thousand.
pub(crate) const MAX_TABLES: usize = 20_000;

/// Everything one pass over a document found.
#[derive(Debug)]
pub(crate) struct Page<'a> {
    /// Text, map and lines.
    pub(crate) built: Built,
    /// HTML tables in document order.
    pub(crate) tables: Vec<TableDraft>,
    /// Tables of plain text in document order.
    pub(crate) plain_tables: Vec<PlainTable>,
    /// Tables beyond those that are remembered.
    pub(crate) tables_left_out: usize,
    /// Inline XBRL.
    pub(crate) xbrl: Collector<'a>,
    /// Links inside the document.
    pub(crate) links: Vec<Link<'a>>,
    /// Links to other files.
    pub(crate) files: Vec<Link<'a>>,
    /// Named places.
    pub(crate) anchors: Vec<Link<'a>>,
    /// Bytes of hidden text that were dropped.
    pub(crate) hidden: usize,
    /// Rules of styles that hide some text and are not read.
    pub(crate) hiding_rules: usize,
    /// Dropped characters that could have turned or hidden text.
    pub(crate) deceptive: usize,
    /// What never ends, so that the rest of the document is no text.
    pub(crate) unended: Option<&'static str>,
}

/// Reads a document of a kind that has text.
pub(crate) fn read<'a>(source: &'a Source<'_>, kind: Kind) -> Page<'a> {
    if kind == Kind::Html {
        html::read(source)
    } else {
        plain::read(source)
    }
}

/// The text with its map to the raw file.
pub(crate) fn canonical(source: &Source<'_>, built: Built) -> CanonicalText {
    let runs = source.to_raw(built.runs, built.text.as_bytes());
    let len = u32::try_from(built.text.len()).unwrap_or(u32::MAX);
    CanonicalText {
        sha256: Digest::of(built.text.as_bytes()),
        map: RawMap::new(runs, len),
        text: built.text,
    }
}

/// The words of a piece of markup, tags left out.
pub(crate) fn fragment(markup: &[u8], charset: Charset) -> String {
    let mut flow = Flow::new(markup, charset, markup.len());
    let mut at = 0;
    while at < markup.len() {
        let rest = markup.get(at..).unwrap_or_default();
        let open = memchr::memchr(b'<', rest).map_or(markup.len(), |found| at + found);
        flow.running(at, open, Setting::default());
        let tag = markup.get(open..).unwrap_or_default();
        at = memchr::memchr(b'>', tag).map_or(markup.len(), |found| open + found + 1);
    }
    flow.out.finish().text
}
