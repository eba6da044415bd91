//! What became of an item, by its text.

use aperilex_ports::model::SectionState;

use crate::lists::{self, Lists};

use super::candidate::Candidate;
use super::confidence::{SURE, Scored};
use super::lines::Lines;

/// Texts longer than this are the item's own.
const LONG: usize = 8 * REFERENCE;
/// Texts longer than this have something of their own to say.
const SHORT: usize = 420;
/// A reference with an introduction is at most this long.
const REFERENCE: usize = 1300;
/// A statement that there is nothing is at most this long.
const NOTHING: usize = 260;

/// The state of an item of `part` with `text` under the heading `title`, and how sure that is in points.
pub(crate) fn of(
    text: &str,
    part: &str,
    lines: &Lines<'_>,
    heading: &Candidate,
) -> (SectionState, u8) {
    if is_reserved(&heading.title) {
        // A longer text may be the item's, whatever its title says, or of what has no number.
        let empty = text.trim_ascii().len() <= NOTHING;
        return (SectionState::Reserved, if empty { SURE } else { 6 });
    }
    // A long text has something of its own to say, whatever it refers to.
    if text.len() > LONG {
        return (SectionState::Present, SURE);
    }
    let mut flat = String::with_capacity(text.len());
    for word in text.split_ascii_whitespace() {
        if !flat.is_empty() {
            flat.push(' ');
        }
        flat.push_str(word);
    }
    flat.make_ascii_lowercase();
    if flat.len() < 80 && is_reserved(&flat) {
        return (SectionState::Reserved, SURE);
    }
    if flat.is_empty() && mentions_general_instruction_j(lines, heading) {
        return (SectionState::OmittedGeneralInstructionJ, 9);
    }
    let told = WORDS.bits(&flat);
    if let Some(omitted) = omitted(&flat, told) {
        return (omitted, 8);
    }
    if says_nothing(&flat) {
        let points = if flat.len() <= 120 { SURE } else { 8 };
        return (SectionState::NoneOrNotApplicable, points);
    }
    if part == "IV" {
        return (SectionState::Present, SURE);
    }
    let state = by_reference(&flat, told, part)
        .or_else(|| by_pointer(&flat, told))
        .unwrap_or(SectionState::Present);
    (state, certainty(state, &flat, told, part))
}

/// How sure a state is by the words that speak for another.
fn certainty(state: SectionState, flat: &str, told: u32, part: &str) -> u8 {
    let has = |list: u32| told & list != 0;
    match state {
        SectionState::Present if flat.is_empty() => 4,
        SectionState::Present if flat.len() > REFERENCE => {
            let refers = has(OUTSIDE) && is_incorporated(flat, told);
            if refers { 8 } else { SURE }
        }
        SectionState::Present => match (has(INCORPORATED | OUTSIDE), has(POINTS)) {
            (true, _) => 6,
            (false, true) => 8,
            (false, false) => 9,
        },
        SectionState::IncorporatedByReference if part == "III" => 9,
        SectionState::IncorporatedByReference => {
            let own = own_share(flat);
            if own <= 15 { 9 } else { 6 }
        }
        SectionState::PartlyIncorporatedByReference if part == "III" => 8,
        SectionState::PointerInternal => 8,
        _ => 6,
    }
}

/// Hundredths of a text that are sentences of its own, not references to other documents.
fn own_share(flat: &str) -> usize {
    let refers = |sentence: &&str| incorporates(sentence) || WORDS.bits(sentence) & OUTSIDE != 0;
    let own: usize = sentences(flat).filter(|s| !refers(s)).map(str::len).sum();
    own * 100 / flat.len().max(1)
}

fn is_reserved(text: &str) -> bool {
    let words: String = text
        .to_lowercase()
        .chars()
        .map(|c| if c.is_alphanumeric() { c } else { ' ' })
        .collect();
    let words: Vec<&str> = words.split_ascii_whitespace().collect();
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

pub(crate) fn says_nothing(flat: &str) -> bool {
    if flat.is_empty() || flat.len() > NOTHING {
        return false;
    }
    let starts = [
        "not applicable",
        "not required",
        "n/a",
        "no disclosure",
        "nothing to report",
        "inapplicable",
        "there are none",
        "there were none",
    ];
    if starts.iter().any(|start| flat.starts_with(start)) {
        return true;
    }
    // `None of our directors …` is a statement of its own.
    if let Some(rest) = flat.strip_prefix("none") {
        let rest = rest.trim_ascii_start();
        if !rest.starts_with("of ") && !rest.starts_with(char::is_alphanumeric)
            || ["to report", "required", "noted", "applicable"]
                .iter()
                .any(|word| rest.starts_with(word))
        {
            return true;
        }
    }
    let smaller = flat.contains("smaller reporting compan")
        && (flat.contains("not required") || flat.contains("not applicable"));
    smaller || flat.ends_with("not applicable.") || flat.ends_with("not required.")
}

/// What the form lets some registrants leave out: asset-backed issuers (J), wholly owned subsidiaries (I).
fn omitted(flat: &str, told: u32) -> Option<SectionState> {
    let leaves_out = flat.len() <= SHORT && told & OMITTED != 0 && told & INSTRUCTION != 0;
    if !leaves_out || told & OUTSIDE != 0 {
        return None;
    }
    if flat.contains("general instruction j") {
        return Some(SectionState::OmittedGeneralInstructionJ);
    }
    flat.contains("general instruction i")
        .then_some(SectionState::NoneOrNotApplicable)
}

/// Sentences of a text in lower case.
fn sentences(flat: &str) -> impl Iterator<Item = &str> {
    flat.split_inclusive(". ")
}

fn any(text: &str, words: &[&str]) -> bool {
    words.iter().any(|word| text.contains(word))
}

/// Another document says it.
const INCORPORATED: u32 = 1;
/// Documents outside of the report.
const OUTSIDE: u32 = 1 << 1;
/// Words that point to another place.
const POINTS: u32 = 1 << 2;
const OMITTED: u32 = 1 << 3;
const INSTRUCTION: u32 = 1 << 4;

static WORDS: Lists = Lists::new(|| {
    lists::of(&[
        &["incorporated"],
        &[
            "proxy statement",
            "annual report to",
            "information statement",
            "exhibit 13",
            "exhibit 95",
            "quarterly report to",
        ],
        &[
            "see ",
            "refer to",
            "included in",
            "set forth in",
            "appears in",
            "appears on",
            "appear in",
            "contained in",
            "presented in",
            "begin on page",
            "are filed",
            "disclosed in",
            "described in",
            "found in",
        ],
        &["omitted", "omits", "not required"],
        &["general instruction"],
    ])
});

/// Whether some sentence says that another document is part of this one.
fn is_incorporated(flat: &str, told: u32) -> bool {
    told & INCORPORATED != 0 && sentences(flat).any(incorporates)
}

fn incorporates(sentence: &str) -> bool {
    sentence.contains("incorporated")
        && any(
            sentence,
            &[
                "reference",
                "incorporated into this",
                "incorporated in this",
            ],
        )
}

fn by_reference(flat: &str, told: u32, part: &str) -> Option<SectionState> {
    let outside = told & OUTSIDE != 0;
    if !is_incorporated(flat, told) {
        let reported = any(
            flat,
            &[
                "reported ",
                "appearing ",
                "appears ",
                "contained ",
                "set forth ",
            ],
        );
        let only = flat.len() <= SHORT && outside && reported && !flat.contains("this report");
        return only.then_some(SectionState::IncorporatedByReference);
    }
    if !outside {
        if flat.len() > SHORT {
            return None;
        }
        let inside = any(flat, &["note ", " item ", "page f-", "index"]);
        return Some(if inside {
            SectionState::PointerInternal
        } else {
            SectionState::IncorporatedByReference
        });
    }
    match part {
        "III" if flat.len() <= REFERENCE => Some(SectionState::IncorporatedByReference),
        "III" if flat.len() <= 6 * REFERENCE => Some(SectionState::PartlyIncorporatedByReference),
        "III" => None,
        _ if flat.len() > REFERENCE => None,
        _ if own_share(flat) >= 45 => Some(SectionState::PartlyIncorporatedByReference),
        _ => Some(SectionState::IncorporatedByReference),
    }
}

/// A short text that sends the reader to another place: its first pointing sentence tells where.
fn by_pointer(flat: &str, told: u32) -> Option<SectionState> {
    let points = told & POINTS != 0 && flat.len() <= SHORT;
    if !points || flat.starts_with("there have been no material changes") {
        return None;
    }
    let sentence = sentences(flat).find(|sentence| WORDS.bits(sentence) & POINTS != 0)?;
    let elsewhere = sentence
        .replace("this annual report", "")
        .replace("this form 10-k", "")
        .replace("this quarterly report", "");
    let other = any(
        &elsewhere,
        &[
            "annual report on form 10-k",
            "our 10-k",
            "form 10-k for the",
            "annual report for",
        ],
    );
    Some(if other {
        SectionState::RefersToOtherFiling
    } else {
        SectionState::PointerInternal
    })
}

/// Headings without text are covered by the note under a later heading of their part.
pub(crate) fn heading_only(sections: &mut [Scored]) {
    let mut covering: Option<String> = None;
    for scored in sections.iter_mut().rev() {
        let section = &mut scored.section;
        let refers = matches!(
            section.state,
            SectionState::IncorporatedByReference | SectionState::PartlyIncorporatedByReference
        );
        if refers && !section.range.is_empty() {
            covering = Some(section.key.part.clone());
        }
        let covered = covering.as_deref() == Some(section.key.part.as_str());
        if section.range.is_empty() && section.state == SectionState::Present && covered {
            section.state = SectionState::IncorporatedByReference;
            scored.state = 8;
        }
    }
}
