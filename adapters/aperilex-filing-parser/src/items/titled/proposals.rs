//! Numbered proposals, told from lists of them and references to them.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::block::Style;
use super::label::Counts;
use super::learn::Facts;

/// A block with a proposal's number.
#[derive(Debug, Clone)]
struct One {
    block: usize,
    number: String,
    start: usize,
    linked: bool,
    style: Style,
}

/// Blocks that are headings of numbered proposals, and how sure that is: those the table of contents links to,
/// those set as most numbers are, and those that go on with the numbers otherwise set.
pub(super) fn numbered(facts: &Facts<'_>, text_len: usize) -> HashMap<usize, f32> {
    let all = read(facts);
    let mut sets: BTreeMap<Style, Vec<&One>> = BTreeMap::new();
    for one in &all {
        sets.entry(one.style).or_default().push(one);
    }
    // Of those set alike the set that counts furthest, then the one that spans most text.
    let weight = |set: &[&One]| {
        let numbers: HashSet<&str> = set.iter().map(|one| one.number.as_str()).collect();
        let start = |one: Option<&&One>| one.map_or(0, |one| one.start);
        (
            set.iter().filter(|one| one.linked).count(),
            numbers.len(),
            start(set.last()) - start(set.first()),
        )
    };
    let best = sets
        .iter()
        .max_by_key(|(style, set)| (weight(set), style.stands_out()));
    let Some((_, best)) = best else {
        return HashMap::new();
    };
    // Few numbers are possible, so few are chosen.
    let mut chosen: BTreeMap<&str, (&One, f32)> = BTreeMap::new();
    for one in all.iter().filter(|one| one.linked) {
        chosen.entry(&one.number).or_insert((one, 0.97));
    }
    let several = best.len() > 1;
    for one in longest(best, text_len) {
        let sure = if one.style.stands_out() && several {
            0.93
        } else {
            0.75
        };
        chosen.entry(&one.number).or_insert((one, sure));
    }
    for one in all.iter().filter(|one| one.style.stands_out()) {
        if !chosen.contains_key(one.number.as_str()) && goes_on(&chosen, one) {
            chosen.entry(&one.number).or_insert((one, 0.8));
        }
    }
    chosen
        .into_values()
        .map(|(one, sure)| (one.block, sure))
        .collect()
}

fn read(facts: &Facts<'_>) -> Vec<One> {
    let is_proposal = |at: usize| {
        let known = facts.known.get(at).copied().flatten();
        let heading = known.and_then(|known| facts.index.heading(known.heading));
        heading.is_some_and(|heading| heading.slug == "proposal")
    };
    let mut out = Vec::new();
    for (at, block) in facts.blocks.iter().enumerate() {
        let Some(label) = &block.label else { continue };
        let counted = match label.counts {
            Counts::Proposal => true,
            Counts::Item => is_proposal(at),
            Counts::Annex => false,
        };
        if counted && facts.running.get(at) == Some(&false) {
            out.push(One {
                block: at,
                number: label.number.clone(),
                start: block.start,
                linked: facts.hints.get(at).is_some_and(|hint| hint.linked),
                style: block.style,
            });
        }
    }
    out
}

/// Of equal numbers the one before the most text: the others are lists and references.
fn longest<'a>(set: &[&'a One], text_len: usize) -> Vec<&'a One> {
    let mut best: BTreeMap<&str, (usize, &'a One)> = BTreeMap::new();
    let ends = set.iter().skip(1).map(|one| one.start).chain([text_len]);
    for (one, end) in set.iter().zip(ends) {
        let held = end.saturating_sub(one.start);
        let slot = best.entry(one.number.as_str()).or_insert((held, one));
        if held > slot.0 {
            *slot = (held, one);
        }
    }
    best.into_values().map(|(_, one)| one).collect()
}

/// Whether the numbers before and behind `one` are those that the order asks for.
fn goes_on(chosen: &BTreeMap<&str, (&One, f32)>, one: &One) -> bool {
    let number = |one: &One| one.number.parse::<u32>().unwrap_or(0);
    let here = number(one);
    here > 0
        && chosen
            .values()
            .all(|(other, _)| (number(other) < here) == (other.start < one.start))
        && chosen.values().any(|(other, _)| number(other) + 1 == here)
}
