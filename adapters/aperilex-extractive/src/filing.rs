//! A filing as the parts see it: its texts with their layout, and quotes from them.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use aperilex_ports::{
    DraftClaim, DraftQuote, FilingContent, FilingMeta, FormFamily, ItemKey, TextRange,
};

use crate::rank::{Request, select};
use crate::text::{
    Layout, Vocabulary, collapse, is_boilerplate, is_lead, is_prose, is_quotable, marker,
    paragraphs, sentences, stands_alone,
};

/// Sentences of one place that are looked at; a longer place is cut off.
const MAX_SENTENCES: usize = 20_000;

/// A place, in an order.
type Key = (usize, usize, usize);
/// Sentences, shared.
type Sentences<'c> = Rc<[Sentence<'c>]>;

/// A filing.
#[derive(Debug)]
pub(crate) struct Filing<'c> {
    pub(crate) meta: &'c FilingMeta,
    pub(crate) content: &'c FilingContent,
    /// Sentences of places that were asked for: parts share them.
    read: RefCell<BTreeMap<Key, Sentences<'c>>>,
    vocabulary: RefCell<Vocabulary>,
}

/// A stretch of a document's text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) document: usize,
    pub(crate) range: TextRange,
}

/// A sentence and where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Sentence<'c> {
    pub(crate) place: Place,
    pub(crate) text: &'c str,
}

impl Place {
    const fn key(&self) -> Key {
        (self.document, self.range.start, self.range.end)
    }
}

impl<'c> Filing<'c> {
    pub(crate) fn new(meta: &'c FilingMeta, content: &'c FilingContent) -> Self {
        Self {
            meta,
            content,
            read: RefCell::new(BTreeMap::new()),
            vocabulary: RefCell::new(Vocabulary::new()),
        }
    }

    pub(crate) fn family(&self) -> FormFamily {
        self.content.form.family()
    }

    /// A document's canonical text; empty if it has none.
    pub(crate) fn text(&self, document: usize) -> &'c str {
        let text = self
            .content
            .documents
            .get(document)
            .and_then(|d| d.text.as_ref());
        text.map_or("", |text| text.text.as_str())
    }

    /// All of a document.
    pub(crate) fn whole(&self, document: usize) -> Place {
        Place {
            document,
            range: 0..self.text(document).len(),
        }
    }

    /// Documents whose type begins with `prefix`, such as `EX-13`.
    pub(crate) fn exhibits(&self, prefix: &str) -> Vec<usize> {
        let documents = self.content.documents.iter().enumerate();
        documents
            .filter(|(at, document)| {
                let doc_type = document.doc_type.as_deref().unwrap_or_default();
                *at != self.content.main && doc_type.starts_with(prefix) && document.text.is_some()
            })
            .map(|(at, _)| at)
            .collect()
    }

    pub(crate) fn paragraphs(&self, place: &Place) -> Vec<TextRange> {
        let text = self.text(place.document);
        paragraphs(text, &place.range, Layout::of(text))
    }

    /// Sentences of running text worth quoting.
    pub(crate) fn sentences(&self, place: &Place) -> Sentences<'c> {
        let known = self.read.borrow().get(&place.key()).cloned();
        known.unwrap_or_else(|| {
            let all = self.all_sentences(place).into_iter();
            let good = all.filter(|s| is_prose(s.text) && !is_boilerplate(s.text));
            let found: Sentences<'c> = good.collect();
            self.read.borrow_mut().insert(place.key(), found.clone());
            found
        })
    }

    /// Every sentence, whatever it is like.
    pub(crate) fn all_sentences(&self, place: &Place) -> Vec<Sentence<'c>> {
        let text = self.text(place.document);
        self.paragraphs(place)
            .iter()
            .flat_map(|paragraph| sentences(text, paragraph))
            .map(|range| {
                let skip = text.get(range.clone()).map_or(0, marker);
                range.start + skip..range.end
            })
            .filter(|range| stands_alone(text, range.start, range.end))
            .filter_map(|range| self.sentence(place.document, range))
            .take(MAX_SENTENCES)
            .collect()
    }

    /// Sentences, or what comes near to them where there are none.
    pub(crate) fn statements(&self, place: &Place) -> Vec<Sentence<'c>> {
        let good = self.sentences(place);
        if !good.is_empty() {
            return good.to_vec();
        }
        let mut found = self.all_sentences(place);
        found.retain(|s| is_quotable(s.text) && !is_boilerplate(s.text));
        if found.iter().any(|s| is_lead(s.text)) {
            found.retain(|s| is_lead(s.text));
        }
        found
    }

    /// The sentences that matter most, the best first.
    pub(crate) fn select(
        &self,
        sentences: &[Sentence<'c>],
        request: &Request<'_>,
    ) -> Vec<Sentence<'c>> {
        let mut vocabulary = self.vocabulary.borrow_mut();
        let terms = sentences.iter();
        let terms: Vec<Rc<[u32]>> = terms
            .map(|s| vocabulary.terms_at((s.place.document, s.place.range.start), s.text))
            .collect();
        let query = vocabulary.terms(request.query);
        let chosen = select(&terms, &query, request).into_iter();
        chosen.filter_map(|at| sentences.get(at).cloned()).collect()
    }

    pub(crate) fn sentence(&self, document: usize, range: TextRange) -> Option<Sentence<'c>> {
        let text = self.text(document).get(range.clone())?;
        let place = Place { document, range };
        Some(Sentence { place, text })
    }

    /// The filing's words at a place, with the item they are in.
    pub(crate) fn quote(&self, place: &Place) -> Option<DraftQuote> {
        let words = self.text(place.document).get(place.range.clone())?;
        Some(DraftQuote {
            document: place.document,
            item: self.item_at(place),
            quote: words.to_owned(),
            range: Some(place.range.clone()),
        })
    }

    /// The first item that holds the place.
    pub(crate) fn item_at(&self, place: &Place) -> Option<ItemKey> {
        let sections = self.content.sections.iter();
        let mut holding = sections.filter(|section| {
            section.document == place.document
                && section.range.start <= place.range.start
                && place.range.end <= section.range.end
        });
        holding.next().map(|section| section.key.clone())
    }

    /// The line that holds a range, without the white space around it.
    pub(crate) fn line_at(&self, document: usize, range: &TextRange) -> Option<Sentence<'c>> {
        let text = self.text(document);
        let start = text.get(..range.start)?.rfind('\n').map_or(0, |at| at + 1);
        let rest = text.get(range.end..)?;
        let end = range.end + rest.find('\n').unwrap_or(rest.len());
        let line = text.get(start..end)?;
        let start = start + (line.len() - line.trim_start().len());
        self.sentence(document, start..start + line.trim().len())
    }
}

/// In the order in which the filing says them.
pub(crate) fn in_order(mut sentences: Vec<Sentence<'_>>) -> Vec<Sentence<'_>> {
    sentences.sort_by_key(|sentence| sentence.place.key());
    sentences
}

impl Sentence<'_> {
    /// The claim that the filing says so, in its own words.
    pub(crate) fn claim(&self, filing: &Filing<'_>) -> Option<DraftClaim> {
        self.claim_under(filing, None)
    }

    /// The same behind a heading.
    pub(crate) fn claim_under(
        &self,
        filing: &Filing<'_>,
        heading: Option<&str>,
    ) -> Option<DraftClaim> {
        let words = collapse(self.text);
        Some(DraftClaim {
            text: heading.map_or_else(|| words.to_string(), |h| format!("{h}: {words}")),
            quotes: vec![filing.quote(&self.place)?],
            figure: None,
        })
    }
}
