//! Exact decimals.

use std::cmp::Ordering;
use std::fmt;
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
    pub(super) fn shifted(self, power: u32) -> Option<Self> {
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

#[cfg(test)]
mod tests {
    use super::*;

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
