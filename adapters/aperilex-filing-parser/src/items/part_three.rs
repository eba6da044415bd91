//! Items of a Part III that have no headings, only a paragraph that refers to the proxy statement.

use aperilex_ports::model::{ItemKey, Section, SectionState};

use super::candidate::Candidate;
use super::catalog::Item;
use super::confidence::{SURE, Scored};
use super::label;
use super::lines::Lines;
use super::section::{end_of_items, heading_part, trim};

/// Points of items that only a paragraph speaks of.
const WITHOUT_HEADING: u8 = 6;
/// A paragraph that speaks for a part is at most this long.
const MAX_PARAGRAPH: usize = 4000;

/// The items between the heading of Part III and the first item heading behind it.
pub(crate) fn read(
    document: usize,
    lines: &Lines<'_>,
    items: &[Item],
    headings: &[&Candidate],
) -> Vec<Scored> {
    let is_before = |heading: &&&Candidate| matches!(heading_part(items, heading), "I" | "II");
    let Some(at) = headings.iter().rposition(|heading| is_before(&heading)) else {
        return Vec::new();
    };
    let (Some(before), after) = (headings.get(at), headings.get(at + 1)) else {
        return Vec::new();
    };
    let end = after.map_or_else(|| end_of_items(lines, before).0, |after| after.start);
    let part = |at: usize| label::part_heading(lines.get(at)).filter(|_| !lines.is_running(at));
    let mut between = (before.line + 1..lines.len()).take_while(|at| lines.start(*at) < end);
    let Some(start) = between.find(|at| part(*at).as_deref() == Some("III")) else {
        return Vec::new();
    };
    let end = between
        .find(|at| part(*at).as_deref() == Some("IV"))
        .map_or(end, |at| lines.start(at));
    let range = trim(lines, lines.start(start + 1), end);
    let text = lines.text.get(range.clone()).unwrap_or_default();
    if text.len() > MAX_PARAGRAPH || !text.to_lowercase().contains("incorporated") {
        return Vec::new();
    }
    let first = before.ranks.last().copied().unwrap_or(0);
    let last = after.and_then(|after| after.ranks.first().copied());
    let section = |(_, item): (usize, &Item)| {
        let title = item.titles.first().copied().unwrap_or_default();
        let section = Section {
            document,
            key: ItemKey::new(item.part, item.number),
            title: title.to_owned(),
            state: SectionState::IncorporatedByReference,
            confidence: 0.0,
            range: range.clone(),
            heading: 0..0,
            more: Vec::new(),
        };
        Scored::new(section, &[WITHOUT_HEADING], SURE)
    };
    items
        .iter()
        .enumerate()
        .filter(|(rank, item)| {
            let between = *rank > first && last.is_none_or(|last| *rank < last);
            between && item.part == "III" && item.asked
        })
        .map(section)
        .collect()
}
