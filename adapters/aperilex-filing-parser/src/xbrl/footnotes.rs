//! Footnotes and what refers to them.

use aperilex_ports::model::{Fact, Footnote};

use super::ids::IdMap;

/// Links between facts and footnotes that are taken: a relationship names many of each.
const MAX_LINKS: usize = 200_000;

/// Ids with what they stand for: in the document of that place, and in any.
#[derive(Debug, Default)]
pub(crate) struct Ids<'a> {
    own: IdMap<(usize, &'a [u8]), usize>,
    any: IdMap<&'a [u8], usize>,
}

impl<'a> Ids<'a> {
    /// Remembers an id of the `place`-th document; the first of each counts.
    pub(crate) fn insert(&mut self, place: usize, id: &'a [u8], index: usize) {
        self.own.entry((place, id)).or_insert(index);
        self.any.entry(id).or_insert(index);
    }

    /// What an id means in the `place`-th document.
    pub(crate) fn get(&self, place: usize, id: &'a [u8]) -> Option<usize> {
        self.own
            .get(&(place, id))
            .or_else(|| self.any.get(id))
            .copied()
    }
}

/// Footnotes in the making.
#[derive(Debug, Default)]
pub(crate) struct Footnotes<'a> {
    /// The footnotes.
    pub(crate) notes: Vec<Footnote>,
    /// Their ids.
    pub(crate) ids: Ids<'a>,
    /// Ids of facts.
    pub(crate) facts: Ids<'a>,
    /// Lists of ids of facts and footnotes, with the place of the document they stand in.
    pub(crate) relationships: Vec<(usize, &'a [u8], &'a [u8])>,
    /// Ids of facts and indices of footnotes, with the place of the document they stand in.
    pub(crate) links: Vec<(usize, &'a [u8], usize)>,
    /// Facts with the list of their footnotes (inline XBRL 1.0).
    pub(crate) references: Vec<(usize, usize, &'a [u8])>,
}

fn words(list: &[u8]) -> impl Iterator<Item = &[u8]> {
    list.split(u8::is_ascii_whitespace)
        .filter(|word| !word.is_empty())
}

impl Footnotes<'_> {
    /// Gives every fact its footnotes. Answers how many facts had too many.
    pub(crate) fn link(&self, facts: &mut [Fact]) -> usize {
        let mut links: Vec<(usize, usize)> = Vec::new();
        let mut too_many = 0;
        for (place, from, to) in &self.relationships {
            let notes: Vec<usize> = words(to)
                .filter_map(|id| self.ids.get(*place, id))
                .collect();
            for fact in words(from).filter_map(|id| self.facts.get(*place, id)) {
                // A fact whose footnotes are not all taken gets none of this relationship.
                if links.len() + notes.len() > MAX_LINKS {
                    too_many += 1;
                } else {
                    links.extend(notes.iter().map(|note| (fact, *note)));
                }
            }
        }
        for (place, fact, list) in &self.references {
            let notes = words(list).filter_map(|id| self.ids.get(*place, id));
            links.extend(notes.map(|note| (*fact, note)));
        }
        for (place, fact, note) in &self.links {
            let fact = self.facts.get(*place, fact);
            links.extend(fact.map(|fact| (fact, *note)));
        }
        for (fact, note) in links {
            if let Some(fact) = facts.get_mut(fact) {
                fact.footnotes.push(note);
            }
        }
        for fact in facts.iter_mut().filter(|fact| fact.footnotes.len() > 1) {
            fact.footnotes.sort_unstable();
            fact.footnotes.dedup();
        }
        too_many
    }
}
