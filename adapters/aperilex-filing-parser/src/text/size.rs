//! Sizes of type.

use super::style::lower_case;

/// What an element says of the size of its type.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Size {
    /// Nothing.
    #[default]
    Same,
    /// So many half points.
    Half(u8),
    /// So many hundredths of the size around it.
    Percent(u16),
}

/// What browsers set where nothing is said: 12 points.
const USUAL: u8 = 24;

/// Half points of the sizes 1 to 7 of `<font>`, which are those from `x-small` on.
const STEPS: [u8; 7] = [15, 20, 24, 27, 36, 48, 72];

impl Size {
    /// The size in half points inside type of `around` half points; 0 is unknown.
    pub(crate) fn within(self, around: u8) -> u8 {
        match self {
            Self::Same => around,
            Self::Half(half) => half,
            Self::Percent(percent) => {
                let around = if around == 0 { USUAL } else { around };
                u8::try_from(u32::from(around) * u32::from(percent) / 100).unwrap_or(u8::MAX)
            }
        }
    }

    /// The size of a heading of a level from 1 to 6.
    pub(crate) const fn of_heading(level: u8) -> Self {
        Self::Percent(match level {
            b'1' => 200,
            b'2' => 150,
            b'3' => 117,
            b'4' => 100,
            b'5' => 83,
            _ => 67,
        })
    }
}

/// Reads a size of CSS; none if it is not one.
pub(crate) fn read(value: &[u8]) -> Option<Size> {
    let digits = value
        .iter()
        .take_while(|b| b.is_ascii_digit() || **b == b'.')
        .count();
    let (number, unit) = value.split_at_checked(digits)?;
    if number.is_empty() {
        return named(unit);
    }
    let hundredths = hundredths(number)?;
    let unit = unit
        .split(|b| !b.is_ascii_alphabetic() && *b != b'%')
        .next()?;
    // Two half points in a point, four thirds of a point in a pixel.
    let mut buffer = [0; 24];
    let (times, by) = match lower_case(unit, &mut buffer) {
        b"pt" => (2, 1),
        b"px" => (3, 2),
        b"pc" => (24, 1),
        b"in" => (144, 1),
        b"cm" => (5669, 100),
        b"mm" => (5669, 1000),
        b"em" | b"rem" => return Some(percent(hundredths)),
        b"ex" => return Some(percent(hundredths / 2)),
        b"%" => return Some(percent(hundredths / 100)),
        b"" if hundredths == 0 => (1, 1),
        _ => return None,
    };
    let half = hundredths.saturating_mul(times) / by;
    // What is smaller than a half point but not nothing is still there.
    let half = if half == 0 { 0 } else { (half / 100).max(1) };
    Some(Size::Half(u8::try_from(half).unwrap_or(u8::MAX)))
}

/// A length with its sign in half points; one that depends on the type is taken at 10 points.
pub(crate) fn length(value: &[u8]) -> Option<i32> {
    let (sign, value) = match value.split_first() {
        Some((b'-', rest)) => (-1, rest),
        _ => (1, value),
    };
    let half = match read(value)? {
        Size::Half(half) => i32::from(half),
        Size::Percent(percent) => i32::from(percent) / 5,
        Size::Same => return None,
    };
    Some(sign * half)
}

fn percent(hundredths: u32) -> Size {
    if hundredths == 0 {
        return Size::Half(0);
    }
    Size::Percent(u16::try_from(hundredths).unwrap_or(u16::MAX))
}

fn named(name: &[u8]) -> Option<Size> {
    let word = name
        .split(|b| !b.is_ascii_alphabetic() && *b != b'-')
        .next()?;
    Some(match word.to_ascii_lowercase().as_slice() {
        b"xx-small" => Size::Half(14),
        b"x-small" => Size::Half(15),
        b"small" => Size::Half(20),
        b"medium" => Size::Half(24),
        b"large" => Size::Half(27),
        b"x-large" => Size::Half(36),
        b"xx-large" => Size::Half(48),
        b"larger" => Size::Percent(120),
        b"smaller" => Size::Percent(83),
        _ => return None,
    })
}

/// A decimal number times a hundred.
fn hundredths(number: &[u8]) -> Option<u32> {
    let mut parts = number.split(|b| *b == b'.');
    let whole = digits(parts.next()?)?;
    let part = parts.next().unwrap_or_default();
    let part = match part {
        [] => 0,
        [tenth] => digits(&[*tenth])? * 10,
        [tenth, hundredth, ..] => digits(&[*tenth, *hundredth])?,
    };
    Some(whole.saturating_mul(100).saturating_add(part))
}

fn digits(text: &[u8]) -> Option<u32> {
    text.iter().try_fold(0_u32, |number, byte| {
        let digit = byte.is_ascii_digit().then(|| u32::from(byte - b'0'))?;
        Some(number.saturating_mul(10).saturating_add(digit))
    })
}

/// The `size` of a `<font>`: 1 to 7, or steps from 3.
pub(crate) fn of_font(value: &[u8]) -> Size {
    let value = value.trim_ascii();
    let (base, rest) = match value.split_first() {
        Some((b'+', rest)) => (3, rest),
        Some((b'-', rest)) => (-3, rest),
        _ => (0, value),
    };
    let count = rest.iter().take_while(|b| b.is_ascii_digit()).count();
    let number = rest.get(..count).filter(|d| !d.is_empty());
    let Some(number) = number.and_then(digits) else {
        return Size::Same;
    };
    let number = i32::try_from(number.min(20)).unwrap_or(20);
    let step = if base < 0 { 3 - number } else { base + number };
    let index = usize::try_from(step.clamp(1, 7) - 1).unwrap_or_default();
    STEPS
        .get(index)
        .map_or(Size::Same, |half| Size::Half(*half))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_lengths_and_names() {
        for (text, size) in [
            ("10pt", Some(Size::Half(20))),
            ("9.5PT", Some(Size::Half(19))),
            ("16px", Some(Size::Half(24))),
            ("1.5em", Some(Size::Percent(150))),
            ("80%", Some(Size::Percent(80))),
            ("x-large", Some(Size::Half(36))),
            ("10pt !important", Some(Size::Half(20))),
            ("0", Some(Size::Half(0))),
            ("0px", Some(Size::Half(0))),
            ("0.2pt", Some(Size::Half(1))),
            ("700", None),
            ("Times", None),
            ("99999999999999pt", Some(Size::Half(255))),
        ] {
            assert_eq!(read(text.as_bytes()), size, "{text}");
        }
    }

    #[test]
    fn reads_sizes_of_fonts() {
        for (text, half) in [("2", 20), ("+1", 27), ("-2", 15), ("99", 72), ("0", 15)] {
            assert_eq!(of_font(text.as_bytes()), Size::Half(half), "{text}");
        }
        assert_eq!(of_font(b"big"), Size::Same);
    }

    #[test]
    fn sizes_are_relative_to_what_is_around() {
        assert_eq!(Size::Percent(150).within(20), 30);
        assert_eq!(Size::Percent(150).within(0), 36);
        assert_eq!(Size::Same.within(20), 20);
        assert_eq!(Size::Percent(60_000).within(20), 255);
    }
}
