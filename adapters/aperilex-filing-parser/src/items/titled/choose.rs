//! Which blocks open a section.

use std::collections::{HashMap, HashSet};

use aperilex_ports::model::FormFamily;

use crate::items::lines::Lines;

use super::block::{Block, Style};
use super::key::{Heading, Index, Known, Opens, key, slug};
use super::label::{self, Counts};
use super::learn::{self, Facts};
use super::proposals;
use super::toc::Hint;

/// A heading that opens a section.
#[derive(Debug, Clone)]
pub(super) struct Chosen {
    /// Its first block.
    pub(super) block: usize,
    /// Where the heading starts.
    pub(super) start: usize,
    /// Where it ends.
    pub(super) end: usize,
    /// Part of the form, or empty.
    pub(super) part: &'static str,
    /// Number or slug.
    pub(super) item: String,
    /// How sure the start is.
    pub(super) sure: f32,
}

/// The part of a form that the reader is in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Zone {
    Body,
    Financial,
    PartTwo,
    Signatures,
    Annex,
}

/// Sections of compensation, in which agreements and plans have sections of their own.
const COMPENSATION: &[&str] = &[
    "summary-compensation-table",
    "grants-of-plan-based-awards",
    "outstanding-equity-awards",
    "option-exercises-and-stock-vested",
    "pension-benefits",
    "nonqualified-deferred-compensation",
    "termination-and-change-in-control",
    "ceo-pay-ratio",
    "pay-versus-performance",
    "director-compensation",
    "employment-agreements",
    "other-benefits",
    "equity-compensation-plan-information",
    "equity-incentive-plan",
    "compensation-committee-interlocks",
];
/// Sections with which a prospectus ends.
const ENDING: &[&str] = &[
    "legal-matters",
    "experts",
    "where-you-can-find-more-information",
];
/// Sections of a prospectus in which those of compensation begin.
const BEFORE_COMPENSATION: &[&str] = &[
    "management",
    "executive-compensation",
    "compensation-discussion-and-analysis",
];
/// Sections that only come between those of compensation.
const AMID_COMPENSATION: &[&str] = &[
    "employment-agreements",
    "other-benefits",
    "equity-incentive-plan",
];

/// Titles that mean something only where a proxy statement begins.
const FIRST: &[&str] = &[
    "general",
    "introduction",
    "summary",
    "proxy statement",
    "information statement",
];
/// Titles that many a subject has.
const COMMON: &[&str] = &["management", "fee"];

/// What is known of the blocks, and the way through them.
pub(super) struct Chooser<'a> {
    lines: &'a Lines<'a>,
    index: &'a Index,
    blocks: &'a [Block],
    hints: &'a [Hint],
    known: Vec<Option<Known>>,
    /// Styles of headings of the highest level.
    high: HashSet<Style>,
    running: Vec<bool>,
    numbered: HashMap<usize, f32>,
    registers: bool,
    zone: Zone,
    /// The sections that end a prospectus have begun.
    ending: bool,
    last_item: u32,
    out: Vec<Chosen>,
}

impl<'a> Chooser<'a> {
    pub(super) fn new(
        family: FormFamily,
        lines: &'a Lines<'a>,
        index: &'a Index,
        blocks: &'a [Block],
        hints: &'a [Hint],
    ) -> Self {
        let title = |block: &Block| {
            let from = block.label.as_ref().map_or(0, |label| label.rest);
            index.find(block.text.get(from..).unwrap_or_default())
        };
        let known: Vec<Option<Known>> = blocks.iter().map(title).collect();
        let running = learn::running(lines, blocks, hints);
        let registers = family == FormFamily::S1;
        let facts = Facts {
            blocks,
            hints,
            known: &known,
            running: &running,
            index,
        };
        let numbered = if registers {
            HashMap::new()
        } else {
            proposals::numbered(&facts, lines.text.len())
        };
        Self {
            lines,
            index,
            blocks,
            hints,
            high: learn::high(&facts),
            known,
            running,
            numbered,
            registers,
            zone: Zone::Body,
            ending: false,
            last_item: 0,
            out: Vec::new(),
        }
    }

    /// The headings that open sections, in order.
    pub(super) fn choose(mut self) -> Vec<Chosen> {
        for at in 0..self.blocks.len() {
            if self.running.get(at) == Some(&true) {
                continue;
            }
            let covered = self
                .out
                .last()
                .is_some_and(|last| self.blocks.get(at).is_none_or(|b| b.start < last.end));
            if !covered {
                let _ = self.part_two(at)
                    || self.annex(at)
                    || self.proposal(at)
                    || self.titled(at)
                    || self.own(at);
            }
        }
        self.out
    }

    fn hint(&self, at: usize) -> Hint {
        self.hints.get(at).copied().unwrap_or_default()
    }

    fn is_high(&self, at: usize) -> bool {
        self.blocks
            .get(at)
            .is_some_and(|block| self.high.contains(&block.style))
    }

    /// Whether the sections that end a prospectus have begun, or half of the text is past.
    fn is_near_end(&self, start: usize) -> bool {
        self.ending || start * 2 > self.lines.text.len()
    }

    /// The section that is open.
    fn open(&self) -> &str {
        self.out.last().map_or("cover", |last| last.item.as_str())
    }

    fn push(&mut self, at: usize, part: &'static str, item: impl Into<String>, sure: f32) -> bool {
        let Some(block) = self.blocks.get(at) else {
            return false;
        };
        self.out.push(Chosen {
            block: at,
            start: block.start,
            end: block.end,
            part,
            item: item.into(),
            sure,
        });
        true
    }

    /// The second part of a registration statement: its items, signatures, index of exhibits.
    fn part_two(&mut self, at: usize) -> bool {
        let (Some(block), true) = (self.blocks.get(at), self.registers) else {
            return false;
        };
        if self.zone != Zone::Signatures
            && self.zone != Zone::PartTwo
            && label::is_part_two(&block.text)
        {
            self.zone = Zone::PartTwo;
            return self.push(at, "", "part-ii", 0.95);
        }
        let label = block
            .label
            .clone()
            .filter(|label| label.counts == Counts::Item);
        if let Some(label) = label {
            let number = label
                .number
                .trim_end_matches(char::is_alphabetic)
                .parse()
                .unwrap_or(0);
            let title = block.text.get(label.rest..).unwrap_or_default();
            let known = is_part_two_title(title);
            let here = self.zone == Zone::PartTwo && (known || block.style.stands_out());
            if (here && number >= self.last_item)
                || (self.zone != Zone::Signatures
                    && known
                    && number >= 6
                    && block.style.stands_out())
            {
                self.zone = Zone::PartTwo;
                self.last_item = number;
                return self.push(at, "II", label.number, if known { 0.96 } else { 0.85 });
            }
        }
        let name = key(&block.text);
        let late = self.zone == Zone::PartTwo
            || (self.zone != Zone::Signatures
                && self.is_near_end(block.start)
                && !self.out.is_empty());
        if late && (name == "signature" || name == "attorney power signature") {
            self.zone = Zone::Signatures;
            return self.push(at, "", "signatures", 0.95);
        }
        let exhibits = matches!(name.as_str(), "exhibit index" | "exhibit list" | "index");
        if self.zone == Zone::Signatures && exhibits && self.open() != "exhibit-index" {
            return self.push(at, "", "exhibit-index", 0.85);
        }
        matches!(self.zone, Zone::PartTwo | Zone::Signatures)
    }

    /// An annex, with the lines of its title.
    fn annex(&mut self, at: usize) -> bool {
        let Some(block) = self.blocks.get(at).filter(|_| !self.registers) else {
            return false;
        };
        let hint = self.hint(at);
        let label = block
            .label
            .as_ref()
            .filter(|label| label.counts == Counts::Annex);
        let exhibit = block
            .text
            .get(..7)
            .is_some_and(|word| word.eq_ignore_ascii_case("exhibit"));
        let late = block.start * 3 > self.lines.text.len();
        let lawful = label.is_some()
            && (hint.linked || (late && block.at_edge && !(exhibit && self.zone == Zone::Annex)));
        if !lawful {
            return self.zone == Zone::Annex
                && !(hint.linked && hint.high)
                && !is_card(&block.text);
        }
        self.zone = Zone::Annex;
        let label_line = label.is_some_and(|label| label.rest >= block.text.len());
        let alone = label_line || block.last > block.first;
        self.push(at, "", "annex", if hint.linked { 0.88 } else { 0.8 });
        let mut last = at;
        while alone || last > at {
            let (Some(above), Some(next)) = (self.blocks.get(last), self.blocks.get(last + 1))
            else {
                break;
            };
            let close = next.first == above.last + 1 && last - at < 3 && next.text.len() < 250;
            if !close || !next.style.centred {
                break;
            }
            last += 1;
        }
        if let (Some(open), Some(block)) = (self.out.last_mut(), self.blocks.get(last)) {
            open.end = block.end;
        }
        true
    }

    fn proposal(&mut self, at: usize) -> bool {
        let Some(sure) = self.numbered.get(&at).copied() else {
            return false;
        };
        let summary = matches!(self.open(), "proxy-summary" | "notice")
            && !self.hint(at).linked
            && !self.is_high(at);
        if !summary {
            self.zone = Zone::Body;
            return self.push(at, "", "proposal", sure);
        }
        true
    }

    /// A heading that the form gives.
    fn titled(&mut self, at: usize) -> bool {
        let (Some(block), Some(Some(known))) = (self.blocks.get(at), self.known.get(at).copied())
        else {
            return false;
        };
        let Some(heading) = self.index.heading(known.heading) else {
            return false;
        };
        let hint = self.hint(at);
        if block.label.is_some() && !hint.linked {
            return false;
        }
        if !self.may_open(at, heading, known) {
            return false;
        }
        let sure = match (hint.linked, hint.listed, self.is_high(at), known.exact) {
            (true, _, _, true) => 0.97,
            (true, _, _, false) => 0.94,
            (_, true, true, _) => 0.95,
            (_, true, ..) => 0.88,
            (_, _, true, true) if heading.opens == Opens::High => 0.93,
            (_, _, true, _) => 0.88,
            (_, _, _, true) if block.style.stands_out() => 0.85,
            _ => 0.7,
        };
        if heading.slug == "financial-statements" {
            self.zone = Zone::Financial;
        }
        self.ending |= ENDING.contains(&heading.slug);
        self.push(at, "", heading.slug, sure)
    }

    /// Whether a known title opens a section at this place.
    fn may_open(&self, at: usize, heading: &Heading, known: Known) -> bool {
        let (Some(block), hint, open) = (self.blocks.get(at), self.hint(at), self.open()) else {
            return false;
        };
        let level = hint.linked || hint.listed || self.is_high(at);
        if self.zone == Zone::Financial && !(hint.linked && hint.high) {
            return false;
        }
        if open == heading.slug {
            let before = self.out.last().and_then(|last| self.blocks.get(last.block));
            let repeats = before.is_some_and(|before| key(&before.text) == key(&block.text));
            let plan = before.is_some_and(|before| {
                before.text != block.text && heading.slug == "equity-incentive-plan"
            });
            let another = !repeats
                && heading.slug == "proposal"
                && self.numbered.is_empty()
                && self.is_high(at);
            return plan || another || (!repeats && hint.linked && hint.high && self.is_high(at));
        }
        let late = block.start * 4 > self.lines.text.len() * 3;
        if !self.registers && !hint.linked && !self.is_in_place(&key(&block.text), level) {
            return false;
        }
        match heading.slug {
            "proposal" if !self.numbered.is_empty() => return hint.linked && hint.high,
            "financial-statements" => {
                return level && (late || hint.linked || self.is_near_end(block.start));
            }
            "proxy-card" => return late && block.at_edge,
            "notice" if self.out.iter().any(|one| one.item != "cover") => {
                return hint.linked && hint.high;
            }
            _ => {}
        }
        if self.registers {
            let compensation = COMPENSATION.contains(&heading.slug);
            let here = COMPENSATION.contains(&open) || BEFORE_COMPENSATION.contains(&open);
            if compensation && !here && !(hint.linked && hint.high) {
                return false;
            }
        }
        if AMID_COMPENSATION.contains(&heading.slug) && !COMPENSATION.contains(&open) {
            return false;
        }
        if heading.within.contains(&open) && !(hint.high && hint.listed) && !self.is_high(at) {
            return false;
        }
        match heading.opens {
            Opens::High => level && (known.exact || hint.linked || self.is_high(at)),
            Opens::Any => {
                level || block.style.stands_out() || block.style.italic || block.style.centred
            }
        }
    }

    /// Whether a title that others have too may be meant here.
    fn is_in_place(&self, title: &str, level: bool) -> bool {
        let open = self.open();
        match title {
            "proxy statement" | "information statement" => open == "notice",
            _ if FIRST.contains(&title) => {
                matches!(open, "cover" | "notice" | "voting-information")
            }
            _ => level || !COMMON.contains(&title),
        }
    }

    /// A heading of the highest level that the form does not give, but the table of contents lists.
    fn own(&mut self, at: usize) -> bool {
        let (Some(block), hint) = (self.blocks.get(at), self.hint(at)) else {
            return false;
        };
        let known = self.known.get(at).copied().flatten().is_some();
        let lawful =
            hint.linked && hint.high && self.is_high(at) && !known && self.zone != Zone::Financial;
        let item = slug(&block.text);
        if !lawful || item.is_empty() {
            return false;
        }
        self.zone = Zone::Body;
        self.push(at, "", item, 0.93)
    }
}

/// The items of a registration statement's second part.
fn is_part_two_title(title: &str) -> bool {
    let key = key(title);
    let has = |words: &[&str]| {
        words
            .iter()
            .all(|word| key.split(' ').any(|have| have == *word))
    };
    has(&["expense", "issuance"])
        || has(&["indemnification", "officer"])
        || has(&["recent", "sale"])
        || key == "exhibit"
        || has(&["exhibit", "financial", "schedule"])
        || key == "undertaking"
}

fn is_card(text: &str) -> bool {
    matches!(
        key(text).as_str(),
        "card proxy" | "form proxy" | "card form proxy"
    )
}
