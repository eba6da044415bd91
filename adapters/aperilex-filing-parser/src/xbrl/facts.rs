//! From collected elements to facts: values, contexts, units, continuations.

use std::collections::HashMap;

use aperilex_ports::model::{Fact, TextRange};

use crate::encoding::{Charset, Source};
use crate::text::attr::Attributes;
use crate::text::{self, Page};

use super::collect::{Collector, Element, Kind};
use super::number::{self, Rule};

/// Text of facts is kept up to this many times the text of the document: nested text blocks repeat
/// each other.
const TEXT_BUDGET: usize = 8;

/// The facts of one document, and what to warn of.
pub(crate) struct Read {
    /// Facts in document order.
    pub(crate) facts: Vec<Fact>,
    /// Sentences for the reader.
    pub(crate) warnings: Vec<String>,
}

/// Reads the facts of `page`. Contexts and units not found there are looked for in `others`.
pub(crate) fn read(
    document: usize,
    source: &Source<'_>,
    page: &Page<'_>,
    others: &[&Collector<'_>],
) -> Read {
    let mut reader = Reader {
        document,
        src: &source.bytes,
        charset: source.charset,
        text: &page.built.text,
        own: &page.xbrl,
        others,
        continuations: HashMap::new(),
        excluded: Vec::new(),
        budget: page.built.text.len().saturating_mul(TEXT_BUDGET) + source.bytes.len() / 8,
        cut: 0,
        unreadable: 0,
        without_context: 0,
    };
    for element in &page.xbrl.elements {
        match element.kind {
            Kind::Continuation => {
                if let Some(id) = element.attributes.get("id") {
                    reader.continuations.insert(id, element);
                }
            }
            Kind::Exclude => reader.excluded.push(element.text.clone()),
            _ => {}
        }
    }
    reader.excluded.sort_by_key(|range| range.start);
    let mut facts: Vec<(u32, Fact)> = page
        .xbrl
        .elements
        .iter()
        .filter(|element| matches!(element.kind, Kind::Number | Kind::Text))
        .filter_map(|element| reader.fact(element).map(|fact| (element.order, fact)))
        .collect();
    facts.sort_by_key(|(order, _)| *order);
    Read {
        facts: facts.into_iter().map(|(_, fact)| fact).collect(),
        warnings: reader.warnings(),
    }
}

struct Reader<'r, 'a> {
    document: usize,
    src: &'a [u8],
    charset: Charset,
    text: &'r str,
    own: &'r Collector<'a>,
    others: &'r [&'r Collector<'a>],
    continuations: HashMap<&'a [u8], &'r Element<'a>>,
    excluded: Vec<std::ops::Range<u32>>,
    budget: usize,
    cut: usize,
    unreadable: usize,
    without_context: usize,
}

/// The attributes of a fact.
#[derive(Default)]
struct Named<'a> {
    name: &'a [u8],
    context: &'a [u8],
    unit: Option<&'a [u8]>,
    decimals: Option<&'a [u8]>,
    scale: &'a [u8],
    sign: &'a [u8],
    format: &'a [u8],
    continued_at: Option<&'a [u8]>,
    nil: bool,
}

impl<'a> Named<'a> {
    fn of(attributes: &Attributes<'a>) -> Self {
        let mut named = Self::default();
        for (name, value) in attributes.clone() {
            let is = |known: &str| name.eq_ignore_ascii_case(known.as_bytes());
            match name.len() {
                4 if is("name") => named.name = value,
                10 if is("contextRef") => named.context = value,
                7 if is("unitRef") => named.unit = Some(value),
                8 if is("decimals") => named.decimals = Some(value),
                5 if is("scale") => named.scale = value,
                4 if is("sign") => named.sign = value,
                6 if is("format") => named.format = value,
                11 if is("continuedAt") => named.continued_at = Some(value),
                7 if is("xsi:nil") => named.nil = value == b"true" || value == b"1",
                _ => {}
            }
        }
        named
    }
}

fn owned(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

impl<'a> Reader<'_, 'a> {
    fn fact(&mut self, element: &Element<'a>) -> Option<Fact> {
        let named = Named::of(&element.attributes);
        if named.name.is_empty() {
            self.unreadable += 1;
            return None;
        }
        let context = self.own.contexts.get(named.context).or_else(|| {
            self.others
                .iter()
                .find_map(|other| other.contexts.get(named.context))
        });
        if context.is_none() {
            self.without_context += 1;
        }
        let unit = named.unit.and_then(|unit| {
            let own = self.own.units.get(unit);
            own.or_else(|| self.others.iter().find_map(|other| other.units.get(unit)))
        });
        let range = self.range(element);
        let value = if named.nil {
            String::new()
        } else {
            self.value(element, &named, range.as_ref())
        };
        Some(Fact {
            document: self.document,
            concept: owned(named.name),
            value,
            unit: unit.map(|unit| unit.0.clone()),
            decimals: named.decimals.map(owned),
            period: context.and_then(|context| context.period.clone()),
            dimensions: context
                .map(|context| context.dimensions.clone())
                .unwrap_or_default(),
            range,
        })
    }

    /// Where an element's text is shown, without white space at the ends.
    fn range(&self, element: &Element<'_>) -> Option<TextRange> {
        if element.hidden {
            return None;
        }
        let (start, end) = (element.text.start as usize, element.text.end as usize);
        let piece = self.text.get(start..end.min(self.text.len()))?;
        let trimmed = piece.trim_start();
        let start = start + (piece.len() - trimmed.len());
        let trimmed = trimmed.trim_end();
        (!trimmed.is_empty()).then(|| start..start + trimmed.len())
    }

    fn value(
        &mut self,
        element: &Element<'a>,
        named: &Named<'a>,
        range: Option<&TextRange>,
    ) -> String {
        let mut shown = String::new();
        self.append(&mut shown, element, range);
        let mut next = named.continued_at;
        while let Some(id) = next {
            // Each part belongs to one fact; taking it out also ends circles.
            let Some(part) = self.continuations.remove(id) else {
                break;
            };
            let range = self.range(part);
            self.append(&mut shown, part, range.as_ref());
            next = part.attributes.get("continuedAt");
        }
        if element.kind == Kind::Text {
            return shown;
        }
        let scale = std::str::from_utf8(named.scale.trim_ascii()).unwrap_or_default();
        let rule = Rule {
            format: std::str::from_utf8(named.format).unwrap_or_default(),
            scale: if scale.is_empty() {
                0
            } else {
                scale.parse().unwrap_or(i32::MAX)
            },
            negative: named.sign == b"-",
        };
        number::value(&shown, &rule).unwrap_or_else(|| {
            self.unreadable += 1;
            shown
        })
    }

    /// Adds the words of an element to `out`, one space between them.
    fn append(&mut self, out: &mut String, element: &Element<'_>, range: Option<&TextRange>) {
        let before = out.len();
        let limit = before.saturating_add(self.budget);
        let mut whole = true;
        let mut pieces = 0;
        match range {
            Some(range) => {
                let mut at = range.start;
                for excluded in self.exclusions(range) {
                    let piece = self.text.get(at..excluded.start).unwrap_or_default();
                    whole &= add_words(out, piece, limit);
                    at = excluded.end.max(at);
                    pieces += 1;
                }
                whole &= add_words(out, self.text.get(at..range.end).unwrap_or_default(), limit);
            }
            None if element.hidden => {
                let raw = self.src.get(element.raw.clone()).unwrap_or_default();
                let raw = raw.get(..self.budget).unwrap_or(raw);
                whole &= add_words(out, &text::fragment(raw, self.charset), limit);
            }
            None => {}
        }
        self.cut += usize::from(!whole);
        self.budget = self.budget.saturating_sub((out.len() - before).max(pieces));
    }

    fn exclusions(&self, range: &TextRange) -> Vec<TextRange> {
        let first = self
            .excluded
            .partition_point(|e| (e.end as usize) <= range.start);
        self.excluded
            .iter()
            .skip(first)
            .take_while(|e| (e.start as usize) < range.end)
            .map(|e| e.start as usize..e.end as usize)
            .collect()
    }

    fn warnings(&self) -> Vec<String> {
        let mut out = Vec::new();
        let mut say = |count: usize, what: &str| {
            if count > 0 {
                out.push(format!("inline XBRL: {count} {what}"));
            }
        };
        say(self.cut, "facts with text cut short");
        say(
            self.unreadable,
            "facts whose value or name cannot be read by their rule",
        );
        say(self.without_context, "facts without a known context");
        say(self.own.unread, "fractions or tuples not read");
        out
    }
}

/// Adds words up to `limit` bytes. False if some were left out.
fn add_words(out: &mut String, text: &str, limit: usize) -> bool {
    for word in text.split_whitespace() {
        if out.len() + word.len() >= limit {
            return false;
        }
        if !out.is_empty() {
            out.push(' ');
        }
        out.push_str(word);
    }
    true
}
