//! Items of a form: where each begins and ends, and what became of it.
//!
//! Candidate headings are read line by line, weighed by several signals (title, typography, links
//! from the table of contents, place in the document), and the best rising sequence of them is
//! taken. What remains is cut to its text, classified, and given a confidence.

pub(crate) mod candidate;
pub(crate) mod catalog;
pub(crate) mod contents;
pub(crate) mod label;
pub(crate) mod lines;
pub(crate) mod risks;
pub(crate) mod section;
pub(crate) mod sequence;
pub(crate) mod state;
pub(crate) mod titled;
pub(crate) mod validate;
pub(crate) mod words;

use aperilex_ports::model::{FormFamily, FormType, ItemKey, RiskFactor, Section, SectionState};
use jiff::civil::Date;

use crate::text::Page;

use candidate::Candidate;
use catalog::Item;
use lines::Lines;

/// The items of a document, those not found included; and 8-K codes in order of appearance.
#[derive(Debug, Default)]
pub(crate) struct Found {
    /// Items in the form's order.
    pub(crate) sections: Vec<Section>,
    /// Single risks, in order of place.
    pub(crate) risk_factors: Vec<RiskFactor>,
    /// Codes of 8-K items with a heading.
    pub(crate) items_8k: Vec<String>,
    /// There were more lines like headings than are looked at.
    pub(crate) too_many: bool,
}

/// Finds the items of `form` in a page. `end` is the end of the period reported on.
pub(crate) fn find(form: &FormType, document: usize, page: &Page<'_>, end: Option<Date>) -> Found {
    let items = catalog::of(form);
    if items.is_empty() {
        return titled::find(form, document, page);
    }
    let lines = Lines::new(&page.built);
    let mut candidates = candidate::read(&lines, items);
    let too_many = candidates.len() >= candidate::MAX_CANDIDATES;
    contents::mark(&mut candidates, &lines, page);
    let ordered = form.family() != FormFamily::EightK;
    let chosen = sequence::choose(&candidates, items.len(), ordered);
    let mut sections = section::cut(document, &lines, items, &candidates, &chosen);
    validate::foreign_headings(&mut sections, items, &candidates, &chosen);
    validate::sizes(&mut sections, lines.text.len());
    if ordered && sections.len() < 3 {
        let listed = sequence::listed(&candidates, items.len());
        if listed.len() >= 8 && listed.len() > sections.len() {
            sections = index_only(document, items, &candidates, &listed);
        }
    }
    let items_8k = if ordered {
        Vec::new()
    } else {
        sections
            .iter()
            .map(|section| section.key.item.clone())
            .collect()
    };
    missing(document, items, end, &mut sections);
    sort(items, &mut sections);
    validate::neighbours(&mut sections, form.family());
    Found {
        risk_factors: risks::read(form.family(), &lines, &sections),
        sections,
        items_8k,
        too_many,
    }
}

fn key(item: &Item) -> ItemKey {
    ItemKey::new(item.part, item.number)
}

/// Items that are only listed in a cross-reference index.
fn index_only(
    document: usize,
    items: &[Item],
    candidates: &[Candidate],
    listed: &[usize],
) -> Vec<Section> {
    let entries = listed.iter().filter_map(|index| candidates.get(*index));
    entries
        .filter_map(|candidate| {
            let item = items.get(*candidate.ranks.first()?)?;
            Some(Section {
                document,
                key: key(item),
                title: candidate.title.clone(),
                state: SectionState::CrossReferenceIndex,
                confidence: 0.9,
                range: candidate.body..candidate.body,
                heading: candidate.start..candidate.body,
                more: Vec::new(),
            })
        })
        .collect()
}

/// Adds what the form asks for and was not found.
fn missing(document: usize, items: &[Item], end: Option<Date>, sections: &mut Vec<Section>) {
    let has = |number: &str, part: &str| {
        sections
            .iter()
            .any(|s| s.key.item == number && s.key.part == part)
    };
    let absent: Vec<Section> = items
        .iter()
        .filter(|item| item.is_asked(end) && !has(item.number, item.part))
        .map(|item| Section {
            document,
            key: key(item),
            title: item
                .titles
                .first()
                .map_or_else(String::new, |title| (*title).to_owned()),
            state: SectionState::NotFound,
            confidence: 0.5,
            range: 0..0,
            heading: 0..0,
            more: Vec::new(),
        })
        .collect();
    sections.extend(absent);
}

/// Canonical order; what the form does not know stays behind its neighbour.
fn sort(items: &[Item], sections: &mut [Section]) {
    let rank = |section: &Section| {
        items
            .iter()
            .position(|item| item.number == section.key.item && item.part == section.key.part)
    };
    let unknown = |section: &Section| {
        let part_end = items.iter().rposition(|item| item.part == section.key.part);
        part_end.unwrap_or(items.len())
    };
    sections.sort_by_key(|section| {
        rank(section).map_or_else(|| (unknown(section), 1), |rank| (rank, 0))
    });
}
