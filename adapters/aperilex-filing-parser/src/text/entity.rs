//! Character references.
//!
//! EDGAR admits numeric references and the names of ISO 8859-1; filers also use the rest of HTML 4.
//! Entities a document defines for itself are never expanded.

use crate::encoding::windows_1252;

use super::entity_names::NAMES;

/// The longest reference that is looked at, ampersand and semicolon included.
const MAX_LEN: usize = 32;

/// Reads the reference at the start of `bytes`, which is an ampersand: its character and length.
/// None if it is only an ampersand.
pub(crate) fn decode(bytes: &[u8]) -> Option<(char, usize)> {
    let window = bytes.get(..MAX_LEN).unwrap_or(bytes);
    match window.get(1)? {
        b'#' => numeric(window),
        b if b.is_ascii_alphabetic() => named(window),
        _ => None,
    }
}

fn numeric(window: &[u8]) -> Option<(char, usize)> {
    let (radix, start) = match window.get(2)? {
        b'x' | b'X' => (16, 3),
        _ => (10, 2),
    };
    let (mut code, mut end) = (Some(0_u32), start);
    while let Some(digit) = window.get(end).and_then(|b| char::from(*b).to_digit(radix)) {
        code = code.and_then(|code| code.checked_mul(radix)?.checked_add(digit));
        end += 1;
    }
    if end == start {
        return None;
    }
    let len = end + usize::from(window.get(end) == Some(&b';'));
    Some((code_point(code), len))
}

/// References to the C1 range mean windows-1252, as every browser reads them.
fn code_point(code: Option<u32>) -> char {
    match code {
        Some(code @ 0x80..=0x9F) => u8::try_from(code).map_or('\u{FFFD}', windows_1252),
        Some(0) | None => '\u{FFFD}',
        Some(code) => char::from_u32(code).unwrap_or('\u{FFFD}'),
    }
}

fn named(window: &[u8]) -> Option<(char, usize)> {
    match window {
        [b'&', b'n', b'b', b's', b'p', b';', ..] => return Some(('\u{A0}', 6)),
        [b'&', b'a', b'm', b'p', b';', ..] => return Some(('&', 5)),
        _ => {}
    }
    let name = window
        .get(1..)?
        .iter()
        .take_while(|b| b.is_ascii_alphanumeric())
        .count();
    let text = std::str::from_utf8(window.get(1..=name)?).ok()?;
    if window.get(1 + name) == Some(&b';') {
        return lookup(text).map(|c| (c, name + 2));
    }
    // Without a semicolon HTML knows the ISO 8859-1 names and a few more, `&nbspItem` included.
    ["nbsp", "amp", "lt", "gt", "quot", "copy", "reg"]
        .iter()
        .find(|known| text.starts_with(**known))
        .and_then(|known| lookup(known).map(|c| (c, 1 + known.len())))
}

fn lookup(name: &str) -> Option<char> {
    let index = NAMES
        .binary_search_by(|(known, _)| known.as_bytes().cmp(name.as_bytes()))
        .ok()?;
    NAMES.get(index).map(|(_, character)| *character)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_references_as_browsers_do() {
        for (text, expected) in [
            ("&amp;c", Some(('&', 5))),
            ("&#8217;s", Some(('’', 7))),
            ("&#x2019;", Some(('’', 8))),
            ("&#146;", Some(('’', 6))),
            ("&nbspItem", Some(('\u{A0}', 5))),
            ("&yuml;", Some(('ÿ', 6))),
            ("&divide;", Some(('÷', 8))),
            ("&#160", Some(('\u{A0}', 5))),
            ("&#0;", Some(('\u{FFFD}', 4))),
            ("&#99999999999;", Some(('\u{FFFD}', 14))),
            ("&lol9;", None),
            ("& b", None),
            ("&", None),
            ("&#;", None),
        ] {
            assert_eq!(decode(text.as_bytes()), expected, "{text}");
        }
    }

    #[test]
    fn the_names_are_in_order() {
        assert!(NAMES.is_sorted_by(|one, next| one.0.as_bytes() < next.0.as_bytes()));
    }

    #[test]
    fn knows_the_names_of_html_4() {
        for (name, character) in [
            ("nbsp", '\u{A0}'),
            ("eta", 'η'),
            ("zeta", 'ζ'),
            ("kappa", 'κ'),
            ("nu", 'ν'),
            ("xi", 'ξ'),
            ("psi", 'ψ'),
            ("Xi", 'Ξ'),
            ("sub", '⊂'),
            ("sup", '⊃'),
            ("hyphen", '‐'),
            ("lpar", '('),
            ("dollar", '$'),
            ("Tab", '\t'),
        ] {
            assert_eq!(lookup(name), Some(character), "{name}");
        }
        assert_eq!(lookup("bogus"), None);
    }
}
