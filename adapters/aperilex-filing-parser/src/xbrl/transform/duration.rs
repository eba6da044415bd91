//! Durations, as ISO 8601 writes them: `P1Y6M`.

use crate::xbrl::words;

/// The unit that a bare number counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unit {
    /// Years; a fraction becomes months and days.
    Year,
    /// Months; a fraction becomes days.
    Month,
    /// Weeks, told in days.
    Week,
    /// Days; a fraction becomes hours.
    Day,
    /// Hours.
    Hour,
}

/// Digits of a fraction that are looked at.
const FRACTION_DIGITS: usize = 9;
/// Their denominator.
const ONE: u64 = 1_000_000_000;

impl Unit {
    /// The duration of so many; none if `shown` is no number.
    pub(crate) fn read(self, shown: &str) -> Option<String> {
        let shown = shown.trim();
        let (shown, negative) = shown
            .strip_prefix(['-', '\u{2212}'])
            .map_or((shown, false), |rest| (rest.trim_start(), true));
        let (whole, part) = shown.split_once('.').unwrap_or((shown, ""));
        let digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
        if !digits(whole) || !digits(part) || (whole.is_empty() && part.is_empty()) {
            return None;
        }
        let count: u64 = if whole.is_empty() {
            0
        } else {
            whole.parse().ok().filter(|count| *count < 1_000_000)?
        };
        let part: String = part.chars().take(FRACTION_DIGITS).collect();
        let fraction: u64 = format!("{part:0<FRACTION_DIGITS$}").parse().ok()?;
        // A month has 30.4375 days, which is 487/16.
        let days = |months: u64| months * 487 / 16 / ONE;
        let parts = match self {
            Self::Year => {
                let months = fraction * 12;
                [(count, "Y"), (months / ONE, "M"), (days(months % ONE), "D")]
            }
            Self::Month => [(count, "M"), (days(fraction), "D"), (0, "D")],
            Self::Week => [(count * 7 + fraction * 7 / ONE, "D"), (0, "D"), (0, "D")],
            Self::Day => [(count, "D"), (fraction * 24 / ONE, "TH"), (0, "D")],
            Self::Hour => [(count, "TH"), (0, "D"), (0, "D")],
        };
        Some(written(&parts, negative))
    }
}

/// Counts and their designators; nothing at all is told in the first one.
fn written(parts: &[(u64, &str)], negative: bool) -> String {
    let mut out = String::new();
    for (count, designator) in parts.iter().filter(|(count, _)| *count > 0) {
        put(&mut out, *count, designator);
    }
    if out.is_empty() {
        put(&mut out, 0, parts.first().map_or("D", |(_, name)| name));
        return format!("P{out}");
    }
    format!("{}P{out}", if negative { "-" } else { "" })
}

fn put(out: &mut String, count: u64, designator: &str) {
    let (time, unit) = designator
        .strip_prefix('T')
        .map_or(("", designator), |unit| ("T", unit));
    out.push_str(time);
    out.push_str(&count.to_string());
    out.push_str(unit);
}

/// `two years and six months` as `P2Y6M`: years, months and days, each once and in this order.
pub(crate) fn words(shown: &str) -> Option<String> {
    let lower = shown.to_ascii_lowercase();
    if matches!(lower.trim(), "no" | "none" | "zero") {
        return Some("P0D".to_owned());
    }
    let mut parts: Vec<(u64, &str)> = Vec::new();
    let mut spelled = String::new();
    for word in lower
        .split(|c: char| !c.is_ascii_alphanumeric())
        .filter(|word| !word.is_empty())
    {
        let designator = match word {
            "year" | "years" => "Y",
            "month" | "months" => "M",
            "day" | "days" => "D",
            _ => {
                spelled.push_str(word);
                spelled.push(' ');
                continue;
            }
        };
        let rank = |name: &str| "YMD".find(name);
        let rises = parts
            .last()
            .is_none_or(|(_, last)| rank(last) < rank(designator));
        if !rises {
            return None;
        }
        parts.push((count(&spelled)?, designator));
        spelled.clear();
    }
    (spelled.is_empty() && !parts.is_empty()).then(|| {
        if parts.iter().all(|(count, _)| *count == 0) {
            return "P0D".to_owned();
        }
        written(&parts, false)
    })
}

fn count(spelled: &str) -> Option<u64> {
    let spelled = spelled.trim();
    let spelled = spelled.strip_prefix("and ").unwrap_or(spelled);
    if !spelled.is_empty() && spelled.len() <= 4 && spelled.bytes().all(|b| b.is_ascii_digit()) {
        return spelled.parse().ok();
    }
    words::number(spelled)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_become_durations() {
        for (unit, shown, expected) in [
            (Unit::Year, "10", Some("P10Y")),
            (Unit::Year, "2.5", Some("P2Y6M")),
            (Unit::Year, "3.7", Some("P3Y8M12D")),
            (Unit::Year, "0.1", Some("P1M6D")),
            (Unit::Year, "0", Some("P0Y")),
            (Unit::Year, "-1", Some("-P1Y")),
            (Unit::Month, "18", Some("P18M")),
            (Unit::Month, "1.5", Some("P1M15D")),
            (Unit::Week, "2", Some("P14D")),
            (Unit::Day, "364", Some("P364D")),
            (Unit::Day, "1.5", Some("P1DT12H")),
            (Unit::Hour, "36", Some("PT36H")),
            (Unit::Hour, "0", Some("PT0H")),
            (Unit::Year, "five", None),
            (Unit::Year, "", None),
            (Unit::Year, ".", None),
            (Unit::Year, "99999999999999999999", None),
        ] {
            assert_eq!(unit.read(shown).as_deref(), expected, "{shown}");
        }
    }

    #[test]
    fn words_become_durations() {
        for (shown, expected) in [
            ("five years", Some("P5Y")),
            ("twenty-five-year", Some("P25Y")),
            ("364-day", Some("P364D")),
            ("one year and six months", Some("P1Y6M")),
            ("Two years, three months and ten days", Some("P2Y3M10D")),
            ("zero years", Some("P0D")),
            ("none", Some("P0D")),
            ("six months and one year", None),
            ("several years", None),
            ("five", None),
            ("years", None),
            ("", None),
        ] {
            assert_eq!(words(shown).as_deref(), expected, "{shown}");
        }
    }
}
