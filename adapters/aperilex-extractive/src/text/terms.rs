//! Terms: words as numbers, stemmed (Porter 2), without the words every text is full of.

use std::collections::HashMap;
use std::fmt;
use std::rc::Rc;

use rust_stemmers::{Algorithm, Stemmer};

/// Words without a subject.
const STOP: &[&str] = &[
    "about",
    "above",
    "after",
    "again",
    "against",
    "all",
    "also",
    "and",
    "any",
    "are",
    "because",
    "been",
    "before",
    "being",
    "below",
    "between",
    "both",
    "but",
    "can",
    "could",
    "did",
    "does",
    "doing",
    "down",
    "during",
    "each",
    "few",
    "for",
    "from",
    "further",
    "had",
    "has",
    "have",
    "having",
    "her",
    "here",
    "hers",
    "him",
    "his",
    "how",
    "into",
    "its",
    "itself",
    "may",
    "might",
    "more",
    "most",
    "must",
    "nor",
    "not",
    "now",
    "off",
    "once",
    "one",
    "only",
    "other",
    "our",
    "ours",
    "out",
    "over",
    "own",
    "same",
    "shall",
    "she",
    "should",
    "some",
    "such",
    "than",
    "that",
    "the",
    "their",
    "theirs",
    "them",
    "then",
    "there",
    "these",
    "they",
    "this",
    "those",
    "through",
    "too",
    "under",
    "until",
    "upon",
    "very",
    "was",
    "were",
    "what",
    "when",
    "where",
    "which",
    "while",
    "who",
    "whom",
    "why",
    "will",
    "with",
    "would",
    "you",
    "your",
    "including",
    "include",
    "includes",
    "certain",
    "respectively",
    "well",
    "within",
    "company",
    "companies",
];

/// Gives every term a number. The same words in the same order get the same numbers.
pub(crate) struct Vocabulary {
    stemmer: Stemmer,
    /// Terms of texts that were read, by where they stand.
    read: HashMap<(usize, usize), Rc<[u32]>>,
    words: HashMap<String, Option<u32>>,
    terms: HashMap<String, u32>,
}

impl fmt::Debug for Vocabulary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Vocabulary({} terms)", self.terms.len())
    }
}

impl Vocabulary {
    pub(crate) fn new() -> Self {
        let stop = STOP.iter().map(|word| ((*word).to_owned(), None));
        Self {
            stemmer: Stemmer::create(Algorithm::English),
            read: HashMap::new(),
            words: stop.collect(),
            terms: HashMap::new(),
        }
    }

    /// The terms of the text that stands at `key`, which is read once only.
    pub(crate) fn terms_at(&mut self, key: (usize, usize), text: &str) -> Rc<[u32]> {
        if let Some(known) = self.read.get(&key) {
            return known.clone();
        }
        let terms: Rc<[u32]> = self.terms(text).into();
        self.read.insert(key, terms.clone());
        terms
    }

    /// The terms of a text in rising order, repeated as often as they occur.
    pub(crate) fn terms(&mut self, text: &str) -> Vec<u32> {
        let words = text.split(|c: char| !c.is_alphabetic());
        let mut terms: Vec<u32> = words
            .filter(|word| word.len() > 2)
            .filter_map(|word| self.term(&word.to_lowercase()))
            .collect();
        terms.sort_unstable();
        terms
    }

    fn term(&mut self, word: &str) -> Option<u32> {
        if let Some(known) = self.words.get(word) {
            return *known;
        }
        let next = u32::try_from(self.terms.len()).ok();
        let stem = self.stemmer.stem(word).into_owned();
        let term = match self.terms.get(&stem) {
            Some(term) => Some(*term),
            None => next.inspect(|next| {
                self.terms.insert(stem, *next);
            }),
        };
        self.words.insert(word.to_owned(), term);
        term
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_of_a_word_are_one_term() {
        let mut vocabulary = Vocabulary::new();
        let terms = vocabulary.terms("Increases, increased; and increasing");
        assert_eq!(terms, [terms[0]; 3]);
        assert_eq!(vocabulary.terms("of the 2,023"), [0_u32; 0]);
    }
}
