//! Items of a form: where each begins and ends, and what became of it.
//!
//! Candidate headings are read line by line, weighed by several signals (title, typography, links
//! from the table of contents, place in the document), and the best rising sequence of them is
//! taken. What remains is cut to its text, classified, and given a confidence.

pub(crate) mod candidate;
pub(crate) mod catalog;
pub(crate) mod confidence;
pub(crate) mod contents;
pub(crate) mod dates;
pub(crate) mod index;
pub(crate) mod label;
pub(crate) mod lines;
pub(crate) mod named;
pub(crate) mod nested;
pub(crate) mod pages;
pub(crate) mod part_three;
pub(crate) mod risks;
pub(crate) mod section;
pub(crate) mod sequence;
pub(crate) mod state;
pub(crate) mod title;
pub(crate) mod titled;
pub(crate) mod toc;
pub(crate) mod validate;
pub(crate) mod words;

use std::collections::HashSet;

use aperilex_ports::model::{FilingMeta, FormFamily, ItemKey, RiskFactor, Section, SectionState};

use crate::text::Page;

use candidate::Candidate;
use catalog::Item;
use confidence::{SURE, Scored};
use lines::Lines;
use toc::{Links, Toc};

/// An index has at least this many entries.
const MIN_INDEX: usize = 8;
/// A filing with fewer item headings than this has none: they are words in its text.
const MAX_HEADINGS: usize = 3;

/// The items of a document, those not found included; and 8-K codes in order of appearance.
#[derive(Debug, Default)]
pub(crate) struct Found {
    /// Items in the form's order.
    pub(crate) sections: Vec<Section>,
    /// Points of each, for the fit of the confidence.
    #[cfg(test)]
    pub(crate) points: Vec<u8>,
    /// Single risks, in order of place.
    pub(crate) risk_factors: Vec<RiskFactor>,
    /// Codes of 8-K items with a heading.
    pub(crate) items_8k: Vec<String>,
    /// There were more lines like headings than are looked at.
    pub(crate) too_many: bool,
}

impl Found {
    /// Adds what a further document of the same report has and this one does not.
    pub(crate) fn add(&mut self, other: Self) {
        for section in other.sections {
            if section.state == SectionState::NotFound {
                continue;
            }
            let known = self
                .sections
                .iter_mut()
                .find(|known| known.key == section.key);
            match known {
                Some(known) if known.state == SectionState::NotFound => *known = section,
                Some(_) => {}
                None => {
                    let same = |known: &Section| known.key.part == section.key.part;
                    let last = self.sections.iter().rposition(same);
                    let at = last.map_or(self.sections.len(), |last| last + 1);
                    self.sections.insert(at, section);
                }
            }
        }
        if self.risk_factors.is_empty() {
            self.risk_factors = other.risk_factors;
        }
        for code in other.items_8k {
            if !self.items_8k.contains(&code) {
                self.items_8k.push(code);
            }
        }
        self.too_many |= other.too_many;
    }
}

/// Finds the items of a filing in the page of one of its documents.
pub(crate) fn find(meta: &FilingMeta, document: usize, page: &Page<'_>) -> Found {
    let form = &meta.form;
    let month = dates::of(meta, &page.built.text).month(form.family());
    let lists = catalog::lists(form, month);
    if lists.is_empty() {
        return titled::find(form, document, page);
    }
    let lines = Lines::new(&page.built);
    // Of two lists the one whose titles the filing has; of equals the later.
    let read = lists.iter().rev();
    let read = read.map(|list| (list, candidate::read(&lines, list, month)));
    let Some((list, candidates)) = read.max_by_key(|(_, read)| candidate::titled(read)) else {
        return Found::default();
    };
    let items = list.items;
    let too_many = candidates.len() >= candidate::MAX_CANDIDATES;
    let ordered = form.family() != FormFamily::EightK;
    let headings = headings(&lines, items, month, candidates, (page, ordered));
    let Headings {
        candidates, chosen, ..
    } = &headings;
    let mut sections = section::cut(document, &lines, items, candidates, chosen);
    validate::foreign_headings(&mut sections, items, candidates, chosen);
    validate::sizes(&mut sections, items, lines.text.len());
    validate::swallowed(&mut sections, items, &headings.toc);
    if let Some(listed) = &headings.index {
        let listed: Vec<&Candidate> = listed.iter().filter_map(|at| candidates.get(*at)).collect();
        let found = index::read(
            document,
            &lines,
            items,
            &listed,
            (&headings.toc, &headings.links),
        );
        sections = merge(sections, found);
    }
    let mut items_8k = Vec::new();
    if !ordered {
        items_8k.extend(sections.iter().map(|one| one.section.key.item.clone()));
        validate::codes(&mut sections, &meta.items);
    }
    let named = |item: &Item| !ordered && meta.items.iter().any(|code| code.trim() == item.number);
    let nested = nested::read(&lines, list, &sections);
    sections.extend(nested);
    let amendment = form.is_amendment();
    let asked = |item: &Item| item.is_asked(month) || named(item);
    missing(document, items, amendment, asked, &mut sections);
    sort(items, &mut sections);
    validate::neighbours(&mut sections, &headings.toc, amendment);
    #[cfg(test)]
    let points = sections.iter().map(Scored::points).collect();
    let finished: Vec<Section> = sections.into_iter().map(Scored::finish).collect();
    Found {
        #[cfg(test)]
        points,
        risk_factors: risks::read(form.family(), &lines, &finished),
        sections: finished,
        items_8k,
        too_many,
    }
}

fn key(item: &Item) -> ItemKey {
    ItemKey::new(item.part, item.number)
}

/// What speaks for the headings of a document.
struct Headings {
    candidates: Vec<Candidate>,
    /// Indices of those that are headings.
    chosen: Vec<usize>,
    toc: Toc,
    links: Links,
    /// Entries of a cross-reference index, if that is what the filing has.
    index: Option<Vec<usize>>,
}

/// Chooses the headings among the candidates, and adds those that only the contents know.
fn headings(
    lines: &Lines<'_>,
    items: &[Item],
    month: Option<i32>,
    mut candidates: Vec<Candidate>,
    (page, ordered): (&Page<'_>, bool),
) -> Headings {
    let links = toc::links(lines, page);
    contents::mark(&mut candidates, lines, &links);
    let toc = if ordered {
        Toc::read(&mut candidates, lines, &links, (items, month))
    } else {
        Toc::default()
    };
    let mut chosen = sequence::choose(&candidates, items.len(), ordered);
    let index = if ordered {
        index_of(&candidates, lines, items, chosen.len())
    } else {
        None
    };
    let mut named = toc.headings(&candidates, lines, items);
    if ordered && index.is_none() && chosen.is_empty() {
        let known: HashSet<usize> = named.iter().flat_map(|c| c.ranks.iter().copied()).collect();
        let all = named::all(lines, items, month);
        let new = |c: &Candidate| c.ranks.first().is_some_and(|rank| !known.contains(rank));
        named.extend(all.into_iter().filter(new));
    }
    if index.is_none() && !named.is_empty() {
        candidates.extend(named);
        candidates.sort_by_key(|candidate| candidate.start);
        chosen = sequence::choose(&candidates, items.len(), ordered);
    }
    Headings {
        candidates,
        chosen,
        toc,
        links,
        index,
    }
}

/// Entries of a cross-reference index, for a filing that has next to no headings, or says that it has such
/// an index.
fn index_of(
    candidates: &[Candidate],
    lines: &Lines<'_>,
    items: &[Item],
    headings: usize,
) -> Option<Vec<usize>> {
    let listed = sequence::listed(candidates, items.len());
    if listed.len() < MIN_INDEX {
        return None;
    }
    let first = listed.first().and_then(|at| candidates.get(*at))?.line;
    let titled = (first.saturating_sub(12)..first).any(|at| index::is_title(lines.get(at)));
    let few = if titled {
        listed.len() / 2
    } else {
        MAX_HEADINGS
    };
    (headings < few).then_some(listed)
}

/// Sections under headings, and for all other items what the index says.
fn merge(sections: Vec<Scored>, index: Vec<Scored>) -> Vec<Scored> {
    let mut out = index;
    for section in sections {
        // A heading that the index sends to as well says the same.
        if !out
            .iter()
            .any(|known| known.section.key == section.section.key)
        {
            out.push(section);
        }
    }
    out
}

/// Adds what the form asks for and was not found. An amendment has only what it changes, so of it
/// nothing is missed in parts that it leaves out.
fn missing(
    document: usize,
    items: &[Item],
    amendment: bool,
    asked: impl Fn(&Item) -> bool,
    sections: &mut Vec<Scored>,
) {
    let amended =
        |part: &str| !amendment || sections.iter().any(|one| one.section.key.part == part);
    let has = |number: &str, part: &str| {
        sections
            .iter()
            .any(|one| one.section.key.item == number && one.section.key.part == part)
    };
    // When the form changed an item may stand under its number of before or after.
    let renumbered = |item: &Item| {
        items.iter().any(|other| {
            let same = item
                .titles
                .first()
                .is_some_and(|title| other.titles.contains(title));
            same && other.part == item.part && has(other.number, other.part)
        })
    };
    let absent: Vec<Scored> = items
        .iter()
        .filter(|item| asked(item) && amended(item.part))
        .filter(|item| !has(item.number, item.part) && !renumbered(item))
        .map(|item| Section {
            document,
            key: key(item),
            title: item
                .titles
                .first()
                .map_or_else(String::new, |title| (*title).to_owned()),
            state: SectionState::NotFound,
            confidence: 0.0,
            range: 0..0,
            heading: 0..0,
            more: Vec::new(),
        })
        .map(|section| Scored::new(section, &[], SURE))
        .collect();
    sections.extend(absent);
}

/// Canonical order; what the form does not know stays behind its neighbour.
fn sort(items: &[Item], sections: &mut [Scored]) {
    let rank = |section: &Section| {
        items
            .iter()
            .position(|item| item.number == section.key.item && item.part == section.key.part)
    };
    let unknown = |section: &Section| {
        let of = section.key.item.split_once('.').map(|(of, _)| of);
        let same = |item: &Item| Some(item.number) == of && item.part == section.key.part;
        if let Some(parent) = items.iter().position(same) {
            return parent;
        }
        let part_end = items.iter().rposition(|item| item.part == section.key.part);
        part_end.unwrap_or(items.len())
    };
    sections.sort_by_key(|one| {
        let section = &one.section;
        rank(section).map_or_else(|| (unknown(section), 1), |rank| (rank, 0))
    });
}
