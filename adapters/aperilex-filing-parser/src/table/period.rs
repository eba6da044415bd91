//! The periods that the headers of columns name.

use crate::months::month;
use aperilex_ports::model::{Cells, Fact, Period};
use jiff::ToSpan as _;
use jiff::civil::Date;

use super::grid::Grid;
use super::known::Known;
use crate::lists::{self, Lists};

/// How long a period is told to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Length {
    Months(i8),
    Weeks(i8),
}

/// What some words tell of a period.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Told {
    length: Option<Length>,
    /// "As of", "at".
    instant: bool,
    /// Month and day.
    day: Option<(i8, i8)>,
    year: Option<i16>,
    /// Two years or days, or a change between them.
    several: bool,
}

/// What stands above the numbers of a column.
#[derive(Debug, Default)]
pub(crate) struct Header {
    /// Its words, from top to bottom.
    pub(crate) path: String,
    /// What they tell of a period.
    pub(crate) told: Told,
}

/// The headers of all columns of a grid with the texts `cells`.
pub(crate) fn headers(grid: &Grid<'_>, cells: &Cells) -> Vec<Header> {
    let header = |column| {
        let path = path(grid, cells, column);
        let told = told(&path);
        Header { path, told }
    };
    (0..grid.width).map(header).collect()
}

/// The period of each column: by its facts, else by the words of its headers and above.
pub(crate) fn read(
    grid: &Grid<'_>,
    headers: &[Header],
    titles: &str,
    known: &Known<'_>,
) -> Vec<Option<Period>> {
    let mut context = Told::default();
    for row in 0..grid.header_rows {
        context = context.or(told(grid.words(row, 0)));
    }
    // A day alone above the labels is one of balances, and so is the title of their sheet.
    let sheet = ["balance sheet", "financial position", "financial condition"];
    let lower = titles.to_ascii_lowercase();
    let balances = sheet.iter().any(|name| lower.contains(name));
    let headed = context.day.is_some() && context.length.is_none();
    let mut context = context.or(told(titles));
    context.instant |= context.length.is_none() && (headed || balances);
    let end = |header: &Header| header.told.end(&context);
    let ends: Vec<Option<Date>> = headers.iter().map(end).collect();
    let by_words = |column: usize| {
        let told = &headers.get(column)?.told;
        told.period(&context, ends.get(column).copied().flatten()?, &ends)
    };
    (0..grid.width)
        .map(|column| {
            let facts = by_facts(grid, column, known);
            facts.or_else(|| (column > 0).then(|| by_words(column)).flatten())
        })
        .collect()
}

/// The words of the headers of a column, from top to bottom.
fn path(grid: &Grid<'_>, cells: &Cells, column: usize) -> String {
    let mut out = String::new();
    let mut last = None;
    for row in 0..grid.header_rows {
        let place = grid.place(row, column);
        if place.is_empty() || last == Some(place) {
            continue;
        }
        last = Some(place);
        if !out.is_empty() {
            out.push(' ');
        }
        out.push_str(cells.get(row, column).unwrap_or_default());
    }
    out
}

/// The period of most facts of a column.
fn by_facts(grid: &Grid<'_>, column: usize, known: &Known<'_>) -> Option<Period> {
    let mut counts: Vec<(&Period, usize)> = Vec::new();
    let mut all = 0_usize;
    for row in grid.header_rows..grid.height {
        let place = grid.place(row, column);
        if place.is_empty() || row > 0 && grid.place(row - 1, column) == place {
            continue;
        }
        let mut facts = known.within(&grid.range(place));
        // Several facts are a sentence's.
        let (
            Some(Fact {
                period: Some(period),
                ..
            }),
            None,
        ) = (facts.next(), facts.next())
        else {
            continue;
        };
        all += 1;
        if let Some((_, count)) = counts.iter_mut().find(|(known, _)| *known == period) {
            *count += 1;
        } else if counts.len() < 16 {
            counts.push((period, 1));
        }
    }
    let (period, count) = counts.into_iter().max_by_key(|(_, count)| *count)?;
    (count * 2 > all).then(|| period.clone())
}

impl Told {
    /// What this tells, else what `other` tells.
    fn or(self, other: Self) -> Self {
        Self {
            length: self.length.or(other.length),
            instant: self.instant || self.length.is_none() && other.instant,
            day: self.day.or(other.day),
            year: self.year.or(other.year),
            several: self.several,
        }
    }

    /// Whether a time is told at all.
    pub(crate) const fn names_time(&self) -> bool {
        self.day.is_some() || self.year.is_some() || self.length.is_some()
    }

    /// The day it ends.
    fn end(&self, context: &Self) -> Option<Date> {
        let (month, day) = self.day.or(context.day)?;
        (!self.several)
            .then(|| Date::new(self.year?, month, day).ok())
            .flatten()
    }

    fn period(&self, context: &Self, end: Date, others: &[Option<Date>]) -> Option<Period> {
        let instant = Some(Period::Instant { instant: end });
        if self.length.is_none() && self.instant {
            return instant;
        }
        match self.length.or(context.length) {
            Some(length) => Some(Period::Duration {
                start: start(end, length, others)?,
                end,
            }),
            None => instant.filter(|_| self.day.is_some() || context.instant),
        }
    }
}

/// The first day of a period that ends at `end`. One that does not end with a month has whole weeks.
fn start(end: Date, length: Length, others: &[Option<Date>]) -> Option<Date> {
    let weeks = match length {
        Length::Weeks(weeks) => i32::from(weeks),
        // Years of whole weeks end with a month by chance only.
        Length::Months(months)
            if others
                .iter()
                .flatten()
                .all(|end| *end == end.last_of_month()) =>
        {
            let first = end.first_of_month();
            return first.checked_sub((i32::from(months) - 1).months()).ok();
        }
        Length::Months(12) => {
            // The year before, where a column tells when it ended.
            let year = |other: &Date| (357..=372).contains(&days(*other, end));
            let before = others.iter().flatten().find(|other| year(other));
            if let Some(before) = before {
                return before.tomorrow().ok();
            }
            52
        }
        Length::Months(months) => (i32::from(months) * 13 + 1) / 3,
    };
    end.checked_sub((weeks * 7 - 1).days()).ok()
}

fn days(from: Date, to: Date) -> i32 {
    from.until(to).map_or(0, |span| span.get_days())
}

/// A few words, one of which all texts have that tell of a period.
static WORDS_OF_TIME: Lists = Lists::new(|| {
    lists::of(&[&[
        "0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "jan", "feb", "mar", "apr", "may", "jun",
        "jul", "aug", "sep", "oct", "nov", "dec", "week", "month", "year", "quart", "as", "at",
        "chang", "vs", "versu", "varia", "incre", "decre", "%",
    ]])
});

/// What words tell of a period.
pub(crate) fn told(text: &str) -> Told {
    let mut out = Told::default();
    if text.len() > 600 || !WORDS_OF_TIME.is_in(text) {
        return out;
    }
    let lower = text.to_ascii_lowercase();
    let split =
        |c: char| c.is_whitespace() || matches!(c, ',' | '-' | '–' | '—' | '(' | ')' | ':' | ';');
    let words: Vec<&str> = lower.split(split).filter(|word| !word.is_empty()).collect();
    let word = |at: usize| words.get(at).copied().unwrap_or("").trim_end_matches('.');
    let mut count: Option<i8> = None;
    for at in 0..words.len() {
        let this = word(at);
        if let Some(month) = month(this) {
            out.day(month, &words, at);
        } else if super::number::is_year(this) {
            out.set_year(this.parse().ok());
        } else if let Some((month, day, year)) = numeric_date(this) {
            out.set_day((month, day));
            out.set_year(Some(year));
        }
        match this {
            "months" | "month" => out.set_length(count.map(Length::Months)),
            "weeks" | "week" => out.set_length(count.map(Length::Weeks)),
            "year" | "years" if ends(word(at + 1)) || word(at.wrapping_sub(1)) == "fiscal" => {
                out.set_length(Some(Length::Months(12)));
            }
            "quarter" | "quarters" if ends(word(at + 1)) => out.set_length(Some(Length::Months(3))),
            "as" if word(at + 1) == "of" || word(at + 1) == "at" => out.instant = true,
            "at" if at == 0 || month(word(at + 1)).is_some() => out.instant = true,
            "change" | "changes" | "vs" | "versus" | "variance" | "increase" | "decrease" | "%" => {
                out.several = true;
            }
            _ => {}
        }
        count = number(this).map(|n| n + count.filter(|tens| *tens >= 20 && n < 10).unwrap_or(0));
    }
    out
}

fn ends(word: &str) -> bool {
    matches!(word, "ended" | "ending" | "end")
}

impl Told {
    fn day(&mut self, month: i8, words: &[&str], at: usize) {
        let day = |at: usize| {
            let word = *words.get(at)?;
            let ordinal = |end: &str| word.strip_suffix(end);
            let day = ["st", "nd", "rd", "th"].into_iter().find_map(ordinal);
            let day = day.unwrap_or(word).parse::<i8>().ok()?;
            (1..=31).contains(&day).then_some(day)
        };
        let found = day(at + 1).or_else(|| at.checked_sub(1).and_then(day));
        if let Some(day) = found {
            self.set_day((month, day));
        }
    }

    fn set_day(&mut self, day: (i8, i8)) {
        self.several |= self.day.is_some_and(|known| known != day);
        self.day = self.day.or(Some(day));
    }

    fn set_year(&mut self, year: Option<i16>) {
        self.several |= self.year.is_some_and(|known| Some(known) != year);
        self.year = self.year.or(year);
    }

    fn set_length(&mut self, length: Option<Length>) {
        self.length = self.length.or(length);
    }
}

/// The name of a month.
pub(crate) fn is_month(word: &str) -> bool {
    month(&word.trim_end_matches('.').to_ascii_lowercase()).is_some()
}

/// `12/31/2023`, `9/30/99`.
fn numeric_date(word: &str) -> Option<(i8, i8, i16)> {
    let mut parts = word.split('/');
    let (month, day) = (parts.next()?.parse().ok()?, parts.next()?.parse().ok()?);
    let shown = parts.next()?;
    let year: i16 = shown.parse().ok()?;
    let year = match shown.len() {
        4 => year,
        2 if year < 70 => year + 2000,
        2 => year + 1900,
        _ => return None,
    };
    Date::new(year, month, day).ok().map(|_| (month, day, year))
}

/// Numbers of months and weeks.
fn number(word: &str) -> Option<i8> {
    const WORDS: [(&str, i8); 23] = [
        ("one", 1),
        ("two", 2),
        ("three", 3),
        ("four", 4),
        ("five", 5),
        ("six", 6),
        ("seven", 7),
        ("eight", 8),
        ("nine", 9),
        ("ten", 10),
        ("eleven", 11),
        ("twelve", 12),
        ("thirteen", 13),
        ("fourteen", 14),
        ("fifteen", 15),
        ("sixteen", 16),
        ("seventeen", 17),
        ("eighteen", 18),
        ("nineteen", 19),
        ("twenty", 20),
        ("thirty", 30),
        ("forty", 40),
        ("fifty", 50),
    ];
    let known = WORDS.iter().find(|(name, _)| *name == word);
    let number = known
        .map(|(_, number)| *number)
        .or_else(|| word.parse().ok());
    number.filter(|number| (1..=60).contains(number))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn period(words: &str, context: &str) -> Option<String> {
        let (told, context) = (told(words), told(context));
        let end = told.end(&context)?;
        Some(match told.period(&context, end, &[Some(end)])? {
            Period::Instant { instant } => instant.to_string(),
            Period::Duration { start, end } => format!("{start}/{end}"),
        })
    }

    #[test]
    fn headers_name_periods() {
        for (words, context, expected) in [
            (
                "Three Months Ended June 30, 2023",
                "",
                "2023-04-01/2023-06-30",
            ),
            (
                "Nine months ended Sept. 30, 1999",
                "",
                "1999-01-01/1999-09-30",
            ),
            ("Year Ended December 31, 2023", "", "2023-01-01/2023-12-31"),
            ("Years ended February 28, 2023", "", "2022-03-01/2023-02-28"),
            (
                "2023",
                "For the Years Ended December 31, 2023 and 2022",
                "2023-01-01/2023-12-31",
            ),
            ("2023", "As of December 31,", "2023-12-31"),
            ("December 31, 2023", "", "2023-12-31"),
            ("31 December 2023", "", "2023-12-31"),
            ("12/31/98", "", "1998-12-31"),
            ("As of December 31, 2023", "Years ended", "2023-12-31"),
            (
                "Fiscal Year Ended January 28, 2024",
                "",
                "2023-01-30/2024-01-28",
            ),
            (
                "Thirteen weeks ended July 29, 2023",
                "",
                "2023-04-30/2023-07-29",
            ),
            (
                "Twenty-six weeks ended July 29, 2023",
                "",
                "2023-01-29/2023-07-29",
            ),
            (
                "Seventeen weeks ended September 2nd, 2023",
                "",
                "2023-05-07/2023-09-02",
            ),
            (
                "53 Weeks Ended February 3, 2024",
                "",
                "2023-01-29/2024-02-03",
            ),
            ("Quarter ended March 31, 2024", "", "2024-01-01/2024-03-31"),
        ] {
            assert_eq!(period(words, context).as_deref(), Some(expected), "{words}");
        }
    }

    #[test]
    fn unknown_stays_none() {
        for (words, context) in [
            ("2023", ""),
            ("Fiscal 2023", ""),
            ("Change 2023 vs. 2022", "Years ended December 31,"),
            ("Total", "As of December 31, 2023"),
            ("June 30,", "Three months ended"),
            ("% Change", "Three months ended June 30, 2023"),
        ] {
            assert_eq!(period(words, context), None, "{words}");
        }
    }
}
