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
        let range = trim(lines, heading.body, end);
        let text = lines.text.get(range.clone()).unwrap_or_default();
        let found = state::of(text, &heading.title, lines, heading);
        let confidence = confidence(heading, text, found);
        if heading.ranks.is_empty() {
            let key = ItemKey::new(part, heading.number.clone());
            out.push(section(document, key, heading, &range, found, confidence));
        }
        for rank in &heading.ranks {
            let Some(item) = items.get(*rank) else {
                continue;
            };
            part = item.part;
            let key = ItemKey::new(item.part, item.number);
            out.push(section(document, key, heading, &range, found, confidence));
        }
    }
    state::heading_only(&mut out);
    out
}

fn section(
    document: usize,
    key: ItemKey,
    heading: &Candidate,
    range: &Range<usize>,
    state: SectionState,
    confidence: f32,
) -> Section {
    Section {
        document,
        key,
        title: heading.title.clone(),
        state,
        confidence,
        range: range.clone(),
    }
}

/// The end of the last item: the signatures, or the end of the text.
fn end_of_items(lines: &Lines<'_>, heading: &Candidate) -> usize {
    (heading.line + 1..lines.len())
        .find(|at| is_signatures(lines.get(*at)))
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

/// `start..end` without page furniture, part headings and white space at its ends.
fn trim(lines: &Lines<'_>, start: usize, end: usize) -> Range<usize> {
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
        if stop > end || lines.start(at) < start || !lines.is_furniture(at) {
            break;
        }
        start = stop;
    }
    crate::table::trim(lines.text, start, end)
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
    if heading.running || heading.inside {
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
