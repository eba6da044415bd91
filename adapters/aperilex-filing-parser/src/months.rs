//! The months in English.

/// Names from January on, in small letters.
pub(crate) const MONTHS: [&str; 12] = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
];

/// The month, from 1, whose name in small letters this is: the whole of it or its first three or four letters.
pub(crate) fn month(word: &str) -> Option<i8> {
    let short = (3..=4).contains(&word.len());
    let at = MONTHS
        .iter()
        .position(|name| *name == word || short && name.starts_with(word))?;
    i8::try_from(at + 1).ok()
}
