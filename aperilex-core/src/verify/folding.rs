//! Foldings of a text, with the way back to its bytes.

use std::ops::Range;

use aperilex_ports::QuoteMatch;
use unicode_normalization::UnicodeNormalization;

/// A text folded on one rung of the ladder.
#[derive(Debug)]
pub(super) struct Folded {
    pub(super) text: String,
    /// For every byte of the folded text: the bytes of the character it stands for.
    source: Vec<(u32, u8)>,
}

impl Folded {
    pub(super) fn new(text: &str, rung: QuoteMatch) -> Self {
        let mut folded = Self {
            text: String::new(),
            source: Vec::new(),
        };
        let mut gap: Option<(usize, usize)> = None;
        for (at, c) in text.char_indices() {
            if c.is_whitespace() {
                gap = gap.or(Some((at, c.len_utf8())));
                continue;
            }
            let before = folded.text.len();
            let space = rung != QuoteMatch::Alphanumeric && before > 0;
            if let (Some((at, len)), true) = (gap, space) {
                folded.push(' ', at, len);
            }
            let spaced = folded.text.len();
            folded.fold_char(c, at, rung);
            if folded.text.len() == spaced {
                // A character that folds to nothing joins its neighbours: take the space back.
                folded.text.truncate(before);
                folded.source.truncate(before);
            } else {
                gap = None;
            }
        }
        folded
    }

    fn fold_char(&mut self, c: char, at: usize, rung: QuoteMatch) {
        let len = c.len_utf8();
        match rung {
            QuoteMatch::Exact | QuoteMatch::Whitespace => self.push(c, at, len),
            QuoteMatch::Typography => {
                for c in std::iter::once(c).nfkc().filter_map(typographic) {
                    self.push(c, at, len);
                }
            }
            QuoteMatch::Alphanumeric => {
                for c in std::iter::once(c).nfkc().filter(|c| c.is_alphanumeric()) {
                    for c in c.to_lowercase() {
                        self.push(c, at, len);
                    }
                }
            }
        }
    }

    fn push(&mut self, c: char, at: usize, len: usize) {
        self.text.push(c);
        // Canonical texts are far below 4 GiB, and a character has at most four bytes.
        let source = (
            u32::try_from(at).unwrap_or(u32::MAX),
            u8::try_from(len).unwrap_or(u8::MAX),
        );
        self.source.resize(self.text.len(), source);
    }

    /// The bytes of the original text that a range of the folded one stands for.
    pub(super) fn original(&self, range: &Range<usize>) -> Option<Range<usize>> {
        let (start, _) = *self.source.get(range.start)?;
        let (last, len) = *self.source.get(range.end.checked_sub(1)?)?;
        Some(start as usize..last as usize + usize::from(len))
    }
}

/// One spelling for characters that only look different; `None` for those that are not seen.
const fn typographic(c: char) -> Option<char> {
    Some(match c {
        '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}' => return None,
        '‘' | '’' | '‚' | '‛' | '′' | '`' | '´' => '\'',
        '“' | '”' | '„' | '‟' | '″' | '«' | '»' => '"',
        '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{fe58}' | '\u{fe63}' | '\u{ff0d}' => '-',
        '•' | '·' | '▪' | '●' => '•',
        other => other,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folds_and_finds_the_way_back() {
        let text = "Net  sales “rose” 2\u{a0}% in the co\u{ad}untry\n—ﬁnally";
        for (rung, folded) in [
            (
                QuoteMatch::Whitespace,
                "Net sales “rose” 2 % in the co\u{ad}untry —ﬁnally",
            ),
            (
                QuoteMatch::Typography,
                "Net sales \"rose\" 2 % in the country -finally",
            ),
            (QuoteMatch::Alphanumeric, "netsalesrose2inthecountryfinally"),
        ] {
            let f = Folded::new(text, rung);
            assert_eq!(f.text, folded);
            let start = f.text.find("fi").or_else(|| f.text.find('ﬁ')).unwrap();
            let range = f.original(&(start..f.text.len())).unwrap();
            assert_eq!(&text[range], "ﬁnally");
        }
    }
}
