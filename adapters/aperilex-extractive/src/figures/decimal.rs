//! Exact decimals: no floats in anything that is shown.

use std::fmt;
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

    /// In millions, if it is that much and three decimal places lose nothing.
    pub(crate) fn in_millions(self) -> Option<Self> {
        let large = self.scale == 0 && self.mantissa.unsigned_abs() >= 1_000_000;
        let (mut mantissa, mut scale) = (self.mantissa / 1000, 3);
        while scale > 0 && mantissa % 10 == 0 {
            mantissa /= 10;
            scale -= 1;
        }
        (large && self.mantissa % 1000 == 0).then_some(Self { mantissa, scale })
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

/// With thousands separators.
impl fmt::Display for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scale = self.scale as usize;
        let digits = format!(
            "{:0>width$}",
            self.mantissa.unsigned_abs(),
            width = scale + 1
        );
        let (whole, fraction) = digits.split_at(digits.len() - scale);
        if self.mantissa < 0 {
            f.write_str("-")?;
        }
        for (at, digit) in whole.chars().enumerate() {
            if at > 0 && (whole.len() - at).is_multiple_of(3) {
                f.write_str(",")?;
            }
            write!(f, "{digit}")?;
        }
        if scale > 0 {
            write!(f, ".{fraction}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decimal(text: &str) -> Decimal {
        text.parse().unwrap()
    }

    #[test]
    fn are_shown_with_separators_and_nothing_lost() {
        for (text, shown) in [
            ("0", "0"),
            ("-1234567", "-1,234,567"),
            ("6.130", "6.13"),
            ("-0.05", "-0.05"),
            ("123", "123"),
            ("1000.5", "1,000.5"),
        ] {
            assert_eq!(decimal(text).to_string(), shown);
        }
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

    #[test]
    fn millions_only_where_nothing_is_lost() {
        let shown = |text: &str| decimal(text).in_millions().map(|d| d.to_string());
        assert_eq!(shown("96995000000").as_deref(), Some("96,995"));
        assert_eq!(shown("-1163800000").as_deref(), Some("-1,163.8"));
        assert_eq!(shown("364784000").as_deref(), Some("364.784"));
        assert_eq!(shown("96995000001"), None);
        assert_eq!(shown("999000"), None);
        assert_eq!(shown("0"), None);
        assert_eq!(shown("5.5"), None);
    }
}
