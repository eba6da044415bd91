//! What a document's bytes are, whatever its name says.

use memchr::{memchr_iter, memmem};

use crate::xbrl::xml::XmlTags;

/// How far the look goes.
const WINDOW: usize = 64 * 1024;
/// How far control characters are counted.
const CONTROL_WINDOW: usize = 4 * 1024;
/// Error pages are short.
const MAX_ERROR_PAGE: usize = 64 * 1024;

/// What a document is written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// HTML or XHTML, inline XBRL included.
    Html,
    /// Plain text.
    Plain,
    /// An XBRL instance that is not inline: facts, no text.
    Instance,
    /// Graphics, PDF, archives, XML data: without text of its own.
    Binary,
}

/// Finds out what `bytes` are.
pub(crate) fn kind(bytes: &[u8]) -> Kind {
    let head = bytes.get(..WINDOW).unwrap_or(bytes);
    let start = head.trim_ascii_start();
    let signatures = [
        &b"%PDF"[..],
        b"PK\x03\x04",
        b"\x89PNG",
        b"\xFF\xD8\xFF",
        b"GIF8",
        b"\x1F\x8B",
        b"<PDF>",
        b"<XML>",
    ];
    let has_bom = head.starts_with(b"\xFF\xFE") || head.starts_with(b"\xFE\xFF");
    let controls = head
        .get(..CONTROL_WINDOW)
        .unwrap_or(head)
        .iter()
        .filter(|b| **b < 0x20 && !b.is_ascii_whitespace() && !matches!(**b, 0x0B | 0x1A | 0x1B))
        .count();
    if signatures
        .iter()
        .any(|signature| start.starts_with(signature))
        || is_uuencoded(start)
        || (!has_bom && controls > head.len().min(CONTROL_WINDOW) / 32)
    {
        return Kind::Binary;
    }
    if has_bom {
        return if utf16_html(head) {
            Kind::Html
        } else {
            Kind::Plain
        };
    }
    if is_instance(head) {
        return Kind::Instance;
    }
    if looks_like_html(head) {
        return Kind::Html;
    }
    if start.starts_with(b"<?xml") || start.starts_with(b"\xEF\xBB\xBF<?xml") {
        return Kind::Binary;
    }
    Kind::Plain
}

/// Whether the root element is that of an XBRL instance.
pub(crate) fn is_instance(bytes: &[u8]) -> bool {
    let head = bytes.get(..WINDOW).unwrap_or(bytes);
    let start = head.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(head);
    start.trim_ascii_start().starts_with(b"<")
        && XmlTags::new(start)
            .next()
            .is_some_and(|root| root.local == b"xbrl" && !root.end)
}

/// `begin 644 name`, then lines of printable bytes.
fn is_uuencoded(start: &[u8]) -> bool {
    start.strip_prefix(b"begin ").is_some_and(|rest| {
        rest.get(..4)
            .is_some_and(|mode| mode.iter().take(3).all(u8::is_ascii_digit) && mode.ends_with(b" "))
    })
}

fn utf16_html(head: &[u8]) -> bool {
    let ascii: Vec<u8> = head.iter().copied().filter(|b| *b != 0).collect();
    looks_like_html(&ascii)
}

/// One structural tag, or several of those that a plain text may hold by accident.
fn looks_like_html(head: &[u8]) -> bool {
    let mut weak = 0;
    for at in memchr_iter(b'<', head) {
        let rest = head.get(at + 1..).unwrap_or_default();
        let end = rest
            .iter()
            .take(12)
            .position(|b| !b.is_ascii_alphanumeric() && *b != b'!')
            .unwrap_or(0);
        let name = rest.get(..end).unwrap_or_default().to_ascii_lowercase();
        match name.as_slice() {
            b"html" | b"body" | b"div" | b"font" | b"td" | b"tr" | b"span" | b"pre" | b"center" => {
                return true;
            }
            b"!doctype" => {
                let kind = rest.get(8..24).unwrap_or_default().to_ascii_lowercase();
                if memmem::find(&kind, b"html").is_some() {
                    return true;
                }
            }
            b"p" | b"br" | b"b" | b"a" | b"h1" | b"h2" | b"h3" | b"li" | b"hr" => weak += 1,
            _ => {}
        }
        // A text that begins with one is a fragment of HTML.
        if weak >= 3 || (weak == 1 && head.get(..at).is_some_and(|b| b.trim_ascii().is_empty())) {
            return true;
        }
    }
    false
}

/// Why `bytes` are not a filing but a page EDGAR answers with in its place.
pub(crate) fn error_page(bytes: &[u8]) -> Option<&'static str> {
    if bytes.len() > MAX_ERROR_PAGE {
        return None;
    }
    let signs = [
        (
            &b"Request Rate Threshold Exceeded"[..],
            "EDGAR's notice of too many requests",
        ),
        (
            b"Undeclared Automated Tool",
            "EDGAR's notice of an undeclared automated tool",
        ),
        (
            b"<Code>AccessDenied</Code>",
            "an access-denied answer of EDGAR's storage",
        ),
        (
            b"<Code>NoSuchKey</Code>",
            "a no-such-key answer of EDGAR's storage",
        ),
        (
            b"<title>SEC.gov | File Not Found",
            "EDGAR's page for a file not found",
        ),
        (
            b"<title>SEC.gov | File Unavailable",
            "EDGAR's page for a file that is unavailable",
        ),
        (b"SEC.gov | Site Maintenance", "EDGAR's maintenance page"),
        (
            b"This page is temporarily unavailable",
            "EDGAR's maintenance page",
        ),
    ];
    signs
        .iter()
        .find(|(sign, _)| memmem::find(bytes, sign).is_some())
        .map(|(_, reason)| *reason)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn looks_at_content_not_at_names() {
        for (bytes, expected) in [
            (&b"<?xml version='1.0'?><html>"[..], Kind::Html),
            (b"<?xml version='1.0'?><x:xbrl xmlns:x=''>", Kind::Instance),
            (b"<xbrl><a><![CDATA[<div>]]></a>", Kind::Instance),
            (b"<?xml version='1.0'?><xsd:schema>", Kind::Binary),
            (b"  %PDF-1.4", Kind::Binary),
            (b"begin 644 logo.jpg\nM", Kind::Binary),
            (b"begin with a thought", Kind::Plain),
            (b"\n<PAGE>\nANNUAL REPORT <S> <C>", Kind::Plain),
            (b"<PRE>\nANNUAL REPORT", Kind::Html),
            (b"<P>One<P>Two<BR>", Kind::Html),
            (b"\x00\x01\x02\x03", Kind::Binary),
        ] {
            assert_eq!(kind(bytes), expected, "{}", String::from_utf8_lossy(bytes));
        }
    }

    #[test]
    fn knows_the_pages_that_stand_for_a_filing() {
        assert!(
            error_page(b"<h1>Your Request Originates from an Undeclared Automated Tool</h1>")
                .is_some()
        );
        assert!(error_page(b"<html>Annual report</html>").is_none());
    }
}
