//! Dates and parts of them, in English and in numbers.

use crate::months::MONTHS;
use jiff::civil::Date;

/// A part of a date.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    Day,
    Month,
    MonthName,
    Year,
}

/// The parts of a date in the order in which they are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Order {
    parts: [Option<Part>; 3],
}

/// Names of the first registry that do not name their parts.
const OLD: [(&str, &str); 15] = [
    ("dateslashus", "monthdayyear"),
    ("datedotus", "monthdayyear"),
    ("dateslasheu", "daymonthyear"),
    ("datedoteu", "daymonthyear"),
    ("datelongus", "monthnamedayyear"),
    ("dateshortus", "monthnamedayyear"),
    ("datelonguk", "daymonthnameyear"),
    ("dateshortuk", "daymonthnameyear"),
    ("dateslashdaymontheu", "daymonth"),
    ("dateslashmonthdayus", "monthday"),
    ("datelongdaymonthuk", "daymonthname"),
    ("dateshortdaymonthuk", "daymonthname"),
    ("datelongmonthdayus", "monthnameday"),
    ("dateshortmonthdayus", "monthnameday"),
    ("datelongmonthyear", "monthnameyear"),
];

impl Order {
    /// The order that a format (lower case, without hyphens) stands for.
    pub(crate) fn of(name: &str) -> Option<Self> {
        if let Some((_, parts)) = OLD.iter().find(|(old, _)| *old == name) {
            return Self::parts(parts, false);
        }
        match name {
            "dateshortmonthyear" => return Self::parts("monthnameyear", false),
            "datelongyearmonth" | "dateshortyearmonth" => {
                return Self::parts("yearmonthname", false);
            }
            _ => {}
        }
        let rest = name.strip_prefix("date")?;
        match rest.strip_suffix("en") {
            Some(parts) => Self::parts(parts, true),
            None if rest.contains("name") => None,
            None => Self::parts(rest, false),
        }
    }

    /// Reads `daymonthyear`; in English `month` is its name.
    fn parts(mut rest: &str, english: bool) -> Option<Self> {
        let mut parts = [None; 3];
        for slot in &mut parts {
            let known = [
                ("day", Part::Day),
                ("monthname", Part::MonthName),
                (
                    "month",
                    if english {
                        Part::MonthName
                    } else {
                        Part::Month
                    },
                ),
                ("year", Part::Year),
            ];
            let Some((name, part)) = known.iter().find(|(name, _)| rest.starts_with(name)) else {
                break;
            };
            *slot = Some(*part);
            rest = rest.get(name.len()..).unwrap_or_default();
        }
        let order = Self { parts };
        let has = |part| order.parts.contains(&Some(part));
        let month = has(Part::Month) || has(Part::MonthName);
        (rest.is_empty() && month && (has(Part::Day) || has(Part::Year))).then_some(order)
    }

    /// `2024-12-31`, `--12-31` or `2024-12`; none if `shown` is no such date.
    pub(crate) fn read(self, shown: &str) -> Option<String> {
        let (mut day, mut month, mut year) = (None, None, None);
        let mut tokens = Tokens { rest: shown.trim() };
        for (index, part) in self.parts.iter().flatten().enumerate() {
            match part {
                Part::MonthName => month = Some(tokens.month(index == 0)?),
                Part::Month => month = Some(tokens.number(2, index == 0)?),
                Part::Day => day = Some(tokens.number(2, index == 0)?),
                Part::Year => year = Some(century(tokens.number(4, index == 0)?)),
            }
        }
        tokens.end()?;
        canonical(year, month?, day)
    }
}

/// A year of one or two digits is one of this century.
const fn century(year: u16) -> u16 {
    if year < 100 { 2000 + year } else { year }
}

fn canonical(year: Option<u16>, month: u16, day: Option<u16>) -> Option<String> {
    // A day without a year may be that of a leap year.
    let (month, of) = (i8::try_from(month).ok()?, year.unwrap_or(2000));
    let date = Date::new(
        i16::try_from(of).ok()?,
        month,
        day.map_or(Ok(1), i8::try_from).ok()?,
    );
    let date = date.ok()?;
    Some(match (year, day) {
        (Some(_), Some(_)) => date.to_string(),
        (Some(_), None) => format!("{:04}-{:02}", date.year(), date.month()),
        (None, _) => format!("--{:02}-{:02}", date.month(), date.day()),
    })
}

/// Words and numbers of a shown date.
struct Tokens<'t> {
    rest: &'t str,
}

impl<'t> Tokens<'t> {
    /// The next word or number; what stands between them separates.
    fn next(&mut self) -> Option<&'t str> {
        let rest = self.rest.trim_start_matches(|c: char| !c.is_alphanumeric());
        let first = rest.chars().next()?;
        let same = |c: char| {
            if first.is_numeric() {
                !c.is_numeric()
            } else {
                !c.is_alphabetic()
            }
        };
        let end = rest.find(same).unwrap_or(rest.len());
        let (token, rest) = rest.split_at_checked(end)?;
        self.rest = rest;
        Some(token)
    }

    /// The next number of at most so many digits; words before it are passed over unless it is the
    /// first part, or they name a month.
    fn number(&mut self, digits: usize, first: bool) -> Option<u16> {
        loop {
            let token = self.next()?;
            if let Some(number) = number(token) {
                return (token.chars().count() <= digits).then_some(number);
            }
            if first || month(token).is_some() {
                return None;
            }
        }
    }

    /// The next month name; other words before it are passed over unless it is the first part.
    fn month(&mut self, first: bool) -> Option<u16> {
        loop {
            let token = self.next()?;
            if let Some(month) = month(token) {
                return Some(month);
            }
            if first || number(token).is_some() {
                return None;
            }
        }
    }

    /// Nothing but the end of an ordinal may follow.
    fn end(mut self) -> Option<()> {
        match self.next() {
            None => Some(()),
            Some("st" | "nd" | "rd" | "th") => self.next().is_none().then_some(()),
            Some(_) => None,
        }
    }
}

fn number(token: &str) -> Option<u16> {
    token.chars().try_fold(0_u16, |number, c| {
        let digit = match c {
            '\u{FF10}'..='\u{FF19}' => u32::from(c) - 0xFF10,
            _ => c.to_digit(10)?,
        };
        number
            .checked_mul(10)?
            .checked_add(u16::try_from(digit).ok()?)
    })
}

fn month(word: &str) -> Option<u16> {
    let is = |month: &&str| {
        word.eq_ignore_ascii_case(month)
            || month
                .get(..3)
                .is_some_and(|short| word.eq_ignore_ascii_case(short))
            || (month.starts_with("sept") && word.eq_ignore_ascii_case("sept"))
    };
    let index = MONTHS.iter().position(is)?;
    u16::try_from(index + 1).ok()
}

/// `Q3 2024` or `third quarter of 2024` as its last day.
pub(crate) fn quarter_end(shown: &str) -> Option<String> {
    let (mut quarter, mut year) = (None, None);
    for word in shown
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
    {
        let word = word.to_ascii_lowercase();
        let found = match word.as_str() {
            "quarter" | "of" | "the" | "q" => continue,
            "first" | "1st" | "q1" | "1q" | "1" => 1,
            "second" | "2nd" | "q2" | "2q" | "2" => 2,
            "third" | "3rd" | "q3" | "3q" | "3" => 3,
            "fourth" | "4th" | "q4" | "4q" | "4" | "last" => 4,
            _ if year.is_none() && matches!(word.len(), 2 | 4) => {
                year = Some(century(number(&word)?));
                continue;
            }
            _ => return None,
        };
        if quarter.replace(found).is_some() {
            return None;
        }
    }
    let (month, day) = match quarter? {
        1 => (3, 31),
        2 => (6, 30),
        3 => (9, 30),
        _ => (12, 31),
    };
    canonical(Some(year?), month, Some(day))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_spelling_is_read() {
        for (name, shown, expected) in [
            ("datemonthnamedayyearen", "December 31, 2024", "2024-12-31"),
            ("datemonthnamedayyearen", "DEC. 31st, 24", "2024-12-31"),
            ("datemonthdayyearen", "Sept 5 2021", "2021-09-05"),
            (
                "datedaymonthnameyearen",
                "31st day of March, 2023",
                "2023-03-31",
            ),
            ("datedaymonthyearen", "1 Feb 2020", "2020-02-01"),
            ("datemonthnamedayen", "February 29", "--02-29"),
            ("datemonthnamedayen", "June 30th", "--06-30"),
            ("datemonthdayen", "June 30", "--06-30"),
            ("datedaymonthen", "30 June", "--06-30"),
            ("datemonthnameyearen", "July 2024", "2024-07"),
            ("dateyearmonthnameen", "2024 July", "2024-07"),
            ("datemonthyearen", "July 2024", "2024-07"),
            ("datemonthday", "12/31", "--12-31"),
            ("datedaymonth", "31.12.", "--12-31"),
            ("datemonthdayyear", "12/31/2024", "2024-12-31"),
            ("datedaymonthyear", "31-12-24", "2024-12-31"),
            ("dateyearmonthday", "2024.12.31", "2024-12-31"),
            ("datemonthyear", "12/2024", "2024-12"),
            ("dateyearmonth", "2024-12", "2024-12"),
            ("dateyearmonthday", "２０２４/１２/３１", "2024-12-31"),
            ("dateslashus", "1/2/2010", "2010-01-02"),
            ("dateslasheu", "1/2/2010", "2010-02-01"),
            ("datelongus", "May 5, 2010", "2010-05-05"),
            ("dateshortuk", "5 May 10", "2010-05-05"),
            ("dateshortyearmonth", "2010 May", "2010-05"),
            ("dateslashmonthdayus", "5/6", "--05-06"),
        ] {
            let order = Order::of(name);
            let read = order.and_then(|order| order.read(shown));
            assert_eq!(read.as_deref(), Some(expected), "{name} {shown}");
        }
    }

    #[test]
    fn what_is_no_date_is_not_read() {
        for (name, shown) in [
            ("datemonthnamedayyearen", "December 31"),
            ("datemonthnamedayyearen", "December 32, 2024"),
            ("datemonthnamedayyearen", "year ended December 31, 2024"),
            ("datemonthnamedayyearen", "December 31, 2024 and 2023"),
            ("datemonthnamedayyearen", "Dezember 31, 2024"),
            ("datemonthdayyear", "31/12/2024"),
            ("datemonthnameyearen", "July 20245"),
            ("datemonthnamedayen", "February 30"),
        ] {
            let order = Order::of(name);
            assert_eq!(order.and_then(|order| order.read(shown)), None, "{shown}");
        }
        for name in [
            "datedaymonthnameyearde",
            "date",
            "dateyear",
            "dateday",
            "month",
        ] {
            assert_eq!(Order::of(name), None, "{name}");
        }
    }

    #[test]
    fn a_quarter_ends_on_its_last_day() {
        for (shown, expected) in [
            ("Q3 2024", Some("2024-09-30")),
            ("first quarter of 2023", Some("2023-03-31")),
            ("2022 fourth quarter", Some("2022-12-31")),
            ("fifth quarter of 2022", None),
            ("Q1", None),
        ] {
            assert_eq!(quarter_end(shown).as_deref(), expected, "{shown}");
        }
    }
}
