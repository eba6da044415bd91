//! Transformations: from what a document shows to the value that it means.
//!
//! The registries of XBRL International (1 to 5) and of the SEC. Dates are read in English and in
//! numbers; formats in other languages, and those of other registries, are unknown.

mod countries;
mod date;
mod duration;
mod names;

use super::number::{self, Groups, Rule, Style};
use super::prefixes::{Prefixes, Registry};

/// What a format asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Format {
    /// A number.
    Number(Style),
    /// Nothing, whatever is shown.
    Empty,
    /// `true` or `false`, whatever is shown.
    Fixed(bool),
    /// A date or a part of one.
    Date(date::Order),
    /// The last day of a quarter.
    QuarterEnd,
    /// A duration in words.
    Words,
    /// A number of years, months, weeks, days or hours.
    Duration(duration::Unit),
    /// A ballot box as `true` or `false`.
    Ballot,
    /// A ballot box as `Yes` or `No`.
    YesNo,
    /// A name as its code.
    Name(names::List),
    /// One that this parser does not know.
    Unknown,
}

/// What no format means: a plain decimal.
pub(crate) const PLAIN: Style = Style::Dot(Groups::Threes);

impl Format {
    /// The format with this qualified name.
    pub(crate) fn of(name: &[u8], prefixes: &Prefixes<'_>) -> Self {
        let name = name.trim_ascii();
        let colon = memchr::memchr(b':', name);
        let (prefix, local) = colon
            .and_then(|at| Some((name.get(..at)?, name.get(at + 1..)?)))
            .unwrap_or((&[], name));
        let registry = prefixes.registry(prefix);
        let hyphened = local.contains(&b'-');
        let plain: String = local
            .iter()
            .filter(|b| b.is_ascii_alphanumeric())
            .map(|b| char::from(b.to_ascii_lowercase()))
            .collect();
        let found = match registry {
            Registry::Xbrl => xbrl(&plain, hyphened),
            Registry::Sec => sec(&plain),
            Registry::Undeclared => xbrl(&plain, hyphened).or_else(|| sec(&plain)),
            Registry::Other => None,
        };
        found.unwrap_or(Self::Unknown)
    }

    /// The value of `shown`, which is text; none if it cannot be read by this format.
    pub(crate) fn text(self, shown: &str) -> Option<String> {
        match self {
            Self::Number(style) => number::value(
                shown,
                &Rule {
                    style,
                    scale: 0,
                    negative: false,
                },
            ),
            Self::Empty => Some(String::new()),
            Self::Fixed(value) => Some(value.to_string()),
            Self::Date(order) => order.read(shown),
            Self::QuarterEnd => date::quarter_end(shown),
            Self::Words => duration::words(shown),
            Self::Duration(unit) => unit.read(shown),
            Self::Ballot => ballot(shown).map(|on| on.to_string()),
            Self::YesNo => ballot(shown).map(|on| if on { "Yes" } else { "No" }.to_owned()),
            Self::Name(list) => list.code(shown),
            Self::Unknown => None,
        }
    }
}

/// A format of XBRL International; `hyphened` names are those since the fourth registry.
fn xbrl(name: &str, hyphened: bool) -> Option<Format> {
    let groups = if hyphened {
        Groups::Free
    } else {
        Groups::Threes
    };
    let style = match name {
        "numdotdecimal" | "numcommadot" | "numspacedot" => Style::Dot(groups),
        "numdotdecimalapos" => Style::Dot(Groups::Free),
        "numdotdecimalin" => Style::Dot(Groups::Indian),
        "numcommadecimal" | "numdotcomma" | "numspacecomma" | "numcomma" => Style::Comma(groups),
        "numcommadecimalapos" => Style::Comma(Groups::Free),
        "numunitdecimal" | "numunitdecimalin" | "numunitdecimalapos" => Style::Unit,
        "fixedzero" | "zerodash" | "numdash" => Style::Zero,
        "fixedempty" | "nocontent" => return Some(Format::Empty),
        "fixedtrue" | "booleantrue" => return Some(Format::Fixed(true)),
        "fixedfalse" | "booleanfalse" => return Some(Format::Fixed(false)),
        _ => return date::Order::of(name).map(Format::Date),
    };
    Some(Format::Number(style))
}

/// A format of the SEC.
fn sec(name: &str) -> Option<Format> {
    Some(match name {
        "numwordsen" => Format::Number(Style::Words),
        "numinf" => Format::Number(Style::Special("INF")),
        "numneginf" => Format::Number(Style::Special("-INF")),
        "numnan" => Format::Number(Style::Special("NaN")),
        "duryear" => Format::Duration(duration::Unit::Year),
        "durmonth" => Format::Duration(duration::Unit::Month),
        "durweek" => Format::Duration(duration::Unit::Week),
        "durday" => Format::Duration(duration::Unit::Day),
        "durhour" => Format::Duration(duration::Unit::Hour),
        "durwordsen" => Format::Words,
        "datequarterend" => Format::QuarterEnd,
        "boolballotbox" => Format::Ballot,
        "yesnoballotbox" => Format::YesNo,
        "exchnameen" => Format::Name(names::List::Exchanges),
        "stateprovnameen" => Format::Name(names::List::States),
        "countrynameen" => Format::Name(names::List::Countries),
        "edgarprovcountryen" => Format::Name(names::List::Edgar),
        "entityfilercategoryen" => Format::Name(names::List::FilerCategories),
        _ => return None,
    })
}

/// Whether a ballot box is ticked.
fn ballot(shown: &str) -> Option<bool> {
    match shown.trim() {
        "\u{2610}" => Some(false),
        "\u{2611}" | "\u{2612}" => Some(true),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(format: &str, shown: &str) -> Option<String> {
        Format::of(format.as_bytes(), &Prefixes::default()).text(shown)
    }

    #[test]
    fn values_are_canonical() {
        for (format, shown, expected) in [
            ("ixt:fixed-true", "☒", "true"),
            ("ixt:booleanfalse", "no", "false"),
            ("ixt:nocontent", "none", ""),
            ("ixt-sec:boolballotbox", "☐", "false"),
            ("ixt-sec:boolballotbox", " ☑ ", "true"),
            ("ixt-sec:yesnoballotbox", "☒", "Yes"),
            ("ixt-sec:numwordsen", "two", "2"),
            ("ixt-sec:numinf", "unlimited", "INF"),
            ("ixt:num-dot-decimal", "1,234", "1234"),
            (
                "ixt:date-monthname-day-year-en",
                "March 5, 2024",
                "2024-03-05",
            ),
            ("ixt-sec:durwordsen", "five-year", "P5Y"),
            ("ixt-sec:exchnameen", "The New York Stock Exchange", "NYSE"),
        ] {
            assert_eq!(text(format, shown).as_deref(), Some(expected), "{format}");
        }
        assert_eq!(text("ixt-sec:boolballotbox", "x"), None);
    }

    #[test]
    fn what_is_not_known_is_not_guessed() {
        for format in [
            "ixt:date-day-monthname-year-de",
            "ixt:date-jpn-era-year-month-day",
            "ixt:numeric",
            "x:",
            "",
        ] {
            let found = Format::of(format.as_bytes(), &Prefixes::default());
            assert_eq!(found, Format::Unknown, "{format}");
        }
    }

    #[test]
    fn a_prefix_means_what_it_is_bound_to() {
        let root = b"<html xmlns:ixt='http://www.sec.gov/inlineXBRL/transformation/2015-08-31' \
            xmlns:v='http://www.xbrl.org/2008/inlineXBRL/transformation' xmlns:x='urn:x'>";
        let prefixes = Prefixes::of(root);
        let of = |name: &str| Format::of(name.as_bytes(), &prefixes);
        assert_eq!(of("ixt:durwordsen"), Format::Words);
        assert_eq!(of("ixt:num-dot-decimal"), Format::Unknown);
        assert_eq!(
            of("v:numcomma"),
            Format::Number(Style::Comma(Groups::Threes))
        );
        assert_eq!(of("x:fixed-true"), Format::Unknown);
    }
}
