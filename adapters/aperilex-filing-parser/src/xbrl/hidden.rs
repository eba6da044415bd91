//! Where hidden facts are shown after all: the SEC's style `-sec-ix-hidden: id` names the fact that
//! an element stands for.

use std::ops::Range;

use aperilex_ports::model::TextRange;
use memchr::{memchr, memmem, memrchr};

use crate::text::builder::Built;

const STYLE: &[u8] = b"-sec-ix-hidden";
/// Styles that are looked at.
const MAX_STYLES: usize = 20_000;
/// How far before a style its tag may start, and behind it its element may end.
const REACH: usize = 4096;

/// Ids of facts, and where in the text the elements are that stand for them.
pub(crate) fn places<'a>(src: &'a [u8], built: &Built) -> Vec<(&'a [u8], TextRange)> {
    let mut out = Vec::new();
    let mut first = 0;
    for at in memmem::find_iter(src, STYLE).take(MAX_STYLES) {
        let Some((id, raw)) = element(src, at) else {
            continue;
        };
        // Elements start in order, so what ends before one is not looked at again.
        while built
            .runs
            .get(first)
            .is_some_and(|run| run.raw_len == 0 || (run.raw + run.raw_len) as usize <= raw.start)
        {
            first += 1;
        }
        if let Some(range) = text_range(built, first, &raw) {
            out.push((id, range));
        }
    }
    out
}

/// The id in the style at `at`, and the content of the element that has it.
fn element(src: &[u8], at: usize) -> Option<(&[u8], Range<usize>)> {
    let value = src.get(at + STYLE.len()..)?.trim_ascii_start();
    let value = value.strip_prefix(b":")?.trim_ascii_start();
    let end = value.iter().take(256).position(|b| {
        matches!(b, b';' | b'"' | b'\'' | b'&' | b'>' | b'<') || b.is_ascii_whitespace()
    })?;
    let id = value.get(..end)?;
    let before = src.get(at.saturating_sub(REACH)..at)?;
    let tag = before.get(memrchr(b'<', before)? + 1..)?;
    let name_end = tag
        .iter()
        .position(|b| !b.is_ascii_alphanumeric() && *b != b':')?;
    let name = tag.get(..name_end).filter(|name| !name.is_empty())?;
    let start = at + memchr(b'>', src.get(at..)?)? + 1;
    if src.get(start.checked_sub(2)?) == Some(&b'/') {
        return None;
    }
    let content = src.get(start..)?;
    let content = content.get(..REACH).unwrap_or(content);
    Some((id, start..start + end_of(content, name)?))
}

/// Where the element of this name ends in whose content `content` starts.
fn end_of(content: &[u8], name: &[u8]) -> Option<usize> {
    let mut depth = 1_usize;
    for open in memchr::memchr_iter(b'<', content) {
        let tag = content.get(open + 1..)?;
        let (tag, ends) = tag
            .strip_prefix(b"/")
            .map_or((tag, false), |tag| (tag, true));
        let same = tag
            .get(..name.len())
            .is_some_and(|n| n.eq_ignore_ascii_case(name))
            && tag
                .get(name.len())
                .is_some_and(|b| matches!(b, b'>' | b'/') || b.is_ascii_whitespace());
        if !same {
            continue;
        }
        if ends {
            depth -= 1;
        } else {
            let close = memchr(b'>', tag)?;
            let empty = close > 0 && tag.get(close - 1) == Some(&b'/');
            depth += usize::from(!empty);
        }
        if depth == 0 {
            return Some(open);
        }
    }
    None
}

/// The text that stands for `raw`, from the run `first` on.
fn text_range(built: &Built, first: usize, raw: &Range<usize>) -> Option<TextRange> {
    let mut range: Option<TextRange> = None;
    for (index, run) in built.runs.iter().enumerate().skip(first) {
        let (from, len) = (run.raw as usize, run.raw_len as usize);
        if len == 0 {
            continue;
        }
        if from >= raw.end {
            break;
        }
        let next = built.runs.get(index + 1);
        let end = next.map_or(built.text.len(), |next| next.text as usize);
        let start = run.text as usize;
        let piece = if end.checked_sub(start) == Some(len) {
            let (a, b) = (raw.start.max(from), raw.end.min(from + len));
            start + (a - from)..start + (b.max(a) - from)
        } else {
            start..end
        };
        range = Some(range.map_or(piece.clone(), |range| range.start..piece.end));
    }
    let range = range?;
    let text = built.text.get(range.clone())?;
    let trimmed = text.trim_ascii_start();
    let start = range.start + (text.len() - trimmed.len());
    let trimmed = trimmed.trim_ascii_end();
    (!trimmed.is_empty()).then(|| start..start + trimmed.len())
}
