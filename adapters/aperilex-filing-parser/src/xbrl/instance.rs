//! XBRL instances that are not inline: `EX-101.INS` of 2009 to 2019, and the instance that EDGAR
//! extracts from an inline document. Their facts are shown nowhere.

use std::ops::Range;

use super::collect::{Collector, Element, Kind};
use super::xml::{XmlTag, XmlTags};

/// What an instance holds.
#[derive(Debug, Default)]
pub(crate) struct Instance<'a> {
    /// Facts, contexts and units.
    pub(crate) collector: Collector<'a>,
    /// The content of footnotes in the source bytes.
    pub(crate) notes: Vec<Range<usize>>,
    /// Ids of facts with their footnotes.
    pub(crate) links: Vec<(&'a [u8], usize)>,
}

/// What a child of the root is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Child {
    Context,
    Unit,
    Link,
    Fact,
    Tuple,
}

/// Links of one `footnoteLink`, whose labels count in it alone.
#[derive(Debug, Default)]
struct Labels<'a> {
    facts: Vec<(&'a [u8], &'a [u8])>,
    notes: Vec<(&'a [u8], usize)>,
    arcs: Vec<(&'a [u8], &'a [u8])>,
}

/// Reads an instance.
pub(crate) fn read(src: &[u8]) -> Instance<'_> {
    let mut reader = Reader::default();
    for tag in XmlTags::new(src) {
        if tag.end {
            reader.end(&tag);
        } else {
            reader.start(tag);
        }
    }
    reader.instance
}

#[derive(Debug, Default)]
struct Reader<'a> {
    instance: Instance<'a>,
    depth: usize,
    child: Option<(Child, XmlTag<'a>)>,
    /// Label and start of the footnote that is open.
    note: Option<(&'a [u8], usize)>,
    labels: Labels<'a>,
}

fn attribute<'a>(tag: &XmlTag<'a>, name: &str) -> Option<&'a [u8]> {
    tag.attributes.get(name).map(<[u8]>::trim_ascii)
}

impl<'a> Reader<'a> {
    fn start(&mut self, tag: XmlTag<'a>) {
        match self.depth {
            0 => {}
            1 => {
                let kind = match tag.local {
                    b"context" => Child::Context,
                    b"unit" => Child::Unit,
                    b"footnoteLink" => Child::Link,
                    _ if attribute(&tag, "contextRef").is_some() => Child::Fact,
                    _ => Child::Tuple,
                };
                if tag.empty {
                    self.take(kind, &tag, tag.to);
                } else {
                    self.child = Some((kind, tag.clone()));
                }
            }
            _ => self.inner(&tag),
        }
        self.depth += usize::from(!tag.empty);
    }

    /// An element inside a child of the root.
    fn inner(&mut self, tag: &XmlTag<'a>) {
        match self.child.as_ref().map(|(kind, _)| *kind) {
            Some(Child::Link) if self.depth == 2 => {
                let get = |name| attribute(tag, name).unwrap_or_default();
                match tag.local {
                    b"loc" => {
                        let href = get("xlink:href");
                        let id = memchr::memchr(b'#', href).and_then(|at| href.get(at + 1..));
                        let id = id.unwrap_or_default();
                        self.labels.facts.push((get("xlink:label"), id));
                    }
                    b"footnoteArc" => {
                        let arc = (get("xlink:from"), get("xlink:to"));
                        self.labels.arcs.push(arc);
                    }
                    b"footnote" if !tag.empty => self.note = Some((get("xlink:label"), tag.to)),
                    _ => {}
                }
            }
            Some(Child::Tuple) if attribute(tag, "contextRef").is_some() => {
                self.fact(tag, tag.to, true);
            }
            _ => {}
        }
    }

    fn end(&mut self, tag: &XmlTag<'a>) {
        self.depth = self.depth.saturating_sub(1);
        if self.depth == 2
            && let Some((label, start)) = self.note.take()
        {
            let index = self.instance.notes.len();
            self.labels.notes.push((label, index));
            self.instance.notes.push(start..tag.from.max(start));
        }
        if self.depth == 1
            && let Some((kind, child)) = self.child.take()
        {
            self.take(kind, &child, tag.from);
        }
    }

    /// A child of the root is whole.
    fn take(&mut self, kind: Child, tag: &XmlTag<'a>, end: usize) {
        match kind {
            Child::Context | Child::Unit => {
                let collector = &mut self.instance.collector;
                collector.resource(tag.local, attribute(tag, "id"), tag.to..end.max(tag.to));
            }
            Child::Fact => self.fact(tag, end, false),
            Child::Link => self.link(),
            Child::Tuple => {}
        }
    }

    fn fact(&mut self, tag: &XmlTag<'a>, end: usize, in_tuple: bool) {
        let number = attribute(tag, "unitRef").is_some();
        self.instance.collector.push(Element {
            kind: if number { Kind::Number } else { Kind::Text },
            name: tag.name,
            attributes: tag.attributes.clone(),
            raw: tag.to..end.max(tag.to),
            text: 0..0,
            hidden: true,
            in_tuple,
            order: 0,
        });
    }

    /// Follows the arcs of a `footnoteLink`, all at once by sorted labels.
    fn link(&mut self) {
        let mut labels = std::mem::take(&mut self.labels);
        labels.facts.sort_unstable();
        labels.notes.sort_unstable();
        for (from, to) in labels.arcs {
            let fact = labels.facts.partition_point(|(label, _)| *label < from);
            let note = labels.notes.partition_point(|(label, _)| *label < to);
            let fact = labels.facts.get(fact).filter(|(label, _)| *label == from);
            let note = labels.notes.get(note).filter(|(label, _)| *label == to);
            if let (Some((_, fact)), Some((_, note))) = (fact, note) {
                self.instance.links.push((fact, *note));
            }
        }
    }
}
