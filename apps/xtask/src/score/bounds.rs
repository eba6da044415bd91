//! Whether a section begins and ends where it should.

use std::ops::Range;

use aperilex_ports::{FilingContent, Section};

use super::expected::{Bounds, Item, squeeze};

/// Characters shown of either end.
const SHOWN: usize = 50;
/// Characters that a length may be off at the least.
const SLACK: usize = 20;

/// How a section fits.
#[derive(Debug, Default)]
pub(super) struct Fit {
    pub(super) start: bool,
    pub(super) end: bool,
    /// Whether it is as long as it should be, if that is known.
    pub(super) length: Option<bool>,
    /// Its first and last characters, and those it should have.
    pub(super) head: String,
    pub(super) tail: String,
    pub(super) first: String,
    pub(super) last: String,
}

/// Compares a section with the bounds of an item and of those that may have joined it.
pub(super) fn fit(
    item: &Item,
    joined: &[&Item],
    content: &FilingContent,
    section: &Section,
) -> Fit {
    let text = content.section_text(section);
    match &item.bounds {
        None => Fit::default(),
        Some(Bounds::Words { start, end, chars }) => words(text, start, end, *chars),
        Some(Bounds::Raw { start, ends }) => {
            let mut ends = ends.clone();
            for next in joined {
                if let Some(Bounds::Raw { ends: more, .. }) = &next.bounds {
                    ends.extend(more);
                }
            }
            raw(*start, &ends, content, section)
        }
    }
}

fn words(text: &str, start: &str, end: &str, chars: Option<usize>) -> Fit {
    let length = text.split_whitespace().map(|word| word.chars().count() + 1);
    let length = length.sum::<usize>().saturating_sub(1);
    let text = squeeze(text);
    let empty = chars == Some(0);
    let close = |chars: usize| length.abs_diff(chars) <= SLACK.max(chars / 33);
    Fit {
        start: if empty {
            text.is_empty()
        } else {
            text.starts_with(start)
        },
        end: if empty {
            text.is_empty()
        } else {
            text.ends_with(end)
        },
        length: chars.map(close),
        head: head(&text),
        tail: tail(&text),
        first: head(start),
        last: tail(end),
    }
}

fn raw(start: usize, ends: &[usize], content: &FilingContent, section: &Section) -> Fit {
    let document = content.documents.get(section.document);
    let Some(canonical) = document.and_then(|document| document.text.as_ref()) else {
        return Fit::default();
    };
    let shown = content.section_text(section);
    let mut fit = Fit {
        head: head(&squeeze(shown)),
        tail: tail(&squeeze(shown)),
        ..Fit::default()
    };
    for end in ends {
        let own = canonical.map.text_range(&(start..*end));
        let Some(own) = own.filter(|_| start < *end) else {
            // Nothing stands between this heading and the next.
            let empty = shown.trim().is_empty();
            fit.start |= empty;
            fit.end |= empty;
            continue;
        };
        let blank = |a: usize, b: usize| {
            let between = canonical.text.get(a.min(b)..a.max(b));
            between.is_some_and(|text| text.trim().is_empty())
        };
        fit.start |= blank(own.start, section.range.start);
        fit.end |= blank(own.end, section.range.end);
        if fit.first.is_empty() {
            let expected = squeeze(part(&canonical.text, own));
            fit.first = head(&expected);
            fit.last = tail(&expected);
        }
    }
    fit
}

fn part(text: &str, range: Range<usize>) -> &str {
    text.get(range).unwrap_or_default()
}

fn head(text: &str) -> String {
    text.chars().take(SHOWN).collect()
}

fn tail(text: &str) -> String {
    let skipped = text.chars().count().saturating_sub(SHOWN);
    text.chars().skip(skipped).collect()
}
