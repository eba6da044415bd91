//! From collected elements to facts: values, contexts, units, continuations.

use std::collections::HashMap;
use std::sync::Arc;

use aperilex_ports::model::{Fact, TextRange};

use crate::encoding::{Charset, Source};
use crate::text::attr::Attributes;
use crate::text::{self, Page};

use super::collect::{Collector, Element, Kind};
use super::context::{Context, Unit};
use super::number::{self, Rule};

/// Text is read for facts up to this many times the text of the document: nested text blocks repeat
/// each other.
const TEXT_BUDGET: usize = 8;
/// Dimensions and units, which facts share and each repeats, may take this many times the source.
const SHARED_BUDGET: usize = 8;
/// Neither takes more than this, in bytes.
const MAX_BUDGET: usize = 64 * 1024 * 1024;

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
        budget: budget(page.built.text.len(), TEXT_BUDGET, source.bytes.len()),
        shared: budget(source.bytes.len(), SHARED_BUDGET, 4096),
        cut: 0,
        unreadable: 0,
        unscaled: 0,
        overfull: 0,
        over_budget: 0,
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
    reader.keep_outer_exclusions();
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

fn budget(size: usize, times: usize, more: usize) -> usize {
    let linear = size.saturating_mul(times).saturating_add(more);
    linear.min(MAX_BUDGET)
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
    /// Bytes that may yet be read for values.
    budget: usize,
    /// Bytes that dimensions and units may yet take.
    shared: usize,
    cut: usize,
    unreadable: usize,
    unscaled: usize,
    overfull: usize,
    over_budget: usize,
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
        if context.is_some_and(|context| context.overfull) {
            self.overfull += 1;
            return None;
        }
        let Some(left) = self.shared.checked_sub(shared_bytes(context, unit)) else {
            self.over_budget += 1;
            return None;
        };
        let range = self.range(element);
        let value = if named.nil {
            String::new()
        } else {
            self.value(element, &named, range.as_ref())?
        };
        self.shared = left;
        Some(Fact {
            document: self.document,
            concept: owned(named.name).into(),
            value,
            unit: unit.map(|unit| unit.0.clone()),
            decimals: named.decimals.map(owned),
            period: context.and_then(|context| context.period.clone()),
            dimensions: context
                .map(|context| context.dimensions.clone())
                .unwrap_or_default(),
            range,
            footnotes: Vec::new(),
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
    ) -> Option<String> {
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
            return Some(shown);
        }
        let rule = rule(named);
        let value = number::value(&shown, &rule);
        if value.is_none() && (rule.scale != 0 || rule.negative) {
            // What is shown is not the value, and the value is not known.
            self.unscaled += 1;
            return None;
        }
        self.unreadable += usize::from(value.is_none());
        value.or(Some(shown))
    }

    /// Adds the words of an element to `out`, one space between them, as far as the budget goes. It
    /// pays for what is read, not for what is kept.
    fn append(&mut self, out: &mut String, element: &Element<'_>, range: Option<&TextRange>) {
        let mut whole = true;
        match range {
            Some(range) => {
                let mut at = range.start;
                let first = self
                    .excluded
                    .partition_point(|e| (e.end as usize) <= range.start);
                for index in first.. {
                    let next = self.excluded.get(index).cloned();
                    let next = next.filter(|e| (e.start as usize) < range.end);
                    let stop = next.as_ref().map_or(range.end, |e| e.start as usize);
                    let piece = self.text.get(at..stop).unwrap_or_default();
                    // An exclusion costs a byte too, so that many of them end as well.
                    let read = self.spend(piece.len().saturating_add(1));
                    add_words(out, piece, read);
                    whole = read > piece.len();
                    let Some(excluded) = next.filter(|_| whole) else {
                        break;
                    };
                    at = (excluded.end as usize).max(at);
                }
            }
            None if element.hidden => {
                let raw = self.src.get(element.raw.clone()).unwrap_or_default();
                let read = self.spend(raw.len());
                whole = read == raw.len();
                let words = text::fragment(raw.get(..read).unwrap_or_default(), self.charset);
                add_words(out, &words, words.len());
            }
            None => {}
        }
        self.cut += usize::from(!whole);
    }

    /// Takes up to `bytes` from the budget and answers how many it gave.
    fn spend(&mut self, bytes: usize) -> usize {
        let given = bytes.min(self.budget);
        self.budget -= given;
        given
    }

    /// Leaves out exclusions inside of others, so that the rest follow one another.
    fn keep_outer_exclusions(&mut self) {
        self.excluded
            .sort_by_key(|range| (range.start, std::cmp::Reverse(range.end)));
        let mut end = 0;
        self.excluded.retain(|range| {
            let outer = range.end > end;
            end = end.max(range.end);
            outer
        });
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
        say(
            self.unscaled,
            "facts left out: their scale or sign cannot be applied",
        );
        say(
            self.overfull,
            "facts left out: their context has too many dimensions",
        );
        say(
            self.over_budget,
            "facts left out: the dimensions and units of all are too large",
        );
        say(
            self.own.too_many,
            "facts or parts left out: there are too many",
        );
        say(
            self.own.too_deep,
            "elements left out: they are nested too deep",
        );
        say(self.without_context, "facts without a known context");
        say(self.own.unread, "fractions or tuples not read");
        out
    }
}

/// What the dimensions and the unit of a fact take.
fn shared_bytes(context: Option<&Context>, unit: Option<&Unit>) -> usize {
    let dimensions = context.map_or(&[][..], |context| &*context.dimensions);
    let strings = dimensions
        .iter()
        .map(|(axis, member)| size_of::<(Arc<str>, Arc<str>)>() + axis.len() + member.len());
    strings.sum::<usize>() + unit.map_or(0, |unit| unit.0.len())
}

/// The rule that a number's attributes give.
fn rule<'a>(named: &Named<'a>) -> Rule<'a> {
    let scale = std::str::from_utf8(named.scale.trim_ascii()).unwrap_or("?");
    Rule {
        format: std::str::from_utf8(named.format).unwrap_or_default(),
        scale: if scale.is_empty() {
            0
        } else {
            scale.parse().unwrap_or(i32::MAX)
        },
        negative: named.sign == b"-",
    }
}

/// Adds the words in the first `limit` bytes of `text`; a word that goes beyond is left out.
fn add_words(out: &mut String, text: &str, limit: usize) {
    let mut read = text;
    if let Some(head) = text.as_bytes().get(..limit).filter(|_| limit < text.len()) {
        let end = head.iter().rposition(u8::is_ascii_whitespace).unwrap_or(0);
        read = text.get(..end).unwrap_or_default();
    }
    for word in read.split_whitespace() {
        if !out.is_empty() {
            out.push(' ');
        }
        out.push_str(word);
    }
}
