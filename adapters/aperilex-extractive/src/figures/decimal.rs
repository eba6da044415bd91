//! Exact decimals: no floats anywhere.

use std::str::FromStr;

/// `mantissa × 10^-scale`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Decimal {
    mantissa: i128,
    scale: u32,
}

/// Digits that are read at most: both sides of a change still fit after scaling.
const MAX_DIGITS: usize = 24;

impl Decimal {
    pub(crate) const fn is_negative(self) -> bool {
        self.mantissa < 0
    }

    pub(crate) const fn is_zero(self) -> bool {
        self.mantissa == 0
    }

    /// Both as integers of the same scale.
    fn aligned(self, other: Self) -> Option<(i128, i128)> {
        let scale = self.scale.max(other.scale);
        let lift = |d: Self| {
            d.mantissa
                .checked_mul(10_i128.checked_pow(scale - d.scale)?)
        };
        Some((lift(self)?, lift(other)?))
    }

    pub(crate) fn less_than(self, other: Self) -> bool {
        self.aligned(other).is_some_and(|(a, b)| a < b)
    }

    /// Change from `prior` in tenths of a percent, half away from zero; none where `prior` is not
    /// positive.
    pub(crate) fn change_permille(self, prior: Self) -> Option<i128> {
        let (now, then) = self.aligned(prior)?;
        if then <= 0 {
            return None;
        }
        let thousandths = now.checked_sub(then)?.checked_mul(1000)?;
        let half = if thousandths < 0 { -then } else { then };
        let doubled = thousandths.checked_mul(2)?.checked_add(half)?;
        Some(doubled / then.checked_mul(2)?)
    }
}

/// Tenths of a percent as percent.
pub(crate) fn percent(permille: i128) -> String {
    let sign = if permille < 0 { "-" } else { "" };
    let tenths = permille.unsigned_abs();
    format!("{sign}{}.{}", tenths / 10, tenths % 10)
}

impl FromStr for Decimal {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let digits = text.strip_prefix('-').unwrap_or(text);
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
        let fraction = fraction.trim_end_matches('0');
        let plain = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
        let count = whole.len() + fraction.len();
        if whole.is_empty() || count > MAX_DIGITS || !plain(whole) || !plain(fraction) {
            return Err(());
        }
        let mantissa: i128 = format!("{whole}{fraction}").parse().map_err(|_| ())?;
        let sign = if text.starts_with('-') { -1 } else { 1 };
        Ok(Self {
            mantissa: mantissa * sign,
            scale: u32::try_from(fraction.len()).map_err(|_| ())?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decimal(text: &str) -> Decimal {
        text.parse().unwrap()
    }

    #[test]
    fn only_plain_decimals_are_read() {
        for text in [
            "",
            "-",
            "1e5",
            "1,000",
            "+5",
            ".5",
            "1234567890123456789012345",
        ] {
            assert!(text.parse::<Decimal>().is_err(), "{text}");
        }
    }

    #[test]
    fn change_is_rounded_half_away_from_zero() {
        for (now, prior, change) in [
            ("96995", "99803", Some("-2.8")),
            ("1.0005", "1", Some("0.1")),
            ("0.9995", "1", Some("-0.1")),
            ("0.99951", "1", Some("0.0")),
            ("-5", "10", Some("-150.0")),
            ("5", "0", None),
            ("5", "-1", None),
        ] {
            let permille = decimal(now).change_permille(decimal(prior));
            assert_eq!(permille.map(percent).as_deref(), change, "{now} / {prior}");
        }
    }
}
