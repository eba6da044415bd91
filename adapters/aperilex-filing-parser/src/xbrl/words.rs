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
const POWERS: [(&str, u64); 3] = [
    ("thousand", 1_000),
    ("million", 1_000_000),
    ("billion", 1_000_000_000),
];

/// The number that `text` spells; `no` and `none` are zero.
pub(crate) fn number(text: &str) -> Option<u64> {
    let lower = text.trim().to_ascii_lowercase();
    if matches!(lower.as_str(), "no" | "none" | "nil") {
        return Some(0);
    }
    let (mut total, mut group, mut seen) = (0_u64, 0_u64, false);
    for word in lower
        .split(|c: char| !c.is_ascii_alphabetic())
        .filter(|w| !w.is_empty())
    {
        if word == "and" || (word == "a" && !seen) {
            group = group.max(u64::from(word == "a"));
            continue;
        }
        seen = true;
        if let Some(value) = UNITS.iter().position(|unit| *unit == word) {
            group = group.checked_add(value as u64)?;
        } else if let Some(ten) = TENS.iter().position(|ten| *ten == word) {
            group = group.checked_add((ten as u64 + 2) * 10)?;
        } else if word == "hundred" {
            group = group.max(1).checked_mul(100)?;
        } else {
            let (_, power) = POWERS.iter().find(|(name, _)| *name == word)?;
            total = total.checked_add(group.max(1).checked_mul(*power)?)?;
            group = 0;
        }
    }
    seen.then(|| total.checked_add(group)).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_words() {
        assert_eq!(number("Two"), Some(2));
        assert_eq!(number("no"), Some(0));
        assert_eq!(number("twenty-five"), Some(25));
        assert_eq!(number("one hundred and five thousand"), Some(105_000));
        assert_eq!(number("a hundred"), Some(100));
        assert_eq!(number("several"), None);
    }
}
