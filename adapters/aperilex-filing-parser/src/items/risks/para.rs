//! Paragraphs of a section with how they are set.

use std::ops::Range;

use crate::items::lines::{Lines, is_rule};
use crate::text::line::LineFlags;

/// Words of a heading.
const MAX_WORDS: usize = 110;
/// More words than that make a sentence, or a heading that goes on.
const MIN_WORDS: usize = 16;
/// Bytes of a heading.
const MAX_HEADING: usize = 900;
/// The least that follows the words that are set at a paragraph's start.
const MIN_REST: usize = 40;
/// Indentation at which a paragraph of plain text counts as centred.
const INDENT: usize = 12;

/// How a paragraph is set as a whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct Class {
    pub(super) heading: bool,
    pub(super) strong: bool,
    pub(super) italic: bool,
    pub(super) caps: bool,
    pub(super) centred: bool,
    /// In plain text, by nothing but the blank lines around it and the missing full stop.
    pub(super) bare: bool,
}

/// How the first words of a paragraph are set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum Lead {
    /// In bold or italic type.
    Set,
    /// In capitals.
    Caps,
    /// As a title: `Dependence on Key Personnel. The Company …`.
    Title,
}

/// A paragraph.
#[derive(Debug, Clone)]
pub(super) struct Para {
    pub(super) start: usize,
    pub(super) end: usize,
    /// How it is set, if it may be a heading.
    pub(super) class: Option<Class>,
    /// Its largest type.
    pub(super) size: u8,
    /// Where its first words end, if they may be a heading.
    pub(super) lead: Option<(Lead, usize)>,
    pub(super) words: usize,
    /// Ends as a sentence does.
    pub(super) is_complete: bool,
    /// Ends in a word that asks for more.
    pub(super) is_open: bool,
    /// Begins with a small letter.
    pub(super) starts_small: bool,
    title_case: bool,
    names_risks: bool,
}

impl Para {
    /// Says what may happen, rather than naming a subject.
    pub(super) const fn is_sentence(&self) -> bool {
        let words = (self.is_complete && self.words >= 4) || (self.words >= 8 && !self.title_case);
        words && !self.names_risks
    }

    /// Names the risks that follow: `Risks Related to Our Business`.
    pub(super) const fn names_risks(&self) -> bool {
        self.names_risks
    }
}

/// The paragraphs of `range`, page furniture left out.
pub(super) fn read(lines: &Lines<'_>, range: &Range<usize>) -> Vec<Para> {
    let mut out = Vec::new();
    let mut at = lines.at(range.start);
    // A range begins behind the indentation of its first line, or within the line of its heading.
    let before = lines.text.get(lines.start(at)..range.start);
    if before.is_some_and(|before| !before.trim_ascii().is_empty()) {
        at += 1;
    }
    while at < lines.len() && lines.start(at) < range.end {
        let plain = lines.info(at).flags.has(LineFlags::PRE);
        let mut next = at + 1;
        if is_furniture(lines, at) {
            at = next;
            continue;
        }
        while plain && next < lines.len() && lines.start(next) < range.end && joins(lines, next) {
            next += 1;
        }
        out.extend(para(lines, at, next, plain));
        at = next;
    }
    out
}

/// A line of plain text that belongs to the paragraph above it.
fn joins(lines: &Lines<'_>, at: usize) -> bool {
    let line = lines.get(at);
    let info = lines.info(at);
    !line.is_empty()
        && !is_rule(line)
        && info.flags.has(LineFlags::PRE)
        && !info.flags.has(LineFlags::NEW_PAGE)
}

fn is_furniture(lines: &Lines<'_>, at: usize) -> bool {
    let line = lines.get(at);
    lines.is_mark(at) || (lines.is_running(at) && line.len() < 100 && !line.ends_with('.'))
}

fn para(lines: &Lines<'_>, first: usize, next: usize, plain: bool) -> Option<Para> {
    let (from, to) = (lines.start(first), lines.start(next));
    let shown = lines.text.get(from..to)?;
    let start = from + behind_bullet(shown);
    let end = from + shown.trim_ascii_end().len();
    let text = lines.text.get(start..end)?;
    // Of a text that is too long for a heading only the first are asked for.
    let limit = if text.len() > MAX_HEADING {
        MIN_WORDS
    } else {
        MAX_WORDS + 1
    };
    let words = text.split_ascii_whitespace().take(limit).count();
    let info = lines.info(first);
    let last = text
        .trim_end_matches(['”', '"', '’', ')', '*'])
        .chars()
        .last();
    let cells = text.contains('\t');
    let short = text.len() <= MAX_HEADING && words <= MAX_WORDS && !cells;
    let letters = text.chars().filter(|c| c.is_alphabetic()).take(4).count();
    let lower = if short {
        text.to_lowercase()
    } else {
        String::new()
    };
    let mut para = Para {
        start,
        end,
        class: None,
        size: info.size,
        lead: None,
        words,
        is_complete: matches!(last, Some('.' | '?' | '!' | ':')),
        is_open: ends_open(text),
        starts_small: text.starts_with(char::is_lowercase),
        title_case: short && is_title_case(text),
        names_risks: short && names_risks(&lower, words),
    };
    let may_head =
        short && letters > 3 && !text.ends_with([',', ';']) && !lower.starts_with("note:");
    if may_head {
        para.class = class(lines, first, next, text, plain);
    }
    if para.class.is_none() && !cells {
        let bullet = start > from + (shown.len() - shown.trim_ascii_start().len());
        let set = if bullet {
            info.strong.max(info.italic)
        } else {
            info.lead
        };
        para.lead = lead(usize::from(set), text, start, plain);
    }
    Some(para)
}

/// Behind white space and a bullet.
fn behind_bullet(shown: &str) -> usize {
    let text = shown.trim_start_matches([' ', '\t', '\u{a0}']);
    let rest = text.trim_start_matches(['•', '●', '·', '■', '▪', '◦', '*', '\u{f0b7}']);
    let rest = rest.trim_start_matches([' ', '\t', '\u{a0}']);
    shown.len() - rest.len()
}

fn class(lines: &Lines<'_>, first: usize, next: usize, text: &str, plain: bool) -> Option<Class> {
    let shown = text.bytes().filter(|b| !b.is_ascii_whitespace()).count();
    let info = lines.info(first);
    let whole = |bytes: u16| next == first + 1 && usize::from(bytes) * 20 >= shown * 17;
    let caps = !text.chars().any(char::is_lowercase);
    let raw = lines.raw(first);
    let indent = raw.len() - raw.trim_start_matches(' ').len();
    let class = Class {
        heading: info.flags.has(LineFlags::HEADING),
        strong: whole(info.strong),
        italic: whole(info.italic),
        caps,
        centred: if plain {
            indent >= INDENT && next - first <= 3
        } else {
            info.flags.has(LineFlags::CENTERED)
        },
        bare: plain && !text.ends_with(['.', ':', ',', ';']),
    };
    let set = class.heading
        || class.strong
        || class.italic
        || caps
        || (class.centred && text.len() < 200);
    let few = plain && next - first <= 3;
    let plain_title = few && (class.bare || is_title_case(text) || is_one_sentence(text));
    (set || plain_title).then_some(class)
}

/// `Competition Could Reduce Our Margins`: long words begin with capitals.
fn is_title_case(text: &str) -> bool {
    let mut long = text
        .split_ascii_whitespace()
        .filter(|word| word.len() > 3 && word.starts_with(char::is_alphabetic))
        .peekable();
    let minor = |word: &str| {
        matches!(
            word,
            "with" | "from" | "upon" | "under" | "into" | "that" | "than" | "over" | "about"
        )
    };
    long.peek().is_some() && long.all(|word| minor(word) || !word.starts_with(char::is_lowercase))
}

/// One sentence with nothing behind it.
fn is_one_sentence(text: &str) -> bool {
    let end = text.trim_ascii_end();
    end.ends_with('.') && end.matches(". ").count() == 0 && end.len() < 300
}

/// `Risks Related to Our Business`, `General Risk Factors`; `We Are Subject to Risks` is a risk of its own.
fn names_risks(lower: &str, words: usize) -> bool {
    const SAYS: &[&str] = &[
        "we",
        "may",
        "could",
        "can",
        "is",
        "are",
        "if",
        "will",
        "our company",
    ];
    let mut each = lower
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty());
    let first = each.next().unwrap_or_default();
    let heads = matches!(first, "risk" | "risks")
        && !each
            .clone()
            .any(|word| matches!(word, "could" | "may" | "can"));
    let ends = lower.ends_with("risks")
        || lower.ends_with("risk factors")
        || lower.ends_with("risk")
        || lower.ends_with("uncertainties");
    (heads && words <= 24)
        || (ends
            && words <= 9
            && first != "our"
            && !each.any(|word| SAYS.contains(&word))
            && !SAYS.contains(&first))
}

/// Whether the last word asks for more.
fn ends_open(text: &str) -> bool {
    const MINOR: &[&str] = &[
        "and", "or", "of", "to", "for", "in", "on", "by", "with", "the", "a", "an", "our", "may",
        "could", "that",
    ];
    text.split_ascii_whitespace()
        .last()
        .is_some_and(|word| MINOR.contains(&word))
}

/// The heading that a paragraph begins with, if its first words are one.
fn lead(set: usize, text: &str, start: usize, plain: bool) -> Option<(Lead, usize)> {
    if text.len() < MIN_REST + 10 {
        return None;
    }
    if set >= 8 {
        let end = mark_near(text, set)?;
        let (head, rest) = (text.get(..end)?, text.get(end..)?);
        let words = head.split_ascii_whitespace().count();
        let lawful = (2..=MAX_WORDS).contains(&words) && rest.len() >= MIN_REST;
        return lawful.then(|| (Lead::Set, start + head.trim_ascii_end().len()));
    }
    plain.then(|| plain_lead(text, start)).flatten()
}

/// Behind the mark that ends the first words: the type they are in may change a little before or behind it.
fn mark_near(text: &str, set: usize) -> Option<usize> {
    let near = text
        .char_indices()
        .skip_while(|(at, _)| at + 4 < set)
        .take_while(|(at, _)| *at <= set + 2);
    let marks = near.filter(|(_, c)| matches!(c, '.' | ':' | '?' | '!' | '—' | '–'));
    let (at, mark) = marks.last()?;
    let end = at + mark.len_utf8();
    let quote = text
        .get(end..)?
        .chars()
        .next()
        .filter(|c| matches!(c, '”' | '"' | ')'));
    Some(end + quote.map_or(0, char::len_utf8))
}

/// In plain text a heading ends in a full stop, a colon or dashes.
fn plain_lead(text: &str, start: usize) -> Option<(Lead, usize)> {
    let end = [". ", ".\n", ": ", " -- ", "--", "? "]
        .iter()
        .filter_map(|mark| text.find(mark))
        .min()?;
    let head = text.get(..end)?;
    let rest = text.get(end + 1..)?;
    let words = head.split_ascii_whitespace().count();
    if !(1..=18).contains(&words) || rest.trim_ascii().len() < MIN_REST || head.len() < 4 {
        return None;
    }
    let caps = !head.chars().any(char::is_lowercase);
    let kind = if caps { Lead::Caps } else { Lead::Title };
    let mark = text
        .get(end..end + 1)
        .is_some_and(|mark| matches!(mark, "." | ":" | "?"));
    (caps || is_title_case(head)).then_some((kind, start + end + usize::from(mark)))
}
