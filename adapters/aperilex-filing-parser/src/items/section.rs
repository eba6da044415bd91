//! From chosen headings to sections: where their text ends, and how sure that is.

use std::ops::Range;

use aperilex_ports::model::{ItemKey, Section};

use crate::text::line::LineFlags;

use super::candidate::Candidate;
use super::catalog::Item;
use super::confidence::{self, SURE, Scored, Usual};
use super::lines::{Lines, is_page_number};
use super::{label, part_three, state};

/// Points of a section above whose text something was left out that may be its own.
const UNSURE_START: u8 = 7;
/// The sections of the chosen candidates, in order of place.
pub(crate) fn cut(
    document: usize,
    lines: &Lines<'_>,
    items: &[Item],
    candidates: &[Candidate],
    chosen: &[usize],
) -> Vec<Scored> {
    let headings: Vec<&Candidate> = chosen.iter().filter_map(|at| candidates.get(*at)).collect();
    let usual = Usual::of(&headings);
    let mut out = Vec::new();
    let mut part = "";
    let mut last_rank = None;
    for (index, heading) in headings.iter().enumerate() {
        let next = headings.get(index + 1).copied();
        let (end, end_points) = end(lines, items, heading, next, usual);
        let range = trim(lines, heading.body, end);
        let text = lines.text.get(range.clone()).unwrap_or_default();
        let (state, state_points) = state::of(text, heading_part(items, heading), lines, heading);
        // What stands out of order was not in the sequence.
        let first = heading.ranks.first().copied();
        let before_last = first.is_some_and(|first| last_rank.is_some_and(|last| first <= last));
        let order = if before_last { 8 } else { SURE };
        last_rank = last_rank.max(heading.ranks.last().copied());
        let doubt = is_start_doubtful(lines, heading.body, end);
        let start = if doubt { UNSURE_START } else { SURE };
        let points = [
            confidence::heading(heading, usual),
            start,
            end_points,
            order,
        ];
        let section = |key: ItemKey| {
            let section = Section {
                document,
                key,
                title: heading.title.clone(),
                state,
                confidence: 0.0,
                range: range.clone(),
                heading: heading.start..heading.body,
                more: Vec::new(),
            };
            Scored::new(section, &points, state_points)
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
    out.extend(part_three::read(document, lines, items, &headings));
    out
}

/// Where a heading's text ends, and how sure that is: at the next heading, at that of the next part, at the
/// signatures, or with the text.
fn end(
    lines: &Lines<'_>,
    items: &[Item],
    heading: &Candidate,
    next: Option<&Candidate>,
    usual: Usual,
) -> (usize, u8) {
    let (end, points) = match next {
        Some(next) => (next.start, confidence::heading(next, usual)),
        None => end_of_items(lines, heading),
    };
    let before = before_next_part(lines, items, heading, next, end);
    if before < end {
        (before, points.max(9))
    } else {
        (end, points)
    }
}

/// The part of a heading's (last) item; empty if the form does not know it.
pub(crate) fn heading_part(items: &[Item], heading: &Candidate) -> &'static str {
    let item = heading.ranks.last().and_then(|rank| items.get(*rank));
    item.map_or("", |item| item.part)
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

/// `The following items have been omitted in accordance with General Instruction J:`, or I, of wholly owned
/// subsidiaries.
fn announces_omission(line: &str) -> bool {
    if line.len() > 300 || !line.contains("nstruction") {
        return false;
    }
    let lower = line.to_ascii_lowercase();
    let instruction =
        lower.contains("general instruction i") || lower.contains("general instruction j");
    let follows = lower.ends_with(':') || lower.starts_with("the following items");
    instruction && follows
}

/// The end of the last item: the signatures, or less sure the end of the text.
pub(crate) fn end_of_items(lines: &Lines<'_>, heading: &Candidate) -> (usize, u8) {
    (heading.line + 1..lines.len())
        .find(|at| is_signatures(lines.get(*at)) || starts_signatures(lines.get(*at)))
        .map_or((lines.text.len(), 7), |at| (lines.start(at), SURE))
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
pub(crate) fn trim(lines: &Lines<'_>, start: usize, end: usize) -> Range<usize> {
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
    let start = above_text(lines, start, end)
        .last()
        .map_or(start, |at| lines.start(at + 1));
    crate::table::trim(lines.text, start, end)
}

/// The lines of page furniture from `start` on, above a section's text.
fn above_text<'l>(
    lines: &'l Lines<'_>,
    start: usize,
    end: usize,
) -> impl Iterator<Item = usize> + 'l {
    let first = lines.at(start);
    let whole = if start < end && lines.start(first) >= start {
        first..lines.len()
    } else {
        0..0
    };
    whole.take_while(move |at| lines.start(at + 1) <= end && is_above_text(lines, *at))
}

/// Whether what was left out above a section's text may be its own: a list of contents that nothing links
/// to, where no page begins.
fn is_start_doubtful(lines: &Lines<'_>, start: usize, end: usize) -> bool {
    let furniture = || above_text(lines, start, end);
    let is_edge =
        |at: usize| is_page_number(lines.get(at)) || lines.info(at).flags.has(LineFlags::NEW_PAGE);
    let lists = |at: usize| {
        let contents = lines.get(at).eq_ignore_ascii_case("table of contents");
        contents && lines.info(at).linked == 0
    };
    furniture().any(lists) && !furniture().any(is_edge)
}

/// Page furniture above a section's text; a note in brackets belongs to the table below it.
fn is_above_text(lines: &Lines<'_>, at: usize) -> bool {
    lines.is_mark(at) || (lines.is_on_most_pages(at) && !lines.get(at).starts_with('('))
}

fn is_part_line(line: &str) -> bool {
    label::part_heading(line).is_some()
}
