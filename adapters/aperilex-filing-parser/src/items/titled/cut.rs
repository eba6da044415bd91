//! From headings to sections: where their text ends, what became of it, how sure that is.

use std::ops::Range;

use aperilex_ports::model::{ItemKey, Section, SectionState};

use crate::items::lines::{Lines, is_page_number};
use crate::items::section::trim;

use super::block::Block;
use super::choose::Chosen;
use super::toc::{Contents, Hint};

/// Confidence of what has no heading.
const UNHEADED: f32 = 0.8;
/// Text of a cover is at least this long.
const MIN_COVER: usize = 200;

/// What sections are cut from.
pub(super) struct Cutter<'a> {
    pub(super) document: usize,
    pub(super) lines: &'a Lines<'a>,
    pub(super) blocks: &'a [Block],
    pub(super) hints: &'a [Hint],
    pub(super) contents: &'a Contents,
}

impl Cutter<'_> {
    /// The sections that the headings open, in order, with the cover and what follows the financial statements.
    pub(super) fn cut(&self, chosen: &[Chosen]) -> Vec<Section> {
        let mut out: Vec<Section> = Vec::new();
        out.extend(self.cover(chosen));
        for (index, heading) in chosen.iter().enumerate() {
            let next = chosen.get(index + 1);
            let end = next.map_or(self.lines.text.len(), |next| next.start);
            let listed = self.before_contents(heading.end, end);
            let range = trim(self.lines, heading.end, listed.unwrap_or(end));
            let sure = match (listed, next) {
                (Some(_), _) => 0.92,
                (None, Some(next)) => next.sure,
                (None, None) => 0.92,
            };
            let limit = self.limit(heading, &range);
            let mut section = self.section(heading, range, heading.sure.min(sure).min(limit));
            let cover = (heading.item == "financial-statements")
                .then(|| self.behind_pages(&mut section))
                .flatten();
            out.push(section);
            out.extend(cover);
        }
        out
    }

    fn section(&self, heading: &Chosen, range: Range<usize>, confidence: f32) -> Section {
        let words = self
            .lines
            .text
            .get(heading.start..heading.end)
            .unwrap_or_default();
        let text = self.lines.text.get(range.clone()).unwrap_or_default();
        Section {
            document: self.document,
            key: ItemKey::new(heading.part, heading.item.clone()),
            title: words.split_ascii_whitespace().collect::<Vec<_>>().join(" "),
            state: state(text),
            confidence,
            heading: heading.start..heading.end,
            range,
            more: Vec::new(),
        }
    }

    /// The most that can be said of a section in which other headings went unheard.
    fn limit(&self, heading: &Chosen, range: &Range<usize>) -> f32 {
        let first = self
            .blocks
            .partition_point(|block| block.start < range.start);
        let inside = self
            .blocks
            .iter()
            .zip(self.hints)
            .skip(first)
            .take_while(|(block, _)| block.start < range.end);
        let unheard = inside.filter(|(_, hint)| hint.linked && hint.high).count();
        let part = matches!(
            heading.item.as_str(),
            "annex" | "financial-statements" | "signatures"
        );
        if unheard > 0 && !part { 0.6 } else { 1.0 }
    }

    /// Where in `start..end` a table of contents begins, with what stands above it.
    fn before_contents(&self, start: usize, end: usize) -> Option<usize> {
        let ranges = &self.contents.ranges;
        let next = ranges.partition_point(|range| self.lines.start(range.start) < start);
        let range = ranges
            .get(next)
            .filter(|range| self.lines.start(range.start) < end)?;
        Some(self.above_contents(range.start).max(start))
    }

    fn above_contents(&self, line: usize) -> usize {
        let mut first = line;
        while first > 0 && line - first < 6 {
            let above = self.lines.get(first - 1);
            let lower = above.to_ascii_lowercase();
            let head = lower.len() < 60
                && (lower.contains("contents")
                    || lower.starts_with("page")
                    || lower.starts_with("index"));
            if !head && !self.lines.is_mark(first - 1) {
                break;
            }
            first -= 1;
        }
        self.lines.start(first)
    }

    /// What stands in front of the first heading.
    fn cover(&self, chosen: &[Chosen]) -> Option<Section> {
        let first = chosen.first()?;
        let listed = self
            .contents
            .ranges
            .first()
            .map(|range| self.above_contents(range.start));
        let end = listed
            .filter(|listed| *listed < first.start)
            .unwrap_or(first.start);
        let range = trim(self.lines, 0, end);
        (range.len() >= MIN_COVER).then(|| self.unheaded("cover", range))
    }

    fn unheaded(&self, item: &str, range: Range<usize>) -> Section {
        Section {
            document: self.document,
            key: ItemKey::new("", item),
            title: String::new(),
            state: SectionState::Present,
            confidence: UNHEADED,
            heading: range.start..range.start,
            range,
            more: Vec::new(),
        }
    }

    /// Ends the financial statements with their last page; what follows is the prospectus's back cover.
    fn behind_pages(&self, section: &mut Section) -> Option<Section> {
        let (first, last) = (
            self.lines.at(section.range.start),
            self.lines.at(section.range.end),
        );
        let is_page = |at: &usize| {
            let line = self.lines.get(*at);
            line.get(..2)
                .is_some_and(|head| head.eq_ignore_ascii_case("f-"))
                && is_page_number(line)
        };
        let page = (first..=last).rev().find(is_page)?;
        let behind = trim(self.lines, self.lines.start(page + 1), section.range.end);
        let inside = behind.start >= section.range.start && behind.start < behind.end;
        // The last page itself may go without a number.
        if !inside || behind.len() * 10 > section.range.len() || behind.len() > 6000 {
            return None;
        }
        section.range = trim(self.lines, section.range.start, self.lines.start(page));
        Some(self.unheaded("back-cover", behind))
    }
}

/// What became of a section, by its text.
fn state(text: &str) -> SectionState {
    if text.len() > 900 {
        return SectionState::Present;
    }
    let lower = text
        .split_ascii_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
        .to_lowercase();
    let nothing = ["none", "not applicable", "n/a"];
    if lower.len() < 60 && nothing.iter().any(|word| lower.starts_with(word)) {
        return SectionState::NoneOrNotApplicable;
    }
    let refers = lower.contains("incorporated") && lower.contains("reference");
    let elsewhere = [
        "annual report on form 10-k",
        "proxy statement",
        "form 20-f",
        "quarterly report",
    ];
    if lower.len() < 500 && refers && elsewhere.iter().any(|word| lower.contains(word)) {
        return SectionState::IncorporatedByReference;
    }
    SectionState::Present
}
