//! What became of an item, by its text.

use aperilex_ports::model::{Section, SectionState};

use super::candidate::Candidate;
use super::lines::Lines;

/// Texts longer than this have something of their own to say.
const SHORT: usize = 420;
/// A statement that there is nothing is at most this long.
const NOTHING: usize = 260;

/// The state of an item with `text` under the heading `title`.
pub(crate) fn of(text: &str, title: &str, lines: &Lines<'_>, heading: &Candidate) -> SectionState {
    let lower = text.to_lowercase();
    let flat = lower.split_whitespace().collect::<Vec<_>>().join(" ");
    if is_reserved(title) || (flat.len() < 80 && is_reserved(&flat)) {
        return SectionState::Reserved;
    }
    if flat.is_empty() && mentions_general_instruction_j(lines, heading) {
        return SectionState::OmittedGeneralInstructionJ;
    }
    if says_nothing(&flat) {
        return SectionState::NoneOrNotApplicable;
    }
    by_reference(&flat).unwrap_or(SectionState::Present)
}

fn is_reserved(text: &str) -> bool {
    let words: String = text
        .to_lowercase()
        .chars()
        .map(|c| if c.is_alphanumeric() { c } else { ' ' })
        .collect();
    let words: Vec<&str> = words.split_whitespace().collect();
    matches!(
        words.as_slice(),
        ["reserved"] | ["removed", "and", "reserved"] | ["reserved", "for", "future", "use"]
    )
}

fn mentions_general_instruction_j(lines: &Lines<'_>, heading: &Candidate) -> bool {
    let from = heading.line.saturating_sub(12);
    (from..heading.line).any(|at| {
        lines
            .get(at)
            .to_lowercase()
            .contains("general instruction j")
    })
}

fn says_nothing(flat: &str) -> bool {
    if flat.is_empty() || flat.len() > NOTHING {
        return false;
    }
    let starts = [
        "none",
        "not applicable",
        "not required",
        "n/a",
        "no disclosure",
        "nothing to report",
        "inapplicable",
    ];
    if starts.iter().any(|start| flat.starts_with(start)) {
        return true;
    }
    let smaller = flat.contains("smaller reporting compan")
        && (flat.contains("not required") || flat.contains("not applicable"));
    smaller || flat.ends_with("not applicable.") || flat.ends_with("not required.")
}

fn by_reference(flat: &str) -> Option<SectionState> {
    let incorporated = flat.contains("incorporated by reference")
        || flat.contains("incorporated herein by reference")
        || flat.contains("incorporated into this")
        || flat.contains("incorporated in this");
    let outside = [
        "proxy statement",
        "annual report to",
        "information statement",
        "exhibit 13",
    ]
    .iter()
    .any(|other| flat.contains(other));
    if incorporated && outside {
        let short = flat.len() <= 1300;
        return Some(if short {
            SectionState::IncorporatedByReference
        } else if flat.len() <= 8000 {
            SectionState::PartlyIncorporatedByReference
        } else {
            SectionState::Present
        });
    }
    if incorporated && flat.len() <= SHORT {
        let inside = flat.contains("note ") || flat.contains(" item ");
        return Some(if inside {
            SectionState::PointerInternal
        } else {
            SectionState::IncorporatedByReference
        });
    }
    if flat.len() > SHORT {
        return None;
    }
    let points = [
        "see ",
        "refer to",
        "is included in",
        "are included in",
        "set forth in",
        "appears in",
        "appear in",
        "contained in",
        "is presented in",
        "are presented in",
        "are filed",
    ]
    .iter()
    .any(|word| flat.contains(word));
    let other_filing = flat.contains("annual report on form 10-k")
        || flat.contains("our 10-k")
        || flat.contains("form 10-k for");
    if other_filing && (points || flat.contains("no material change")) {
        return Some(SectionState::RefersToOtherFiling);
    }
    points.then_some(SectionState::PointerInternal)
}

/// Headings without text are covered by the note under a later heading of their part.
pub(crate) fn heading_only(sections: &mut [Section]) {
    let mut following: Option<(String, SectionState)> = None;
    for section in sections.iter_mut().rev() {
        let covered = following.as_ref().is_some_and(|(part, state)| {
            *part == section.key.part && *state == SectionState::IncorporatedByReference
        });
        if section.range.is_empty() && section.state == SectionState::Present && covered {
            section.state = SectionState::IncorporatedByReference;
        }
        if !section.range.is_empty() {
            following = Some((section.key.part.clone(), section.state));
        }
    }
}
