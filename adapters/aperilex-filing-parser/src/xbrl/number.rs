//! Numbers of inline XBRL: transformation of what is shown, scale and sign, exactly.

use super::words;

/// Scales beyond this are a mistake of the filer.
const MAX_SCALE: i32 = 60;
/// Digits beyond this are not a number.
const MAX_DIGITS: usize = 120;

/// How a number is to be read.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Rule<'a> {
    /// `format`: qualified name of the transformation.
    pub(crate) format: &'a str,
    /// `scale`.
    pub(crate) scale: i32,
    /// `sign="-"`.
    pub(crate) negative: bool,
}

/// The value of a shown number as a plain decimal; none if it cannot be read by its rule.
pub(crate) fn value(shown: &str, rule: &Rule<'_>) -> Option<String> {
    if rule.scale.abs() > MAX_SCALE {
        return None;
    }
    let local = rule.format.rsplit(':').next().unwrap_or_default();
    let name: String = local
        .chars()
        .filter(|c| c.is_ascii_alphanumeric())
        .map(|c| c.to_ascii_lowercase())
        .collect();
    let (digits, negative) = match name.as_str() {
        "fixedzero" | "zerodash" | "numdash" => ("0".to_owned(), false),
        "numwordsen" | "numworden" => (words::number(shown)?.to_string(), false),
        "numcommadecimal" | "numdotcomma" | "numspacecomma" => separated(shown, ',')?,
        "numunitdecimal" | "numunitdecimalin" => unit_and_part(shown)?,
        _ => separated(shown, '.')?,
    };
    Some(scaled(&digits, rule.scale, negative != rule.negative))
}

/// Digits with `point` as decimal mark; whatever else stands between them groups.
fn separated(shown: &str, point: char) -> Option<(String, bool)> {
    let mut digits = String::with_capacity(shown.len().min(MAX_DIGITS + 2));
    let mut negative = false;
    let mut seen_point = false;
    for c in shown.trim().chars() {
        match c {
            '0'..='9' => digits.push(c),
            _ if c == point => {
                if seen_point {
                    return None;
                }
                seen_point = true;
                digits.push('.');
            }
            '-' | '\u{2212}' | '(' if digits.is_empty() => negative = true,
            ',' | '.' | ' ' | '\t' | '\n' | '\u{A0}' | '\'' | '\u{2019}' | ')' | '$' | '%'
            | '+' => {}
            _ => return None,
        }
        if digits.len() > MAX_DIGITS {
            return None;
        }
    }
    digits
        .contains(|c: char| c.is_ascii_digit())
        .then_some((digits, negative))
}

/// `12 dollars and 50 cents` as 12.50.
fn unit_and_part(shown: &str) -> Option<(String, bool)> {
    let mut groups = shown
        .split(|c: char| !c.is_ascii_digit() && c != ',')
        .map(|group| group.replace(',', ""))
        .filter(|group| !group.is_empty());
    let (whole, part) = (groups.next()?, groups.next()?);
    (groups.next().is_none() && part.len() <= 2).then(|| (format!("{whole}.{part:0>2}"), false))
}

/// `digits` times ten to the power `scale`, without superfluous zeros.
fn scaled(digits: &str, scale: i32, negative: bool) -> String {
    let (whole, part) = digits.split_once('.').unwrap_or((digits, ""));
    let all: Vec<u8> = whole.bytes().chain(part.bytes()).collect();
    let point = i32::try_from(whole.len())
        .unwrap_or(i32::MAX)
        .saturating_add(scale);
    let digit = |at: i32| {
        usize::try_from(at)
            .ok()
            .and_then(|at| all.get(at))
            .copied()
            .map_or('0', char::from)
    };
    let end = i32::try_from(all.len()).unwrap_or(i32::MAX);
    let whole: String = (0..point).map(digit).collect();
    let part: String = (point.min(0)..end)
        .skip_while(|at| *at < point)
        .map(digit)
        .collect();
    let whole = whole.trim_start_matches('0');
    let part = part.trim_end_matches('0');
    if whole.is_empty() && part.is_empty() {
        return "0".to_owned();
    }
    let mut out = String::with_capacity(whole.len() + part.len() + 3);
    if negative {
        out.push('-');
    }
    out.push_str(if whole.is_empty() { "0" } else { whole });
    if !part.is_empty() {
        out.push('.');
        out.push_str(part);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(shown: &str, format: &str, scale: i32, negative: bool) -> Option<String> {
        value(
            shown,
            &Rule {
                format,
                scale,
                negative,
            },
        )
    }

    #[test]
    fn scales_exactly() {
        for (shown, format, scale, negative, expected) in [
            (
                "2,628,553",
                "ixt:num-dot-decimal",
                6,
                false,
                "2628553000000",
            ),
            ("1.25", "ixt:numdotdecimal", 0, true, "-1.25"),
            ("2.5", "ixt:num-dot-decimal", 9, false, "2500000000"),
            ("15.4", "ixt:num-dot-decimal", -2, false, "0.154"),
            ("0.5", "", -2, false, "0.005"),
            ("1.234,56", "ixt:num-comma-decimal", 3, false, "1234560"),
            ("—", "ixt:fixed-zero", 6, true, "0"),
            ("-", "ixt:zerodash", 0, false, "0"),
            ("two", "ixt-sec:numwordsen", 0, false, "2"),
            (
                "10 dollars and 5 cents",
                "ixt:num-unit-decimal",
                0,
                false,
                "10.05",
            ),
            ("007.10", "", 0, false, "7.1"),
            ("1 234.5", "ixt:numspacedot", 0, false, "1234.5"),
            ("0.00", "", 6, false, "0"),
        ] {
            assert_eq!(
                read(shown, format, scale, negative).as_deref(),
                Some(expected),
                "{shown}"
            );
        }
    }

    #[test]
    fn refuses_what_is_no_number() {
        assert_eq!(read("n/a", "ixt:num-dot-decimal", 0, false), None);
        assert_eq!(read("", "", 0, false), None);
        assert_eq!(read("1", "", i32::MAX, false), None);
        assert_eq!(read("1.2.3", "", 0, false), None);
    }
}
