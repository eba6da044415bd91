//! What is a sentence worth quoting.

use std::borrow::Cow;

/// Words of a sentence that is quoted.
const WORDS: std::ops::RangeInclusive<usize> = 5..=90;
/// Bytes of a sentence that is quoted.
const MAX_BYTES: usize = 900;

/// Formulas of the forms and of the law: true of every filing, so they say nothing of this one.
const BOILERPLATE: &[&str] = &[
    "forward-looking",
    "forward looking statement",
    "incorporated by reference",
    "incorporated herein",
    "incorporate by reference",
    "indicate by check mark",
    "check the appropriate box",
    "table of contents",
    "pursuant to the requirements of the securities exchange act",
    "duly caused this report",
    "shall not be deemed",
    "not deemed to be filed",
    "deemed \"filed\"",
    "deemed “filed”",
    "private securities litigation reform act",
    "read in conjunction with",
    "in conjunction with the consolidated financial statements",
    "year-to-year comparisons",
    "can be found in",
    "is included in item",
    "is set forth in",
    "are set forth in",
    "is attached hereto",
    "attached as exhibit",
    "furnished as exhibit",
    "filed as exhibit",
    "our website",
    "www.",
    "refer to note",
    "refer to part",
    "refer to item",
    "see note ",
    "see item ",
    "see part ",
    "discussed in item",
    "in this item",
    "exact name of registrant",
    "former name or former",
    "(zip code)",
    "including area code",
    "date of report",
    "commission file n",
    "written communications pursuant to rule 425",
    "soliciting material pursuant to rule 14a-12",
    "pre-commencement communications pursuant",
    "as specified in its charter",
    "neither this current report",
    "furnished supplementally",
    "hereunto duly authorized",
];

/// Whether `text` is a whole sentence of running text: no heading, row, fragment or list of names.
pub(crate) fn is_prose(text: &str) -> bool {
    text.len() <= MAX_BYTES
        && WORDS.contains(&text.split_whitespace().count())
        && starts_like_a_sentence(text)
        && ends_like_a_sentence(text)
        && is_mostly_letters(text)
        && !has_debris(text)
}

/// Whether `text` is a sentence but for its end: it leads to a list or a table.
pub(crate) fn is_lead(text: &str) -> bool {
    let clause = text.trim_end_matches([':', ';', ',', ' ']);
    clause.split_whitespace().count() >= 8 && is_prose(&format!("{clause}."))
}

/// Whether `text` says something, though perhaps not in a whole sentence.
pub(crate) fn is_quotable(text: &str) -> bool {
    let words = text.split_whitespace();
    let words = words.filter(|word| word.chars().any(char::is_alphabetic));
    text.len() <= 2 * MAX_BYTES && words.count() >= *WORDS.start() && !text.contains('\t')
}

/// Bytes of the bullet, number or letter that a list puts before `text`.
pub(crate) fn marker(text: &str) -> usize {
    let bulleted = text.trim_start_matches(['•', '●', '▪', '■', '–', '—', '-', '*', '·', ' ']);
    let mut rest = bulleted.trim_start();
    if let Some((inside, after)) = rest.strip_prefix('(').and_then(|r| r.split_once(')')) {
        let short = inside.len() <= 4 && inside.chars().all(|c| c.is_alphanumeric() || c == '-');
        if short && after.starts_with(char::is_whitespace) {
            rest = after.trim_start();
        }
    }
    text.len() - rest.len()
}

fn starts_like_a_sentence(text: &str) -> bool {
    let item = text
        .get(..5)
        .is_some_and(|start| start.eq_ignore_ascii_case("item "));
    if item && text.chars().nth(5).is_some_and(|c| c.is_ascii_digit()) {
        return false;
    }
    let first = text
        .trim_start_matches(['“', '"', '(', '‘', '\''])
        .chars()
        .next();
    first.is_some_and(char::is_uppercase)
}

fn ends_like_a_sentence(text: &str) -> bool {
    text.trim_end_matches(['”', '"', ')', '’', '\''])
        .ends_with(['.', '!', '?'])
}

fn is_mostly_letters(text: &str) -> bool {
    let (mut letters, mut capitals, mut others) = (0_usize, 0_usize, 0_usize);
    for c in text.chars().filter(|c| !c.is_whitespace()) {
        letters += usize::from(c.is_alphabetic());
        capitals += usize::from(c.is_uppercase());
        others += usize::from(!c.is_alphabetic());
    }
    letters.saturating_mul(2) > others.saturating_mul(3) && letters > capitals.saturating_mul(3)
}

/// Cells, leaders, rules, and words or signs cut by a line end.
fn has_debris(text: &str) -> bool {
    let cut = ["-\n", "–\n", "—\n", "(\n", "$\n", "/\n"];
    let debris = ["\t", "    ", "....", "___", "---", "•", "●", "☐", "☒"];
    debris.iter().chain(&cut).any(|mark| text.contains(mark)) || has_cut_number(text)
}

/// Whether a line ends between a number and its scale word: joined again, it would be another number.
fn has_cut_number(text: &str) -> bool {
    text.match_indices('\n').any(|(at, _)| {
        let (before, after) = text.split_at(at);
        let scale = ["thousand", "million", "billion", "trillion"];
        before.ends_with(|c: char| c.is_ascii_digit() || c == ')')
            && scale
                .iter()
                .any(|word| after.trim_start().starts_with(word))
    })
}

/// Whether the sentence is a formula.
pub(crate) fn is_boilerplate(text: &str) -> bool {
    contains_any(&collapse(text).to_lowercase(), BOILERPLATE)
}

/// Whether `text` has one of `phrases` in it.
pub(crate) fn contains_any(text: &str, phrases: &[&str]) -> bool {
    phrases.iter().any(|phrase| text.contains(phrase))
}

/// Runs of white space as one space.
pub(crate) fn collapse(text: &str) -> Cow<'_, str> {
    let plain = !text.contains(['\n', '\t', '\u{a0}']) && !text.contains("  ");
    if plain {
        return Cow::Borrowed(text.trim());
    }
    let words: Vec<&str> = text.split_whitespace().collect();
    Cow::Owned(words.join(" "))
}

/// Whether `text[start..end]` begins and ends at the edge of words and numbers: what is cut out of
/// `2023.5` or of a longer word is not what the filing says.
pub(crate) fn stands_alone(text: &str, start: usize, end: usize) -> bool {
    let (Some(before), Some(inside), Some(after)) =
        (text.get(..start), text.get(start..end), text.get(end..))
    else {
        return false;
    };
    !joined(before, inside) && !joined(inside, after)
}

fn joined(left: &str, right: &str) -> bool {
    let mut back = left.chars().rev();
    let mut ahead = right.chars();
    let (Some(l), Some(r)) = (back.next(), ahead.next()) else {
        return false;
    };
    let point = |c: char| c == ',' || c == '.';
    let digit = |c: Option<char>| c.is_some_and(|c| c.is_ascii_digit());
    (l.is_alphanumeric() && r.is_alphanumeric())
        || (l == '.' && r.is_ascii_digit())
        || (l == ',' && r.is_ascii_digit() && digit(back.next()))
        || (l.is_ascii_digit() && point(r) && digit(ahead.next()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sentences_are_told_from_the_rest() {
        for (text, expected) in [
            ("Net sales rose 3 % to $391.0 billion in 2024.", true),
            ("“We are pleased with the results of the quarter.”", true),
            ("Sales rose in all regions.", true),
            ("Sales rose in Europe.", false),
            ("and continued to rise in all other regions.", false),
            (
                "Management’s Discussion and Analysis of Financial Condition",
                false,
            ),
            ("WE MAY NOT BE ABLE TO PAY OUR DEBT.", false),
            (
                "Item 5.02 Departure of Directors; Election of Directors.",
                false,
            ),
            ("Net sales\t391,035\t383,285\tof all kinds.", false),
            ("Total 391,035 383,285 394,328 365,817 274,515.", false),
            ("We use long-\nterm debt to pay for it.", false),
            ("Sales of the segment rose to $8\nmillion.", false),
            ("Sales of the segment rose to $8 million\nin 2024.", true),
        ] {
            assert_eq!(is_prose(text), expected, "{text}");
        }
    }

    #[test]
    fn a_lead_is_a_sentence_but_for_its_end() {
        assert!(is_lead(
            "On May 1 the board approved these bonuses for 2009, as follows:"
        ));
        assert!(!is_lead("Compensatory Arrangements of Certain Officers"));
        assert!(!is_lead(
            "Name\tTitle and 2009 bonus of each of the officers:"
        ));
    }

    #[test]
    fn marks_of_lists_are_no_part_of_a_sentence() {
        for (text, rest) in [
            ("(b) On May 1 she resigned.", "On May 1 she resigned."),
            ("• Sales rose.", "Sales rose."),
            ("(a-b) • Sales rose.", "• Sales rose."),
            ("(formerly known as X) rose.", "(formerly known as X) rose."),
            ("Sales rose.", "Sales rose."),
        ] {
            assert_eq!(&text[marker(text)..], rest);
        }
    }

    #[test]
    fn numbers_and_words_are_not_cut() {
        let text = "It ended in 2023.5 The rest.";
        assert!(!stands_alone(text, 0, 17));
        assert!(stands_alone(text, 0, 16 - 5));
        assert!(!stands_alone(text, 1, 5));
        assert!(stands_alone(text, 0, text.len()));
    }
}
