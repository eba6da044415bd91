//! Links and the named places they lead to.

use std::borrow::Cow;
use std::collections::HashSet;

use memchr::memchr;

use super::entity;

/// Anchors, and links of each kind, that are remembered.
const MAX: usize = 200_000;

/// A name or address and the place in the text it belongs to.
#[derive(Debug, Clone)]
pub(crate) struct Link<'a> {
    /// Where in the text.
    pub(crate) text: u32,
    /// The name behind `#`, or the address, references decoded.
    pub(crate) target: Cow<'a, [u8]>,
}

/// Collects links and anchors.
#[derive(Debug, Default)]
pub(crate) struct Links<'a> {
    links: Vec<Link<'a>>,
    files: Vec<Link<'a>>,
    anchors: Vec<Link<'a>>,
    /// Some link has a percent sign in it.
    escaped: bool,
}

impl<'a> Links<'a> {
    /// A place in the text is named.
    pub(crate) fn anchor(&mut self, text: u32, name: &'a [u8]) {
        if self.anchors.len() < MAX {
            let target = decoded(name);
            self.anchors.push(Link { text, target });
        }
    }

    /// A link starts. True if it leads to a place of the same document.
    pub(crate) fn link(&mut self, text: u32, href: &'a [u8]) -> bool {
        let href = href.trim_ascii();
        if let Some(name) = href.strip_prefix(b"#") {
            if self.links.len() < MAX {
                let target = decoded(name);
                self.escaped |= target.contains(&b'%');
                self.links.push(Link { text, target });
            }
            return true;
        }
        if self.files.len() < MAX {
            let target = unescaped(decoded(href));
            self.files.push(Link { text, target });
        }
        false
    }

    /// Links in the document, links to files, anchors. A link whose name is none of the anchors as it
    /// is written may be one without its escapes.
    pub(crate) fn finish(mut self) -> (Vec<Link<'a>>, Vec<Link<'a>>, Vec<Link<'a>>) {
        if self.escaped {
            let names: HashSet<&[u8]> = self.anchors.iter().map(|a| a.target.as_ref()).collect();
            for link in &mut self.links {
                if !names.contains(link.target.as_ref()) {
                    link.target = unescaped(std::mem::take(&mut link.target));
                }
            }
        }
        (self.links, self.files, self.anchors)
    }
}

/// `name` with its character references decoded.
fn decoded(name: &[u8]) -> Cow<'_, [u8]> {
    if memchr(b'&', name).is_none() {
        return Cow::Borrowed(name);
    }
    let mut out = Vec::with_capacity(name.len());
    let mut rest = name;
    while let Some(byte) = rest.first() {
        let len = if let Some((character, len)) = entity::decode(rest) {
            let mut buffer = [0; 4];
            out.extend_from_slice(character.encode_utf8(&mut buffer).as_bytes());
            len
        } else {
            out.push(*byte);
            1
        };
        rest = rest.get(len..).unwrap_or_default();
    }
    Cow::Owned(out)
}

/// `name` with `%20` and the like decoded.
fn unescaped(name: Cow<'_, [u8]>) -> Cow<'_, [u8]> {
    if memchr(b'%', &name).is_none() {
        return name;
    }
    let mut out = Vec::with_capacity(name.len());
    let mut rest = name.as_ref();
    while let Some((byte, behind)) = rest.split_first() {
        let escape = behind.first_chunk::<2>().filter(|_| *byte == b'%');
        let value = escape.and_then(|[high, low]| Some(digit(*high)? << 4 | digit(*low)?));
        out.push(value.unwrap_or(*byte));
        let len = if value.is_some() { 3 } else { 1 };
        rest = rest.get(len..).unwrap_or_default();
    }
    Cow::Owned(out)
}

fn digit(byte: u8) -> Option<u8> {
    char::from(byte)
        .to_digit(16)
        .and_then(|digit| u8::try_from(digit).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_decoded_once() {
        let mut links = Links::default();
        for name in [&b"R&amp;D"[..], b"a b", b"c%20d"] {
            links.anchor(1, name);
        }
        for href in [&b"#R&amp;D"[..], b"#a%20b", b"#c%20d", b" #x%zz"] {
            assert!(links.link(2, href));
        }
        assert!(!links.link(3, b"ex%2010.htm?a=1&amp;b=2"));
        let (links, files, anchors) = links.finish();
        let names = |links: &[Link<'_>]| -> Vec<String> {
            let text = |link: &Link<'_>| String::from_utf8_lossy(&link.target).into_owned();
            links.iter().map(text).collect()
        };
        assert_eq!(names(&anchors), ["R&D", "a b", "c%20d"]);
        assert_eq!(names(&links), ["R&D", "a b", "c%20d", "x%zz"]);
        assert_eq!(names(&files), ["ex 10.htm?a=1&b=2"]);
    }
}
