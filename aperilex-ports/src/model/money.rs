//! Money: integer micro-dollars.

use std::fmt;
use std::iter::Sum;
use std::str::FromStr;

/// Millionths of a US dollar: $0.015 is 15 000 µ$.
///
/// - sums are checked; there is no conversion from a float
/// - in JSON a decimal string with six places, `"0.015000"`; the field's name says the currency
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct MicroUsd(i64);

/// The text is not an amount of dollars.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("expected dollars with at most six decimal places, such as 0.015")]
pub struct ParseMoneyError;

impl MicroUsd {
    /// No money.
    pub const ZERO: Self = Self(0);

    /// From millionths of a dollar.
    #[must_use]
    pub const fn new(micros: i64) -> Self {
        Self(micros)
    }

    /// Millionths of a dollar.
    #[must_use]
    pub const fn micros(self) -> i64 {
        self.0
    }

    /// The sum, or `None` beyond ±9.2 trillion dollars.
    #[must_use]
    pub const fn checked_add(self, other: Self) -> Option<Self> {
        match self.0.checked_add(other.0) {
            Some(sum) => Some(Self(sum)),
            None => None,
        }
    }

    /// The difference, or `None` beyond ±9.2 trillion dollars.
    #[must_use]
    pub const fn checked_sub(self, other: Self) -> Option<Self> {
        match self.0.checked_sub(other.0) {
            Some(difference) => Some(Self(difference)),
            None => None,
        }
    }

    /// `count` times the amount, or `None` on overflow.
    #[must_use]
    pub const fn checked_mul(self, count: i64) -> Option<Self> {
        match self.0.checked_mul(count) {
            Some(product) => Some(Self(product)),
            None => None,
        }
    }

    /// Whether it is more than nothing.
    #[must_use]
    pub const fn is_positive(self) -> bool {
        self.0 > 0
    }

    /// The same amount owed the other way; the minimum stays where it is.
    #[must_use]
    pub const fn negated(self) -> Self {
        Self(self.0.saturating_neg())
    }
}

/// Saturating, for totals that are only shown; ledgers use [`MicroUsd::checked_add`].
impl Sum for MicroUsd {
    fn sum<I: Iterator<Item = Self>>(amounts: I) -> Self {
        Self(amounts.fold(0, |total, amount| total.saturating_add(amount.0)))
    }
}

impl fmt::Display for MicroUsd {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        let micros = self.0.unsigned_abs();
        write!(f, "{sign}{}.{:06}", micros / 1_000_000, micros % 1_000_000)
    }
}

impl FromStr for MicroUsd {
    type Err = ParseMoneyError;

    fn from_str(text: &str) -> Result<Self, ParseMoneyError> {
        let (negative, amount) = text
            .strip_prefix('-')
            .map_or((false, text), |rest| (true, rest));
        let (dollars, fraction) = amount.split_once('.').unwrap_or((amount, "0"));
        let digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
        if !digits(dollars) || !digits(fraction) || fraction.len() > 6 {
            return Err(ParseMoneyError);
        }
        let micros = format!("{fraction:0<6}")
            .parse::<i64>()
            .map_err(|_| ParseMoneyError)?;
        let total = dollars
            .parse::<i64>()
            .ok()
            .and_then(|whole| whole.checked_mul(1_000_000)?.checked_add(micros))
            .ok_or(ParseMoneyError)?;
        Ok(Self(if negative {
            total.saturating_neg()
        } else {
            total
        }))
    }
}

super::text_serde!(MicroUsd);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_and_shows_six_places() {
        for (text, micros, shown) in [
            ("0.015", 15_000, "0.015000"),
            ("5", 5_000_000, "5.000000"),
            ("-0.000001", -1, "-0.000001"),
            ("12.50", 12_500_000, "12.500000"),
        ] {
            let money: MicroUsd = text.parse().unwrap();
            assert_eq!(
                (money.micros(), money.to_string().as_str()),
                (micros, shown)
            );
        }
    }

    #[test]
    fn refuses_everything_else() {
        for text in [
            "",
            "-",
            ".5",
            "1.",
            "1e3",
            "0.0000001",
            "+1",
            "1,000",
            "NaN",
            "9223372036854775807",
        ] {
            assert_eq!(text.parse::<MicroUsd>(), Err(ParseMoneyError), "{text}");
        }
    }

    #[test]
    fn sums_are_checked() {
        assert_eq!(MicroUsd::new(i64::MAX).checked_add(MicroUsd::new(1)), None);
        assert_eq!(MicroUsd::new(i64::MIN).checked_sub(MicroUsd::new(1)), None);
    }
}
