//! Character references.
//!
//! EDGAR admits numeric references and the names of ISO 8859-1; filers also use the rest of HTML 4.
//! Entities a document defines for itself are never expanded.

use crate::encoding::windows_1252;

/// The longest reference that is looked at, ampersand and semicolon included.
const MAX_LEN: usize = 32;

/// Names of U+00A0 to U+00FF in order.
const LATIN_1: &str = "nbsp iexcl cent pound curren yen brvbar sect uml copy ordf laquo not shy reg \
macr deg plusmn sup2 sup3 acute micro para middot cedil sup1 ordm raquo frac14 frac12 frac34 iquest \
Agrave Aacute Acirc Atilde Auml Aring AElig Ccedil Egrave Eacute Ecirc Euml Igrave Iacute Icirc Iuml \
ETH Ntilde Ograve Oacute Ocirc Otilde Ouml times Oslash Ugrave Uacute Ucirc Uuml Yacute THORN szlig \
agrave aacute acirc atilde auml aring aelig ccedil egrave eacute ecirc euml igrave iacute icirc iuml \
eth ntilde ograve oacute ocirc otilde ouml divide oslash ugrave uacute ucirc uuml yacute thorn yuml";

/// Names outside ISO 8859-1.
const OTHERS: &[(&str, char)] = &[
    ("amp", '&'),
    ("lt", '<'),
    ("gt", '>'),
    ("quot", '"'),
    ("apos", '\''),
    ("AMP", '&'),
    ("LT", '<'),
    ("GT", '>'),
    ("QUOT", '"'),
    ("COPY", '©'),
    ("REG", '®'),
    ("OElig", 'Œ'),
    ("oelig", 'œ'),
    ("Scaron", 'Š'),
    ("scaron", 'š'),
    ("Yuml", 'Ÿ'),
    ("fnof", 'ƒ'),
    ("circ", 'ˆ'),
    ("tilde", '˜'),
    ("ensp", '\u{2002}'),
    ("emsp", '\u{2003}'),
    ("thinsp", '\u{2009}'),
    ("zwnj", '\u{200C}'),
    ("zwj", '\u{200D}'),
    ("lrm", '\u{200E}'),
    ("rlm", '\u{200F}'),
    ("ndash", '–'),
    ("mdash", '—'),
    ("lsquo", '‘'),
    ("rsquo", '’'),
    ("sbquo", '‚'),
    ("ldquo", '“'),
    ("rdquo", '”'),
    ("bdquo", '„'),
    ("dagger", '†'),
    ("Dagger", '‡'),
    ("bull", '•'),
    ("hellip", '…'),
    ("permil", '‰'),
    ("prime", '′'),
    ("Prime", '″'),
    ("lsaquo", '‹'),
    ("rsaquo", '›'),
    ("oline", '‾'),
    ("frasl", '⁄'),
    ("euro", '€'),
    ("trade", '™'),
    ("larr", '←'),
    ("uarr", '↑'),
    ("rarr", '→'),
    ("darr", '↓'),
    ("harr", '↔'),
    ("part", '∂'),
    ("prod", '∏'),
    ("sum", '∑'),
    ("minus", '−'),
    ("radic", '√'),
    ("infin", '∞'),
    ("cap", '∩'),
    ("int", '∫'),
    ("asymp", '≈'),
    ("ne", '≠'),
    ("equiv", '≡'),
    ("le", '≤'),
    ("ge", '≥'),
    ("loz", '◊'),
    ("check", '✓'),
    ("Alpha", 'Α'),
    ("Beta", 'Β'),
    ("Gamma", 'Γ'),
    ("Delta", 'Δ'),
    ("Sigma", 'Σ'),
    ("Omega", 'Ω'),
    ("alpha", 'α'),
    ("beta", 'β'),
    ("gamma", 'γ'),
    ("delta", 'δ'),
    ("epsilon", 'ε'),
    ("lambda", 'λ'),
    ("mu", 'μ'),
    ("pi", 'π'),
    ("rho", 'ρ'),
    ("sigma", 'σ'),
    ("tau", 'τ'),
    ("phi", 'φ'),
    ("chi", 'χ'),
    ("omega", 'ω'),
    ("theta", 'θ'),
];

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
    let digits = window
        .get(start..)?
        .iter()
        .take_while(|b| char::from(**b).is_digit(radix))
        .count();
    if digits == 0 {
        return None;
    }
    let text = std::str::from_utf8(window.get(start..start + digits)?).ok()?;
    let end = start + digits;
    let len = end + usize::from(window.get(end) == Some(&b';'));
    Some((code_point(u32::from_str_radix(text, radix).ok()), len))
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
    if name == "nbsp" {
        return Some('\u{A0}');
    }
    if let Some((_, found)) = OTHERS.iter().find(|(known, _)| *known == name) {
        return Some(*found);
    }
    let index = LATIN_1.split(' ').position(|known| known == name)?;
    char::from_u32(0xA0 + u32::try_from(index).ok()?)
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
    fn the_table_has_every_place_of_its_block() {
        assert_eq!(LATIN_1.split(' ').count(), 96);
    }
}
