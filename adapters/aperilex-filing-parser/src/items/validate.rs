//! Second thoughts: what sections, contents and form say of each other takes points away.

use aperilex_ports::model::SectionState;

use super::candidate::Candidate;
use super::catalog::Item;
use super::confidence::{CONFLICT, DOUBT, Scored};
use super::toc::Toc;

/// Points where an item may be missing, and nothing tells.
const UNLISTED: u8 = 7;
/// Items of which more bytes than this are another's.
const MAX_SMALL: usize = 20_000;
/// Items of which fewer bytes than this are not all there is.
const MIN_LARGE: usize = 200;
/// Beginnings of the titles of items that are short in every filing.
const SMALL: [&str; 8] = [
    "Mine Safety",
    "Submission of Matters",
    "Unresolved Staff",
    "Reserved",
    "Changes in and Disagreements",
    "Disclosure Regarding Foreign Jurisdictions",
    "Form 10-K Summary",
    "Defaults",
];
/// And of those that are long where they have text of their own.
const LARGE: [&str; 5] = [
    "Business",
    "Risk Factors",
    "Management's Discussion",
    "Financial Statements",
    "Operating and Financial Review",
];

/// Doubts sections that hold a heading of another item: two were merged.
pub(crate) fn foreign_headings(
    sections: &mut [Scored],
    items: &[Item],
    candidates: &[Candidate],
    chosen: &[usize],
) {
    let foreign = candidates.iter().enumerate().filter(|(index, candidate)| {
        let repeats = candidate.running || candidate.continued;
        let titled = candidate.quality >= 0.6 && candidate.strong;
        let own = !candidate.listed && !candidate.inside;
        titled && own && !repeats && chosen.binary_search(index).is_err()
    });
    let mut foreign: Vec<(usize, &Item)> = foreign
        .filter_map(|(_, c)| Some((c.start, items.get(*c.ranks.first()?)?)))
        .collect();
    foreign.sort_by_key(|(start, _)| *start);
    for scored in sections {
        let range = &scored.section.range;
        let key = &scored.section.key;
        let from = foreign.partition_point(|(start, _)| *start < range.start);
        let mut inside = foreign.iter().skip(from);
        let mut inside = inside
            .by_ref()
            .take_while(|(start, _)| *start < range.end)
            .filter(|(_, item)| key.item != item.number || key.part != item.part);
        if inside.next().is_some() {
            scored.cap(DOUBT);
        }
    }
}

/// Doubts all sections if one is nearly all of a long text: the headings were entries of a list. And those
/// whose size is none of their item's.
pub(crate) fn sizes(sections: &mut [Scored], items: &[Item], text: usize) {
    let lengths = || sections.iter().map(|scored| scored.section.range.len());
    let most = lengths().max().unwrap_or(0);
    let found = lengths().filter(|len| *len > 0).count();
    let one_is_all = found >= 5 && text > 20_000 && most * 100 > text * 85;
    for scored in sections {
        if one_is_all {
            scored.cap(CONFLICT);
        }
        let key = &scored.section.key;
        let item = items
            .iter()
            .find(|item| item.number == key.item && item.part == key.part);
        let Some(title) = item.and_then(|item| item.titles.first()) else {
            continue;
        };
        let len = scored.section.range.len();
        let is_one_of = |titles: &[&str]| titles.iter().any(|start| title.starts_with(start));
        let present = scored.section.state == SectionState::Present;
        let small = is_one_of(&SMALL) && len > MAX_SMALL;
        // In a short document everything is short.
        let large = text > 20_000 && present && len < MIN_LARGE && is_one_of(&LARGE);
        if small || large {
            scored.cap(DOUBT);
        }
    }
}

/// Doubts what may have swallowed an item that the contents list and that was not found: the section its
/// link leads into, or the one before it in the form's order.
pub(crate) fn swallowed(sections: &mut [Scored], items: &[Item], toc: &Toc) {
    let rank = |scored: &Scored| {
        let key = &scored.section.key;
        let same = |item: &Item| item.number == key.item && item.part == key.part;
        items.iter().position(same)
    };
    let found: Vec<Option<usize>> = sections.iter().map(rank).collect();
    for entry in &toc.entries {
        if found.contains(&Some(entry.rank)) || !items.get(entry.rank).is_some_and(|i| i.asked) {
            continue;
        }
        let place = entry.place.filter(|_| toc.trusted);
        let into = place.and_then(|place| {
            let holds = |scored: &Scored| scored.section.range.contains(&place);
            sections.iter().position(holds)
        });
        let before = || {
            let earlier = |at: &usize| {
                found
                    .get(*at)
                    .copied()
                    .flatten()
                    .filter(|rank| *rank < entry.rank)
            };
            (0..sections.len())
                .filter(|at| {
                    sections
                        .get(*at)
                        .is_some_and(|s| !s.section.range.is_empty())
                })
                .filter(|at| earlier(at).is_some())
                .max_by_key(earlier)
        };
        if let Some(scored) = into.or_else(before).and_then(|at| sections.get_mut(at)) {
            scored.cap(CONFLICT);
        }
    }
}

/// Doubts the section before an item that the form asks for and that was not found, where no table of
/// contents tells whether there is one. Behind the last item of an amendment nothing is missed. In
/// canonical order.
pub(crate) fn neighbours(sections: &mut [Scored], toc: &Toc, amendment: bool) {
    let listed = toc.entries.len() * 2 >= sections.len();
    if listed {
        return;
    }
    let mut missing = false;
    let mut behind_last = amendment;
    for scored in sections.iter_mut().rev() {
        if scored.section.state == SectionState::NotFound {
            missing = !behind_last;
        } else {
            behind_last = false;
            if !scored.section.range.is_empty() && std::mem::take(&mut missing) {
                scored.cap(UNLISTED);
            }
        }
    }
}

/// Doubts the items of a current report that its submission does not name.
pub(crate) fn codes(sections: &mut [Scored], named: &[String]) {
    let known = |item: &str| named.iter().any(|code| code.trim_ascii() == item);
    if named.is_empty() {
        return;
    }
    for scored in sections {
        if !known(&scored.section.key.item) {
            scored.cap(DOUBT);
        }
    }
}
