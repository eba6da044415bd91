//! English number words, as the SEC's transformation `numwordsen` allows them.

const UNITS: [&str; 20] = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
];
const TENS: [&str; 8] = [
    "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety",
];
const POWERS: [(&str, u64); 4] = [
    ("thousand", 1_000),
    ("million", 1_000_000),
    ("billion", 1_000_000_000),
    ("trillion", 1_000_000_000_000),
];

/// The number that `text` spells; `no` and `none` are zero. None if it is no number, or more than
/// one.
pub(crate) fn number(text: &str) -> Option<u64> {
    let lower = text.trim().to_ascii_lowercase();
    if matches!(lower.as_str(), "no" | "none" | "nil") {
        return Some(0);
    }
    let mut spelled = Spelled::default();
    for word in lower
        .split(|c: char| !c.is_ascii_alphabetic())
        .filter(|w| !w.is_empty())
    {
        spelled.add(word)?;
    }
    spelled.end()
}

/// A number word by word.
#[derive(Debug, Default)]
struct Spelled {
    total: u64,
    /// The part below the next power of a thousand.
    group: Option<u64>,
    /// What a further word may add: less than this.
    room: u64,
    /// The last power; the next must be smaller.
    power: Option<u64>,
}

impl Spelled {
    fn add(&mut self, word: &str) -> Option<()> {
        if word == "and" {
            return Some(());
        }
        let unit = UNITS.iter().position(|unit| *unit == word);
        let ten = TENS.iter().position(|ten| *ten == word);
        match (unit, ten) {
            _ if word == "a" && self.group.is_none() && self.power.is_none() => {
                self.group = Some(1);
                self.room = 1;
            }
            (Some(unit), _) => self.take(unit as u64, 1)?,
            (_, Some(ten)) => self.take((ten as u64 + 2) * 10, 10)?,
            _ if word == "hundred" => {
                let group = self.group.filter(|group| (1..20).contains(group))?;
                self.group = Some(group * 100);
                self.room = 100;
            }
            _ => {
                let (_, power) = POWERS.iter().find(|(name, _)| *name == word)?;
                let group = self.group.take().filter(|group| *group > 0)?;
                if self.power.is_some_and(|last| last <= *power) {
                    return None;
                }
                self.power = Some(*power);
                self.total = self.total.checked_add(group.checked_mul(*power)?)?;
            }
        }
        Some(())
    }

    /// Adds `value` if there is room for it, and leaves room for what is below `room`.
    fn take(&mut self, value: u64, room: u64) -> Option<()> {
        match self.group {
            None => self.group = Some(value),
            Some(group) if (1..self.room).contains(&value) => self.group = Some(group + value),
            Some(_) => return None,
        }
        self.room = room;
        Some(())
    }

    fn end(self) -> Option<u64> {
        match (self.group, self.power) {
            (Some(group), _) => self.total.checked_add(group),
            (None, Some(_)) => Some(self.total),
            (None, None) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_words() {
        for (text, expected) in [
            ("Two", Some(2)),
            ("no", Some(0)),
            ("zero", Some(0)),
            ("twenty-five", Some(25)),
            ("one hundred and five thousand", Some(105_000)),
            ("fifteen hundred", Some(1500)),
            ("two million, three hundred twelve", Some(2_000_312)),
            ("a hundred", Some(100)),
            ("several", None),
            ("two three", None),
            ("twenty eleven", None),
            ("one thousand two million", None),
            ("hundred", None),
            ("and", None),
            ("", None),
        ] {
            assert_eq!(number(text), expected, "{text}");
        }
    }
}
