//! Where the printed pages of a document begin and end, by the numbers at their edges.

use std::collections::HashMap;
use std::ops::Range;

use crate::text::line::LineFlags;

use super::lines::{Lines, is_page_number};

/// A map needs at least this many pages in a row.
const MIN_PAGES: usize = 5;
/// Numbers that may be missing between two pages: those of full-page graphics and blank pages.
const MAX_GAP: u32 = 2;

/// Pages by number.
#[derive(Debug)]
pub(crate) struct Pages {
    /// Number and range of the text, in rising order.
    pages: Vec<(u32, Range<usize>)>,
}

impl Pages {
    /// Reads the page numbers of a text: the longest rising chain of numbers that stand alone on a line
    /// or in a footer that repeats. Empty if there is none.
    pub(crate) fn new(lines: &Lines<'_>) -> Self {
        let numbers: Vec<(u32, usize)> = (0..lines.len())
            .filter_map(|at| Some((number(lines, at)?, at)))
            .collect();
        let chain = longest(&numbers);
        if chain.len() < MIN_PAGES {
            return Self { pages: Vec::new() };
        }
        // Numbers at the top stand behind the break of the page, numbers at the foot before it.
        let on_top = chain
            .iter()
            .filter(|(_, at)| lines.info(*at).flags.has(LineFlags::NEW_PAGE))
            .count();
        let edges = chain.iter().map(|(_, at)| *at);
        let starts: Vec<usize> = if on_top * 2 > chain.len() {
            edges.clone().map(|at| lines.start(at + 1)).collect()
        } else {
            std::iter::once(0)
                .chain(edges.clone().map(|at| lines.start(at + 1)))
                .collect()
        };
        let ends: Vec<usize> = if on_top * 2 > chain.len() {
            let next = edges.skip(1).map(|at| lines.start(at));
            next.chain([lines.text.len()]).collect()
        } else {
            edges.map(|at| lines.start(at)).collect()
        };
        let ranges = starts.into_iter().zip(ends).map(|(start, end)| start..end);
        let numbers = chain.iter().map(|(number, _)| *number);
        Self {
            pages: numbers.zip(ranges).collect(),
        }
    }

    /// The text of pages `first` to `last`.
    pub(crate) fn range(&self, first: u32, last: u32) -> Option<Range<usize>> {
        let from = self.pages.partition_point(|(number, _)| *number < first);
        let to = self.pages.partition_point(|(number, _)| *number <= last);
        let within = self.pages.get(from..to)?;
        Some(within.first()?.1.start..within.last()?.1.end)
    }
}

/// The number of a page that stands on a line.
fn number(lines: &Lines<'_>, at: usize) -> Option<u32> {
    let line = lines.get(at);
    if line.len() > 80 || !(is_page_number(line) || lines.is_running(at)) {
        return None;
    }
    let line = line.trim_matches(|c: char| !c.is_alphanumeric());
    let digits = |text: &str| {
        let len = text.bytes().rev().take_while(u8::is_ascii_digit).count();
        let (before, digits) = text.split_at_checked(text.len() - len)?;
        let apart =
            !before.ends_with(|c: char| c.is_alphanumeric() || matches!(c, '-' | '.' | ','));
        (apart && (1..=3).contains(&len)).then(|| digits.parse().ok())?
    };
    // At the end of a footer, or at its beginning on left-hand pages.
    digits(line).or_else(|| {
        let first = line.split(|c: char| c.is_whitespace() || c == '|').next()?;
        (first.len() <= 3).then(|| first.parse().ok())?
    })
}

/// The longest chain of numbers that rise by one, or a little more.
fn longest(numbers: &[(u32, usize)]) -> Vec<(u32, usize)> {
    // By number: length of the best chain that ends with it, and its last member.
    let mut best: HashMap<u32, (usize, usize)> = HashMap::new();
    let mut before: Vec<Option<usize>> = Vec::with_capacity(numbers.len());
    let mut longest: Option<(usize, usize)> = None;
    for (index, (number, _)) in numbers.iter().enumerate() {
        let previous = (1..=1 + MAX_GAP)
            .filter_map(|gap| best.get(&number.checked_sub(gap)?))
            .max_by_key(|(len, member)| (*len, std::cmp::Reverse(*member)));
        let len = previous.map_or(0, |(len, _)| *len) + 1;
        before.push(previous.map(|(_, member)| *member));
        if best.get(number).is_none_or(|(old, _)| len > *old) {
            best.insert(*number, (len, index));
        }
        if longest.is_none_or(|(old, _)| len > old) {
            longest = Some((len, index));
        }
    }
    let mut out = Vec::new();
    let mut at = longest.map(|(_, member)| member);
    while let Some(member) = at {
        out.extend(numbers.get(member).copied());
        at = before.get(member).copied().flatten();
    }
    out.reverse();
    out
}
