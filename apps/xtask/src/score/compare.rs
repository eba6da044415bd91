//! Compares what was parsed with what is known of a filing.

use aperilex_ports::{FilingContent, Section, SectionState};

use super::bounds::{self, Fit};
use super::details;
use super::expected::{Item, Known};
use super::tally::Tally;

/// What came of one filing.
#[derive(Debug)]
pub(super) struct Outcome {
    pub(super) tally: Tally,
    /// What does not agree, a sentence each.
    pub(super) misses: Vec<String>,
}

/// Compares a filing.
pub(super) fn compare(known: &Known, parsed: &Result<FilingContent, String>) -> Outcome {
    let mut outcome = Outcome {
        tally: Tally {
            filings: 1,
            ..Tally::default()
        },
        misses: Vec::new(),
    };
    match parsed {
        Ok(content) => {
            items(known, content, &mut outcome);
            details::compare(known, content, &mut outcome);
        }
        Err(reason) => {
            outcome.misses.push(reason.clone());
            outcome.tally.items.of = known.items.iter().filter(|i| !i.optional).count();
            details::missed(known, &mut outcome.tally);
        }
    }
    outcome
}

fn items(known: &Known, content: &FilingContent, outcome: &mut Outcome) {
    if known.items.is_empty() {
        return;
    }
    let matched = matches(&known.items, content);
    let mut verdicts: Vec<Option<bool>> = vec![None; content.sections.len()];
    for (at, (item, found)) in known.items.iter().zip(&matched).enumerate() {
        let Some(index) = *found else {
            missing(item, content, &mut verdicts, outcome);
            continue;
        };
        outcome.tally.items.count(true);
        let Some(section) = content.sections.get(index) else {
            continue;
        };
        // The text of what may be left out then belongs to what stands before.
        let unfound = known.items.iter().zip(&matched).skip(at + 1);
        let unfound = unfound.take_while(|(next, found)| next.optional && found.is_none());
        let joined: Vec<&Item> = unfound.map(|(next, _)| next).collect();
        let right = judge(item, &joined, content, section, outcome);
        if let Some(verdict) = verdicts.get_mut(index) {
            *verdict = Some(right);
        }
    }
    let reported: Vec<(&Section, Option<bool>)> =
        content.sections.iter().zip(verdicts.clone()).collect();
    for (section, verdict) in content.sections.iter().zip(verdicts) {
        let verdict = verdict.or_else(|| other(section, known, &reported, outcome));
        if let Some(right) = verdict {
            outcome.tally.judge(section.confidence, right);
        }
    }
}

/// The section that each item was found as.
fn matches(items: &[Item], content: &FilingContent) -> Vec<Option<usize>> {
    let mut matched = vec![None; items.len()];
    let mut taken = vec![false; content.sections.len()];
    // Titles may come twice, so what begins at the same place goes first.
    for exact in [true, false] {
        for (item, found) in items.iter().zip(&mut matched) {
            if found.is_some() {
                continue;
            }
            let fits = |(section, taken): (&Section, &bool)| {
                !taken
                    && is_found(section)
                    && is_of(item, section)
                    && (!exact || bounds::fit(item, &[], content, section).start)
            };
            *found = content.sections.iter().zip(&taken).position(fits);
            if let Some(taken) = found.and_then(|index| taken.get_mut(index)) {
                *taken = true;
            }
        }
    }
    matched
}

fn is_found(section: &Section) -> bool {
    section.state != SectionState::NotFound
}

fn is_of(item: &Item, section: &Section) -> bool {
    let part = item.part.is_empty() || item.part.eq_ignore_ascii_case(&section.key.part);
    part && item.item.eq_ignore_ascii_case(&section.key.item)
}

/// Compares a section with what is known of it; whether it is right.
fn judge(
    item: &Item,
    joined: &[&Item],
    content: &FilingContent,
    section: &Section,
    outcome: &mut Outcome,
) -> bool {
    let name = &section.key;
    let mut right = true;
    if let Some(expected) = &item.state {
        let state = state_name(section.state);
        let same = state == *expected;
        outcome.tally.states.count(same);
        right &= same;
        if !same {
            let told = format!("{name}: state {state}, expected {expected}");
            outcome.misses.push(told);
        }
    }
    if item.bounds.is_none() {
        return right;
    }
    let fit = bounds::fit(item, joined, content, section);
    let both = fit.start && fit.end;
    if !fit.start {
        let told = format!("{name}: starts {:?}, expected {:?}", fit.head, fit.first);
        outcome.misses.push(told);
    }
    if !fit.end {
        let told = format!("{name}: ends {:?}, expected {:?}", fit.tail, fit.last);
        outcome.misses.push(told);
    }
    if item.state.as_deref() == Some("cross_reference_index") {
        // No text is honest there; another text is not.
        outcome.tally.indexed.count(both);
        return right && (both || section.range.is_empty());
    }
    count(&fit, &mut outcome.tally);
    right && both
}

fn count(fit: &Fit, tally: &mut Tally) {
    tally.starts.count(fit.start);
    tally.ends.count(fit.end);
    tally.both.count(fit.start && fit.end);
    if let Some(same) = fit.length {
        tally.lengths.count(same);
    }
}

fn missing(
    item: &Item,
    content: &FilingContent,
    verdicts: &mut [Option<bool>],
    outcome: &mut Outcome,
) {
    if item.optional {
        return;
    }
    outcome.tally.items.count(false);
    let told = format!("missing {} {} {}", item.part, item.item, item.title);
    outcome.misses.push(told.replace("  ", " "));
    let denied = |section: &Section| !is_found(section) && is_of(item, section);
    if let Some(verdict) = content
        .sections
        .iter()
        .position(denied)
        .and_then(|at| verdicts.get_mut(at))
    {
        *verdict = Some(false);
    }
}

/// Whether a section that is no known item is right; none if there is nothing to say.
fn other(
    section: &Section,
    known: &Known,
    reported: &[(&Section, Option<bool>)],
    outcome: &mut Outcome,
) -> Option<bool> {
    let in_group = known.items.iter().any(|item| is_in_group(item, section));
    if !is_found(section) {
        return (!in_group).then_some(true);
    }
    // Items of a combined heading share its text.
    let shares = |other: &&(&Section, Option<bool>)| {
        other.1.is_some()
            && other.0.document == section.document
            && other.0.range == section.range
            && !section.range.is_empty()
    };
    if let Some((_, verdict)) = reported.iter().find(shares) {
        return *verdict;
    }
    if in_group || is_sub_item(section, reported) {
        return None;
    }
    outcome.tally.extra += 1;
    let told = format!("not there: {} {:?}", section.key, section.title);
    outcome.misses.push(told);
    Some(false)
}

/// Whether an item stands for several, and the section is one of them.
fn is_in_group(item: &Item, section: &Section) -> bool {
    let number = |text: &str| -> Option<u32> {
        let digits = text.find(|c: char| !c.is_ascii_digit());
        text.get(..digits.unwrap_or(text.len()))?.parse().ok()
    };
    let last = item.last.as_deref().and_then(number);
    let (Some(first), Some(last), Some(own)) =
        (number(&item.item), last, number(&section.key.item))
    else {
        return false;
    };
    item.part.eq_ignore_ascii_case(&section.key.part) && (first..=last).contains(&own)
}

/// `3.D` inside of `3`.
fn is_sub_item(section: &Section, reported: &[(&Section, Option<bool>)]) -> bool {
    let Some((above, _)) = section.key.item.split_once('.') else {
        return false;
    };
    reported.iter().any(|(other, _)| {
        other.key.item == above
            && other.key.part == section.key.part
            && other.document == section.document
            && other.range.start <= section.range.start
            && section.range.end <= other.range.end
    })
}

/// A state in the spelling of EXPECTED.tsv, without capitals.
fn state_name(state: SectionState) -> String {
    serde_json::to_value(state)
        .ok()
        .and_then(|value| value.as_str().map(str::to_lowercase))
        .unwrap_or_default()
}
