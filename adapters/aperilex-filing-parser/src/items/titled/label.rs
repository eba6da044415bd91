//! Numbers in front of headings: proposals, items of a registration statement's second part, annexes.

/// What a number counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Counts {
    /// `Proposal No. 2`.
    Proposal,
    /// `Item 13.`
    Item,
    /// `Annex A`.
    Annex,
}

/// A number in front of a heading.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Label {
    /// What it counts.
    pub(crate) counts: Counts,
    /// The number in digits or capitals.
    pub(crate) number: String,
    /// Where the title begins; the text's length if the label stands alone.
    pub(crate) rest: usize,
}

const WORDS: &[&str] = &[
    "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven",
    "twelve",
];

/// The label that `text` begins with.
pub(crate) fn read(text: &str) -> Option<Label> {
    let (word, rest) = word(text)?;
    let counts = match word.to_ascii_lowercase().as_str() {
        "proposal" => Counts::Proposal,
        "item" => Counts::Item,
        "annex" | "appendix" | "exhibit" => Counts::Annex,
        _ => return None,
    };
    let rest = behind_number_sign(rest);
    let (number, behind) = self::word(rest)?;
    let number = self::number(number, counts)?;
    let marked = !behind
        .trim_start_matches([' ', '\u{a0}'])
        .starts_with(|c: char| c.is_alphanumeric());
    let title =
        behind.trim_start_matches(|c: char| !c.is_alphanumeric() && !matches!(c, '(' | '“' | '"'));
    // `Proposal 2 was approved` goes on in small letters.
    let sentence = title.starts_with(char::is_lowercase) || (!marked && counts == Counts::Annex);
    (!sentence).then(|| Label {
        counts,
        number,
        rest: text.len() - title.len(),
    })
}

/// The first word, of letters or of digits, and what follows.
fn word(text: &str) -> Option<(&str, &str)> {
    let text = text.trim_start_matches([' ', '\t', '\u{a0}']);
    let end = text
        .find(|c: char| !c.is_alphanumeric())
        .unwrap_or(text.len());
    let (word, rest) = text.split_at_checked(end)?;
    (!word.is_empty()).then_some((word, rest))
}

/// Behind `No.`, `Number`, `#`.
fn behind_number_sign(text: &str) -> &str {
    let text = text.trim_start_matches([' ', '\t', '\u{a0}', '#']);
    for sign in ["no.", "number ", "no ", "nos. "] {
        let head = text.get(..sign.len()).unwrap_or_default();
        if head.eq_ignore_ascii_case(sign) {
            return text.get(sign.len()..).unwrap_or_default();
        }
    }
    text
}

fn number(word: &str, counts: Counts) -> Option<String> {
    let lower = word.to_ascii_lowercase();
    let digits = word.bytes().take_while(u8::is_ascii_digit).count();
    let lettered = digits > 0 && digits <= 2 && word.len() <= digits + 1 && word.is_ascii();
    if lettered {
        return Some(word.to_ascii_uppercase());
    }
    if counts == Counts::Item {
        return None;
    }
    if let Some(at) = WORDS.iter().position(|name| *name == lower) {
        return Some((at + 1).to_string());
    }
    let upper = word.bytes().all(|b| b.is_ascii_uppercase());
    let roman = word.len() <= 4 && word.bytes().all(|b| matches!(b, b'I' | b'V' | b'X'));
    let single = counts == Counts::Annex && word.len() <= 2;
    (upper && (roman || single)).then(|| word.to_owned())
}

/// `PART II`, alone or before its title.
pub(crate) fn is_part_two(text: &str) -> bool {
    let mut words = text
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_ascii_lowercase);
    let part = words.next().as_deref() == Some("part")
        && matches!(words.next().as_deref(), Some("ii" | "2"));
    let rest: Vec<String> = words.take(6).collect();
    let title =
        rest.iter()
            .map(String::as_str)
            .eq(["information", "not", "required", "in", "prospectus"])
            || rest.iter().map(String::as_str).eq([
                "information",
                "not",
                "required",
                "in",
                "the",
                "prospectus",
            ]);
    part && (rest.is_empty() || title)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> String {
        read(text).map_or_else(String::new, |label| {
            format!(
                "{:?} {}|{}",
                label.counts,
                label.number,
                &text[label.rest..]
            )
        })
    }

    #[test]
    fn reads_numbers_of_proposals_items_and_annexes() {
        for (text, label) in [
            (
                "PROPOSAL 1: ELECTION OF DIRECTORS",
                "Proposal 1|ELECTION OF DIRECTORS",
            ),
            ("Proposal No. 2 — Ratification", "Proposal 2|Ratification"),
            ("PROPOSAL\tNUMBER THREE", "Proposal 3|"),
            ("Proposal IV. Say on Pay", "Proposal IV|Say on Pay"),
            ("Item 13.", "Item 13|"),
            ("ITEM 2 - ADVISORY VOTE", "Item 2|ADVISORY VOTE"),
            ("Appendix A FIRST PLAN", ""),
            ("ANNEX B—Plan", "Annex B|Plan"),
            ("Appendix A", "Annex A|"),
            ("Proposal 2 was approved", ""),
            ("Proposals of Stockholders", ""),
            ("Exhibit Index", ""),
            ("Item of business", ""),
        ] {
            assert_eq!(shown(text), label, "{text}");
        }
    }

    #[test]
    fn knows_the_second_part() {
        assert!(is_part_two(
            "PART II—INFORMATION NOT REQUIRED IN PROSPECTUS"
        ));
        assert!(is_part_two("Part II"));
        assert!(!is_part_two("Part II, Item 7 of our annual report"));
    }
}
