//! Exact decimals and the numbers in a text.

use std::cmp::Ordering;
use std::fmt;
use std::ops::Range;
use std::str::FromStr;

/// An exact decimal: `mantissa × 10^-scale`, without trailing zeros. No floats anywhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Decimal {
    mantissa: i128,
    scale: u32,
}

/// Most digits that are read; a longer number is no figure of a filing.
const MAX_DIGITS: usize = 30;

impl Decimal {
    fn new(mantissa: i128, scale: u32) -> Self {
        let (mut mantissa, mut scale) = (mantissa, scale);
        while scale > 0 && mantissa % 10 == 0 {
            mantissa /= 10;
            scale -= 1;
        }
        Self { mantissa, scale }
    }

    /// `self × 10^power`, or `None` beyond all range.
    fn shifted(self, power: u32) -> Option<Self> {
        let up = power.saturating_sub(self.scale);
        let mantissa = self.mantissa.checked_mul(10_i128.checked_pow(up)?)?;
        Some(Self::new(mantissa, self.scale.saturating_sub(power)))
    }

    pub(crate) fn abs(self) -> Self {
        Self {
            mantissa: self.mantissa.saturating_abs(),
            ..self
        }
    }

    pub(crate) const fn is_negative(self) -> bool {
        self.mantissa < 0
    }

    /// Change from `prior` to `self` in percent with one decimal place, half away from zero; `None`
    /// where `prior` is not positive.
    pub(crate) fn change_pct(self, prior: Self) -> Option<Self> {
        if prior.mantissa <= 0 {
            return None;
        }
        let scale = self.scale.max(prior.scale);
        let now = self
            .mantissa
            .checked_mul(10_i128.checked_pow(scale - self.scale)?)?;
        let then = prior
            .mantissa
            .checked_mul(10_i128.checked_pow(scale - prior.scale)?)?;
        let thousandths = now.checked_sub(then)?.checked_mul(1000)?;
        let half = if thousandths < 0 { -then } else { then };
        let doubled = thousandths.checked_mul(2)?.checked_add(half)?;
        Some(Self::new(doubled / then.checked_mul(2)?, 1))
    }
}

impl PartialOrd for Decimal {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        let scale = self.scale.max(other.scale);
        let lift = |d: &Self| {
            d.mantissa
                .checked_mul(10_i128.checked_pow(scale - d.scale)?)
        };
        Some(lift(self)?.cmp(&lift(other)?))
    }
}

impl FromStr for Decimal {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let (negative, digits) = text
            .strip_prefix('-')
            .map_or((false, text), |rest| (true, rest));
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
        let all = whole.len() + fraction.len();
        let plain = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
        if all == 0 || all > MAX_DIGITS || !plain(whole) || !plain(fraction) {
            return Err(());
        }
        let mantissa: i128 = format!("{whole}{fraction}").parse().map_err(|_| ())?;
        let scale = u32::try_from(fraction.len()).map_err(|_| ())?;
        Ok(Self::new(
            if negative { -mantissa } else { mantissa },
            scale,
        ))
    }
}

impl fmt::Display for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.mantissa < 0 { "-" } else { "" };
        let digits = self.mantissa.unsigned_abs().to_string();
        let scale = self.scale as usize;
        if scale == 0 {
            return write!(f, "{sign}{digits}");
        }
        let padded = format!("{digits:0>width$}", width = scale + 1);
        let (whole, fraction) = padded.split_at(padded.len() - scale);
        write!(f, "{sign}{whole}.{fraction}")
    }
}

/// A number as it stands in a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Number {
    /// Its value, scale words applied.
    pub(crate) value: Decimal,
    /// Its value as the digits say, without the scale word.
    pub(crate) digits: Decimal,
    /// Whether a minus sign or parentheses say that it is negative.
    pub(crate) negative: bool,
}

const SCALES: [(&str, u32); 4] = [
    ("thousand", 3),
    ("million", 6),
    ("billion", 9),
    ("trillion", 12),
];

/// All numbers in a text. Digits that belong to a word (`10-K`, `1A`, `Q3`, `FY2024`) are words.
pub(crate) fn numbers(text: &str) -> Vec<Number> {
    let bytes = text.as_bytes();
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(offset) = bytes[at..].iter().position(u8::is_ascii_digit) {
        let start = at + offset;
        let end = digits_end(bytes, start);
        at = end;
        if !part_of_word(text, &(start..end)) {
            found.extend(number(text, start..end));
        }
    }
    found
}

/// Behind the digits, their thousands separators and one decimal point.
fn digits_end(bytes: &[u8], start: usize) -> usize {
    let digit = |i: usize| bytes.get(i).is_some_and(u8::is_ascii_digit);
    let mut end = start;
    let mut point = false;
    loop {
        while digit(end) {
            end += 1;
        }
        let three = (1..=3).all(|i| digit(end + i)) && !digit(end + 4);
        match bytes.get(end) {
            Some(b',') if three && !point => end += 1,
            Some(b'.') if digit(end + 1) && !point => {
                point = true;
                end += 1;
            }
            _ => return end,
        }
    }
}

fn part_of_word(text: &str, range: &Range<usize>) -> bool {
    let mut before = text[..range.start].chars().rev();
    let previous = before.next();
    let touches = |c: Option<char>| c.is_some_and(char::is_alphabetic);
    let hyphened = previous == Some('-') && touches(before.next());
    let mut after = text[range.end..].chars();
    let next = after.next();
    // `10-K`, `8-K` are words; `12-month` is the number twelve.
    let form = next == Some('-') && {
        let letters: String = after.take_while(|c| c.is_alphanumeric()).collect();
        (1..=2).contains(&letters.len()) && letters.chars().all(char::is_uppercase)
    };
    touches(previous) || hyphened || touches(next) || form
}

fn number(text: &str, range: Range<usize>) -> Option<Number> {
    let digits: Decimal = text[range.clone()].replace(',', "").parse().ok()?;
    let before = text[..range.start]
        .trim_end_matches(|c: char| c.is_whitespace() || matches!(c, '$' | '€' | '£'));
    let negative = before.ends_with(['-', '−', '(', '–']) && !before_is_range(before);
    let after = text[range.end..].trim_start_matches(|c: char| c.is_whitespace() || c == ')');
    let power = SCALES
        .iter()
        .find(|(word, _)| {
            after
                .get(..word.len())
                .is_some_and(|w| w.eq_ignore_ascii_case(word))
        })
        .map_or(0, |(_, power)| *power);
    Some(Number {
        value: digits.shifted(power)?,
        digits,
        negative,
    })
}

/// `2022-2023` and `10 – 12`: the dash joins two numbers and is no sign.
fn before_is_range(before: &str) -> bool {
    let joined = before.trim_end_matches(['-', '−', '–', ' ']);
    !before.ends_with('(') && joined.ends_with(|c: char| c.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> Vec<String> {
        let sign = |n: &Number| if n.negative { "-" } else { "" };
        numbers(text)
            .iter()
            .map(|n| format!("{}{}", sign(n), n.value))
            .collect()
    }

    #[test]
    fn numbers_are_read_with_scale_and_sign() {
        for (text, expected) in [
            ("$1,577 million in 2023", vec!["1577000000", "2023"]),
            ("1.577 billion", vec!["1577000000"]),
            ("a loss of $(12.5) million", vec!["-12500000"]),
            ("fell -3.4 %", vec!["-3.4"]),
            ("2022-2023", vec!["2022", "2023"]),
            ("Form 10-K, Item 1A, Q3, COVID-19, FY2024", vec![]),
            ("a 12-month period", vec!["12"]),
            ("1,2,3 and 1,234,567.80", vec!["1", "2", "3", "1234567.8"]),
            ("in 2024. The", vec!["2024"]),
        ] {
            assert_eq!(shown(text), expected, "{text}");
        }
    }

    #[test]
    fn change_is_rounded_half_away_from_zero() {
        for (now, prior, pct) in [
            ("391035", "383285", Some("2")),
            ("96995", "99803", Some("-2.8")),
            ("1.0005", "1", Some("0.1")),
            ("0.9995", "1", Some("-0.1")),
            ("5", "0", None),
            ("5", "-1", None),
        ] {
            let decimal = |text: &str| text.parse::<Decimal>().unwrap();
            let change = decimal(now)
                .change_pct(decimal(prior))
                .map(|d| d.to_string());
            assert_eq!(change.as_deref(), pct, "{now} / {prior}");
        }
    }

    #[test]
    fn scales_compare_equal() {
        let decimal = |text: &str| text.parse::<Decimal>().unwrap();
        assert_eq!(decimal("1.50"), decimal("1.5"));
        assert_eq!(decimal("-0.05").to_string(), "-0.05");
        assert!(decimal("1.5") < decimal("2"));
        assert_eq!("1e5".parse::<Decimal>(), Err(()));
    }
}
