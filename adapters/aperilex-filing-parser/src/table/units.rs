//! Notes that tell what a table's numbers are told in: `(in millions, except per share data)`.

use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, MatchKind};
use memchr::memmem::Finder;

use crate::lists::{self, Lists};

/// Longer lines are prose; in them only notes in brackets count.
const MAX_NOTE: usize = 160;

/// What a note tells; none where it does not.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Note {
    /// Powers of ten of what is not said to be otherwise.
    pub(crate) scale: Option<u8>,
    /// Powers of ten of numbers of shares.
    pub(crate) shares: Option<u8>,
    /// Code of the currency; `$` for dollars of the filing's own country.
    pub(crate) currency: Option<&'static str>,
    /// In percent.
    pub(crate) percent: bool,
}

impl Note {
    fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// This note, with what it does not tell taken from another.
    pub(crate) fn or(self, other: Self) -> Self {
        Self {
            scale: self.scale.or(other.scale),
            // Shares follow the scale of the note that tells one.
            shares: if self.scale.is_some() {
                self.shares
            } else {
                self.shares.or(other.shares)
            },
            currency: self.currency.or(other.currency),
            percent: self.percent || other.percent,
        }
    }
}

/// Currencies by their words, the more special first.
const WORDS: [(&str, &str); 37] = [
    ("u.s. dollar", "USD"),
    ("us dollar", "USD"),
    ("u.s.dollar", "USD"),
    ("united states dollar", "USD"),
    ("canadian dollar", "CAD"),
    ("cdn", "CAD"),
    ("australian dollar", "AUD"),
    ("hong kong dollar", "HKD"),
    ("singapore dollar", "SGD"),
    ("new zealand dollar", "NZD"),
    ("new taiwan dollar", "TWD"),
    ("nt$", "TWD"),
    ("hk$", "HKD"),
    ("us$", "USD"),
    ("u.s.$", "USD"),
    ("u.s. $", "USD"),
    ("r$", "BRL"),
    ("c$", "CAD"),
    ("a$", "AUD"),
    ("reais", "BRL"),
    ("euro", "EUR"),
    ("eur ", "EUR"),
    ("€", "EUR"),
    ("pounds sterling", "GBP"),
    ("british pound", "GBP"),
    ("£", "GBP"),
    ("yen", "JPY"),
    ("renminbi", "CNY"),
    ("rmb", "CNY"),
    ("swiss franc", "CHF"),
    ("chf", "CHF"),
    ("indian rupee", "INR"),
    ("shekel", "ILS"),
    ("nis", "ILS"),
    ("guilder", "NLG"),
    ("dollar", "$"),
    ("$", "$"),
];

/// Words, one of which all notes have, and those that alone are one.
static WORDS_OF_NOTES: Lists = Lists::new(|| {
    lists::of(&[&[
        "thous", "milli", "billi", "000", "$", "dolla", "euro", "perce", "excep", " mm", "'mm",
        "’mm", "(mm", ",mm", "€mm", "£mm",
    ]])
});

static WORDS_OF_SHORT_NOTES: Lists = Lists::new(|| {
    lists::of(&[&[
        "thous", "milli", "billi", "000", "$", "%", "perce", "excep", "dolla", "cdn", "reai",
        "eur", "€", "sterl", "briti", "£", "yen", "renmi", "rmb", "fran", "chf", "rupe", "shek",
        "nis", "guild", " mm", "'mm", "’mm", "(mm", ",mm",
    ]])
});

/// Millions, if a note begins with them.
fn begins_with_mm(text: &str) -> bool {
    let start = text.trim_ascii_start().get(..2);
    start.is_some_and(|start| start.eq_ignore_ascii_case("mm"))
}

/// The note of a line or cell: in brackets anywhere, or the whole of it if it is short.
pub(crate) fn note(text: &str) -> Option<Note> {
    let mut found = Note::default();
    let mut rest = text;
    while let Some(open) = memchr::memchr2(b'(', b'[', rest.as_bytes()) {
        let behind = rest.get(open + 1..).unwrap_or_default();
        let end = behind.find([')', ']']).unwrap_or(behind.len());
        let inside = behind.get(..end).unwrap_or_default();
        if inside.len() <= MAX_NOTE * 2 {
            found = found.or(words(inside, true));
        }
        rest = behind.get(end..).unwrap_or_default();
    }
    if found.scale.is_none() && text.len() <= MAX_NOTE {
        let outside = words(text, false);
        if outside.scale.is_some() || found.is_empty() {
            found = outside.or(found);
        }
    }
    (!found.is_empty()).then_some(found)
}

static SCALES_OF_ALL: LazyLock<[Finder<'static>; 2]> =
    LazyLock::new(|| ["illions", "ousands"].map(|word| Finder::new(word.as_bytes())));

/// The last note of a piece of text between tables that speaks of all tables or amounts.
pub(crate) fn standing(text: &str) -> Option<Note> {
    let bytes = text.as_bytes();
    let line = |at: usize| {
        let start = memchr::memrchr(b'\n', bytes.get(..at)?).map_or(0, |end| end + 1);
        let end = memchr::memchr(b'\n', bytes.get(at..)?).map_or(text.len(), |len| at + len);
        text.get(start..end)
    };
    // Long lines are prose.
    let last = |word: &Finder<'_>| {
        let found = word.find_iter(bytes).filter_map(|at| {
            let line = line(at)?;
            if line.len() > MAX_NOTE * 2 || !WORDS_OF_ALL.is_in(line) {
                return None;
            }
            Some((at, note(line).filter(|note| note.scale.is_some())?))
        });
        found.last()
    };
    let notes = SCALES_OF_ALL.iter().filter_map(last);
    notes.max_by_key(|(at, _)| *at).map(|(_, note)| note)
}

static WORDS_OF_ALL: Lists = Lists::new(|| {
    lists::of(&[&[
        "tabular",
        "tables",
        "unless otherwise",
        "otherwise noted",
        "otherwise stated",
    ]])
});

/// What a lone `$` is in a text: none where it speaks of other dollars.
pub(crate) fn dollar(text: &str) -> Option<&'static str> {
    const OTHERS: [&str; 5] = [
        "in Canadian",
        "in Australian",
        "in Hong Kong",
        "in Singapore",
        "of Canadian",
    ];
    let mut dollars = memchr::memmem::find_iter(text.as_bytes(), b" dollars");
    let other = |at| {
        let before = text.get(..at).unwrap_or_default();
        OTHERS.iter().any(|words| before.ends_with(words))
    };
    (!dollars.any(other)).then_some("USD")
}

/// What the words of a note tell.
fn words(text: &str, bracketed: bool) -> Note {
    let mut note = Note::default();
    // Most texts are none: notes have one of a few words.
    let asked = if text.len() > 24 {
        &WORDS_OF_NOTES
    } else {
        &WORDS_OF_SHORT_NOTES
    };
    if !(asked.is_in(text) || bracketed && begins_with_mm(text)) {
        return note;
    }
    let lower = text.to_ascii_lowercase();
    let mut from = 0;
    for (at, len, scale) in scales(&lower, bracketed) {
        let clause = lower.get(from..at).unwrap_or_default();
        let behind = lower.get(at + len..).unwrap_or_default();
        let shares = shares_in(clause);
        let dollars = clause.contains("dollar") || clause.contains('$');
        if shares && !dollars {
            note.shares = note.shares.or(Some(scale));
        } else {
            note.scale = note.scale.or(Some(scale));
            if shares {
                note.shares = note.shares.or(Some(scale));
            }
        }
        // "Millions of shares".
        if behind.trim_ascii_start().starts_with("of shares") && note.scale == Some(scale) {
            (note.scale, note.shares) = (None, Some(scale));
        }
        from = at + len;
    }
    if let Some((_, except)) = lower.split_once("except")
        && note.shares.is_none()
        && shares_in(except)
    {
        note.shares = Some(0);
    }
    if note.scale.is_none() && note.shares.is_none() && is_plain(&lower, bracketed) {
        note.scale = Some(0);
    }
    if note.scale.is_some() || bracketed && is_currency(&lower) {
        let found = WORDS.iter().find(|(word, _)| has_word(&lower, word));
        note.currency = found.map(|(_, code)| *code);
    }
    let percent = matches!(
        lower.trim_ascii(),
        "%" | "in %" | "percent" | "in percent" | "percentage"
    );
    note.percent = percent && (bracketed || lower.trim_ascii() == "%");
    note
}

/// Whether shares are spoken of, other than as what something is told per.
fn shares_in(text: &str) -> bool {
    text.match_indices("share").any(|(at, _)| {
        let before = text.get(..at).unwrap_or_default();
        let before = before.trim_end_matches([' ', '-']);
        let kinds = [
            "common",
            "ordinary",
            "diluted",
            "basic",
            "preferred",
            "class a",
        ];
        let before = kinds
            .iter()
            .find_map(|kind| before.strip_suffix(kind))
            .unwrap_or(before);
        let behind = text.get(at + 5..).unwrap_or_default();
        let holder = behind.starts_with("holder") || behind.starts_with("owner");
        !before.trim_end_matches([' ', '-']).ends_with("per") && !holder
    })
}

/// Words for powers of ten, the longer of those that begin alike first.
const SCALES: [(&str, u8); 8] = [
    ("thousand", 3),
    ("million", 6),
    ("billion", 9),
    ("000's", 3),
    ("000’s", 3),
    ("000s", 3),
    ("000", 3),
    ("mm", 6),
];
/// More of them are no note.
const MAX_SCALES: usize = 16;

static WORDS_OF_SCALES: LazyLock<Option<AhoCorasick>> = LazyLock::new(|| {
    let mut builder = AhoCorasick::builder();
    let builder = builder.match_kind(MatchKind::LeftmostFirst);
    builder.build(SCALES.map(|(word, _)| word)).ok()
});

/// Words for powers of ten that stand for what numbers are told in: where, how long, which.
fn scales(text: &str, bracketed: bool) -> impl Iterator<Item = (usize, usize, u8)> {
    let words = WORDS_OF_SCALES.iter();
    let found = words.flat_map(move |words| words.find_iter(text));
    found.take(MAX_SCALES).filter_map(move |found| {
        let (word, scale) = *SCALES.get(found.pattern().as_usize())?;
        let at = found.start();
        // `000's,` is `000` before an apostrophe as well.
        let shorter = word.get(..3).filter(|_| word.starts_with('0'));
        let words = [Some(word), shorter].into_iter().flatten();
        let mut alone = words.filter(|word| stands_alone(text, at, word, bracketed));
        Some((at, alone.next()?.len(), scale))
    })
}

/// Whether a word for a power of ten is not part of an amount or a longer word.
fn stands_alone(text: &str, at: usize, word: &str, bracketed: bool) -> bool {
    let before = text.get(..at).unwrap_or_default();
    let behind = text.get(at + word.len()..).unwrap_or_default();
    let trimmed = before.trim_ascii_end();
    if word.starts_with('0') || word == "mm" {
        let open = trimmed.is_empty()
            || trimmed.ends_with(['$', '€', '£', '(', '\'', '‘', '’', ','])
            || trimmed.ends_with(" in")
            || trimmed == "in";
        let ends = !behind.starts_with(|c: char| c.is_ascii_alphanumeric() || c == ',' || c == '.');
        // `$1,000` and `1,000` are amounts.
        let amount = trimmed
            .trim_end_matches(',')
            .ends_with(|c: char| c.is_ascii_digit());
        return open && ends && !amount && (bracketed || before.ends_with(['$', '\'', '’']));
    }
    let word_before = before
        .chars()
        .next_back()
        .is_some_and(char::is_alphanumeric);
    let amount = trimmed.ends_with(|c: char| c.is_ascii_digit());
    if word_before || amount {
        return false;
    }
    let plural = behind.starts_with('s');
    if bracketed {
        return plural || behind.trim_ascii_start().starts_with("of ") || behind.is_empty();
    }
    let told = [
        "in",
        "in $",
        "in us$",
        "in u.s. $",
        "in €",
        "in u.s.",
        "of",
        "$",
        "in rmb",
    ];
    let told_of = behind.starts_with("s of ");
    let money = [
        "s of dollar",
        "s of u.s",
        "s of us",
        "s of euro",
        "s of canadian",
        "s of shares",
        "s of pounds",
        "s of $",
    ];
    if told_of && !money.iter().any(|word| behind.starts_with(word)) {
        return false;
    }
    plural && (trimmed.is_empty() || told.iter().any(|word| ends_with_word(trimmed, word)))
}

fn ends_with_word(text: &str, word: &str) -> bool {
    text.strip_suffix(word)
        .is_some_and(|rest| !rest.ends_with(|c: char| c.is_alphanumeric()))
}

fn has_word(text: &str, word: &str) -> bool {
    text.match_indices(word).any(|(at, _)| {
        let before = text.get(..at).unwrap_or_default();
        !before.ends_with(|c: char| c.is_ascii_alphanumeric())
    })
}

/// `In dollars`, `in whole dollars`: as they are.
fn is_plain(text: &str, bracketed: bool) -> bool {
    const PLAIN: [&str; 9] = [
        "in dollars",
        "in whole dollars",
        "in actual dollars",
        "in u.s. dollars",
        "in us dollars",
        "in united states dollars",
        "in euros",
        "in canadian dollars",
        "in us$",
    ];
    let text = text.trim_ascii();
    if text.contains("per share") || text.contains("per-share") || text.contains("except") {
        return false;
    }
    PLAIN.iter().any(|plain| {
        text == *plain
            || bracketed && text.ends_with(plain)
            || text.starts_with(plain)
                && text
                    .get(plain.len()..)
                    .is_some_and(|t| t.starts_with([',', ' ']))
                && bracketed
            || (text.starts_with("expressed") || text.starts_with("amounts"))
                && text.contains(plain)
    })
}

/// A bracket that holds a currency and nothing else: `(US$)`, `($)`.
fn is_currency(text: &str) -> bool {
    let text = text.trim_ascii();
    let alone = |(word, _): &(&str, &str)| text == *word || text.strip_suffix('s') == Some(*word);
    WORDS.iter().any(alone)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(scale: Option<u8>, shares: Option<u8>, currency: Option<&'static str>) -> Option<Note> {
        Some(Note {
            scale,
            shares,
            currency,
            percent: false,
        })
    }

    #[test]
    fn reads_notes() {
        for (text, expected) in [
            (
                "(in millions, except per share data)",
                told(Some(6), None, None),
            ),
            (
                "(in thousands, except share and per share data)",
                told(Some(3), Some(0), None),
            ),
            ("(Dollars in thousands)", told(Some(3), None, Some("$"))),
            ("Dollars in thousands", told(Some(3), None, Some("$"))),
            ("($000s)", told(Some(3), None, Some("$"))),
            ("($ in 000's)", told(Some(3), None, Some("$"))),
            (
                "(In 000's, except per share data)",
                told(Some(3), None, None),
            ),
            ("(in 000’s.)", told(Some(3), None, None)),
            (
                "(except number of common shares)",
                told(None, Some(0), None),
            ),
            ("(000s omitted)", told(Some(3), None, None)),
            (
                "In billions of U.S. dollars",
                told(Some(9), None, Some("USD")),
            ),
            ("(Thousands of euros)", told(Some(3), None, Some("EUR"))),
            ("(€ millions)", told(Some(6), None, Some("EUR"))),
            ("Millions of dollars", told(Some(6), None, Some("$"))),
            (
                "(In millions, except number of shares, which are reflected in thousands, and per-share amounts)",
                told(Some(6), Some(3), None),
            ),
            (
                "(dollars in millions; shares in thousands)",
                told(Some(6), Some(3), Some("$")),
            ),
            (
                "(shares and dollars in thousands)",
                told(Some(3), Some(3), Some("$")),
            ),
            ("(shares in thousands)", told(None, Some(3), None)),
            (
                "(in thousands of Canadian dollars)",
                told(Some(3), None, Some("CAD")),
            ),
            ("(in dollars)", told(Some(0), None, Some("$"))),
            (
                "(Expressed in U.S. dollars)",
                told(Some(0), None, Some("USD")),
            ),
            (
                "The following table shows sales by region (in millions):",
                told(Some(6), None, None),
            ),
            ("(Millions)", told(Some(6), None, None)),
            (
                "(in millions, except per common share amounts)",
                told(Some(6), None, None),
            ),
            ("(Unaudited; in thousands)", told(Some(3), None, None)),
        ] {
            assert_eq!(note(text), expected, "{text}");
        }
        assert!(note("(in %)").unwrap().percent);
    }

    #[test]
    fn amounts_are_no_notes() {
        for text in [
            "We paid $5 million in cash (of which 3 million was borrowed).",
            "(unaudited)",
            "(Dividends per share in dollars)",
            "Notes of $1,000 each ($1,000)",
            "Thousands of people depend on us every day",
            "Common stock (shares)",
            "comments (see below)",
            "Our sales grew by millions.",
        ] {
            assert_eq!(note(text), None, "{text}");
        }
    }
}
