//! Numbers of inline XBRL: transformation of what is shown, scale and sign, exactly.

use super::words;

/// Scales beyond this are a mistake of the filer.
const MAX_SCALE: i32 = 60;
/// Digits beyond this are not a number.
const MAX_DIGITS: usize = 120;

/// How a shown number is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Style {
    /// `1,234.5`, in groups as `groups` says.
    Dot(Groups),
    /// `1.234,5`, in groups as `groups` says.
    Comma(Groups),
    /// `12 dollars and 50 cents`.
    Unit,
    /// English words.
    Words,
    /// Nothing, whatever is shown.
    Zero,
    /// What a float has beside numbers: `INF`, `-INF`, `NaN`.
    Special(&'static str),
}

/// Where digits are grouped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Groups {
    /// By threes, as the registries before the fourth ask.
    Threes,
    /// `12,34,567`.
    Indian,
    /// Anywhere, as the later registries allow.
    Free,
}

/// How a number is to be read.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Rule {
    /// The style that its format names.
    pub(crate) style: Style,
    /// `scale`.
    pub(crate) scale: i32,
    /// `sign="-"`.
    pub(crate) negative: bool,
}

/// The value of a shown number as a plain decimal; none if it cannot be read by its rule.
pub(crate) fn value(shown: &str, rule: &Rule) -> Option<String> {
    if rule.scale.abs() > MAX_SCALE {
        return None;
    }
    let mut digits = Digits::default();
    match rule.style {
        Style::Dot(groups) => digits.separated(shown, '.', groups)?,
        Style::Comma(groups) => digits.separated(shown, ',', groups)?,
        Style::Unit => digits.unit_and_part(shown)?,
        Style::Words => digits.number(words::number(shown)?)?,
        Style::Zero => {}
        Style::Special(name) => return Some(name.to_owned()),
    }
    // A minus or parentheses inside of what `sign` negates say the same twice.
    Some(digits.scaled(rule.scale, digits.negative || rule.negative))
}

/// `decimals` of a value of which so many significant digits are exact; none if it cannot be said.
pub(crate) fn decimals(value: &str, precision: &str) -> Option<String> {
    if precision == "INF" {
        return Some(precision.to_owned());
    }
    let precision: i32 = precision.parse().ok().filter(|p| (1..=200).contains(p))?;
    let plain = value.trim_start_matches('-');
    let (whole, part) = plain.split_once('.').unwrap_or((plain, ""));
    let magnitude = if whole == "0" {
        -1 - i32::try_from(part.find(|c| c != '0')?).ok()?
    } else {
        i32::try_from(whole.len()).ok()? - 1
    };
    Some((precision - magnitude - 1).to_string())
}

/// Digits, the place of the decimal mark among them, and a sign.
#[derive(Debug)]
struct Digits {
    digits: [u8; MAX_DIGITS],
    len: usize,
    point: Option<usize>,
    negative: bool,
}

impl Default for Digits {
    fn default() -> Self {
        Self {
            digits: [0; MAX_DIGITS],
            len: 0,
            point: None,
            negative: false,
        }
    }
}

/// The value of a digit, full-width ones included.
fn digit(c: char) -> Option<u8> {
    match c {
        '0'..='9' => u8::try_from(c).ok(),
        '\u{FF10}'..='\u{FF19}' => u8::try_from(u32::from(c) - 0xFF10 + 0x30).ok(),
        _ => None,
    }
}

/// Full-width punctuation as the narrow one.
const fn narrow(c: char) -> char {
    match c {
        '\u{FF0C}' => ',',
        '\u{FF0E}' => '.',
        '\u{FF07}' | '`' | '\u{B4}' | '\u{2019}' | '\u{2032}' => '\'',
        '\u{2212}' | '\u{2010}' | '\u{2011}' | '\u{2012}' | '\u{2013}' | '\u{FF0D}' => '-',
        _ => c,
    }
}

impl Digits {
    fn push(&mut self, digit: u8) -> Option<()> {
        *self.digits.get_mut(self.len)? = digit;
        self.len += 1;
        Some(())
    }

    fn number(&mut self, number: u64) -> Option<()> {
        number.to_string().bytes().try_for_each(|b| self.push(b))
    }

    /// Digits with `point` as decimal mark, in groups.
    fn separated(&mut self, shown: &str, point: char, groups: Groups) -> Option<()> {
        let (mut group, mut grouped, mut ended, mut bracket) = (0_usize, false, false, false);
        for c in shown.trim().chars() {
            if let Some(digit) = digit(c) {
                if ended {
                    return None;
                }
                self.push(digit)?;
                group += 1;
                continue;
            }
            let c = narrow(c);
            match c {
                _ if c == point && self.point.is_none() && !ended => {
                    close(group, groups, grouped, true)?;
                    self.point = Some(self.len);
                }
                ',' | '.' | '\'' if self.point.is_none() && self.len > 0 && !ended => {
                    close(group, groups, grouped, false)?;
                    grouped |= group > 0;
                    group = 0;
                }
                _ if c.is_whitespace() => {
                    if self.point.is_none() && self.len > 0 && group > 0 {
                        // White space groups too, unless it stands before what may follow a number.
                        close(group, groups, grouped, false)?;
                        grouped = true;
                        group = 0;
                    }
                }
                '-' if self.len == 0 && !self.negative => self.negative = true,
                '(' if self.len == 0 && !bracket => {
                    self.negative = true;
                    bracket = true;
                }
                ')' if bracket && self.len > 0 => ended = true,
                '%' if self.len > 0 => ended = true,
                '$' | '+' | '€' | '£' | '¥' if self.len == 0 => {}
                _ => return None,
            }
        }
        if self.point.is_none() && group > 0 {
            close(group, groups, grouped, true)?;
        }
        (self.len > 0).then_some(())
    }

    /// `12 dollars and 50 cents` as 12.50.
    fn unit_and_part(&mut self, shown: &str) -> Option<()> {
        let (mut groups, mut inside, mut part) = (0, false, 0);
        for c in shown.trim().chars() {
            if let Some(digit) = digit(c) {
                if !inside {
                    groups += 1;
                    inside = true;
                    if groups == 2 {
                        self.point = Some(self.len);
                    }
                }
                part += usize::from(groups == 2);
                self.push(digit)?;
            } else if !(inside && groups == 1 && matches!(narrow(c), ',' | '.' | '\'')) {
                inside = false;
            }
        }
        if part == 1 {
            let last = self.len.checked_sub(1)?;
            let digit = *self.digits.get(last)?;
            *self.digits.get_mut(last)? = b'0';
            self.push(digit)?;
        }
        (groups == 2 && part <= 2).then_some(())
    }

    /// The digits times ten to the power `scale`, without superfluous zeros.
    fn scaled(&self, scale: i32, negative: bool) -> String {
        let digits = self.digits.get(..self.len).unwrap_or_default();
        let Some(first) = digits.iter().position(|b| *b != b'0') else {
            return "0".to_owned();
        };
        let last = digits.iter().rposition(|b| *b != b'0').unwrap_or(first) + 1;
        let point = self.point.unwrap_or(self.len) as i64 + i64::from(scale);
        let mut out = String::with_capacity(self.len + scale.unsigned_abs() as usize + 3);
        let copy = |out: &mut String, from: usize, to: usize| {
            let piece = digits.get(from..to).unwrap_or_default();
            out.extend(piece.iter().copied().map(char::from));
        };
        let zeros = |out: &mut String, count: i64| {
            out.extend((0..count).map(|_| '0'));
        };
        if negative {
            out.push('-');
        }
        if point <= first as i64 {
            out.push_str("0.");
            zeros(&mut out, first as i64 - point);
            copy(&mut out, first, last);
        } else if point >= last as i64 {
            copy(&mut out, first, last);
            zeros(&mut out, point - last as i64);
        } else {
            let point = usize::try_from(point).unwrap_or(last);
            copy(&mut out, first, point);
            out.push('.');
            copy(&mut out, point, last);
        }
        out
    }
}

/// Whether a group of so many digits may stand there: before a separator, or `last`.
fn close(group: usize, groups: Groups, grouped: bool, last: bool) -> Option<()> {
    let lawful = match groups {
        Groups::Free => true,
        Groups::Threes => !grouped || group.is_multiple_of(3),
        Groups::Indian if !grouped => true,
        Groups::Indian => group == if last { 3 } else { 2 },
    };
    lawful.then_some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const FREE: Style = Style::Dot(Groups::Free);
    const THREES: Style = Style::Dot(Groups::Threes);

    fn read(shown: &str, style: Style, scale: i32, negative: bool) -> Option<String> {
        let rule = Rule {
            style,
            scale,
            negative,
        };
        value(shown, &rule)
    }

    #[test]
    fn scales_exactly() {
        for (shown, style, scale, negative, expected) in [
            ("2,628,553", FREE, 6, false, "2628553000000"),
            ("1.25", THREES, 0, true, "-1.25"),
            ("2.5", FREE, 9, false, "2500000000"),
            ("15.4", FREE, -2, false, "0.154"),
            ("0.5", THREES, -2, false, "0.005"),
            (".5", THREES, 0, false, "0.5"),
            ("5.", THREES, 0, false, "5"),
            ("1.234,56", Style::Comma(Groups::Free), 3, false, "1234560"),
            ("—", Style::Zero, 6, true, "0"),
            ("two", Style::Words, 0, false, "2"),
            ("10 dollars and 5 cents", Style::Unit, 0, false, "10.05"),
            ("1,010 dollars 50 cents.", Style::Unit, 0, false, "1010.5"),
            ("007.10", THREES, 0, false, "7.1"),
            ("1 234.5", THREES, 0, false, "1234.5"),
            ("0.00", THREES, 6, false, "0"),
            ("n/a", Style::Special("INF"), 6, false, "INF"),
            ("１，２３４．５", FREE, 0, false, "1234.5"),
            ("12,34,567", Style::Dot(Groups::Indian), 0, false, "1234567"),
            ("1'234'567.5", FREE, 0, false, "1234567.5"),
        ] {
            assert_eq!(
                read(shown, style, scale, negative).as_deref(),
                Some(expected),
                "{shown}"
            );
        }
    }

    #[test]
    fn a_comma_is_a_decimal_mark_where_the_format_says_so() {
        let comma = Style::Comma(Groups::Threes);
        assert_eq!(read("1234,56", comma, 0, false).as_deref(), Some("1234.56"));
        let free = Style::Comma(Groups::Free);
        assert_eq!(read("1’234,5", free, 0, false).as_deref(), Some("1234.5"));
    }

    #[test]
    fn parentheses_and_a_sign_are_one_minus() {
        for (shown, sign, expected) in [
            ("(5)", true, "-5"),
            ("(5)", false, "-5"),
            ("-5", true, "-5"),
            ("5", true, "-5"),
            ("$ (5.1)", false, "-5.1"),
        ] {
            assert_eq!(
                read(shown, FREE, 0, sign).as_deref(),
                Some(expected),
                "{shown}"
            );
        }
    }

    #[test]
    fn refuses_what_is_no_number() {
        for (shown, style) in [
            ("n/a", FREE),
            ("", THREES),
            ("1.2.3", THREES),
            ("1,2,3", THREES),
            ("12,34", THREES),
            ("1,234,567", Style::Dot(Groups::Indian)),
            ("5)", FREE),
            ("5% of 10", FREE),
            ("3-5", FREE),
            ("10 dollars", Style::Unit),
            ("10 dollars 505 cents", Style::Unit),
        ] {
            assert_eq!(read(shown, style, 0, false), None, "{shown}");
        }
        assert_eq!(read("1", FREE, i32::MAX, false), None);
        assert_eq!(read(&"1".repeat(500), FREE, 0, false), None);
    }

    #[test]
    fn precision_counts_from_the_first_digit() {
        for (value, precision, expected) in [
            ("2500000000", "3", Some("-7")),
            ("1.25", "3", Some("2")),
            ("-0.005", "1", Some("3")),
            ("7", "INF", Some("INF")),
            ("0", "3", None),
            ("7", "many", None),
        ] {
            assert_eq!(decimals(value, precision).as_deref(), expected, "{value}");
        }
    }
}
