//! Sentences of a paragraph: Unicode's rules (UAX 29), mended for abbreviations.

use std::borrow::Cow;

use aperilex_ports::TextRange;
use unicode_segmentation::UnicodeSegmentation;

/// Never the end of a sentence.
const OPEN: &[&str] = &[
    "mr", "mrs", "ms", "dr", "prof", "messrs", "st", "no", "nos", "sec", "secs", "art", "fig",
    "vs", "v", "approx", "dept", "est", "e.g", "i.e", "cf", "al", "jan", "feb", "mar", "apr",
    "jun", "jul", "aug", "sept", "sep", "oct", "nov", "dec", "vol", "pp", "para", "reg", "ex",
    "exh", "gen", "sen", "rep", "gov", "hon", "rev", "ft", "mt", "ave", "blvd", "bldg", "mgmt",
    "intl",
];

/// May end a sentence; it goes on unless a word follows that often starts one.
const EITHER: &[&str] = &[
    "inc", "corp", "co", "ltd", "llc", "l.l.c", "l.p", "lp", "plc", "n.a", "s.a", "n.v", "a.g",
    "u.s", "u.k", "u.s.a", "e.u", "u.n", "d.c", "n.y", "p.r.c", "jr", "sr", "bros", "etc", "a.m",
    "p.m", "ph.d", "m.d", "b.v", "s.p.a", "cos", "assn", "univ", "mfg",
];

/// Words that often start a sentence and rarely go on after an abbreviation.
const STARTERS: &[&str] = &[
    "The",
    "We",
    "Our",
    "In",
    "On",
    "This",
    "These",
    "It",
    "As",
    "For",
    "At",
    "If",
    "A",
    "An",
    "However",
    "Such",
    "There",
    "They",
    "Each",
    "During",
    "Under",
    "When",
    "While",
    "Although",
    "All",
    "No",
    "To",
    "You",
    "Any",
    "By",
    "From",
    "Its",
    "Certain",
    "Following",
    "She",
    "He",
    "His",
    "Her",
    "Mr",
    "Ms",
    "Their",
    "Neither",
    "Both",
    "Effective",
    "Upon",
    "Pursuant",
    "With",
    "After",
    "Since",
    "Because",
    "Until",
    "Net",
    "Total",
];

/// The sentences of the paragraph `text[range]`, without the white space around them.
pub(crate) fn sentences(text: &str, range: &TextRange) -> Vec<TextRange> {
    let Some(slice) = text.get(range.clone()) else {
        return Vec::new();
    };
    // A wrapped line is no end; the replacement keeps every offset.
    let flat = if slice.contains('\n') {
        Cow::Owned(slice.replace('\n', " "))
    } else {
        Cow::Borrowed(slice)
    };
    let mut found: Vec<TextRange> = Vec::new();
    let mut open = false;
    for (at, piece) in flat.split_sentence_bound_indices() {
        let start = range.start + at + (piece.len() - piece.trim_start().len());
        let end = range.start + at + piece.trim_end().len();
        if start >= end {
            continue;
        }
        let goes_on = open || continues(piece);
        match found.last_mut() {
            Some(last) if goes_on && !starts_anew(&flat, range, last, piece) => last.end = end,
            _ => found.push(start..end),
        }
        open = ends_open(piece);
    }
    found
}

/// Whether what went before only looked finished.
fn continues(piece: &str) -> bool {
    let first = piece.trim_start().chars().next();
    first.is_some_and(|c| c.is_lowercase() || matches!(c, ',' | ';' | ')' | '%'))
}

/// Whether the piece ends in an abbreviation or an initial.
fn ends_open(piece: &str) -> bool {
    let Some(word) = last_word(piece) else {
        return false;
    };
    let initial = word.len() == 1 && word.chars().all(|c| c.is_uppercase());
    let lower = word.to_lowercase();
    initial || OPEN.contains(&lower.as_str()) || EITHER.contains(&lower.as_str())
}

/// Whether `piece` starts a sentence although the last one ends in an abbreviation.
fn starts_anew(flat: &str, range: &TextRange, last: &TextRange, piece: &str) -> bool {
    let before = flat.get(last.start - range.start..last.end - range.start);
    let Some(word) = before.and_then(last_word) else {
        return false;
    };
    let either = EITHER.contains(&word.to_lowercase().as_str());
    let first = piece
        .split(|c: char| !c.is_alphanumeric())
        .find(|word| !word.is_empty());
    either && first.is_some_and(|word| STARTERS.contains(&word))
}

/// The word before the final full stop.
fn last_word(piece: &str) -> Option<&str> {
    let piece = piece.trim_end().strip_suffix('.')?;
    let word = piece.rsplit(|c: char| c.is_whitespace() || matches!(c, '(' | '“' | '"' | '/'));
    word.into_iter().next()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn abbreviations_do_not_end_a_sentence() {
        for (text, expected) in [
            (
                "Apple Inc. designs phones. It sells them in the U.S. and abroad.",
                vec![
                    "Apple Inc. designs phones.",
                    "It sells them in the U.S. and abroad.",
                ],
            ),
            (
                "We sell to Best Buy Co. The loss of it would hurt. See Note No. 12 above.",
                vec![
                    "We sell to Best Buy Co.",
                    "The loss of it would hurt.",
                    "See Note No. 12 above.",
                ],
            ),
            (
                "Mr. John Q. Public resigned. Sales rose 2.5% to $1.2 billion in fiscal 2023.",
                vec![
                    "Mr. John Q. Public resigned.",
                    "Sales rose 2.5% to $1.2 billion in fiscal 2023.",
                ],
            ),
            (
                "Wrapped text goes\non here. And\nends.",
                vec!["Wrapped text goes\non here.", "And\nends."],
            ),
            (
                "Smith v. Acme Corp. Delaware law applies.",
                vec!["Smith v. Acme Corp. Delaware law applies."],
            ),
            ("", vec![]),
        ] {
            let found = sentences(text, &(0..text.len()));
            let found: Vec<&str> = found.into_iter().map(|range| &text[range]).collect();
            assert_eq!(found, expected);
        }
    }
}
