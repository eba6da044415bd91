//! From chosen headings to sections: where their text ends, and how sure that is.

use std::ops::Range;

use aperilex_ports::model::{ItemKey, Section, SectionState};

use super::candidate::Candidate;
use super::catalog::Item;
use super::lines::Lines;
use super::{label, state};

/// The sections of the chosen candidates, in order of place.
pub(crate) fn cut(
    document: usize,
    lines: &Lines<'_>,
    items: &[Item],
    candidates: &[Candidate],
    chosen: &[usize],
) -> Vec<Section> {
    let headings: Vec<&Candidate> = chosen.iter().filter_map(|at| candidates.get(*at)).collect();
    let mut out = Vec::new();
    let mut part = "";
    for (index, heading) in headings.iter().enumerate() {
        let next = headings.get(index + 1);
        let end = next.map_or_else(|| end_of_items(lines, heading), |next| next.start);
        let end = before_next_part(lines, items, heading, next.copied(), end);
        let range = trim(lines, heading.body, end);
        let text = lines.text.get(range.clone()).unwrap_or_default();
        let state = state::of(text, heading_part(items, heading), lines, heading);
        let confidence = confidence(heading, text, state);
        let section = |key: ItemKey| Section {
            document,
            key,
            title: heading.title.clone(),
            state,
            confidence,
            range: range.clone(),
            heading: heading.start..heading.body,
            more: Vec::new(),
        };
        if heading.ranks.is_empty() {
            out.push(section(ItemKey::new(part, heading.number.clone())));
        }
        for item in heading.ranks.iter().filter_map(|rank| items.get(*rank)) {
            part = item.part;
            out.push(section(ItemKey::new(item.part, item.number)));
        }
    }
    state::heading_only(&mut out);
    out.extend(part_without_headings(document, lines, items, &headings));
    out
}

/// The part of a heading's (last) item; empty if the form does not know it.
fn heading_part(items: &[Item], heading: &Candidate) -> &'static str {
    let item = heading.ranks.last().and_then(|rank| items.get(*rank));
    item.map_or("", |item| item.part)
}

/// Items 10 to 14 of a Part III that has no item headings, only a paragraph that refers to the
/// proxy statement.
fn part_without_headings(
    document: usize,
    lines: &Lines<'_>,
    items: &[Item],
    headings: &[&Candidate],
) -> Vec<Section> {
    let part = |candidate: &Candidate| heading_part(items, candidate);
    if headings.iter().any(|heading| part(heading) == "III") {
        return Vec::new();
    }
    let Some(before) = headings.iter().rfind(|heading| part(heading) == "II") else {
        return Vec::new();
    };
    let Some(after) = headings.iter().find(|heading| part(heading) == "IV") else {
        return Vec::new();
    };
    let start = (before.line + 1..after.line).find(|at| {
        label::part_heading(lines.get(*at)).as_deref() == Some("III") && !lines.is_running(*at)
    });
    let Some(start) = start else {
        return Vec::new();
    };
    let range = trim(lines, lines.start(start + 1), after.start);
    let text = lines.text.get(range.clone()).unwrap_or_default();
    let stub = text.len() < 4000 && text.to_lowercase().contains("incorporated");
    let end = after.ranks.first().copied().unwrap_or(0);
    items
        .iter()
        .enumerate()
        .filter(|(rank, item)| stub && item.part == "III" && *rank < end)
        .map(|(_, item)| Section {
            document,
            key: ItemKey::new(item.part, item.number),
            title: item
                .titles
                .first()
                .map_or_else(String::new, |title| (*title).to_owned()),
            state: SectionState::IncorporatedByReference,
            confidence: 0.8,
            range: range.clone(),
            heading: 0..0,
            more: Vec::new(),
        })
        .collect()
}

/// `end`, or before it the heading of the next item's part, or the announcement of items that an
/// asset-backed issuer leaves out: what stands below them belongs to no item above.
fn before_next_part(
    lines: &Lines<'_>,
    items: &[Item],
    heading: &Candidate,
    next: Option<&Candidate>,
    end: usize,
) -> usize {
    let part = |candidate: &Candidate| {
        candidate
            .ranks
            .last()
            .and_then(|rank| items.get(*rank))
            .map(|item| item.part)
    };
    let here = part(heading).unwrap_or_default();
    let rank = |part: &str| ["I", "II", "III", "IV"].iter().position(|p| *p == part);
    let last = next.map_or(lines.len(), |next| next.line);
    (heading.line + 1..last)
        .take_while(|at| lines.start(*at) < end)
        .find(|at| {
            let line = lines.get(*at);
            let later = || {
                let found = label::part_heading(line)?;
                Some(rank(&found)? > rank(here)? && !lines.is_running(*at))
            };
            announces_omission(line) || later().unwrap_or(false)
        })
        .map_or(end, |at| lines.start(at).max(heading.body))
}

/// `The following items have been omitted in accordance with General Instruction J:`
fn announces_omission(line: &str) -> bool {
    line.ends_with(':') && line.len() < 200 && line.to_lowercase().contains("general instruction j")
}

/// The end of the last item: the signatures, or the end of the text.
fn end_of_items(lines: &Lines<'_>, heading: &Candidate) -> usize {
    (heading.line + 1..lines.len())
        .find(|at| is_signatures(lines.get(*at)) || starts_signatures(lines.get(*at)))
        .map_or(lines.text.len(), |at| lines.start(at))
}

/// `SIGNATURES`, spaced out or not.
fn is_signatures(line: &str) -> bool {
    if line.len() > 40 || line.contains('\t') {
        return false;
    }
    let letters: String = line.chars().filter(|c| c.is_alphabetic()).collect();
    matches!(
        letters.as_str(),
        "SIGNATURES" | "SIGNATURE" | "Signatures" | "Signature"
    )
}

/// The sentence above the signatures, and the notice that some registrants must put before it.
fn starts_signatures(line: &str) -> bool {
    let lower: String = line.chars().take(80).flat_map(char::to_lowercase).collect();
    lower.starts_with("pursuant to the requirements of the securities exchange act")
        || lower.starts_with("pursuant to the requirements of section 13")
        || lower.starts_with("supplemental information to be furnished with reports filed")
}

/// `start..end` without page furniture, part headings and white space at its ends.
pub(super) fn trim(lines: &Lines<'_>, start: usize, end: usize) -> Range<usize> {
    let mut end = end.max(start);
    while end > start {
        let at = lines.at(end - 1);
        let from = lines.start(at);
        if from < start {
            break;
        }
        let line = lines.get(at);
        if lines.is_furniture(at) || is_part_line(line) {
            end = from;
        } else {
            break;
        }
    }
    let mut start = start;
    while start < end {
        let at = lines.at(start);
        let stop = lines.start(at + 1);
        if stop > end || lines.start(at) < start || !is_above_text(lines, at) {
            break;
        }
        start = stop;
    }
    crate::table::trim(lines.text, start, end)
}

/// Page furniture above a section's text; a note in brackets belongs to the table below it.
fn is_above_text(lines: &Lines<'_>, at: usize) -> bool {
    lines.is_mark(at) || (lines.is_on_most_pages(at) && !lines.get(at).starts_with('('))
}

fn is_part_line(line: &str) -> bool {
    label::part_heading(line).is_some()
}

fn confidence(heading: &Candidate, text: &str, state: SectionState) -> f32 {
    let mut confidence: f32 = match heading.quality {
        q if q >= 0.6 => 0.95,
        q if q >= 0.35 => 0.85,
        _ => 0.6,
    };
    if heading.linked {
        confidence += 0.03;
    }
    if !heading.strong {
        confidence -= 0.1;
    }
    if heading.running || heading.continued || heading.inside {
        confidence -= 0.15;
    }
    if heading.ranks.len() > 1 {
        confidence -= 0.1;
    }
    if text.is_empty() && state == SectionState::Present {
        confidence -= 0.4;
    }
    confidence.clamp(0.05, 0.99)
}
