//! Inline XBRL 1.0 and 1.1: facts, contexts, units, footnotes.

pub(crate) mod collect;
mod context;
mod facts;
mod footnotes;
mod hidden;
mod ids;
mod instance;
mod number;
mod prefixes;
mod shared;
mod text;
mod told;
mod transform;
mod words;
pub(crate) mod xml;

use std::sync::Arc;

use aperilex_ports::model::{Fact, Footnote};

use crate::encoding::Source;
use crate::text::Page;

use collect::Collector;
use facts::{Parts, Reader};
use footnotes::{Footnotes, Ids};
use ids::IdMap;
use shared::Resources;
use text::Shown;
use told::Told;

/// A document and the inline XBRL in it.
pub(crate) struct Input<'a> {
    /// Index of the document.
    pub(crate) document: usize,
    /// Its bytes.
    pub(crate) source: &'a Source<'a>,
    /// Its text.
    pub(crate) page: &'a Page<'a>,
    /// Its inline XBRL.
    pub(crate) collector: Collector<'a>,
}

/// The facts of a filing.
#[derive(Debug, Default)]
pub(crate) struct Found {
    /// Facts in document order.
    pub(crate) facts: Vec<Fact>,
    /// Their footnotes.
    pub(crate) footnotes: Vec<Footnote>,
    /// Sentences for the reader, with the index of the document that they are about.
    pub(crate) warnings: Vec<(usize, String)>,
}

/// Reads the facts of all documents of a filing. Instances that are not inline are the same facts
/// once more where there are inline ones, so they are read only if there are none.
pub(crate) fn read(inputs: Vec<Input<'_>>, instances: &[(usize, &Source<'_>)]) -> Found {
    let mut found = inline(inputs);
    if found.facts.is_empty() {
        for (document, source) in instances {
            read_instance(*document, source, &mut found);
        }
    }
    found
}

/// Reads the facts of inline documents, which may share what they refer to.
fn inline(mut inputs: Vec<Input<'_>>) -> Found {
    let mut shown = Vec::with_capacity(inputs.len());
    let mut resources = Vec::with_capacity(inputs.len());
    for (place, input) in inputs.iter_mut().enumerate() {
        let (source, collector) = (input.source, &mut input.collector);
        shown.push(Shown::new(
            input.document,
            source,
            input.page,
            &collector.elements,
        ));
        let taken = Resources::take(place, &source.bytes, source.charset, collector);
        resources.push(taken);
    }
    let mut shared = Resources::default();
    if resources.len() > 1 {
        resources.iter().for_each(|own| shared.merge(own));
    }
    let mut found = Found::default();
    let mut concepts: IdMap<&[u8], Arc<str>> = IdMap::default();
    let mut footnotes = Footnotes::default();
    for ((place, input), own) in inputs.into_iter().enumerate().zip(&mut resources) {
        let mut collector = input.collector;
        collector.elements.sort_unstable_by_key(|one| one.order);
        let first = found.facts.len();
        found.facts.reserve(collector.elements.len());
        let mut reader = Reader::new(Parts {
            place,
            shown: &mut shown,
            own,
            shared: &mut shared,
            prefixes: &collector.prefixes,
            concepts: &mut concepts,
            footnotes: &mut footnotes,
            facts: &mut found.facts,
        });
        for element in &collector.elements {
            reader.read(element);
        }
        let told = reader.told;
        let cut = shown.get(place).map_or(0, |shown| shown.cut);
        found.tell(input.document, "inline XBRL", told.with(&collector, cut));
        let mut own = found.facts.iter().skip(first);
        if own.all(|fact| fact.range.is_some()) {
            continue;
        }
        let places = hidden::places(&input.source.bytes, &input.page.built);
        if places.is_empty() {
            continue;
        }
        let ids = Ids::of(&footnotes.facts);
        for (id, range) in places {
            let fact = ids.get(place, id);
            let fact = fact.and_then(|index| found.facts.get_mut(index));
            if let Some(fact) = fact.filter(|fact| fact.document == input.document) {
                fact.range.get_or_insert(range);
            }
        }
    }
    found.link(footnotes);
    found
}

/// Reads the facts of an instance that is not inline.
fn read_instance(document: usize, source: &Source<'_>, found: &mut Found) {
    let mut instance = instance::read(&source.bytes);
    let collector = &mut instance.collector;
    let mut shown = [Shown::nowhere(document, source)];
    let mut own = Resources::take(0, &source.bytes, source.charset, collector);
    let mut footnotes = Footnotes::default();
    let (mut none, mut concepts) = (Resources::default(), IdMap::default());
    let mut facts = Vec::new();
    let mut reader = Reader::new(Parts {
        place: 0,
        shown: &mut shown,
        own: &mut own,
        shared: &mut none,
        prefixes: &collector.prefixes,
        concepts: &mut concepts,
        footnotes: &mut footnotes,
        facts: &mut facts,
    });
    for element in &collector.elements {
        reader.read(element);
    }
    reader.notes(instance.notes, &instance.links);
    let told = reader.told;
    let cut = shown.iter().map(|shown| shown.cut).sum();
    found.tell(document, "XBRL", told.with(collector, cut));
    let mut read = Found {
        facts,
        ..Found::default()
    };
    read.link(footnotes);
    found.append(read);
}

impl Found {
    fn tell(&mut self, document: usize, kind: &str, told: Told) {
        let sentences = told.sentences(kind).into_iter();
        self.warnings
            .extend(sentences.map(|sentence| (document, sentence)));
    }

    /// Gives the facts their footnotes.
    fn link(&mut self, footnotes: Footnotes<'_>) {
        let too_many = footnotes.link(&mut self.facts);
        if too_many > 0 {
            let document = self.facts.first().map_or(0, |fact| fact.document);
            let sentence = format!("{too_many} facts without their footnotes: there are too many");
            self.warnings.push((document, sentence));
        }
        self.footnotes = footnotes.notes;
    }

    /// Adds the facts of a further document.
    fn append(&mut self, mut other: Self) {
        let first = self.footnotes.len();
        for fact in &mut other.facts {
            fact.footnotes.iter_mut().for_each(|note| *note += first);
        }
        self.facts.append(&mut other.facts);
        self.footnotes.append(&mut other.footnotes);
        self.warnings.append(&mut other.warnings);
    }
}
