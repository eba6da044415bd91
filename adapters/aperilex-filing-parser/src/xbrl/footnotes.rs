//! Footnotes and what refers to them.

use aperilex_ports::model::{Fact, Footnote};

use super::ids::IdMap;

/// Links between facts and footnotes that are taken: a relationship names many of each.
const MAX_LINKS: usize = 200_000;

/// An id of the document at a place, and the index of what it names.
pub(crate) type Id<'a> = (usize, &'a [u8], usize);

/// Ids with what they stand for: in the document of that place, and in any.
#[derive(Debug, Default)]
pub(crate) struct Ids<'a> {
    own: IdMap<(usize, &'a [u8]), usize>,
    any: IdMap<&'a [u8], usize>,
}

impl<'a> Ids<'a> {
    /// The first of each counts.
    pub(crate) fn of(ids: &[Id<'a>]) -> Self {
        let mut this = Self::default();
        for (place, id, index) in ids {
            this.own.entry((*place, id)).or_insert(*index);
            this.any.entry(id).or_insert(*index);
        }
        this
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
    pub(crate) ids: Vec<Id<'a>>,
    /// Ids of facts.
    pub(crate) facts: Vec<Id<'a>>,
    /// Lists of ids of facts and footnotes, with the place of the document they stand in.
    pub(crate) relationships: Vec<(usize, &'a [u8], &'a [u8])>,
    /// Ids of facts and indices of footnotes, with the place of the document they stand in.
    pub(crate) links: Vec<Id<'a>>,
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
        if self.notes.is_empty() {
            return 0;
        }
        let (own, named) = (Ids::of(&self.facts), Ids::of(&self.ids));
        let mut links: Vec<(usize, usize)> = Vec::new();
        let mut too_many = 0;
        for (place, from, to) in &self.relationships {
            let notes: Vec<usize> = words(to).filter_map(|id| named.get(*place, id)).collect();
            for fact in words(from).filter_map(|id| own.get(*place, id)) {
                // A fact whose footnotes are not all taken gets none of this relationship.
                if links.len() + notes.len() > MAX_LINKS {
                    too_many += 1;
                } else {
                    links.extend(notes.iter().map(|note| (fact, *note)));
                }
            }
        }
        for (place, fact, list) in &self.references {
            let notes = words(list).filter_map(|id| named.get(*place, id));
            links.extend(notes.map(|note| (*fact, note)));
        }
        for (place, fact, note) in &self.links {
            let fact = own.get(*place, fact);
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
