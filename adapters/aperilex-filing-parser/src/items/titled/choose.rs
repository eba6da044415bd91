//! Which blocks open a section.

use std::collections::{BTreeMap, HashMap, HashSet};

use aperilex_ports::model::FormFamily;

use crate::items::lines::Lines;

use super::block::{Block, Style};
use super::key::{Heading, Index, Known, Opens, key, slug};
use super::label::{self, Counts, Label};
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

/// What is known of the blocks, and the way through them.
pub(super) struct Chooser<'a> {
    lines: &'a Lines<'a>,
    index: &'a Index,
    blocks: &'a [Block],
    hints: &'a [Hint],
    known: Vec<Option<Known>>,
    labels: Vec<Option<Label>>,
    /// Styles of headings of the highest level.
    high: HashSet<Style>,
    running: Vec<bool>,
    numbered: HashMap<usize, f32>,
    registers: bool,
    zone: Zone,
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
        let labels: Vec<Option<Label>> = blocks.iter().map(|block| block.label.clone()).collect();
        let known = blocks.iter().zip(&labels).map(|(block, label)| {
            let from = label.as_ref().map_or(0, |label| label.rest);
            index.find(block.text.get(from..).unwrap_or_default())
        });
        let mut this = Self {
            lines,
            index,
            blocks,
            hints,
            known: known.collect(),
            labels,
            high: HashSet::new(),
            running: running(lines, blocks, hints),
            numbered: HashMap::new(),
            registers: family == FormFamily::S1,
            zone: Zone::Body,
            last_item: 0,
            out: Vec::new(),
        };
        this.learn();
        if !this.registers {
            this.numbered = this.proposals();
        }
        this
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

    /// Learns how headings of the highest level are set, from those that are sure to be of it.
    fn learn(&mut self) {
        let mut votes: BTreeMap<Style, u32> = BTreeMap::new();
        let each = self
            .blocks
            .iter()
            .zip(self.hints)
            .zip(&self.known)
            .zip(&self.labels);
        for (((block, hint), known), label) in each {
            let heading = known
                .filter(|known| known.exact)
                .and_then(|known| self.index.heading(known.heading));
            let high = heading.is_some_and(|heading| heading.opens == Opens::High);
            let numbered = label
                .as_ref()
                .is_some_and(|label| label.counts == Counts::Proposal);
            let weight = u32::from(high || numbered) + if hint.linked && hint.high { 2 } else { 0 };
            if weight > 0 {
                *votes.entry(block.style).or_default() += weight;
            }
        }
        let most = votes.values().copied().max().unwrap_or(0);
        // What is marked up as a heading needs fewer witnesses.
        let least = |style: Style| if style.heading { 2 } else { 3 };
        let sure = votes.into_iter().filter(|(style, votes)| {
            *votes >= least(*style) && votes * 3 >= most && (style.stands_out() || style.centred)
        });
        self.high = sure.map(|(style, _)| style).collect();
    }

    /// Blocks of numbered proposals: of those set alike the set that counts furthest, then the one that spans most text.
    fn proposals(&self) -> HashMap<usize, f32> {
        let counted = |label: &Label, known: Option<Known>| match label.counts {
            Counts::Proposal => true,
            Counts::Item => known
                .and_then(|known| self.index.heading(known.heading))
                .is_some_and(|h| h.slug == "proposal"),
            Counts::Annex => false,
        };
        let mut sets: BTreeMap<Style, Vec<usize>> = BTreeMap::new();
        for (at, (label, known)) in self.labels.iter().zip(&self.known).enumerate() {
            let (Some(label), Some(block)) = (label, self.blocks.get(at)) else {
                continue;
            };
            if counted(label, *known) && self.running.get(at) == Some(&false) {
                sets.entry(block.style).or_default().push(at);
            }
        }
        let start = |at: &usize| self.blocks.get(*at).map_or(0, |block| block.start);
        let number = |at: &usize| {
            self.labels
                .get(*at)
                .and_then(|label| Some(label.as_ref()?.number.clone()))
        };
        let weight = |set: &Vec<usize>| {
            let numbers: HashSet<_> = set.iter().map(number).collect();
            let linked = set.iter().filter(|at| self.hint(**at).linked).count();
            let span = set.last().map_or(0, start) - set.first().map_or(0, start);
            (linked, numbers.len(), span)
        };
        let best = sets
            .iter()
            .max_by_key(|(style, set)| (weight(set), style.stands_out()));
        let Some((_, best)) = best else {
            return HashMap::new();
        };
        let several = best.len() > 1;
        let mut out = HashMap::new();
        let mut taken = HashSet::new();
        for at in sets.values().flatten().filter(|at| self.hint(**at).linked) {
            taken.insert(number(at));
            out.insert(*at, 0.97);
        }
        // Of equal numbers the one before the most text: the others are lists and references.
        let mut longest: HashMap<Option<String>, (usize, usize)> = HashMap::new();
        let ends = best
            .iter()
            .skip(1)
            .map(start)
            .chain([self.lines.text.len()]);
        for (at, end) in best.iter().zip(ends) {
            let slot = longest.entry(number(at)).or_default();
            *slot = (*slot).max((end.saturating_sub(start(at)), *at));
        }
        for (number, (_, at)) in longest {
            if !taken.contains(&number) {
                let set = self
                    .blocks
                    .get(at)
                    .is_some_and(|block| block.style.stands_out());
                out.insert(at, if set && several { 0.93 } else { 0.75 });
            }
        }
        out
    }

    fn hint(&self, at: usize) -> Hint {
        self.hints.get(at).copied().unwrap_or_default()
    }

    fn is_high(&self, at: usize) -> bool {
        self.blocks
            .get(at)
            .is_some_and(|block| self.high.contains(&block.style))
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
        let label = self
            .labels
            .get(at)
            .cloned()
            .flatten()
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
                && block.start * 2 > self.lines.text.len()
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
        let label = self
            .labels
            .get(at)
            .and_then(Option::as_ref)
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
        if self.labels.get(at).is_some_and(Option::is_some) && !hint.linked {
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
            return plan || (!repeats && hint.linked && hint.high && self.is_high(at));
        }
        let late = block.start * 4 > self.lines.text.len() * 3;
        match heading.slug {
            "proposal" if !self.numbered.is_empty() => return hint.linked && hint.high,
            "financial-statements" => {
                return level && (late || hint.linked || block.start * 2 > self.lines.text.len());
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

/// Blocks that repeat at the edges of pages, the first of each not counted.
fn running(lines: &Lines<'_>, blocks: &[Block], hints: &[Hint]) -> Vec<bool> {
    let mut counts: HashMap<&str, (u32, u32)> = HashMap::new();
    for block in blocks {
        let slot = counts.entry(block.text.as_str()).or_default();
        slot.0 += u32::from(
            block.at_edge || lines.is_running(block.first) && is_before_mark(lines, block.last),
        );
        slot.1 += 1;
    }
    let mut seen = HashSet::new();
    blocks
        .iter()
        .zip(hints)
        .map(|(block, hint)| {
            let (edge, all) = counts.get(block.text.as_str()).copied().unwrap_or_default();
            let repeats = all >= 4 && edge * 5 >= all * 4;
            repeats && !hint.linked && !seen.insert(block.text.as_str())
        })
        .collect()
}

/// Whether only furniture stands between a line and its page's end.
fn is_before_mark(lines: &Lines<'_>, at: usize) -> bool {
    at + 1 < lines.len() && lines.is_mark(at + 1)
}
