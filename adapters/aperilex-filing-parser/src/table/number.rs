//! Numbers as tables show them.

/// Longer cells are prose.
const MAX_NUMBER: usize = 48;

/// What a cell is by its text alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Class {
    /// Nothing, or a sign that belongs to the number behind it.
    Prefix,
    /// A sign that belongs to the number before it.
    Suffix,
    /// The mark of a note: `(1)`, `*`. `(1)` may be a number as well.
    Mark,
    /// It says that there is no number: `N/A`.
    Missing,
    /// A dash that stands for zero.
    Dash,
    /// Four digits that may be a year.
    Year,
    /// A number.
    Number,
    /// Words.
    Text,
}

/// What a shown number is told in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Measure {
    /// Nothing is told.
    Plain,
    /// In hundredths.
    Percent,
    /// In ten-thousandths.
    BasisPoints,
    /// A multiple, such as `2.5x`.
    Times,
}

/// A number as it is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Shown<'t> {
    /// Digits with a decimal point and commas at most; `-` for a dash.
    pub(crate) number: &'t str,
    /// In parentheses or behind a minus.
    pub(crate) negative: bool,
    /// By the sign at its end.
    pub(crate) measure: Measure,
    /// The sign of a currency.
    pub(crate) currency: Option<&'static str>,
}

/// Signs of currencies, longer ones first. A lone `$` is the dollar of the filing.
const CURRENCIES: [(&str, &str); 20] = [
    ("US$", "USD"),
    ("U.S.$", "USD"),
    ("HK$", "HKD"),
    ("NT$", "TWD"),
    ("S$", "SGD"),
    ("NZ$", "NZD"),
    ("AU$", "AUD"),
    ("CA$", "CAD"),
    ("Cdn$", "CAD"),
    ("A$", "AUD"),
    ("C$", "CAD"),
    ("R$", "BRL"),
    ("RMB", "CNY"),
    ("CHF", "CHF"),
    ("NIS", "ILS"),
    ("EUR", "EUR"),
    ("€", "EUR"),
    ("£", "GBP"),
    ("$", "$"),
    ("¥", "¥"),
];

/// What a cell is.
pub(crate) fn class(text: &str) -> Class {
    match text {
        "" | "(" | "$(" | "($" => return Class::Prefix,
        ")" | "%" | ")%" | "%)" | "bps" | "bp" | "x" | "pts" | "pp" => return Class::Suffix,
        _ => {}
    }
    if text.len() > MAX_NUMBER {
        return Class::Text;
    }
    if is_mark(text) {
        return Class::Mark;
    }
    if text.len() > 8 && !text.bytes().any(is_of_number) {
        return Class::Text;
    }
    if text.len() <= 5 && !text.as_bytes().first().is_some_and(u8::is_ascii_digit) {
        if may_be_currency(text) && CURRENCIES.iter().any(|(sign, _)| *sign == text) {
            return Class::Prefix;
        }
        if is_missing(text) {
            return Class::Missing;
        }
    }
    if is_year(text) {
        return Class::Year;
    }
    match read(text) {
        Some(shown) if shown.number == "-" => Class::Dash,
        Some(_) => Class::Number,
        None => Class::Text,
    }
}

/// A digit, or a byte of a dash.
const fn is_of_number(byte: u8) -> bool {
    byte.is_ascii_digit() || byte == b'-' || !byte.is_ascii()
}

/// Four digits from 1900 to 2099.
pub(crate) fn is_year(text: &str) -> bool {
    let century = text.starts_with("19") || text.starts_with("20");
    century && text.len() == 4 && text.bytes().all(|b| b.is_ascii_digit())
}

fn is_missing(text: &str) -> bool {
    if !text.starts_with(['n', 'N', '*', '(']) {
        return false;
    }
    const WORDS: [&str; 12] = [
        "na", "n/a", "n.a.", "nm", "n/m", "n.m.", "nmf", "*nm", "n.a", "n.m", "(na)", "(nm)",
    ];
    WORDS.iter().any(|word| text.eq_ignore_ascii_case(word))
}

/// The mark of a note: one or two digits or a letter in brackets, stars and daggers.
fn is_mark(text: &str) -> bool {
    !text.is_empty() && without_mark(text).is_some_and(str::is_empty)
}

/// `text` without the mark of a note at its end; none if it has none.
fn without_mark(text: &str) -> Option<&str> {
    let last = *text.as_bytes().last()?;
    if !(last.is_ascii_digit() || matches!(last, b'*' | b'#' | b')' | b']') || !last.is_ascii()) {
        return None;
    }
    if last.is_ascii_digit() {
        // A raised mark stands apart by a space.
        let (before, mark) = text.rsplit_once(' ')?;
        let mark = mark
            .parse::<u8>()
            .is_ok_and(|mark| (1..=20).contains(&mark));
        return (mark && before.contains([',', '.', '$', '%'])).then_some(before);
    }
    if let Some(rest) = text.strip_suffix(['*', '†', '‡', '§', '#']) {
        return Some(
            rest.trim_end_matches(['*', '†', '‡', '§', '#'])
                .trim_ascii_end(),
        );
    }
    let (open, inside) = if let Some(inside) = text.strip_suffix(')') {
        ('(', inside)
    } else {
        ('[', text.strip_suffix(']')?)
    };
    let (before, name) = inside.rsplit_once(open)?;
    // Tables have a score of notes at most.
    let number =
        |name: &str| name.len() <= 2 && name.parse::<u8>().is_ok_and(|number| number <= 20);
    let letter = |name: &str| name.len() == 1 && name.bytes().all(|b| b.is_ascii_alphabetic());
    let one = |name: &str| !name.is_empty() && (number(name) || letter(name));
    name.split(',')
        .map(str::trim)
        .all(one)
        .then(|| before.trim_ascii_end())
}

/// The number a cell shows.
pub(crate) fn read(text: &str) -> Option<Shown<'_>> {
    let text = text.trim_ascii();
    if text.is_empty() || text.len() > MAX_NUMBER {
        return None;
    }
    let mut rest = text;
    if let Some(shown) = unmarked(rest) {
        return Some(shown);
    }
    // Marks of notes behind the number, of which there may be several.
    for _ in 0..3 {
        rest = without_mark(rest)?;
        if let Some(shown) = unmarked(rest) {
            return Some(shown);
        }
    }
    None
}

/// Whether a text starts like a sign of a currency.
fn may_be_currency(text: &str) -> bool {
    let first = text.as_bytes().first();
    first.is_some_and(|b| *b == b'$' || b.is_ascii_uppercase() || !b.is_ascii())
}

/// A number without marks of notes.
fn unmarked(text: &str) -> Option<Shown<'_>> {
    let mut shown = Shown {
        number: "-",
        negative: false,
        measure: Measure::Plain,
        currency: None,
    };
    let (mut rest, mut opened) = (text, false);
    loop {
        rest = rest.trim_ascii_start();
        let opens = rest.strip_prefix('(').or_else(|| rest.strip_prefix('['));
        if let Some(behind) = opens.filter(|_| !opened) {
            (opened, shown.negative, rest) = (true, true, behind);
        } else if let Some((sign, code)) = CURRENCIES.iter().find(|(sign, _)| {
            shown.currency.is_none() && may_be_currency(rest) && rest.starts_with(sign)
        }) {
            shown.currency = Some(code);
            rest = rest.get(sign.len()..)?;
        } else {
            break;
        }
    }
    let first = rest.bytes().next().unwrap_or_default();
    if first.is_ascii_alphabetic() && !matches!(first, b'n' | b'N') {
        return None;
    }
    let dash = if first.is_ascii_digit() {
        None
    } else {
        dash(rest)
    };
    if let Some(behind) = dash {
        shown.negative = false;
        ends(behind, &mut shown, opened)?;
        return Some(shown);
    }
    if let Some(behind) = rest.strip_prefix(['-', '–', '—', '\u{2212}', '+']) {
        shown.negative = !rest.starts_with('+');
        rest = behind.trim_ascii_start();
        if let Some(behind) = rest.strip_prefix('$').filter(|_| shown.currency.is_none()) {
            (shown.currency, rest) = (Some("$"), behind.trim_ascii_start());
        }
    }
    let end = rest
        .find(|c: char| !(c.is_ascii_digit() || c == ',' || c == '.'))
        .unwrap_or(rest.len());
    let (number, behind) = rest.split_at_checked(end)?;
    if !is_plain(number) {
        return None;
    }
    shown.number = number;
    ends(behind, &mut shown, opened)?;
    Some(shown)
}

/// Behind a dash that stands for zero.
fn dash(text: &str) -> Option<&str> {
    for word in ["-0-", "nil", "Nil", "---", "--"] {
        if let Some(behind) = text.strip_prefix(word) {
            return Some(behind);
        }
    }
    let behind = text.strip_prefix(['—', '–', '-', '\u{2212}', '―', '─'])?;
    let next = behind.trim_ascii_start().chars().next();
    next.is_none_or(|c| matches!(c, ')' | '%' | '*' | '(' | '—' | '-'))
        .then(|| behind.trim_start_matches(['—', '-']))
}

/// Reads what stands behind the digits; none if it does not belong to a number.
fn ends(behind: &str, shown: &mut Shown<'_>, mut opened: bool) -> Option<()> {
    let mut rest = behind.trim_ascii_start();
    while !rest.is_empty() {
        let measures = [
            ("%", Measure::Percent),
            ("percent", Measure::Percent),
            ("percentage points", Measure::Percent),
            ("ppts", Measure::Percent),
            ("pts", Measure::Percent),
            ("pp", Measure::Percent),
            ("basis points", Measure::BasisPoints),
            ("bps", Measure::BasisPoints),
            ("bp", Measure::BasisPoints),
            ("x", Measure::Times),
            ("X", Measure::Times),
        ];
        if let Some(behind) = rest.strip_prefix([')', ']']).filter(|_| opened) {
            (opened, rest) = (false, behind.trim_ascii_start());
        } else if let Some((word, measure)) = measures
            .iter()
            .find(|(word, _)| shown.measure == Measure::Plain && rest.starts_with(word))
        {
            shown.measure = *measure;
            rest = rest.get(word.len()..)?.trim_ascii_start();
        } else {
            return None;
        }
    }
    Some(())
}

/// Whether digits are set as a number: commas between groups of three, if any.
fn is_plain(text: &str) -> bool {
    let (whole, part) = text.split_once('.').unwrap_or((text, ""));
    if part.contains([',', '.']) || text.ends_with('.') || whole.is_empty() && part.is_empty() {
        return false;
    }
    let mut groups = whole.split(',');
    let first = groups.next().unwrap_or_default();
    let grouped = whole.contains(',');
    !(grouped && (first.is_empty() || first.len() > 3)) && groups.all(|group| group.len() == 3)
}

/// `number`, which may have commas, times ten to the power `scale` as a plain decimal, without superfluous zeros.
pub(crate) fn decimal(number: &str, scale: i8, negative: bool) -> String {
    let (whole, part) = number.split_once('.').unwrap_or((number, ""));
    let all = whole.bytes().chain(part.bytes());
    let all = all.filter(u8::is_ascii_digit);
    let len = all.clone().count();
    let whole = len.saturating_sub(part.len());
    let moved = usize::from(scale.unsigned_abs());
    // Zeros made before the digits, and how many of all stand before the point.
    let (zeros, point) = if scale >= 0 {
        (0, whole + moved)
    } else {
        let zeros = moved.saturating_sub(whole);
        (zeros, (whole + zeros).saturating_sub(moved))
    };
    let mut out = String::with_capacity(len + moved + 3);
    if negative {
        out.push('-');
    }
    let sign = out.len();
    let padded = std::iter::repeat_n(b'0', zeros).chain(all);
    let padded = padded.chain(std::iter::repeat_n(b'0', point.saturating_sub(zeros + len)));
    for (at, digit) in padded.enumerate() {
        if at == point {
            if out.len() == sign {
                out.push('0');
            }
            out.push('.');
        }
        if digit != b'0' || at >= point || out.len() > sign {
            out.push(char::from(digit));
        }
    }
    if out.contains('.') {
        out.truncate(out.trim_end_matches('0').trim_end_matches('.').len());
    }
    if out.len() == sign || out.get(sign..) == Some("0") {
        return "0".to_owned();
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_tables_show() {
        for (text, digits, negative, measure, currency) in [
            ("$ (1,234.5)", "1234.5", true, Measure::Plain, Some("$")),
            ("($1,234)", "1234", true, Measure::Plain, Some("$")),
            ("(1,234", "1234", true, Measure::Plain, None),
            ("12.5 %", "12.5", false, Measure::Percent, None),
            ("(3)%", "3", true, Measure::Percent, None),
            ("(3%)", "3", true, Measure::Percent, None),
            ("-5", "5", true, Measure::Plain, None),
            ("-$5", "5", true, Measure::Plain, Some("$")),
            ("+5.0", "5", false, Measure::Plain, None),
            (".25", "0.25", false, Measure::Plain, None),
            ("1,234 bps", "1234", false, Measure::BasisPoints, None),
            ("2.5x", "2.5", false, Measure::Times, None),
            ("—", "0", false, Measure::Plain, None),
            ("$ —", "0", false, Measure::Plain, Some("$")),
            ("—%", "0", false, Measure::Percent, None),
            ("-0-", "0", false, Measure::Plain, None),
            ("1,234(1)", "1234", false, Measure::Plain, None),
            ("1,234 (a)(b)", "1234", false, Measure::Plain, None),
            ("5.1%*", "5.1", false, Measure::Percent, None),
            ("1,234 2", "1234", false, Measure::Plain, None),
            ("(5)(2)", "5", true, Measure::Plain, None),
            ("US$ 7", "7", false, Measure::Plain, Some("USD")),
            ("€12", "12", false, Measure::Plain, Some("EUR")),
        ] {
            let shown = read(text).unwrap_or_else(|| panic!("{text} is a number"));
            assert_eq!(decimal(shown.number, 0, false), digits, "{text}");
            assert_eq!(
                (shown.negative, shown.measure, shown.currency),
                (negative, measure, currency),
                "{text}"
            );
        }
    }

    #[test]
    fn what_is_no_number_is_none() {
        for text in [
            "",
            "N/A",
            "NM",
            "*",
            "1-2",
            "10 - 15",
            "12/31/2023",
            "1,23",
            "1,2345",
            "Note 5",
            "5 years",
            "8 1/2%",
            "10.1.2",
            "$",
            "(",
            "3.",
            "2023 (unaudited)",
            "June 30,",
            "12 5",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
    }

    #[test]
    fn decimals_are_exact() {
        for (digits, scale, negative, expected) in [
            ("1,234.5", 6, true, "-1234500000"),
            ("12.5", -2, false, "0.125"),
            ("3", -2, true, "-0.03"),
            ("0.1234", 3, false, "123.4"),
            (".25", 0, false, "0.25"),
            ("1234", -4, false, "0.1234"),
            ("0.00", 6, true, "0"),
            ("007.10", 0, false, "7.1"),
            ("150", -2, false, "1.5"),
            ("0", 3, true, "0"),
            ("0.05", 0, true, "-0.05"),
            ("5", -2, false, "0.05"),
            ("1000", 0, false, "1000"),
            ("0.5", 3, false, "500"),
        ] {
            assert_eq!(decimal(digits, scale, negative), expected, "{digits}");
        }
    }

    #[test]
    fn cells_have_a_class() {
        for (text, expected) in [
            ("$", Class::Prefix),
            ("US$", Class::Prefix),
            (")%", Class::Suffix),
            ("(1)", Class::Mark),
            ("(a)", Class::Mark),
            ("(1), (2)", Class::Text),
            ("(1,2)", Class::Mark),
            ("**", Class::Mark),
            ("(123)", Class::Number),
            ("(50)", Class::Number),
            ("NM", Class::Missing),
            ("--", Class::Dash),
            ("2023", Class::Year),
            ("$2023", Class::Number),
            ("Net sales", Class::Text),
        ] {
            assert_eq!(class(text), expected, "{text}");
        }
    }
}
