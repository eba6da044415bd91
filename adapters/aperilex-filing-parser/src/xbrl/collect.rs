//! Inline XBRL elements as they are met: attributes and places, no values yet.

use std::ops::Range;

use crate::text::attr::Attributes;
use crate::text::tag::Tag;

use super::prefixes::Prefixes;
use super::xml::local;

/// Elements nested deeper than this are not read. Filings nest a handful; with a bound every byte is
/// read for a bounded number of facts.
const MAX_DEPTH: usize = 32;
/// Facts, continuations and exclusions that are taken of a document; the largest filings have some
/// tens of thousands. Contexts and units are counted apart.
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
    /// `ix:footnote`.
    Footnote,
    /// `ix:relationship`.
    Relationship,
    /// `ix:header`, `ix:hidden`: not shown.
    Hidden,
    /// `ix:resources`: contexts and units.
    Resources,
    /// `ix:fraction`, `ix:tuple`: not read.
    Unread,
    /// Anything else: of no consequence.
    Other,
}

impl Kind {
    fn of(local: &[u8]) -> Self {
        let is = |name: &str| local.eq_ignore_ascii_case(name.as_bytes());
        match local.len() {
            11 if is("nonFraction") => Self::Number,
            10 if is("nonNumeric") => Self::Text,
            12 if is("continuation") => Self::Continuation,
            7 if is("exclude") => Self::Exclude,
            8 if is("footnote") => Self::Footnote,
            12 if is("relationship") => Self::Relationship,
            6 if is("header") || is("hidden") => Self::Hidden,
            9 if is("resources") => Self::Resources,
            8 if is("fraction") => Self::Unread,
            5 if is("tuple") => Self::Unread,
            _ => Self::Other,
        }
    }
}

/// An inline XBRL element that is done.
#[derive(Debug, Clone)]
pub(crate) struct Element<'a> {
    /// What it is.
    pub(crate) kind: Kind,
    /// Its own name, if that is what it is about; empty for inline XBRL.
    pub(crate) name: &'a [u8],
    /// Its attributes, unread.
    pub(crate) attributes: Attributes<'a>,
    /// Its content in the source bytes.
    pub(crate) raw: Range<usize>,
    /// Its text in the canonical text, perhaps with a separator at its start.
    pub(crate) text: Range<u32>,
    /// In a part of the document that is not shown.
    pub(crate) hidden: bool,
    /// In a tuple or fraction.
    pub(crate) in_tuple: bool,
    /// Order of its start among all elements.
    pub(crate) order: u32,
}

#[derive(Debug)]
struct Open<'a> {
    name: &'a [u8],
    element: Element<'a>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum ResourceKind {
    Context,
    Unit,
}

/// What a name without prefix is, if it is one that facts refer to.
fn resource(local: &[u8]) -> Option<ResourceKind> {
    if local.eq_ignore_ascii_case(b"context") {
        Some(ResourceKind::Context)
    } else if local.eq_ignore_ascii_case(b"unit") {
        Some(ResourceKind::Unit)
    } else {
        None
    }
}

/// A context or unit: its id and its content in the source bytes.
pub(crate) type Resource<'a> = (&'a [u8], Range<usize>);

/// Collects the inline XBRL of one document.
#[derive(Debug, Default)]
pub(crate) struct Collector<'a> {
    open: Vec<Open<'a>>,
    /// Elements open that are nested too deep.
    deep: usize,
    /// Tuples and fractions that are open.
    in_tuples: usize,
    /// `ix:resources` that are open.
    in_resources: usize,
    starts: u32,
    /// Elements in order of their ends.
    pub(crate) elements: Vec<Element<'a>>,
    /// Contexts.
    pub(crate) contexts: Vec<Resource<'a>>,
    /// Units.
    pub(crate) units: Vec<Resource<'a>>,
    /// Namespaces of the root element.
    pub(crate) prefixes: Prefixes<'a>,
    /// Fractions and tuples that were met.
    pub(crate) unread: usize,
    /// Elements that were nested too deep.
    pub(crate) too_deep: usize,
    /// Elements beyond those that are taken.
    pub(crate) too_many: usize,
    resource: Option<Resource<'a>>,
}

impl<'a> Collector<'a> {
    /// Reads from `src`.
    pub(crate) fn new(src: &'a [u8]) -> Self {
        Self {
            prefixes: Prefixes::of(src),
            ..Self::default()
        }
    }

    /// Whether nothing was met.
    pub(crate) fn is_empty(&self) -> bool {
        self.elements.is_empty() && self.contexts.is_empty() && self.unread + self.too_deep == 0
    }

    /// What an element is that has no name of HTML: documents may bind other prefixes than the usual
    /// ones to inline XBRL, and none to instances.
    pub(crate) fn tag(&self, name: &[u8]) -> Tag {
        let colon = memchr::memchr(b':', name);
        let prefix = colon.and_then(|at| name.get(..at));
        if prefix.is_some() && prefix == self.prefixes.inline {
            Tag::Ix
        } else if self.in_resources > 0 && resource(local(name)).is_some() {
            Tag::Xbrl
        } else {
            Tag::Inline
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
        let in_tuple = self.in_tuples > 0;
        match kind {
            Kind::Unread => {
                self.unread += 1;
                self.in_tuples += 1;
            }
            Kind::Resources => self.in_resources += 1,
            _ => {}
        }
        self.open.push(Open {
            name,
            element: Element {
                kind,
                name: &[],
                attributes: Attributes::new(attributes),
                raw: raw..raw,
                text: text..text,
                hidden,
                in_tuple,
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
        match element.kind {
            Kind::Unread => self.in_tuples = self.in_tuples.saturating_sub(1),
            Kind::Resources => self.in_resources = self.in_resources.saturating_sub(1),
            Kind::Other | Kind::Hidden => {}
            _ => self.push(element),
        }
    }

    /// Takes an element as far as there are not too many.
    pub(crate) fn push(&mut self, element: Element<'a>) {
        if self.elements.len() < MAX_ELEMENTS {
            self.elements.push(element);
        } else {
            self.too_many += 1;
        }
    }

    /// An element of the instance (`xbrli:context` …) starts.
    pub(crate) fn open_instance(&mut self, name: &'a [u8], attributes: &'a [u8], content: usize) {
        if resource(local(name)).is_some()
            && let Some(id) = Attributes::new(attributes).get("id")
        {
            self.resource = Some((id, content..content));
        }
    }

    /// An element of the instance ends; its content ends at `raw`.
    pub(crate) fn close_instance(&mut self, name: &[u8], raw: usize) {
        let local = local(name);
        if resource(local).is_none() {
            return;
        }
        // What was taken once is not taken again for a further end tag.
        if let Some((id, content)) = self.resource.take() {
            self.resource(local, Some(id), content.start..raw.max(content.start));
        }
    }

    /// Takes a context or unit.
    pub(crate) fn resource(&mut self, local: &[u8], id: Option<&'a [u8]>, content: Range<usize>) {
        let (Some(kind), Some(id)) = (resource(local), id) else {
            return;
        };
        let list = match kind {
            ResourceKind::Context => &mut self.contexts,
            ResourceKind::Unit => &mut self.units,
        };
        if list.len() < MAX_ELEMENTS {
            list.push((id, content));
        } else {
            self.too_many += 1;
        }
    }
}
