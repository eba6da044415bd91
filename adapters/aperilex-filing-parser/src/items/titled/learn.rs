//! What is learned of a document before its headings are chosen.

use std::collections::{BTreeMap, HashMap, HashSet};

use crate::items::lines::Lines;

use super::block::{Block, Style};
use super::key::{Index, Known, Opens};
use super::label::Counts;
use super::toc::Hint;

/// What is known of the blocks of a document.
#[derive(Debug, Clone, Copy)]
pub(super) struct Facts<'a> {
    pub(super) blocks: &'a [Block],
    pub(super) hints: &'a [Hint],
    /// Titles that forms give.
    pub(super) known: &'a [Option<Known>],
    /// Running headers.
    pub(super) running: &'a [bool],
    pub(super) index: &'a Index,
}

/// How headings of the highest level are set, by those that are sure to be of it.
pub(super) fn high(facts: &Facts<'_>) -> HashSet<Style> {
    let mut votes: BTreeMap<Style, u32> = BTreeMap::new();
    let each = facts.blocks.iter().zip(facts.hints).zip(facts.known);
    for ((block, hint), known) in each {
        let heading = known
            .filter(|known| known.exact)
            .and_then(|known| facts.index.heading(known.heading));
        let high = heading.is_some_and(|heading| heading.opens == Opens::High);
        let label = block.label.as_ref();
        let numbered = label.is_some_and(|label| label.counts == Counts::Proposal);
        let linked = if hint.linked && hint.high { 2 } else { 0 };
        let weight = u32::from(high || numbered) + linked;
        if weight > 0 {
            *votes.entry(block.style).or_default() += weight;
        }
    }
    let most = votes.values().copied().max().unwrap_or(0);
    // What is marked up as a heading needs fewer witnesses.
    let least = |style: Style| if style.heading { 1 } else { 3 };
    let sure = votes.into_iter().filter(|(style, votes)| {
        let set = style.stands_out() || style.centred;
        set && *votes >= least(*style) && votes * 2 >= most
    });
    sure.map(|(style, _)| style).collect()
}

/// Blocks that repeat at the edges of pages, the first of each not counted.
pub(super) fn running(lines: &Lines<'_>, blocks: &[Block], hints: &[Hint]) -> Vec<bool> {
    let mut counts: HashMap<&str, (u32, u32)> = HashMap::new();
    for block in blocks {
        let slot = counts.entry(block.text.as_str()).or_default();
        let footer = lines.is_running(block.first) && is_before_mark(lines, block.last);
        slot.0 += u32::from(block.at_edge || footer);
        slot.1 += 1;
    }
    let mut seen = HashSet::new();
    let each = blocks.iter().zip(hints);
    each.map(|(block, hint)| {
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
