//! Inline XBRL 1.0 and 1.1: facts, contexts, units, footnotes.

pub(crate) mod collect;
mod context;
mod facts;
mod footnotes;
mod hidden;
mod ids;
mod number;
mod prefixes;
mod shared;
mod text;
mod told;
mod transform;
mod words;
mod xml;

use std::sync::Arc;

use aperilex_ports::model::{Fact, Footnote};

use crate::encoding::Source;
use crate::text::Page;

use collect::Collector;
use facts::{Parts, Reader};
use footnotes::Footnotes;
use ids::IdMap;
use shared::Resources;
use text::Shown;

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

/// Reads the facts of all documents of a filing.
pub(crate) fn read(mut inputs: Vec<Input<'_>>) -> Found {
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
        let mut told = reader.told;
        told.too_many = collector.too_many;
        told.too_deep = collector.too_deep;
        told.unread = collector.unread;
        told.cut = shown.get(place).map_or(0, |shown| shown.cut);
        let sentences = told.sentences("inline XBRL").into_iter();
        let sentences = sentences.map(|sentence| (input.document, sentence));
        found.warnings.extend(sentences);
        for (id, range) in hidden::places(&input.source.bytes, &input.page.built) {
            let fact = footnotes.facts.get(place, id);
            let fact = fact.and_then(|index| found.facts.get_mut(index));
            if let Some(fact) = fact.filter(|fact| fact.document == input.document) {
                fact.range.get_or_insert(range);
            }
        }
    }
    let too_many = footnotes.link(&mut found.facts);
    if too_many > 0 {
        let sentence = format!("{too_many} facts without their footnotes: there are too many");
        found.warnings.push((0, sentence));
    }
    found.footnotes = footnotes.notes;
    found
}
