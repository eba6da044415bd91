//! Canonical text, and the way from it back to the raw bytes.

use std::ops::Range;

use super::{Digest, TextRange};

/// The text of a document, made from its raw bytes by rule.
#[derive(Debug, Clone)]
pub struct CanonicalText {
    /// The text: UTF-8, lines separated by `\n`, cells of a table row by `\t`.
    pub text: String,
    /// SHA-256 of its bytes.
    pub sha256: Digest,
    /// From text to raw bytes.
    pub map: RawMap,
}

/// A run of text that was copied from, or stands for, a run of raw bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RawRun {
    /// Start in the text.
    pub text: u32,
    /// Start in the raw file.
    pub raw: u32,
    /// Bytes of raw file it stands for. A run is as long in the text as up to the next run's start;
    /// where both lengths are equal, the bytes correspond one to one.
    pub raw_len: u32,
}

/// From byte ranges of a canonical text to byte ranges of the raw file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RawMap {
    runs: Vec<RawRun>,
    text_len: u32,
}

impl RawMap {
    /// A map from runs in rising order of `text`; `text_len` ends the last one.
    #[must_use]
    pub fn new(runs: Vec<RawRun>, text_len: u32) -> Self {
        debug_assert!(runs.is_sorted_by_key(|run| run.text));
        Self { runs, text_len }
    }

    /// The smallest range of raw bytes that holds everything `range` was made from; none for an
    /// empty range or one made from nothing (inserted separators only).
    #[must_use]
    pub fn raw_range(&self, range: &TextRange) -> Option<Range<usize>> {
        let (start, end) = (
            u32::try_from(range.start).ok()?,
            u32::try_from(range.end).ok()?,
        );
        let from = self
            .runs
            .partition_point(|run| run.text <= start)
            .saturating_sub(1);
        let touched = self.runs[from..]
            .iter()
            .enumerate()
            .take_while(|(_, run)| run.text < end);
        let mut raw: Option<Range<u32>> = None;
        for (offset, run) in touched {
            let run_end = self
                .runs
                .get(from + offset + 1)
                .map_or(self.text_len, |next| next.text);
            let (a, b) = (start.max(run.text), end.min(run_end));
            if a >= b || run.raw_len == 0 {
                continue;
            }
            let span = if run_end - run.text == run.raw_len {
                run.raw + (a - run.text)..run.raw + (b - run.text)
            } else {
                run.raw..run.raw + run.raw_len
            };
            raw = Some(raw.map_or(span.clone(), |r| {
                r.start.min(span.start)..r.end.max(span.end)
            }));
        }
        raw.map(|r| r.start as usize..r.end as usize)
    }

    /// The range of text that stands for a range of raw bytes: everything visible in it. Characters
    /// written as one piece (`&amp;`) are in it whole or not at all.
    #[must_use]
    pub fn text_range(&self, raw: &Range<usize>) -> Option<TextRange> {
        let ends = self.runs.iter().skip(1).map(|next| next.text);
        let ends = ends.chain(std::iter::once(self.text_len));
        let mut text: Option<TextRange> = None;
        for (run, end) in self.runs.iter().zip(ends) {
            let (at, len) = (run.raw as usize, run.raw_len as usize);
            let one_to_one = end.checked_sub(run.text) == Some(run.raw_len);
            let (a, b) = (raw.start.max(at), raw.end.min(at.saturating_add(len)));
            if a >= b || (!one_to_one && b - a < len) {
                continue;
            }
            let start = run.text as usize;
            let span = if one_to_one {
                start + (a - at)..start + (b - at)
            } else {
                start..end as usize
            };
            text = Some(text.map_or(span.clone(), |t| {
                t.start.min(span.start)..t.end.max(span.end)
            }));
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn map() -> RawMap {
        // text "ab&c\nd" of raw "ab&amp;c<br>d"
        let run = |text, raw, raw_len| RawRun { text, raw, raw_len };
        RawMap::new(
            vec![
                run(0, 0, 2),
                run(2, 2, 5),
                run(3, 7, 1),
                run(4, 8, 0),
                run(5, 12, 1),
            ],
            6,
        )
    }

    #[test]
    fn a_range_covers_all_it_was_made_from() {
        for (range, raw) in [
            (0..2, Some(0..2)),
            (1..2, Some(1..2)),
            (2..3, Some(2..7)),
            (1..4, Some(1..8)),
            (3..6, Some(7..13)),
            (4..5, None),
            (5..6, Some(12..13)),
            (2..2, None),
        ] {
            assert_eq!(map().raw_range(&range), raw, "{range:?}");
        }
    }

    #[test]
    fn raw_bytes_have_a_text_where_it_is_visible() {
        for (raw, text) in [
            (0..2, Some(0..2)),
            (1..8, Some(1..4)),
            (2..7, Some(2..3)),
            (3..6, None),
            (8..12, None),
            (7..13, Some(3..6)),
            (90..99, None),
        ] {
            assert_eq!(map().text_range(&raw), text, "{raw:?}");
        }
    }
}
