//! Finds the end of plain text, eight bytes at a time.

use super::chars::{class, class_of};

const LOW: u64 = 0x0101_0101_0101_0101;
const HIGH: u64 = LOW << 7;
const SPACES: u64 = LOW * b' ' as u64;

/// The high bit of every byte of `word` that is nought; perhaps of bytes above the lowest of those.
const fn noughts(word: u64) -> u64 {
    word.wrapping_sub(LOW) & !word & HIGH
}

/// The high bit of every byte that is not copied as it is; perhaps of bytes above the lowest of those.
const fn stops(word: u64) -> u64 {
    let controls = word.wrapping_sub(SPACES) & !word & HIGH;
    let references = noughts(word ^ (LOW * b'&' as u64));
    let deletes = noughts(word ^ (LOW * 0x7F));
    controls | references | deletes | (word & HIGH)
}

fn word(src: &[u8], at: usize) -> Option<u64> {
    let chunk = src.get(at..)?.first_chunk::<8>()?;
    Some(u64::from_le_bytes(*chunk))
}

/// Behind the plain bytes from `at` in `src`, single spaces inside them included.
#[inline]
pub(crate) fn running(src: &[u8], start: usize) -> usize {
    let mut at = start;
    if src.get(at) == Some(&b' ') {
        return at;
    }
    loop {
        if let Some(word) = word(src, at) {
            let spaces = noughts(word ^ SPACES);
            let found = stops(word) | (spaces & (spaces >> 8));
            if found == 0 {
                // A space at the end is looked at together with what follows.
                at += if spaces >> 63 == 0 { 8 } else { 7 };
                continue;
            }
            at += found.trailing_zeros() as usize / 8;
        }
        let Some(byte) = src.get(at) else { return at };
        let next = src.get(at + 1).copied().map(class_of);
        match class_of(*byte) {
            class::PLAIN => at += 1,
            class::SPACE if *byte == b' ' && at > start && next == Some(class::PLAIN) => at += 2,
            // White space may have been passed to get here.
            _ => return back(src, start, at),
        }
    }
}

/// `at` without a space before it, for spaces are copied only between plain bytes.
fn back(src: &[u8], start: usize, at: usize) -> usize {
    match at.checked_sub(1).and_then(|before| src.get(before)) {
        Some(b' ') if at > start => at - 1,
        _ => at,
    }
}

/// Behind the plain bytes, spaces and tabs from `at` in `src`.
#[inline]
pub(crate) fn preformatted(src: &[u8], start: usize) -> usize {
    let mut at = start;
    loop {
        if let Some(word) = word(src, at) {
            let found = stops(word);
            if found == 0 {
                at += 8;
                continue;
            }
            at += found.trailing_zeros() as usize / 8;
        }
        match src.get(at) {
            Some(byte) if class_of(*byte) == class::PLAIN || matches!(byte, b' ' | b'\t') => {
                at += 1
            }
            _ => return at,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_text_ends_at_what_is_not_copied() {
        for (text, end) in [
            ("", 0),
            ("word", 4),
            ("one two three four five six", 27),
            ("one two three  four", 13),
            ("sevenly  two", 7),
            ("sevenly two", 11),
            ("sevenly ", 7),
            ("eightly  x", 7),
            (" word", 0),
            ("a b !c d !e f !g", 16),
            ("abcdefgh&amp;", 8),
            ("abc\ndef", 3),
            ("abc \ndef ghi", 3),
            ("one two \u{7f}", 7),
            ("one two é", 7),
            ("abcdefg é", 7),
            ("abcdefgé", 7),
        ] {
            assert_eq!(running(text.as_bytes(), 0), end, "{text:?}");
        }
    }

    #[test]
    fn preformatted_text_ends_at_line_ends_and_references() {
        for (text, end) in [
            ("  one    two\tthree four\n", 23),
            ("a&", 1),
            ("abcdefghijklmnop", 16),
            ("\r\n", 0),
        ] {
            assert_eq!(preformatted(text.as_bytes(), 0), end, "{text:?}");
        }
    }
}
