//! From collected elements to facts: values, contexts, units, continuations.

use std::borrow::Cow;
use std::ops::Range;
use std::sync::Arc;

use aperilex_ports::model::{Fact, Footnote, TextRange};

use crate::text::attr::Attributes;

use super::collect::{Element, Kind};
use super::context::Context;
use super::footnotes::Footnotes;
use super::ids::IdMap;
use super::number::{self, Rule};
use super::prefixes::Prefixes;
use super::shared::Resources;
use super::text::{Shown, budget};
use super::told::Told;
use super::transform::{Format, PLAIN};

/// Dimensions and units, which a reader may write out for every fact, take this many times the source.
const SHARED_BUDGET: usize = 8;

/// A value, and what its transformation makes of it where that differs.
type Value = (String, Option<String>);

/// What the facts of a document are made from and go to.
pub(crate) struct Parts<'r, 'a> {
    /// Its place among the documents that are read.
    pub(crate) place: usize,
    /// All of them: a continuation may stand in another.
    pub(crate) shown: &'r mut [Shown<'a>],
    /// Its own contexts, units and continuations.
    pub(crate) own: &'r mut Resources<'a>,
    /// Those of all documents.
    pub(crate) shared: &'r mut Resources<'a>,
    /// Its namespaces.
    pub(crate) prefixes: &'r Prefixes<'a>,
    /// Names of concepts, each once.
    pub(crate) concepts: &'r mut IdMap<&'a [u8], Arc<str>>,
    /// Footnotes of all documents.
    pub(crate) footnotes: &'r mut Footnotes<'a>,
    /// Facts of all documents.
    pub(crate) facts: &'r mut Vec<Fact>,
}

/// Makes the facts of one document.
pub(crate) struct Reader<'r, 'a> {
    parts: Parts<'r, 'a>,
    /// What is to be told of it.
    pub(crate) told: Told,
    /// Whom its facts are about.
    entity: Option<Box<str>>,
    formats: IdMap<&'a [u8], Format>,
    /// Bytes that dimensions and units may yet take.
    left: usize,
}

/// The attributes of a fact.
#[derive(Default)]
struct Named<'a> {
    id: Option<&'a [u8]>,
    name: &'a [u8],
    context: &'a [u8],
    unit: Option<&'a [u8]>,
    decimals: Option<&'a [u8]>,
    precision: Option<&'a [u8]>,
    scale: &'a [u8],
    sign: &'a [u8],
    format: &'a [u8],
    continued_at: Option<&'a [u8]>,
    footnotes: &'a [u8],
    target: bool,
    in_tuple: bool,
    nil: bool,
}

impl<'a> Named<'a> {
    fn of(attributes: &Attributes<'a>) -> Self {
        let mut named = Self::default();
        for (name, value) in attributes.clone() {
            let is = |known: &str| name.eq_ignore_ascii_case(known.as_bytes());
            match name.len() {
                2 if is("id") => named.id = Some(value),
                4 if is("name") => named.name = value.trim_ascii(),
                10 if is("contextRef") => named.context = value.trim_ascii(),
                7 if is("unitRef") => named.unit = Some(value.trim_ascii()),
                8 if is("decimals") => named.decimals = Some(value.trim_ascii()),
                9 if is("precision") => named.precision = Some(value.trim_ascii()),
                5 if is("scale") => named.scale = value.trim_ascii(),
                4 if is("sign") => named.sign = value.trim_ascii(),
                6 if is("format") => named.format = value.trim_ascii(),
                11 if is("continuedAt") => named.continued_at = Some(value),
                12 if is("footnoteRefs") => named.footnotes = value,
                6 if is("target") => named.target = !value.trim_ascii().is_empty(),
                8 if is("tupleRef") => named.in_tuple = true,
                _ if name.ends_with(b":nil") => named.nil = value == b"true" || value == b"1",
                _ => {}
            }
        }
        named
    }

    /// `scale` and `sign`; a scale that is no number cannot be applied.
    fn rule(&self, style: number::Style) -> Rule {
        let scale = std::str::from_utf8(self.scale).unwrap_or("?");
        Rule {
            style,
            scale: if scale.is_empty() {
                0
            } else {
                scale.parse().unwrap_or(i32::MAX)
            },
            negative: self.sign == b"-",
        }
    }
}

fn owned(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

impl<'r, 'a> Reader<'r, 'a> {
    /// A reader of one document.
    pub(crate) fn new(parts: Parts<'r, 'a>) -> Self {
        let size = parts.shown.get(parts.place).map_or(0, |s| s.src.len());
        Self {
            told: Told::default(),
            entity: parts.own.entity().or_else(|| parts.shared.entity()),
            formats: IdMap::default(),
            left: budget(size, SHARED_BUDGET, 4096),
            parts,
        }
    }

    /// Reads an element.
    pub(crate) fn read(&mut self, element: &Element<'a>) {
        let place = self.parts.place;
        match element.kind {
            Kind::Number | Kind::Text => {
                let mut named = Named::of(&element.attributes);
                if !element.name.is_empty() {
                    named.name = element.name;
                }
                let Some(fact) = self.fact(element, &named) else {
                    return;
                };
                let index = self.parts.facts.len();
                self.parts.facts.push(fact);
                if let Some(id) = named.id {
                    self.parts.footnotes.facts.push((place, id, index));
                }
                if !named.footnotes.is_empty() {
                    let reference = (place, index, named.footnotes);
                    self.parts.footnotes.references.push(reference);
                }
            }
            Kind::Footnote => self.footnote(element),
            Kind::Relationship => {
                let get = |name| element.attributes.get(name).unwrap_or_default();
                let relationship = (place, get("fromRefs"), get("toRefs"));
                self.parts.footnotes.relationships.push(relationship);
            }
            _ => {}
        }
    }

    /// Takes footnotes of an instance that is not inline, and the facts that have them.
    pub(crate) fn notes(&mut self, notes: Vec<Range<usize>>, links: &[(&'a [u8], usize)]) {
        let place = self.parts.place;
        let first = self.parts.footnotes.notes.len();
        if let Some(shown) = self.parts.shown.get_mut(place) {
            for content in notes {
                let mut text = String::new();
                shown.cut += usize::from(!shown.append_raw(&mut text, content));
                self.parts.footnotes.notes.push(Footnote {
                    document: shown.document,
                    text,
                    range: None,
                });
            }
        }
        let links = links
            .iter()
            .map(|(fact, note)| (place, *fact, first + note));
        self.parts.footnotes.links.extend(links);
    }

    fn footnote(&mut self, element: &Element<'a>) {
        let place = self.parts.place;
        let id = element.attributes.get("id");
        let id = id.or_else(|| element.attributes.get("footnoteID"));
        let range = self.range(element);
        let text = self.words(
            element,
            element.attributes.get("continuedAt"),
            range.as_ref(),
        );
        let Some(id) = id.filter(|_| !text.is_empty()) else {
            return;
        };
        let index = self.parts.footnotes.notes.len();
        let document = self.parts.shown.get(place).map_or(0, |s| s.document);
        self.parts.footnotes.notes.push(Footnote {
            document,
            text,
            range,
        });
        self.parts.footnotes.ids.push((place, id, index));
    }

    fn fact(&mut self, element: &Element<'a>, named: &Named<'a>) -> Option<Fact> {
        if element.in_tuple || named.in_tuple {
            self.told.in_tuples += 1;
            return None;
        }
        if named.target {
            self.told.other_target += 1;
            return None;
        }
        if named.name.is_empty() {
            self.told.unreadable += 1;
            return None;
        }
        let context = self.context(named.context)?;
        let unit = named.unit.and_then(|id| self.unit(id));
        let taken = context.bytes + unit.as_ref().map_or(0, |unit| unit.len());
        let Some(left) = self.left.checked_sub(taken) else {
            self.told.over_budget += 1;
            return None;
        };
        let range = self.range(element);
        let (value, transformed) = if named.nil {
            Default::default()
        } else {
            self.value(element, named, range.as_ref())?
        };
        self.left = left;
        let precise = |precision: &[u8]| {
            number::decimals(&value, std::str::from_utf8(precision).unwrap_or_default())
        };
        let decimals = named.decimals.map(owned);
        let decimals = decimals.or_else(|| named.precision.and_then(precise));
        Some(Fact {
            document: self
                .parts
                .shown
                .get(self.parts.place)
                .map_or(0, |shown| shown.document),
            concept: self.concept(named.name),
            value,
            transformed,
            unit,
            decimals,
            period: context.period,
            dimensions: context.dimensions,
            range,
            footnotes: Vec::new(),
        })
    }

    /// The context of a fact; none if the fact is to be left out for it.
    fn context(&mut self, id: &[u8]) -> Option<Context> {
        let own = self.parts.own.context(id);
        let Some(context) = own.or_else(|| self.parts.shared.context(id)) else {
            self.told.without_context += 1;
            return Some(Context::default());
        };
        if context.overfull {
            self.told.overfull += 1;
            return None;
        }
        if context.foreign {
            self.told.foreign += 1;
            return None;
        }
        if context.entity.is_some() && context.entity != self.entity {
            self.told.other_entity += 1;
            return None;
        }
        Some(Context {
            period: context.period.clone(),
            dimensions: Arc::clone(&context.dimensions),
            bytes: context.bytes,
            ..Context::default()
        })
    }

    fn unit(&mut self, id: &[u8]) -> Option<Arc<str>> {
        let own = self.parts.own.unit(id);
        let unit = own.or_else(|| self.parts.shared.unit(id)).cloned();
        self.told.without_unit += usize::from(unit.is_none());
        unit
    }

    fn concept(&mut self, name: &'a [u8]) -> Arc<str> {
        let known = self.parts.concepts.entry(name);
        Arc::clone(known.or_insert_with(|| String::from_utf8_lossy(name).into()))
    }

    fn range(&self, element: &Element<'_>) -> Option<TextRange> {
        self.parts.shown.get(self.parts.place)?.range(element)
    }

    /// The words of an element and its continuations.
    fn words(
        &mut self,
        element: &Element<'a>,
        continued_at: Option<&'a [u8]>,
        range: Option<&TextRange>,
    ) -> String {
        let mut out = String::new();
        if let Some(shown) = self.parts.shown.get_mut(self.parts.place) {
            shown.append(&mut out, element, range);
        }
        let mut next = continued_at;
        while let Some(id) = next {
            let own = self.parts.own.continuation(id);
            let Some((place, part)) = own.or_else(|| self.parts.shared.continuation(id)) else {
                break;
            };
            if let Some(shown) = self.parts.shown.get_mut(place) {
                let range = shown.range(&part);
                shown.append(&mut out, &part, range.as_ref());
            }
            next = part.attributes.get("continuedAt");
        }
        out
    }

    fn value(
        &mut self,
        element: &Element<'a>,
        named: &Named<'a>,
        range: Option<&TextRange>,
    ) -> Option<Value> {
        let place = self.parts.place;
        let whole = named.continued_at.is_none();
        let piece = range
            .filter(|_| whole)
            .and_then(|range| self.parts.shown.get_mut(place)?.piece(range));
        let format = self.format(named.format);
        if let Some(piece) = piece {
            return self.read_by(format, element.kind, named, piece.into());
        }
        let words = self.words(element, named.continued_at, range);
        self.read_by(format, element.kind, named, words.into())
    }

    fn format(&mut self, name: &'a [u8]) -> Option<Format> {
        let prefixes = self.parts.prefixes;
        let known = || Format::of(name, prefixes);
        (!name.is_empty()).then(|| *self.formats.entry(name).or_insert_with(known))
    }

    /// The value of what is shown and, by its format, what that means; none if the fact is to be left out.
    fn read_by(
        &mut self,
        format: Option<Format>,
        kind: Kind,
        named: &Named<'a>,
        shown: Cow<'_, str>,
    ) -> Option<Value> {
        if kind == Kind::Number {
            let value = match format.unwrap_or(Format::Number(PLAIN)) {
                Format::Unknown => {
                    self.told.unknown_numbers += 1;
                    return None;
                }
                Format::Number(style) => number::value(&shown, &named.rule(style)),
                _ => None,
            };
            let rule = named.rule(PLAIN);
            if value.is_none() && (rule.scale != 0 || rule.negative) {
                // What is shown is not the value, and the value is not known.
                self.told.unscaled += 1;
                return None;
            }
            self.told.unreadable += usize::from(value.is_none());
            return Some((value.unwrap_or_else(|| shown.into_owned()), None));
        }
        let Some(format) = format else {
            return Some((shown.into_owned(), None));
        };
        let transformed = format.text(&shown);
        if format == Format::Unknown {
            self.told.unknown_texts += 1;
        } else {
            self.told.unreadable += usize::from(transformed.is_none());
        }
        let transformed = transformed.filter(|value| *value != shown);
        Some((shown.into_owned(), transformed))
    }
}
