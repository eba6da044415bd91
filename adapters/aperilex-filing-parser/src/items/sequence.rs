//! Which candidates are the headings: the rising sequence with the greatest weight.

use std::collections::HashSet;

use super::candidate::Candidate;

/// Headings outside of the sequence that are taken; no filing has more than a few.
const MAX_STRAYS: usize = 100;

/// Indices of the chosen candidates in order of place. `ordered` is false for forms whose items may
/// come in any order.
pub(crate) fn choose(candidates: &[Candidate], ranks: usize, ordered: bool) -> Vec<usize> {
    let body: Vec<usize> = (0..candidates.len())
        .filter(|at| candidates.get(*at).is_some_and(|c| !c.listed))
        .collect();
    if !ordered {
        return first_of_each(candidates, &body);
    }
    let mut chosen = rising(candidates, &body, ranks);
    for at in &mut chosen {
        *at = below_running_header(candidates, *at);
    }
    let strays = strays(candidates, &body, &chosen);
    chosen.extend(strays);
    chosen.sort_unstable();
    chosen
}

/// The same heading a few lines further down: what was chosen is the header of its page.
fn below_running_header(candidates: &[Candidate], at: usize) -> usize {
    let next = candidates.get(at).zip(candidates.get(at + 1));
    let is_same = next.is_some_and(|(one, next)| {
        let titled = next.quality >= one.quality && next.quality >= 0.6;
        let own = !next.listed && !next.running && !next.continued;
        one.ranks == next.ranks && titled && own && next.line - one.line <= 3
    });
    if is_same { at + 1 } else { at }
}

/// Entries of a cross-reference index, for forms that have no headings.
pub(crate) fn listed(candidates: &[Candidate], ranks: usize) -> Vec<usize> {
    let listed: Vec<usize> = (0..candidates.len())
        .filter(|at| {
            candidates
                .get(*at)
                .is_some_and(|c| c.listed && c.quality > 0.35)
        })
        .collect();
    rising(candidates, &listed, ranks)
}

/// A step of a sequence: the candidate, and the step before it.
type Step = (usize, Option<usize>);

/// The heaviest sequence of candidates with rising ranks. Of equals the earliest is kept.
fn rising(candidates: &[Candidate], among: &[usize], ranks: usize) -> Vec<usize> {
    // Best sequence that ends with each rank: its weight and last step.
    let mut best: Vec<Option<(i32, usize)>> = vec![None; ranks];
    let mut steps: Vec<Step> = Vec::new();
    for index in among {
        let Some(candidate) = candidates.get(*index) else {
            continue;
        };
        let (Some(first), Some(last)) = (candidate.ranks.first(), candidate.ranks.last()) else {
            continue;
        };
        let before = best
            .iter()
            .take(*first)
            .flatten()
            .max_by_key(|(weight, step)| (*weight, std::cmp::Reverse(*step)));
        let weight = before.map_or(0, |(weight, _)| *weight) + candidate.score();
        let previous = before.map(|(_, step)| *step);
        if let Some(slot) = best.get_mut(*last)
            && slot.is_none_or(|(old, _)| weight > old)
        {
            *slot = Some((weight, steps.len()));
            steps.push((*index, previous));
        }
    }
    let mut at = best
        .iter()
        .flatten()
        .max_by_key(|(weight, _)| *weight)
        .map(|(_, step)| *step);
    let mut out = Vec::new();
    while let Some((index, previous)) = at.and_then(|step| steps.get(step).copied()) {
        out.push(index);
        at = previous;
    }
    out.reverse();
    out
}

/// Strong headings outside the sequence: items out of order, and items the form does not number.
fn strays(candidates: &[Candidate], body: &[usize], chosen: &[usize]) -> Vec<usize> {
    let mut taken: Vec<usize> = chosen
        .iter()
        .filter_map(|at| candidates.get(*at))
        .flat_map(|c| c.ranks.iter().copied())
        .collect();
    let mut own: Vec<&str> = Vec::new();
    let (Some(first), Some(last)) = (chosen.first(), chosen.last()) else {
        return Vec::new();
    };
    let known: HashSet<usize> = chosen.iter().copied().collect();
    let mut out = Vec::new();
    for index in body
        .iter()
        .filter(|at| **at > *first && **at < *last && !known.contains(at))
    {
        if out.len() >= MAX_STRAYS {
            break;
        }
        let Some(candidate) = candidates.get(*index) else {
            continue;
        };
        let repeats = candidate.running || candidate.continued;
        if repeats || candidate.inside || !candidate.strong {
            continue;
        }
        match candidate.ranks.first() {
            Some(rank) if candidate.quality >= 0.6 && !taken.contains(rank) => {
                taken.extend(&candidate.ranks);
                out.push(*index);
            }
            None if !candidate.title.is_empty() && !own.contains(&candidate.number.as_str()) => {
                own.push(&candidate.number);
                out.push(*index);
            }
            _ => {}
        }
    }
    out
}

/// The first candidate of each item, where order is free. A report has codes or the numbers of before,
/// never both; and beside items of the filing's time those of another are words in the text.
fn first_of_each(candidates: &[Candidate], body: &[usize]) -> Vec<usize> {
    let known = || {
        body.iter()
            .filter_map(|at| candidates.get(*at))
            .filter(|c| !c.ranks.is_empty())
    };
    let any_lawful = known().any(|c| c.lawful);
    let titled = |code: bool| {
        let fits = |c: &&Candidate| c.is_code() == code && c.quality >= 0.6 && !c.inside;
        known()
            .filter(|c| c.lawful || !any_lawful)
            .filter(fits)
            .count()
    };
    let codes = titled(true) > 0 || titled(false) == 0 && known().any(Candidate::is_code);
    let mut out: Vec<usize> = Vec::new();
    for index in body {
        let Some(candidate) = candidates.get(*index) else {
            continue;
        };
        // The codes since 2004 are unmistakable; `Item 5` needs its title.
        let code = candidate.is_code();
        if candidate.ranks.is_empty()
            || candidate.inside
            || (any_lawful && !candidate.lawful)
            || code != codes
            || (candidate.quality < 0.35 && !candidate.title.is_empty() && !code)
        {
            continue;
        }
        let same = out.iter().position(|at| {
            candidates
                .get(*at)
                .is_some_and(|other| other.number == candidate.number)
        });
        if same.is_none() {
            out.push(*index);
        }
    }
    out
}
