//! The words of facts: from the canonical text or, where nothing is shown, from the source.

use std::ops::Range;

use aperilex_ports::model::TextRange;

use crate::encoding::{Charset, Source};
use crate::text::{self, Page};

use super::collect::{Element, Kind};

/// Text is read for facts up to this many times the text of the document: nested text blocks repeat
/// each other.
const TEXT_BUDGET: usize = 8;
/// No more than this, in bytes.
pub(super) const MAX_BUDGET: usize = 64 * 1024 * 1024;

/// A document as far as its facts need it.
pub(crate) struct Shown<'r> {
    /// Index of the document.
    pub(crate) document: usize,
    /// Its bytes.
    pub(crate) src: &'r [u8],
    /// How to read them.
    pub(crate) charset: Charset,
    /// Its canonical text.
    pub(crate) text: &'r str,
    /// Exclusions that are in no other.
    excluded: Vec<Range<u32>>,
    /// Bytes that may yet be read for values.
    budget: usize,
    /// Facts whose text was cut.
    pub(crate) cut: usize,
}

/// So many times `size` and a bit more, within bounds.
pub(super) fn budget(size: usize, times: usize, more: usize) -> usize {
    let linear = size.saturating_mul(times).saturating_add(more);
    linear.min(MAX_BUDGET)
}

impl<'r> Shown<'r> {
    /// The document `page` was read from, with the elements found in it.
    pub(crate) fn new(
        document: usize,
        source: &'r Source<'_>,
        page: &'r Page<'_>,
        elements: &[Element<'_>],
    ) -> Self {
        let excluded = elements
            .iter()
            .filter(|element| element.kind == Kind::Exclude)
            .map(|element| element.text.clone())
            .collect();
        Self {
            document,
            src: &source.bytes,
            charset: source.charset,
            text: &page.built.text,
            excluded: outer(excluded),
            budget: budget(page.built.text.len(), TEXT_BUDGET, source.bytes.len()),
            cut: 0,
        }
    }

    /// An instance that is not inline: nothing of it is shown.
    pub(crate) fn nowhere(document: usize, source: &'r Source<'_>) -> Self {
        Self {
            document,
            src: &source.bytes,
            charset: source.charset,
            text: "",
            excluded: Vec::new(),
            budget: budget(0, TEXT_BUDGET, source.bytes.len()),
            cut: 0,
        }
    }

    /// Where an element's text is shown, without white space at the ends.
    pub(crate) fn range(&self, element: &Element<'_>) -> Option<TextRange> {
        if element.hidden {
            return None;
        }
        let (start, end) = (element.text.start as usize, element.text.end as usize);
        let piece = self.text.get(start..end.min(self.text.len()))?;
        let trimmed = piece.trim_ascii_start();
        let start = start + (piece.len() - trimmed.len());
        let trimmed = trimmed.trim_ascii_end();
        (!trimmed.is_empty()).then(|| start..start + trimmed.len())
    }

    /// The text of a range in one piece, if it is short and nothing in it is excluded.
    pub(crate) fn piece(&mut self, range: &TextRange) -> Option<&'r str> {
        let piece = self.text.get(range.clone())?;
        let first = self.first_exclusion(range.start);
        let next = self.excluded.get(first);
        let clear = next.is_none_or(|next| next.start as usize >= range.end);
        let lines = memchr::memchr2(b'\n', b'\t', piece.as_bytes()).is_some();
        let short = piece.len() <= 64 && piece.len() <= self.budget;
        if !clear || lines || !short {
            return None;
        }
        self.budget -= piece.len();
        Some(piece)
    }

    fn first_exclusion(&self, start: usize) -> usize {
        self.excluded.partition_point(|e| (e.end as usize) <= start)
    }

    /// Adds the words of an element to `out`, one space between them, as far as the budget goes. It
    /// pays for what is read, not for what is kept.
    pub(crate) fn append(
        &mut self,
        out: &mut String,
        element: &Element<'_>,
        range: Option<&TextRange>,
    ) {
        let whole = match range {
            Some(range) => self.append_shown(out, range),
            None if element.hidden => self.append_raw(out, element.raw.clone()),
            None => true,
        };
        self.cut += usize::from(!whole);
    }

    fn append_shown(&mut self, out: &mut String, range: &TextRange) -> bool {
        let mut at = range.start;
        for index in self.first_exclusion(range.start).. {
            let next = self.excluded.get(index).cloned();
            let next = next.filter(|e| (e.start as usize) < range.end);
            let stop = next.as_ref().map_or(range.end, |e| e.start as usize);
            let piece = self.text.get(at..stop).unwrap_or_default();
            // An exclusion costs a byte too, so that many of them end as well.
            let read = self.spend(piece.len().saturating_add(1));
            add_words(out, piece, read);
            if read <= piece.len() {
                return false;
            }
            let Some(excluded) = next else { break };
            at = (excluded.end as usize).max(at);
        }
        true
    }

    /// Adds the words of a piece of source that is not shown.
    pub(crate) fn append_raw(&mut self, out: &mut String, raw: Range<usize>) -> bool {
        let raw = self.src.get(raw).unwrap_or_default();
        let read = self.spend(raw.len());
        let words = markup(raw.get(..read).unwrap_or_default(), self.charset);
        add_words(out, &words, words.len());
        read == raw.len()
    }

    /// Takes up to `bytes` from the budget and answers how many it gave.
    fn spend(&mut self, bytes: usize) -> usize {
        let given = bytes.min(self.budget);
        self.budget -= given;
        given
    }
}

/// The words of a piece of source: markup, and markup that is written as text.
fn markup(raw: &[u8], charset: Charset) -> String {
    let raw = raw.trim_ascii();
    let text = match raw.strip_prefix(b"<![CDATA[") {
        Some(inner) => {
            String::from_utf8_lossy(inner.strip_suffix(b"]]>").unwrap_or(inner)).into_owned()
        }
        None if has_elements(raw) => blocks(raw),
        None => text::fragment(raw, charset),
    };
    if has_elements(text.as_bytes()) {
        return blocks(text.as_bytes());
    }
    text
}

fn has_elements(markup: &[u8]) -> bool {
    memchr::memmem::find(markup, b"</").is_some() || memchr::memmem::find(markup, b"/>").is_some()
}

/// The words of HTML, blocks apart.
fn blocks(html: &[u8]) -> String {
    let source = Source::new(html, &(0..html.len()));
    text::read(&source, crate::container::sniff::Kind::Html)
        .built
        .text
}

/// Leaves out ranges inside of others, so that the rest follow one another.
fn outer(mut ranges: Vec<Range<u32>>) -> Vec<Range<u32>> {
    ranges.sort_by_key(|range| (range.start, std::cmp::Reverse(range.end)));
    let mut end = 0;
    ranges.retain(|range| {
        let outer = range.end > end;
        end = end.max(range.end);
        outer
    });
    ranges
}

/// Adds the words in the first `limit` bytes of `text`; a word that goes beyond is left out.
fn add_words(out: &mut String, text: &str, limit: usize) {
    let mut read = text;
    if let Some(head) = text.as_bytes().get(..limit).filter(|_| limit < text.len()) {
        let end = head.iter().rposition(u8::is_ascii_whitespace).unwrap_or(0);
        read = text.get(..end).unwrap_or_default();
    }
    out.reserve(read.len() + 1);
    // Lines and cells are long, and mostly hold single spaces.
    for piece in read.split(['\n', '\t', '\r', '\u{C}']) {
        let piece = piece.trim_ascii();
        if memchr::memmem::find(piece.as_bytes(), b"  ").is_none() {
            push(out, piece);
        } else {
            piece
                .split_ascii_whitespace()
                .for_each(|word| push(out, word));
        }
    }
}

fn push(out: &mut String, piece: &str) {
    if piece.is_empty() {
        return;
    }
    if !out.is_empty() {
        out.push(' ');
    }
    out.push_str(piece);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_joined_by_one_space() {
        for (text, limit, expected) in [
            ("a b\n\nc\td", 8, "a b c d"),
            ("  a   b  ", 9, "a b"),
            ("one two", 5, "one"),
            ("long", 2, ""),
            ("", 0, ""),
        ] {
            let mut out = String::new();
            add_words(&mut out, text, limit);
            assert_eq!(out, expected, "{text:?}");
        }
        let mut out = "x".to_owned();
        add_words(&mut out, "é y", 4);
        assert_eq!(out, "x é y");
    }
}
