//! Inline XBRL elements as they are met: attributes and places, no values yet.

use std::collections::HashMap;
use std::ops::Range;

use crate::text::attr::Attributes;

use super::context::{Context, ContextReader, Unit};

/// Elements nested deeper than this are not read. Filings nest a handful; with a bound every byte is
/// read for a bounded number of facts.
const MAX_DEPTH: usize = 32;
/// Facts, continuations and exclusions that are taken of a document; the largest filings have some
/// tens of thousands.
const MAX_ELEMENTS: usize = 200_000;

/// What kind of value a fact has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// `ix:nonFraction`.
    Number,
    /// `ix:nonNumeric`.
    Text,
    /// `ix:continuation`.
    Continuation,
    /// `ix:exclude`.
    Exclude,
    /// `ix:header`, `ix:hidden`: not shown.
    Hidden,
    /// `ix:fraction`, `ix:tuple`: not read.
    Unread,
    /// Anything else: of no consequence.
    Other,
}

impl Kind {
    fn of(local: &[u8]) -> Self {
        let is = |name: &str| local.eq_ignore_ascii_case(name.as_bytes());
        match () {
            () if is("nonFraction") => Self::Number,
            () if is("nonNumeric") => Self::Text,
            () if is("continuation") => Self::Continuation,
            () if is("exclude") => Self::Exclude,
            () if is("header") || is("hidden") => Self::Hidden,
            () if is("fraction") || is("tuple") => Self::Unread,
            () => Self::Other,
        }
    }
}

/// An inline XBRL element that is done.
#[derive(Debug, Clone)]
pub(crate) struct Element<'a> {
    /// What it is.
    pub(crate) kind: Kind,
    /// Its attributes, unread.
    pub(crate) attributes: Attributes<'a>,
    /// Its content in the source bytes.
    pub(crate) raw: Range<usize>,
    /// Its text in the canonical text, perhaps with a separator at its start.
    pub(crate) text: Range<u32>,
    /// In a part of the document that is not shown.
    pub(crate) hidden: bool,
    /// Order of its start among all elements.
    pub(crate) order: u32,
}

#[derive(Debug)]
struct Open<'a> {
    name: &'a [u8],
    element: Element<'a>,
}

/// Collects the inline XBRL of one document.
#[derive(Debug)]
pub(crate) struct Collector<'a> {
    src: &'a [u8],
    open: Vec<Open<'a>>,
    /// Elements open that are nested too deep.
    deep: usize,
    starts: u32,
    /// Elements in order of their ends.
    pub(crate) elements: Vec<Element<'a>>,
    /// Contexts by id.
    pub(crate) contexts: HashMap<&'a [u8], Context>,
    /// Units by id.
    pub(crate) units: HashMap<&'a [u8], Unit>,
    /// Fractions and tuples that were met.
    pub(crate) unread: usize,
    /// Elements that were nested too deep.
    pub(crate) too_deep: usize,
    /// Elements beyond those that are taken.
    pub(crate) too_many: usize,
    reader: ContextReader<'a>,
}

fn local(name: &[u8]) -> &[u8] {
    memchr::memchr(b':', name).map_or(name, |at| name.get(at + 1..).unwrap_or_default())
}

impl<'a> Collector<'a> {
    /// Reads from `src`.
    pub(crate) fn new(src: &'a [u8]) -> Self {
        Self {
            src,
            open: Vec::new(),
            deep: 0,
            starts: 0,
            elements: Vec::new(),
            contexts: HashMap::new(),
            units: HashMap::new(),
            unread: 0,
            too_deep: 0,
            too_many: 0,
            reader: ContextReader::default(),
        }
    }

    /// An `ix:` element starts, its content at `(raw, text)`: the offsets in the source and in the
    /// text. True if its content is not shown.
    pub(crate) fn open(
        &mut self,
        name: &'a [u8],
        attributes: &'a [u8],
        (raw, text): (usize, u32),
        hidden: bool,
    ) -> bool {
        if self.open.len() >= MAX_DEPTH {
            self.deep += 1;
            self.too_deep += 1;
            return false;
        }
        let kind = Kind::of(local(name));
        if kind == Kind::Unread {
            self.unread += 1;
        }
        self.open.push(Open {
            name,
            element: Element {
                kind,
                attributes: Attributes::new(attributes),
                raw: raw..raw,
                text: text..text,
                hidden,
                order: self.starts,
            },
        });
        self.starts = self.starts.saturating_add(1);
        kind == Kind::Hidden
    }

    /// An `ix:` element ends: its content at `raw`, its text at `text`. True if [`Self::open`] said
    /// its content is not shown.
    pub(crate) fn close(&mut self, name: &[u8], raw: usize, text: u32) -> bool {
        if self.deep > 0 {
            self.deep -= 1;
            return false;
        }
        let found = self
            .open
            .iter()
            .rposition(|open| open.name.eq_ignore_ascii_case(name));
        let Some(index) = found else { return false };
        let hides = self
            .open
            .get(index)
            .is_some_and(|open| open.element.kind == Kind::Hidden);
        while self.open.len() > index {
            if let Some(mut open) = self.open.pop() {
                open.element.raw.end = raw.max(open.element.raw.start);
                open.element.text.end = text;
                self.keep(open.element);
            }
        }
        hides
    }

    fn keep(&mut self, element: Element<'a>) {
        if matches!(element.kind, Kind::Other | Kind::Hidden | Kind::Unread) {
            return;
        }
        if self.elements.len() < MAX_ELEMENTS {
            self.elements.push(element);
        } else {
            self.too_many += 1;
        }
    }

    /// An element of the instance (`xbrli:context` …) starts.
    pub(crate) fn open_instance(&mut self, name: &'a [u8], attributes: &'a [u8], content: usize) {
        self.reader
            .open(local(name), Attributes::new(attributes), content);
    }

    /// An element of the instance ends; its content ends at `raw`.
    pub(crate) fn close_instance(&mut self, name: &[u8], raw: usize) {
        let local = local(name);
        if let Some((id, context)) = self.reader.close_context(local) {
            self.contexts.insert(id, context);
        } else if let Some((id, unit)) = self.reader.close_unit(local) {
            self.units.insert(id, unit);
        } else {
            self.reader.close(local, self.src, raw);
        }
    }
}
