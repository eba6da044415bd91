//! The dates of a filing, from what is known of it or else from its cover page.

use crate::months::month;
use aperilex_ports::model::FilingMeta;
use jiff::civil::Date;

use super::catalog::Dates;

/// How far into the text the cover page is looked for.
const COVER: usize = 16_000;
/// How far from its words a date may stand.
const NEAR: usize = 100;
/// Words of the cover that a date follows.
const PERIOD: [&str; 5] = [
    "year ended",
    "period ended",
    "quarter ended",
    "year ending",
    "months ended",
];
/// Words of a current report's cover that a date follows or stands above.
const REPORT: &str = "date of report";

/// What is known of the filing, the rest from the cover.
pub(crate) fn of(meta: &FilingMeta, text: &str) -> Dates {
    let mut dates = Dates {
        period: meta.period,
        filed: meta.filed,
    };
    if dates.period.is_none() {
        dates.period = cover(text);
    }
    dates
}

/// The end of the period, or the day of the report, that the cover names.
fn cover(text: &str) -> Option<Date> {
    let lower = around(text, 0, COVER).to_ascii_lowercase();
    let after = |word: &str| -> Option<Date> {
        lower
            .match_indices(word)
            .find_map(|(at, _)| date(around(&lower, at + word.len(), NEAR), false))
    };
    let above = || {
        let at = lower.find(REPORT)?;
        date(around(&lower, at.saturating_sub(NEAR), at.min(NEAR)), true)
    };
    PERIOD
        .iter()
        .find_map(|word| after(word))
        .or_else(|| after(REPORT))
        .or_else(above)
}

/// `len` bytes from `from`, or a little less so that no character is cut.
fn around(text: &str, from: usize, len: usize) -> &str {
    let start = text.ceil_char_boundary(from.min(text.len()));
    let end = text.floor_char_boundary((from + len).min(text.len()));
    text.get(start..end).unwrap_or_default()
}

/// The first date in lower-case `text`, or the last.
fn date(text: &str, last: bool) -> Option<Date> {
    let words: Vec<&str> = text
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .collect();
    let mut dates = words.windows(3).filter_map(|three| {
        let [a, b, c] = three else { return None };
        let number = |word: &str| word.parse::<i16>().ok();
        let make = |year: Option<i16>, month: Option<i8>, day: Option<i16>| {
            let year = year.filter(|year| (1985..2100).contains(year))?;
            Date::new(year, month?, i8::try_from(day?).ok()?).ok()
        };
        let as_month = |word: &str| word.parse::<i8>().ok();
        make(number(c), month(a), number(b))
            .or_else(|| make(number(c), month(b), number(a)))
            .or_else(|| make(number(c), as_month(a), number(b)))
            .or_else(|| make(number(a), as_month(b), number(c)))
    });
    if last {
        dates.next_back()
    } else {
        dates.next()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cover_names_the_date() {
        for (text, expected) in [
            (
                "For the fiscal year ended December 31, 2023\nor",
                "2023-12-31",
            ),
            (
                "For the Quarterly Period Ended\nSept. 30, 1999",
                "1999-09-30",
            ),
            ("FOR THE FISCAL YEAR ENDED: 31 March 2010", "2010-03-31"),
            ("for the fiscal year ended 06/30/2019", "2019-06-30"),
            (
                "June 24, 2026\nDate of Report (date of earliest event reported)\nA Company",
                "2026-06-24",
            ),
            ("Date of Report: 2004-08-22", "2004-08-22"),
        ] {
            let found = cover(text).map(|date| date.to_string());
            assert_eq!(found.as_deref(), Some(expected), "{text}");
        }
        assert_eq!(cover("The fiscal year ended badly in 2020"), None);
    }
}
