//! Entries of tables of contents, told apart from headings.

use std::collections::HashMap;

use super::candidate::Candidate;
use super::lines::{Lines, is_page_number};
use super::toc::{self, Links};

/// Entries of one table of contents are at most this many lines apart.
const MAX_GAP: usize = 12;
/// And at most this many bytes.
const MAX_GAP_BYTES: usize = 900;
/// A table of contents has at least this many entries.
const MIN_ENTRIES: usize = 4;

/// Marks candidates that are entries of a table of contents.
pub(crate) fn mark(candidates: &mut [Candidate], lines: &Lines<'_>, links: &Links) {
    for candidate in candidates.iter_mut() {
        candidate.listed = ends_in_page(lines.get(candidate.line));
        // An entry leads on; a heading may lead back to the contents.
        let place = toc::arrival(lines, links, candidate.line);
        candidate.listed |= place.is_some_and(|place| place > candidate.start);
    }
    mark_clusters(candidates, lines);
}

/// Whether a line ends in a cell, or behind leader dots or a wide gap, with page numbers.
pub(crate) fn ends_in_page(line: &str) -> bool {
    let line = line.trim_ascii_end();
    let Some(cut) = line
        .rfind('\t')
        .or_else(|| line.rfind("...").map(|at| at + 2))
        .or_else(|| line.rfind("   "))
    else {
        return false;
    };
    let tail = line.get(cut..).unwrap_or_default();
    let tail = tail.trim_matches(|c: char| c.is_whitespace() || matches!(c, '.' | '_'));
    !tail.is_empty()
        && tail.len() <= 40
        && tail
            .split([',', ';'])
            .all(|piece| is_pages(piece.trim_ascii()))
}

/// `12`, `12-14`, `F-3`, `(a)`, `N/A`.
fn is_pages(piece: &str) -> bool {
    is_page_number(piece)
        || piece.eq_ignore_ascii_case("not applicable")
        || piece.eq_ignore_ascii_case("n/a")
        || piece.eq_ignore_ascii_case("none")
        || (piece.len() == 3 && piece.starts_with('(') && piece.ends_with(')'))
        || piece
            .split_once(['-', '–', '—'])
            .is_some_and(|(a, b)| is_page_number(a) && is_page_number(b))
}

/// A dense run of entries whose items come again later.
fn mark_clusters(candidates: &mut [Candidate], lines: &Lines<'_>) {
    let last = last_headings(candidates);
    let mut start = 0;
    while start < candidates.len() {
        let mut end = start + 1;
        while end < candidates.len() && is_near(candidates, end, lines) {
            end += 1;
        }
        if is_contents(candidates, start, end, &last) {
            for candidate in candidates.iter_mut().take(end).skip(start) {
                candidate.listed = true;
            }
        }
        start = end;
    }
}

/// The last candidate of each rank that looks like a heading.
fn last_headings(candidates: &[Candidate]) -> HashMap<usize, usize> {
    let mut last = HashMap::new();
    for (index, candidate) in candidates.iter().enumerate() {
        if candidate.quality >= 0.35 && !candidate.running && !candidate.listed {
            last.extend(candidate.ranks.iter().map(|rank| (*rank, index)));
        }
    }
    last
}

fn is_near(candidates: &[Candidate], index: usize, lines: &Lines<'_>) -> bool {
    let (Some(one), Some(next)) = (candidates.get(index - 1), candidates.get(index)) else {
        return false;
    };
    let (from, to) = (one.line + 1, next.line);
    // Between entries stand sub-entries and part headings, never prose.
    let prose = (from..to).any(|at| lines.get(at).len() > 160);
    // Where the numbers begin again another list begins.
    if next.ranks.first() <= one.ranks.first() && !next.ranks.is_empty() {
        return false;
    }
    to - one.line <= MAX_GAP && next.start - one.start <= MAX_GAP_BYTES && !prose
}

fn is_contents(
    candidates: &[Candidate],
    start: usize,
    end: usize,
    last: &HashMap<usize, usize>,
) -> bool {
    let cluster = candidates.get(start..end).unwrap_or_default();
    let entries: Vec<_> = cluster.iter().filter_map(|c| c.ranks.first()).collect();
    let comes_again = |rank: &&&usize| last.get(**rank).is_some_and(|index| *index >= end);
    let again = entries.iter().filter(comes_again).count();
    let listed = cluster.iter().filter(|c| c.listed).count();
    entries.len() >= MIN_ENTRIES && (again * 5 >= entries.len() * 3 || listed * 2 > entries.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_end_in_pages() {
        for line in [
            "Item 1.\tBusiness\t3",
            "Item 1. Business ......... 12",
            "Item 1C.\tCybersecurity\t26-27",
            "Item 5.\tMarket\t4, 24-25, F-3",
            "Item 1B.\tStaff\tNot applicable",
        ] {
            assert!(ends_in_page(line), "{line}");
        }
        for line in [
            "Item 1.\tBusiness",
            "Item 14. Reports on Form 8-K",
            "Item 16. Summary: 12",
        ] {
            assert!(!ends_in_page(line), "{line}");
        }
    }
}
