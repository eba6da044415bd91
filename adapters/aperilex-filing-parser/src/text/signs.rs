//! Signs that belong to the number beside them though they stand in a cell of their own, and gaps
//! that punctuation closes.

/// How far back a cell is looked at.
const WINDOW: usize = 48;

/// Whether a space may be made between `text` and `next`: not behind an opening bracket or a
/// currency, not before closing punctuation, not beside another space.
pub(crate) fn may_part(text: &[u8], next: &[u8]) -> bool {
    let closes = matches!(
        next.first(),
        Some(b',' | b'.' | b';' | b':' | b')' | b']' | b'%' | b'?' | b'!' | b' ' | b'\n')
    ) || starts_with_any(next, &["’", "”"]);
    let opens = matches!(text.last(), Some(b'(' | b'[' | b'$' | b' ' | b'\t' | b'\n'))
        || ends_with_any(text, &["“", "‘", "€", "£", "¥"]);
    !closes && !opens
}

/// Whether the cell that `next` begins is joined to the one that `text` ends with: a currency or an
/// opening bracket to the number behind it, a closing bracket or a percent sign to the one before.
pub(crate) fn join(text: &[u8], next: &[u8]) -> bool {
    match next.first() {
        Some(b'0'..=b'9' | b'(' | b'-' | b'.') => is_before_number(cell(text)),
        Some(b')' | b'%') => is_sign(next) && is_open_number(cell(text), next),
        _ => starts_with_any(next, &["—", "–", "−"]) && is_before_number(cell(text)),
    }
}

/// The last cell of `text`, as far as it is looked at.
fn cell(text: &[u8]) -> &[u8] {
    let tail = text
        .get(text.len().saturating_sub(WINDOW)..)
        .unwrap_or(text);
    let start = memchr::memrchr2(b'\t', b'\n', tail).map_or(0, |at| at + 1);
    tail.get(start..).unwrap_or_default()
}

/// A cell that is nothing but what stands before a number.
fn is_before_number(cell: &[u8]) -> bool {
    let signs: [&[u8]; 12] = [
        b"$",
        b"(",
        b"$(",
        b"($",
        b"US$",
        b"C$",
        b"R$",
        b"HK$",
        "€".as_bytes(),
        "£".as_bytes(),
        "¥".as_bytes(),
        "(€".as_bytes(),
    ];
    signs.contains(&cell)
}

/// A cell that is nothing but what stands behind a number.
fn is_sign(piece: &[u8]) -> bool {
    matches!(piece.trim_ascii_end(), b")" | b"%" | b")%" | b"%)" | b") %")
}

/// Whether `cell` is a number that `sign` may close: a bracket must be open, and a year is no
/// percentage.
fn is_open_number(cell: &[u8], sign: &[u8]) -> bool {
    let Some(last) = cell.last() else {
        return false;
    };
    let number = last.is_ascii_digit() || ends_with_any(cell, &["—", "–", "-"]);
    if sign.first() == Some(&b')') {
        let opened = cell.iter().filter(|b| **b == b'(').count();
        return number && opened > cell.iter().filter(|b| **b == b')').count();
    }
    let year = matches!(cell, [b'1', b'9', _, _] | [b'2', b'0', _, _]);
    (number || *last == b')') && !year && cell.iter().all(|b| !b.is_ascii_alphabetic())
}

fn starts_with_any(text: &[u8], known: &[&str]) -> bool {
    known.iter().any(|known| text.starts_with(known.as_bytes()))
}

fn ends_with_any(text: &[u8], known: &[&str]) -> bool {
    known.iter().any(|known| text.ends_with(known.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signs_join_numbers_and_nothing_else() {
        for (text, next, joined) in [
            ("Sales\t$", "5", true),
            ("Sales\t$", "(5", true),
            ("Sales\t$", "—", true),
            ("Sales\t(", "5", true),
            ("Sales\t€", "5", true),
            ("Sales\t(5", ")", true),
            ("Sales\t(5", ")%", true),
            ("Sales\t12", "%", true),
            ("Sales\t(12)", "%", true),
            ("Sales\t—", "%", true),
            ("Sales", "5", false),
            ("Sales\t$", "%", false),
            ("Sales in $", "5", false),
            ("Sales\t5", ")", false),
            ("Sales\t(5)", ")", false),
            ("Sales\t2023", "%", false),
            ("Sales\t12", "% of sales", false),
            ("Level 2", "%", false),
            ("(1)\tNote", ")", false),
        ] {
            assert_eq!(
                join(text.as_bytes(), next.as_bytes()),
                joined,
                "{text} {next}"
            );
        }
    }

    #[test]
    fn made_spaces_part_words_only() {
        for (text, next, parts) in [
            ("1.", "Business", true),
            ("•", "our", true),
            ("word", ", and", false),
            ("$", "5", false),
            ("(", "a", false),
            ("word", "”", false),
            ("word ", "next", false),
        ] {
            assert_eq!(
                may_part(text.as_bytes(), next.as_bytes()),
                parts,
                "{text} {next}"
            );
        }
    }
}
