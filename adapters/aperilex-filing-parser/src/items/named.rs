//! Headings that say the title and not the number.

use std::ops::Range;

use super::candidate::{self, Candidate};
use super::catalog::Item;
use super::lines::Lines;
use super::words;

/// Bytes of a line that is a heading and nothing else.
const MAX_HEADING: usize = 160;
/// Words of a line that are compared.
const MAX_WORDS: usize = 32;
/// Words that a heading may have behind the form's title.
const MAX_MORE_WORDS: usize = 5;

/// A heading without a number.
#[derive(Debug, Clone)]
pub(crate) struct Named {
    /// Its line.
    pub(crate) line: usize,
    /// Where the text behind it starts.
    pub(crate) body: usize,
    /// How well it agrees with the form's title.
    pub(crate) quality: f32,
}

/// The best heading with one of `titles` among the lines `within`. `exact` takes lines that are set as text too, if
/// they say nothing but the title.
pub(crate) fn find(
    lines: &Lines<'_>,
    titles: &[&str],
    within: Range<usize>,
    exact: bool,
) -> Option<Named> {
    let mut best: Option<Named> = None;
    for at in within {
        let found = read(lines, titles, at, exact);
        if let Some(found) = found
            && best
                .as_ref()
                .is_none_or(|best| found.quality > best.quality)
        {
            best = Some(found);
        }
    }
    best
}

/// The heading with one of `titles` that line `at` is, or begins with.
pub(crate) fn read(lines: &Lines<'_>, titles: &[&str], at: usize, exact: bool) -> Option<Named> {
    let raw = lines.raw(at);
    let line = unnumbered(raw.trim_ascii_start());
    if !begins_alike(line, titles) || lines.is_furniture(at) {
        return None;
    }
    let words = words::split(line, MAX_WORDS);
    let found = words::best(&words, titles);
    if found.quality < 0.75 || !found.whole {
        return None;
    }
    let start = lines.start(at) + (raw.len() - line.len());
    let title_end = found
        .words
        .checked_sub(1)
        .and_then(|word| words.get(word))?
        .end;
    // Run in: the title in bold or capitals before the text of the paragraph.
    let tail = line.get(title_end..)?;
    let quote = |c: char| matches!(c, '(' | '“' | '"');
    let bare = tail.trim_start_matches(|c: char| !c.is_alphanumeric() && !quote(c));
    let mark = tail.get(..tail.len() - bare.len())?;
    let title = line.get(..title_end)?;
    let lead = usize::from(lines.info(at).lead);
    let in_bold = lead >= title_end && lead <= title_end + mark.len() + 2;
    let in_capitals = !title.chars().any(char::is_lowercase);
    let ended = mark.contains(['.', ':', '–', '—', '-']);
    let sentence = bare.chars().any(char::is_lowercase);
    if ended && sentence && (in_bold || in_capitals) {
        return Some(Named {
            line: at,
            body: start + (line.len() - bare.len()),
            quality: found.quality,
        });
    }
    let more = words.len() - found.words;
    let alone = line.len() <= MAX_HEADING && more <= MAX_MORE_WORDS && !line.contains('\t');
    let set = candidate::is_strong(lines, at) || (exact && more == 0);
    (alone && set).then(|| Named {
        line: at,
        body: start + line.len(),
        quality: found.quality,
    })
}

/// A line without a number and its punctuation in front: `1A. Risk Factors` without `Item`.
pub(crate) fn unnumbered(line: &str) -> &str {
    let digits = line.bytes().take_while(u8::is_ascii_digit).count();
    let rest = line.get(digits..).unwrap_or_default();
    let rest = rest
        .strip_prefix(|c: char| c.is_ascii_uppercase())
        .unwrap_or(rest);
    let bare = rest.trim_start_matches(|c: char| {
        c.is_whitespace() || matches!(c, '.' | ')' | ':' | '-' | '–' | '—')
    });
    let marked = bare.len() < rest.len();
    if (1..=2).contains(&digits) && marked {
        bare
    } else {
        line
    }
}

/// Headings of `items` anywhere in the text, for a filing that has no numbers and no links: lines that are
/// set as headings and say nothing but a title, the first of each.
pub(crate) fn all(lines: &Lines<'_>, items: &[Item], month: Option<i32>) -> Vec<Candidate> {
    let mut out: Vec<Candidate> = Vec::new();
    let asked = |item: &&Item| item.asked && item.is_lawful(month);
    // Most lines begin with a letter that no title begins with, or are no headings for their length.
    let titles = items.iter().filter(asked).flat_map(|item| item.titles);
    let mut begins = [false; 256];
    for byte in titles
        .filter_map(|title| title.bytes().next())
        .chain(b'0'..=b'9')
    {
        for byte in [byte.to_ascii_lowercase(), byte.to_ascii_uppercase()] {
            begins
                .get_mut(usize::from(byte))
                .into_iter()
                .for_each(|slot| *slot = true);
        }
    }
    let may = |line: &str| {
        let first = line.bytes().find(|byte| !byte.is_ascii_whitespace());
        first.is_some_and(|byte| begins.get(usize::from(byte)) == Some(&true))
    };
    for at in 0..lines.len() {
        let raw = lines.raw(at);
        if raw.len() > 2 * MAX_HEADING || !may(raw) {
            continue;
        }
        let ranked = items.iter().enumerate().filter(|(_, item)| asked(item));
        let found = ranked.filter_map(|(rank, item)| {
            let found = read(lines, item.titles, at, false)?;
            Some(Candidate::named(lines, rank, item, &found, false))
        });
        out.extend(found.filter(|found| found.strong));
        if out.len() >= candidate::MAX_CANDIDATES {
            break;
        }
    }
    out
}

/// Whether the first letters are those of one of the titles: most lines go no further.
pub(crate) fn begins_alike(line: &str, titles: &[&str]) -> bool {
    let head = line.as_bytes();
    titles.iter().any(|title| {
        let same = |len: usize| {
            let (one, other) = (head.get(..len), title.as_bytes().get(..len));
            one.zip(other)
                .is_some_and(|(one, other)| one.eq_ignore_ascii_case(other))
        };
        same(4)
    })
}
