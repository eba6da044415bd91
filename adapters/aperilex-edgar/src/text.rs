//! Old EDGAR files are Latin-1, new ones UTF-8, and none says which.

use std::borrow::Cow;

use encoding_rs::WINDOWS_1252;
use quick_xml::escape::{resolve_predefined_entity, unescape_with};

/// UTF-8 if it is that, else Windows-1252, which reads every byte.
pub(crate) fn decode(bytes: &[u8]) -> Cow<'_, str> {
    match std::str::from_utf8(bytes) {
        Ok(text) => Cow::Borrowed(text.trim_start_matches('\u{feff}')),
        Err(_) => WINDOWS_1252.decode_without_bom_handling(bytes).0,
    }
}

/// Entities read and white space collapsed.
pub(crate) fn plain(html: &str) -> String {
    let entity = |name: &str| match name {
        "nbsp" => Some(" "),
        _ => resolve_predefined_entity(name),
    };
    // Text with an entity that EDGAR's pages do not use stays as written.
    let text = unescape_with(html, entity).unwrap_or(Cow::Borrowed(html));
    let words: Vec<&str> = text.split_whitespace().collect();
    words.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_both_encodings_and_entities() {
        assert_eq!(decode("Nestlé".as_bytes()), "Nestlé");
        assert_eq!(decode(b"Nestl\xe9"), "Nestlé");
        assert_eq!(plain(" AT&amp;T &#8211;\n&nbsp; x "), "AT&T – x");
        assert_eq!(plain("AT&T"), "AT&T");
    }
}
