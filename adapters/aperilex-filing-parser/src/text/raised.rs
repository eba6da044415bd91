//! Text set above the line: note marks must not become part of the word or number before them.

/// How far back a word is looked at.
const WINDOW: usize = 24;

/// What was raised last.
#[derive(Debug, Default)]
pub(crate) struct Raised {
    /// The piece before was raised.
    pub(crate) on: bool,
    /// It stands apart: it began its line or cell, or was parted from the word before it.
    pub(crate) apart: bool,
}

/// Whether a space must be made between `before` and the raised `piece`: `2023` and `2`, `Nike` and
/// `SM`; but not in `60th`, `m2` or letters that are set small.
pub(crate) fn parts(before: &[u8], piece: &[u8]) -> bool {
    let tail = before
        .get(before.len().saturating_sub(WINDOW)..)
        .unwrap_or(before);
    let len = tail
        .iter()
        .rev()
        .take_while(|b| b.is_ascii_alphanumeric())
        .count();
    let word = tail.get(tail.len() - len..).unwrap_or_default();
    let end = piece
        .iter()
        .take_while(|b| b.is_ascii_alphanumeric())
        .count();
    let mark = piece.get(..end).unwrap_or_default();
    let (Some(last), Some(first)) = (word.last(), mark.first()) else {
        return false;
    };
    if first.is_ascii_digit() {
        return !(matches!(mark, b"2" | b"3") && is_length(word));
    }
    if last.is_ascii_digit() {
        return !["st", "nd", "rd", "th"]
            .iter()
            .any(|ending| mark.eq_ignore_ascii_case(ending.as_bytes()));
    }
    mark.len() <= 2 && word.len() > 1
}

fn is_length(word: &[u8]) -> bool {
    matches!(
        word,
        b"m" | b"cm" | b"mm" | b"km" | b"ft" | b"in" | b"yd" | b"mi"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_part_from_words_and_powers_do_not() {
        for (before, piece, parted) in [
            ("in 2023", "2", true),
            ("Schweppes", "1", true),
            ("Nike", "SM", true),
            ("2023", "a", true),
            ("2023", "restated", true),
            ("60", "th", false),
            ("21", "ST", false),
            ("10 m", "2", false),
            ("10 km", "2", false),
            ("R", "ISK", false),
            ("M", "c", false),
            ("word", "", false),
            ("", "1", false),
            ("word ", "1", false),
            ("word", "(1)", false),
        ] {
            assert_eq!(
                parts(before.as_bytes(), piece.as_bytes()),
                parted,
                "{before}^{piece}"
            );
        }
    }
}
