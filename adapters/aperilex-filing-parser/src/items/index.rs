//! Reading a cross-reference index: a filing without item headings that tells, item by item, on which of
//! its pages the item's text is.

use std::ops::Range;

use aperilex_ports::model::{ItemKey, Section, SectionState};

use super::candidate::Candidate;
use super::catalog::Item;
use super::confidence::{SURE, Scored};
use super::lines::{Lines, is_page_number};
use super::named::{self, Named};
use super::pages::Pages;
use super::section;
use super::toc::{self, Links, Toc};

/// Points of a section whose heading was found on the page the index names.
const WITH_HEADING: u8 = 7;
/// Points of one that is whole pages.
const WHOLE_PAGES: u8 = 4;
/// Points of one of which the index has an answer and no page.
const ANSWER: u8 = 8;
/// Page ranges of an entry that are read.
const MAX_PIECES: usize = 20;
/// Lines below the index in which its notes are.
const NOTES: usize = 60;

/// Whether a line is the title of such an index.
pub(crate) fn is_title(line: &str) -> bool {
    line.len() <= 120 && {
        let lower = line.to_ascii_lowercase().replace('-', " ");
        lower.contains("cross reference")
            && (lower.contains("index") || lower.contains("sheet") || lower.contains("table"))
    }
}

/// What an index says of one item.
struct Entry<'c> {
    candidate: &'c Candidate,
    item: &'c Item,
    pages: Vec<(u32, u32)>,
    heading: Option<Named>,
}

/// The sections of an index's entries, in its order.
pub(crate) fn read(
    document: usize,
    lines: &Lines<'_>,
    items: &[Item],
    listed: &[&Candidate],
    (toc, links): (&Toc, &Links),
) -> Vec<Scored> {
    let pages = Pages::new(lines);
    let mut entries: Vec<Entry<'_>> = Vec::new();
    for candidate in listed {
        let Some((rank, item)) = candidate
            .ranks
            .first()
            .and_then(|rank| Some((*rank, items.get(*rank)?)))
        else {
            continue;
        };
        let ranges = page_ranges(lines.get(candidate.line));
        let linked = toc
            .entries
            .iter()
            .find(|e| e.line == candidate.line && e.rank == rank);
        let place = linked.filter(|_| toc.trusted).and_then(|entry| entry.place);
        let heading = place
            .map(|place| lines.at(place))
            .and_then(|line| named::find(lines, item.titles, line..line + 6, true))
            .or_else(|| {
                let (first, last) = *ranges.first()?;
                let within = pages.range(first, last)?;
                named::find(
                    lines,
                    item.titles,
                    lines.at(within.start)..lines.at(within.end),
                    false,
                )
            });
        entries.push(Entry {
            candidate,
            item,
            pages: ranges,
            heading,
        });
    }
    // Sections end where another begins, or something else that the table of contents names.
    let mut bounds: Vec<usize> = toc::bounds(lines, links)
        .into_iter()
        .chain(
            entries
                .iter()
                .filter_map(|e| Some(e.heading.as_ref()?.line)),
        )
        .map(|line| lines.start(line))
        .collect();
    bounds.sort_unstable();
    entries
        .iter()
        .map(|entry| section(document, lines, entry, &pages, &bounds))
        .collect()
}

fn section(
    document: usize,
    lines: &Lines<'_>,
    entry: &Entry<'_>,
    pages: &Pages,
    bounds: &[usize],
) -> Scored {
    let candidate = entry.candidate;
    let of_pages = |(first, last): &(u32, u32)| {
        let range = pages.range(*first, *last)?;
        Some(section::trim(lines, range.start, range.end))
    };
    let first = entry.pages.first();
    let (heading, range, points) = match &entry.heading {
        Some(heading) => {
            let start = lines.start(heading.line);
            let last_page = first.and_then(|(_, last)| pages.range(*last, *last));
            let range = heading.body..end(lines, heading, last_page, bounds);
            let range = section::trim(lines, range.start, range.end);
            (start..heading.body, range, WITH_HEADING)
        }
        None => {
            let range = first.and_then(of_pages);
            let row = candidate.start..candidate.body;
            match range {
                Some(range) => (row, range, WHOLE_PAGES),
                None if first.is_none() => (row, answer(lines, candidate), ANSWER),
                None => (row, candidate.body..candidate.body, WHOLE_PAGES),
            }
        }
    };
    let section = Section {
        document,
        key: ItemKey::new(entry.item.part, entry.item.number),
        title: title(lines, candidate),
        state: SectionState::CrossReferenceIndex,
        confidence: 0.0,
        heading,
        range,
        more: entry.pages.iter().skip(1).filter_map(of_pages).collect(),
    };
    Scored::new(section, &[points], SURE)
}

/// The entry's title without its pages.
fn title(lines: &Lines<'_>, candidate: &Candidate) -> String {
    let pages = lines
        .get(candidate.line)
        .rsplit('\t')
        .next()
        .unwrap_or_default();
    let title = candidate.title.strip_suffix(pages.trim_ascii());
    title
        .unwrap_or(&candidate.title)
        .trim_ascii_end()
        .to_owned()
}

/// Where the text behind a heading ends: at the first bound on the last page that the index names, or with
/// that page; without pages at the next bound.
fn end(
    lines: &Lines<'_>,
    heading: &Named,
    last_page: Option<Range<usize>>,
    bounds: &[usize],
) -> usize {
    let from = last_page
        .as_ref()
        .map_or(0, |page| page.start)
        .max(heading.body);
    let next = bounds
        .get(bounds.partition_point(|bound| *bound < from))
        .copied();
    let page_end = last_page.map_or(lines.text.len(), |page| page.end);
    next.unwrap_or(page_end).min(page_end).max(heading.body)
}

/// The page ranges in a row of the index: `4-6, 7-13, 78`.
fn page_ranges(line: &str) -> Vec<(u32, u32)> {
    let mut cells = line.rsplit('\t');
    let tail = cells
        .next()
        .filter(|_| line.contains('\t'))
        .unwrap_or_else(|| {
            let words = line.rfind("..").or_else(|| line.rfind("   "));
            words.and_then(|at| line.get(at..)).unwrap_or_default()
        });
    let pieces = tail
        .split([',', ';'])
        .map(|piece| piece.trim_matches(|c: char| c.is_whitespace() || matches!(c, '.' | '_')));
    let number = |text: &str| {
        text.trim_ascii()
            .parse::<u32>()
            .ok()
            .filter(|page| *page < 1000)
    };
    let range = |piece: &str| match piece.split_once(['-', '–', '—']) {
        Some((first, last)) => Some((number(first)?, number(last)?)),
        None => number(piece).map(|page| (page, page)),
    };
    let ranges = pieces
        .filter_map(range)
        .filter(|(first, last)| first <= last);
    ranges.take(MAX_PIECES).collect()
}

/// The index's own answer: `Not applicable`, or the note that a mark like `(b)` stands for.
fn answer(lines: &Lines<'_>, candidate: &Candidate) -> Range<usize> {
    let start = lines.start(candidate.line);
    let raw = lines.raw(candidate.line);
    let Some(cell) = raw.rfind('\t') else {
        return candidate.body..candidate.body;
    };
    let shown = raw.get(cell + 1..).unwrap_or_default().trim_ascii();
    if shown.starts_with('(') && shown.len() <= 4 {
        let below = candidate.line + 1..(candidate.line + NOTES).min(lines.len());
        let note = below.into_iter().find(|at| {
            let line = lines.get(*at);
            line.starts_with(shown) && line.len() > shown.len() + 8
        });
        if let Some(at) = note {
            return section::trim(lines, lines.start(at) + shown.len(), lines.start(at + 1));
        }
    }
    if shown.is_empty() || is_page_number(shown) {
        return candidate.body..candidate.body;
    }
    section::trim(lines, start + cell, start + raw.len())
}
