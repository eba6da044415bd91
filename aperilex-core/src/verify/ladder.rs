//! The quote ladder: exact, white space, typography, letters and digits; then nothing.

use std::cell::OnceCell;
use std::ops::Range;

use aperilex_ports::{QuoteMatch, TextRange};
use memchr::memmem;

use super::folding::Folded;
use crate::number::{Token, tokens};

/// A text in which quotes are looked for; its foldings are made once, when first needed.
#[derive(Debug)]
pub(super) struct Haystack<'a> {
    text: &'a str,
    folded: [OnceCell<Folded>; 3],
}

/// Where a quote was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Found {
    pub(super) range: TextRange,
    pub(super) matched: QuoteMatch,
}

const FOLDINGS: [QuoteMatch; 3] = [
    QuoteMatch::Whitespace,
    QuoteMatch::Typography,
    QuoteMatch::Alphanumeric,
];

/// Letters and digits that a quote needs to be looked for by letters and digits alone.
const MIN_ALPHANUMERIC: usize = 12;

impl<'a> Haystack<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self {
            text,
            folded: [const { OnceCell::new() }; 3],
        }
    }

    /// Looks for `quote` rung by rung; of several places on one rung the one inside `near`, else
    /// the one closest to its start, wins.
    pub(super) fn find(&self, quote: &str, near: Option<&TextRange>) -> Option<Found> {
        let quote = quote.trim();
        if quote.is_empty() {
            return None;
        }
        let exact = near.filter(|range| self.text.get((*range).clone()) == Some(quote));
        if let Some(range) = exact {
            return self.whole(range).then(|| Found {
                range: range.clone(),
                matched: QuoteMatch::Exact,
            });
        }
        let places = occurrences(self.text, quote, Some);
        if let Some(range) = self.closest(places, near) {
            return Some(Found {
                range,
                matched: QuoteMatch::Exact,
            });
        }
        FOLDINGS.iter().zip(&self.folded).find_map(|(rung, cell)| {
            let needle = Folded::new(quote, *rung).text;
            let too_short = *rung == QuoteMatch::Alphanumeric && needle.len() < MIN_ALPHANUMERIC;
            if needle.is_empty() || too_short {
                return None;
            }
            let folded = cell.get_or_init(|| Folded::new(self.text, *rung));
            let places = occurrences(&folded.text, &needle, |range| folded.original(&range));
            let range = self.closest(places, near)?;
            Some(Found {
                range,
                matched: *rung,
            })
        })
    }

    fn closest(
        &self,
        places: impl Iterator<Item = Range<usize>>,
        near: Option<&TextRange>,
    ) -> Option<Range<usize>> {
        let mut whole = places.filter(|range| self.whole(range));
        let Some(near) = near else {
            return whole.next();
        };
        whole.min_by_key(|range| {
            let inside = range.start >= near.start && range.end <= near.end;
            (!inside, range.start.abs_diff(near.start))
        })
    }

    fn whole(&self, range: &Range<usize>) -> bool {
        is_whole(self.text, range)
    }
}

/// Whether a range begins and ends at the edge of words and numbers: `5 million` is not said by
/// `15 million` or `$.5 million`, nor `rose 268.4` by `rose 268.4 million`.
pub(super) fn is_whole(text: &str, range: &Range<usize>) -> bool {
    let (Some(before), Some(inside), Some(after)) = (
        text.get(..range.start),
        text.get(range.clone()),
        text.get(range.end..),
    ) else {
        return false;
    };
    !joined(before, inside) && !joined(inside, after) && !cuts_number(before, inside, after)
}

/// Bytes of the same line that are read around a quote.
const AROUND: usize = 40;

/// Whether a number says something else in its line than in the quote: its sign, its scale or its
/// unit was left out.
fn cuts_number(before: &str, inside: &str, after: &str) -> bool {
    let line = before.rsplit('\n').next().unwrap_or_default();
    let from = line.ceil_char_boundary(line.len().saturating_sub(AROUND));
    let left = line.get(from..).unwrap_or_default();
    let line = after.split('\n').next().unwrap_or_default();
    let right = line
        .get(..line.floor_char_boundary(AROUND))
        .unwrap_or_default();
    let whole = tokens(&format!("{left}{inside}{right}"));
    tokens(inside).iter().any(|quoted| {
        let at = left.len() + quoted.range.start;
        whole.iter().any(|placed| {
            let same = placed.range.contains(&at);
            same && placed.token != Token::Unreadable && placed.token != quoted.token
        })
    })
}

fn joined(left: &str, right: &str) -> bool {
    let mut back = left.chars().rev();
    let mut ahead = right.chars();
    let (Some(l), Some(r)) = (back.next(), ahead.next()) else {
        return false;
    };
    let point = |c: char| c == ',' || c == '.';
    let digit = |c: Option<char>| c.is_some_and(|c| c.is_ascii_digit());
    (l.is_alphanumeric() && r.is_alphanumeric())
        || (l == '.' && r.is_ascii_digit())
        || (l == ',' && r.is_ascii_digit() && digit(back.next()))
        || (l.is_ascii_digit() && point(r) && digit(ahead.next()))
}

/// Places of `needle` that do not overlap, as ranges of the original text.
fn occurrences<'t>(
    text: &'t str,
    needle: &'t str,
    original: impl Fn(Range<usize>) -> Option<Range<usize>> + 't,
) -> impl Iterator<Item = Range<usize>> + 't {
    memmem::find_iter(text.as_bytes(), needle.as_bytes())
        .collect::<Vec<_>>()
        .into_iter()
        .filter_map(move |at| original(at..at + needle.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "Item 7.\nNet sales “rose” 2% to $12,000 million, or 15 million units. \
                        Net sales fell later. Costs were 15.5 million, or $.05 per unit.";

    fn found(quote: &str) -> Option<(&'static str, QuoteMatch)> {
        let haystack = Haystack::new(TEXT);
        haystack
            .find(quote, None)
            .map(|found| (&TEXT[found.range], found.matched))
    }

    #[test]
    fn the_first_rung_that_holds_wins() {
        for (quote, words, rung) in [
            (
                "Net sales “rose” 2%",
                "Net sales “rose” 2%",
                QuoteMatch::Exact,
            ),
            ("7. Net  sales", "7.\nNet sales", QuoteMatch::Whitespace),
            (
                "Net sales \"rose\" 2%",
                "Net sales “rose” 2%",
                QuoteMatch::Typography,
            ),
            (
                "net sales rose 2 to 12000 million",
                "Net sales “rose” 2% to $12,000 million",
                QuoteMatch::Alphanumeric,
            ),
        ] {
            assert_eq!(found(quote), Some((words, rung)));
        }
    }

    #[test]
    fn no_quote_is_found_by_likeness_or_in_the_middle_of_a_number() {
        for quote in [
            "Net sales rose 3%",
            "000 million, or",
            "5 million units",
            "Costs were 15",
            "et sales",
            "05 per unit",
            "Costs were 15.5",
            " ",
        ] {
            assert_eq!(found(quote), None, "{quote}");
        }
    }

    #[test]
    fn the_place_said_wins_over_an_earlier_one() {
        let haystack = Haystack::new(TEXT);
        let later = TEXT.rfind("Net sales").unwrap();
        let near = later..later + 30;
        assert_eq!(
            haystack.find("Net sales", Some(&near)).unwrap().range.start,
            later
        );
    }
}
