//! The lines of a text with what their neighbourhood says of them: running headers, page numbers.

use std::collections::HashMap;

use crate::text::builder::Built;
use crate::text::line::{Line, LineFlags};

use super::label;

/// Lines longer than this are never headers or footers.
const MAX_RUNNING: usize = 120;
/// Lines around a page's edge that may be its header or footer.
const NEAR: usize = 3;
/// Nor are those that are longer than this with their indentation.
const MAX_INDENTED: usize = 400;
/// A header or footer appears at least this often.
const MIN_REPEATS: u32 = 4;

/// How often lines stand at the edges of pages, and in all, by their letters.
type Repeats = HashMap<u64, (u32, u32), foldhash::fast::RandomState>;

/// The lines of a text.
#[derive(Debug)]
pub(crate) struct Lines<'t> {
    /// The text.
    pub(crate) text: &'t str,
    /// Its lines.
    pub(crate) lines: &'t [Line],
    /// How often a line stands at the edge of a page, and how often in all, by its letters.
    repeats: Repeats,
}

impl<'t> Lines<'t> {
    /// Looks over the lines of `built`.
    pub(crate) fn new(built: &'t Built) -> Self {
        let mut this = Self {
            text: &built.text,
            lines: &built.lines,
            repeats: Repeats::default(),
        };
        // Only lines at edges are remembered; then all their occurrences are counted.
        let (mut keys, mut next): (Vec<(u64, usize)>, usize) = (Vec::new(), 0);
        for edge in (0..this.lines.len()).filter(|at| this.is_page_edge(*at)) {
            let end = (edge + NEAR + 1).min(this.lines.len());
            let near = edge.saturating_sub(NEAR).max(next)..end;
            keys.extend(near.filter_map(|at| Some((this.running_key(at)?, at))));
            next = end;
        }
        keys.sort_unstable();
        let mut repeats = Repeats::default();
        // Few lines start like one of them, and only those are compared.
        let mut starts = [false; 256];
        for same in keys.chunk_by(|(one, _), (next, _)| one == next) {
            let edge = u32::try_from(same.len()).unwrap_or(u32::MAX);
            let (Some((key, at)), true) = (same.first(), edge > MIN_REPEATS / 2) else {
                continue;
            };
            repeats.insert(*key, (edge, 0));
            if let Some(start) = starts.get_mut(usize::from(first_letter(this.get(*at)))) {
                *start = true;
            }
        }
        let count = if repeats.is_empty() {
            0
        } else {
            this.lines.len()
        };
        let may = |at: &usize| starts.get(usize::from(first_letter(this.get(*at)))) == Some(&true);
        for at in (0..count).filter(may) {
            let known = this.running_key(at).and_then(|key| repeats.get_mut(&key));
            if let Some((_, all)) = known {
                *all += 1;
            }
        }
        repeats.retain(|_, (_, all)| *all >= MIN_REPEATS);
        this.repeats = repeats;
        this
    }

    /// Line `at`, trimmed.
    pub(crate) fn get(&self, at: usize) -> &'t str {
        self.raw(at).trim_ascii()
    }

    /// Line `at` with its indentation.
    pub(crate) fn raw(&self, at: usize) -> &'t str {
        let (start, end) = (self.start(at), self.start(at + 1));
        let line = self.text.get(start..end).unwrap_or_default();
        line.strip_suffix('\n').unwrap_or(line)
    }

    /// Where line `at` starts; the text's end behind the last.
    pub(crate) fn start(&self, at: usize) -> usize {
        self.lines
            .get(at)
            .map_or(self.text.len(), |line| line.start as usize)
    }

    /// The line that holds the byte `offset`.
    pub(crate) fn at(&self, offset: usize) -> usize {
        self.lines
            .partition_point(|line| line.start as usize <= offset)
            .saturating_sub(1)
    }

    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        self.lines.len()
    }

    /// What was seen of line `at`.
    pub(crate) fn info(&self, at: usize) -> Line {
        self.lines.get(at).copied().unwrap_or_default()
    }

    /// The key of a line that may be a header or footer.
    fn running_key(&self, at: usize) -> Option<u64> {
        let line = self.get(at);
        let may = !line.is_empty() && line.len() <= MAX_RUNNING && !is_page_number(line);
        may.then(|| letters(line))
    }

    /// A page number, alone or in a footer, a link back to the contents, or a page's first line.
    fn is_page_edge(&self, at: usize) -> bool {
        if self.info(at).flags.has(LineFlags::NEW_PAGE) {
            return true;
        }
        if self.start(at + 1) - self.start(at) > MAX_INDENTED {
            return false;
        }
        let line = self.get(at);
        line.len() <= 80
            && (is_page_number(line)
                || line.eq_ignore_ascii_case("table of contents")
                || memchr::memrchr2(b'\t', b'|', line.as_bytes())
                    .and_then(|at| line.get(at + 1..))
                    .is_some_and(|tail| is_page_number(tail.trim_ascii()))
                    && line.matches('\t').count() <= 2
                    && !is_entry(line))
    }

    /// Whether line `at` repeats at the edges of pages.
    pub(crate) fn is_running(&self, at: usize) -> bool {
        self.repeats_at_edges(at, MIN_REPEATS)
    }

    /// As [`Self::is_running`], but so often that it is on most pages: below a heading a line that
    /// repeats less often may be the title of a statement.
    pub(crate) fn is_on_most_pages(&self, at: usize) -> bool {
        self.repeats_at_edges(at, 2 * MIN_REPEATS)
    }

    fn repeats_at_edges(&self, at: usize, least: u32) -> bool {
        let line = self.get(at);
        if line.len() > MAX_RUNNING || says_nothing(line) {
            return false;
        }
        self.repeats
            .get(&letters(line))
            .is_some_and(|(edge, all)| *all >= least && edge * 5 >= all * 3)
    }

    /// Whether line `at` belongs to the page and not to the text: numbers, headers, footers, rules.
    pub(crate) fn is_furniture(&self, at: usize) -> bool {
        self.is_mark(at) || self.is_running(at)
    }

    /// As [`Self::is_furniture`], but for lines that only repeat.
    pub(crate) fn is_mark(&self, at: usize) -> bool {
        let line = self.get(at);
        line.is_empty()
            || is_page_number(line)
            || is_rule(line)
            || line.eq_ignore_ascii_case("table of contents")
            || line.eq_ignore_ascii_case("index")
            || line.eq_ignore_ascii_case("back to contents")
            || line.eq_ignore_ascii_case("return to table of contents")
            || is_list_of_numbers(line)
    }
}

/// A row that ends in a page number because it is an entry of a list: of an item or a note.
fn is_entry(line: &str) -> bool {
    let note = line
        .get(..5)
        .is_some_and(|head| head.eq_ignore_ascii_case("note "));
    note || label::read(line).is_some()
}

/// The shortest answers to an item: never a header, however often they come at a page's end.
fn says_nothing(line: &str) -> bool {
    let line = line.trim_end_matches('.').to_ascii_lowercase();
    matches!(
        line.as_str(),
        "none" | "not applicable" | "n/a" | "not required" | "reserved" | "[reserved]"
    )
}

/// A running header that lists what is on the page: `PART II, III`, `Item 9B, 10, 11`.
fn is_list_of_numbers(line: &str) -> bool {
    if line.len() > 60 {
        return false;
    }
    let lower = line.to_ascii_lowercase();
    let rest = lower
        .strip_prefix("items")
        .or_else(|| lower.strip_prefix("item"))
        .or_else(|| lower.strip_prefix("part"));
    rest.is_some_and(|rest| {
        rest.starts_with(' ')
            && rest
                .split([',', ' ', '&'])
                .filter(|word| !word.is_empty() && *word != "and")
                .all(|word| {
                    word.len() <= 4
                        && (word.bytes().all(|b| matches!(b, b'i' | b'v'))
                            || (word.starts_with(|c: char| c.is_ascii_digit())
                                && word
                                    .bytes()
                                    .all(|b| b.is_ascii_digit() || matches!(b, b'a'..=b'c'))))
                })
    })
}

fn is_letter(byte: &u8) -> bool {
    byte.is_ascii_alphabetic() || *byte >= 0x80
}

/// The first letter of a line; 0 if it has none.
fn first_letter(line: &str) -> u8 {
    let first = line.bytes().find(is_letter);
    first.unwrap_or_default().to_ascii_lowercase()
}

/// FNV-1a over the letters of a line: page numbers, spacing and case do not count.
fn letters(line: &str) -> u64 {
    line.bytes()
        .filter(is_letter)
        .fold(0xcbf2_9ce4_8422_2325, |hash, b| {
            (hash ^ u64::from(b.to_ascii_lowercase())).wrapping_mul(0x0100_0000_01b3)
        })
}

/// A page number without what is set around it is at most this long.
const MAX_PAGE_NUMBER: usize = 20;

/// `12`, `- 12 -`, `F-12`, `Page 12 of 90`, `iv`.
pub(crate) fn is_page_number(line: &str) -> bool {
    if line.len() > 60 {
        return false;
    }
    let ends = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_alphanumeric);
    let bytes = line.as_bytes();
    if bytes.len() > MAX_PAGE_NUMBER && ends(bytes.first()) && ends(bytes.last()) {
        return false;
    }
    let line = line
        .trim_matches(|c: char| matches!(c, '-' | '–' | '—' | ' ' | '\t' | '(' | ')' | '.' | '|'));
    if line.is_empty() || line.len() > MAX_PAGE_NUMBER {
        return false;
    }
    let without = |text, prefix: &str| strip_prefix(text, prefix).unwrap_or(text);
    let mut body = without(line, "page").trim_ascii_start();
    if let Some((number, rest)) = body.split_once(' ') {
        if !rest.trim_ascii_start().starts_with("of ") {
            return false;
        }
        body = number;
    }
    if body.contains('-') {
        body = ["f-", "s-", "a-", "b-", "c-", "ex-", "ii-"]
            .iter()
            .fold(body, |body, prefix| without(body, prefix));
    }
    let digits = body.len() <= 3 && body.bytes().all(|b| b.is_ascii_digit());
    let is_roman = |b: u8| matches!(b.to_ascii_lowercase(), b'i' | b'v' | b'x' | b'l');
    let roman = body.len() <= 5 && body.bytes().all(is_roman);
    !body.is_empty() && (digits || roman)
}

/// `text` without `prefix`, whatever its case.
fn strip_prefix<'t>(text: &'t str, prefix: &str) -> Option<&'t str> {
    let head = text.get(..prefix.len())?;
    head.eq_ignore_ascii_case(prefix)
        .then(|| text.get(prefix.len()..))?
}

/// Dashes, underscores and the like.
pub(crate) fn is_rule(line: &str) -> bool {
    !line.is_empty()
        && line
            .bytes()
            .all(|b| matches!(b, b'-' | b'=' | b'_' | b'*' | b' ' | b'\t'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_page_numbers() {
        for line in ["12", "- 12 -", "F-3", "Page 4 of 120", "iv", "(12)"] {
            assert!(is_page_number(line), "{line}");
        }
        for line in ["1997", "Item 1", "None", "$ 12", ""] {
            assert!(!is_page_number(line), "{line}");
        }
    }
}
