//! Everything in a text that says a number, or might.

use std::ops::Range;

use super::Decimal;
use super::tail::{Tail, is_hyphen, letters, scale, tail};
use super::words;

/// What a number is a number of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Plain,
    Percent,
    BasisPoints,
    /// A multiple.
    Times,
}

/// A sign as written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sign {
    None,
    Plus,
    /// A minus, or parentheses around the number alone.
    Minus,
}

/// A number in digits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Number {
    /// Its value without the sign, scale applied.
    pub(crate) value: Decimal,
    pub(crate) sign: Sign,
    pub(crate) kind: Kind,
}

/// Something that says a number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Token {
    /// In digits.
    Number(Number),
    /// A word with digits in it: `COVID-19`, `Q3`. It says no number, but the filing must have it.
    Label(String),
    /// In words, in lower case.
    Words(String),
    /// Digits that cannot be read as one number for certain.
    Unreadable,
}

/// A token and where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Placed {
    pub(crate) range: Range<usize>,
    pub(crate) token: Token,
}

/// Words of the law that may be said without a quote.
const FORMS: &[&str] = &[
    "10-K", "10-KT", "10-Q", "10-QT", "8-K", "6-K", "11-K", "20-F", "40-F", "S-1", "S-3", "S-4",
    "S-8", "F-1", "F-3", "F-4", "14A", "14C", "13D", "13G",
];

/// What may stand before digits and be no part of a name.
const PREFIXES: &[&str] = &[
    "USD", "EUR", "GBP", "CHF", "JPY", "CAD", "AUD", "CNY", "RMB", "US", "FY", "CY",
];

/// All tokens of a text, in order. Names of forms and items are none.
pub(crate) fn tokens(text: &str) -> Vec<Placed> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(c) = text.get(at..).and_then(|rest| rest.chars().next()) {
        let (end, token) = if c.is_numeric() {
            digits(text, at)
        } else if c.is_alphabetic() {
            let (len, said) = words::run(&text[at..]);
            (at + len, said.map(Token::Words))
        } else {
            (at + c.len_utf8(), None)
        };
        found.extend(token.map(|token| Placed {
            range: at..end,
            token,
        }));
        at = end.max(at + c.len_utf8());
    }
    found
}

/// The token whose first digit stands at `start`, and where it ends.
fn digits(text: &str, start: usize) -> (usize, Option<Token>) {
    let end = digits_end(text.as_bytes(), start);
    let (before, after) = (&text[..start], &text[end..]);
    if start == end || after.starts_with(char::is_numeric) {
        let rest = after.trim_start_matches(char::is_numeric);
        return (text.len() - rest.len(), Some(Token::Unreadable));
    }
    let pointed = before.strip_suffix('.');
    let head = pointed.unwrap_or(before);
    let torn = pointed.is_some() && head.ends_with(char::is_alphanumeric);
    let mut rest = after.chars();
    if torn || (rest.next() == Some('.') && rest.next().is_some_and(char::is_numeric)) {
        return (end, Some(Token::Unreadable));
    }
    let tail = tail(after);
    if pointed.is_none()
        && tail.power == 0
        && tail.kind == Kind::Plain
        && is_item(before, text, &(start..end))
    {
        return (end + letters(after).len(), None);
    }
    if let Some(label) = label(text, &(start..end)) {
        let lawful = FORMS.contains(&&text[label.clone()]);
        let token = (!lawful).then(|| Token::Label(text[label.clone()].to_owned()));
        return (label.end, token);
    }
    let figures = format!(
        "{}{}",
        if pointed.is_some() { "." } else { "" },
        &text[start..end]
    );
    let token = number(&figures, head, tail).map_or(Token::Unreadable, Token::Number);
    (end + tail.len, Some(token))
}

/// Behind the digits, their thousands separators and one decimal point.
fn digits_end(bytes: &[u8], start: usize) -> usize {
    let digit = |i: usize| bytes.get(i).is_some_and(u8::is_ascii_digit);
    let mut end = start;
    let mut point = false;
    let mut group = start;
    loop {
        while digit(end) {
            end += 1;
        }
        let three = (1..=3).all(|i| digit(end + i)) && !digit(end + 4);
        match bytes.get(end) {
            Some(b',') if three && !point && (1..=3).contains(&(end - group)) => {
                end += 1;
                group = end;
            }
            Some(b'.') if digit(end + 1) && !point => {
                point = true;
                end += 1;
            }
            _ => return end,
        }
    }
}

/// `Item 1A`, `Items 7`, `Item 5.02`: an item that forms have.
fn is_item(before: &str, text: &str, range: &Range<usize>) -> bool {
    let head = before.trim_end();
    let word = head.rsplit(|c: char| !c.is_alphabetic()).next();
    let named = head.len() < before.len()
        && word.is_some_and(|w| w.eq_ignore_ascii_case("item") || w.eq_ignore_ascii_case("items"));
    let letter = letters(&text[range.end..]);
    let digits = &text[range.clone()];
    let code = digits.len() == 4 && digits.as_bytes().get(1) == Some(&b'.');
    let number = digits.parse::<u8>().is_ok_and(|n| (1..=19).contains(&n));
    named && ((code && letter.is_empty()) || (number && matches!(letter, "" | "A" | "B" | "C")))
}

/// The whole word, where the digits are part of one and the rest is no scale, unit or currency.
fn label(text: &str, range: &Range<usize>) -> Option<Range<usize>> {
    let (before, after) = (&text[..range.start], &text[range.end..]);
    let joined = |c: char| c.is_alphanumeric() || is_hyphen(c);
    let stem = before.trim_end_matches(char::is_alphabetic);
    let prefix = &before[stem.len()..];
    let bound = !prefix.is_empty() && (!PREFIXES.contains(&prefix) || stem.ends_with(joined));
    let hyphened = before
        .strip_suffix(is_hyphen)
        .is_some_and(|head| head.ends_with(char::is_alphabetic));
    if !bound && !hyphened && !is_name(after) {
        return None;
    }
    let start = before.trim_end_matches(joined).len();
    let rest = after.trim_start_matches(joined);
    let end = text.len() - rest.len();
    let word = text[start..end].trim_end_matches(is_hyphen);
    Some(start..start + word.len())
}

/// Whether the letters right behind the digits make a name of them: `1A`, `10b5`, `10-K`.
fn is_name(after: &str) -> bool {
    let word = letters(after);
    if word.is_empty() {
        let behind = letters(after.strip_prefix(is_hyphen).unwrap_or_default());
        return matches!(behind.len(), 1..=2) && behind.chars().all(char::is_uppercase);
    }
    let unit = scale(word).is_some()
        || matches!(word, "x" | "X" | "bp" | "bps" | "st" | "nd" | "rd" | "th");
    !unit || after[word.len()..].starts_with(char::is_numeric)
}

fn number(digits: &str, before: &str, tail: Tail) -> Option<Number> {
    let value: Decimal = digits.replace(',', "").parse().ok()?;
    if tail.doubtful {
        return None;
    }
    Some(Number {
        value: value.shifted(tail.power)?,
        sign: sign(before, tail.closed)?,
        kind: tail.kind,
    })
}

/// The sign before the digits and their currency; none if a spaced hyphen leaves it in doubt.
fn sign(before: &str, closed: bool) -> Option<Sign> {
    let currency = |c: char| matches!(c, '$' | '€' | '£' | '¥');
    let near = before.trim_end();
    let head = if near.ends_with(currency) {
        near.trim_end_matches(currency)
    } else {
        before
    };
    if closed && head.trim_end().ends_with('(') {
        return Some(Sign::Minus);
    }
    let tight = head.trim_end_matches([' ', '\u{a0}']);
    let spaced = tight.len() < head.len();
    let last = tight.chars().next_back();
    let start = tight.len() - last.map_or(0, char::len_utf8);
    let previous = tight[..start].trim_end().chars().next_back();
    let range = previous.is_some_and(char::is_numeric);
    match last {
        Some('+') => Some(Sign::Plus),
        Some(c) if range && (is_hyphen(c) || matches!(c, '−' | '–')) => Some(Sign::None),
        Some(c) if is_hyphen(c) || c == '−' => (!spaced).then_some(Sign::Minus),
        Some('–') if !spaced && !previous.is_some_and(char::is_alphabetic) => Some(Sign::Minus),
        _ => Some(Sign::None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> Vec<String> {
        let number = |n: &Number| {
            let sign = ["", "+", "-"][n.sign as usize];
            let kind = ["", "%", "bp", "x"][n.kind as usize];
            format!("{sign}{}{kind}", n.value)
        };
        let found = tokens(text).into_iter();
        found
            .map(|placed| match placed.token {
                Token::Number(n) => number(&n),
                Token::Label(label) => format!("[{label}]"),
                Token::Words(words) => format!("<{words}>"),
                Token::Unreadable => "?".to_owned(),
            })
            .collect()
    }

    #[test]
    fn numbers_are_read_with_scale_sign_and_kind() {
        for (text, expected) in [
            ("$1,577 million in 2023", vec!["1577000000", "2023"]),
            (
                "$900M, $900bn, USD900 million",
                vec!["900000000", "900000000000", "900000000"],
            ),
            (
                "$268.4-billion, $268.4\nbillion",
                vec!["268400000000", "268400000000"],
            ),
            ("2.5x, 25 bps, 9 per cent", vec!["2.5x", "25bp", "9%"]),
            ("a loss of $(12.5) million", vec!["-12500000"]),
            (
                "fell -3.4 %, (3)%, (3 %), +2%",
                vec!["-3.4%", "-3%", "-3%", "+2%"],
            ),
            ("(5% of sales), (2.5 million)", vec!["5%", "2500000"]),
            (
                "2022-2023, 10 – 12, year 1 – 5",
                vec!["2022", "2023", "10", "12", "1", "5"],
            ),
            ("$.05 per share", vec!["0.05"]),
            ("–\t7", vec!["7"]),
            ("$\t(5\t)", vec!["-5"]),
            ("a 12-month period, the 21st", vec!["12", "21"]),
            ("1,2,3 and 1,234,567.80", vec!["1", "2", "3", "1234567.8"]),
            ("in 2024. The FY2031", vec!["2024", "2031"]),
        ] {
            assert_eq!(shown(text), expected, "{text}");
        }
    }

    #[test]
    fn what_is_no_plain_number_is_a_name_or_words_or_unreadable() {
        for (text, expected) in [
            (
                "Form 10-K, Item 1A, Item 9A(T), Items 7 and Item 5.02",
                vec![],
            ),
            ("Item 9 million", vec!["9000000"]),
            ("Item 900", vec!["900"]),
            ("Q3, COVID-19", vec!["[Q3]", "[COVID-19]"]),
            (
                "year-over-900 million",
                vec!["[year-over-900]", "<million>"],
            ),
            (
                "nine hundred million, one of half",
                vec!["<nine hundred million>", "<half>"],
            ),
            ("９００ million, ½", vec!["?", "<million>", "?"]),
            ("1.2.3, 268.4 M, - 5", vec!["?", "?", "?", "?"]),
            ("$900.0000000000000000000000000000000 million", vec!["?"]),
        ] {
            assert_eq!(shown(text), expected, "{text}");
        }
    }
}
