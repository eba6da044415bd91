//! Tags of a piece of XML, one after the other: no tree, no entities, no document type.

use memchr::{memchr, memmem};

use crate::text::attr::Attributes;

/// A start or end tag.
#[derive(Debug, Clone)]
pub(crate) struct XmlTag<'a> {
    /// Its name without the prefix.
    pub(crate) local: &'a [u8],
    /// Its whole name.
    pub(crate) name: &'a [u8],
    /// Attributes of a start tag.
    pub(crate) attributes: Attributes<'a>,
    /// It ends an element.
    pub(crate) end: bool,
    /// It is an element by itself.
    pub(crate) empty: bool,
    /// Where it starts.
    pub(crate) from: usize,
    /// Behind it.
    pub(crate) to: usize,
}

/// The tags of some XML.
#[derive(Debug)]
pub(crate) struct XmlTags<'a> {
    src: &'a [u8],
    at: usize,
}

/// A name without its prefix.
pub(crate) fn local(name: &[u8]) -> &[u8] {
    memchr(b':', name).map_or(name, |at| name.get(at + 1..).unwrap_or_default())
}

impl<'a> XmlTags<'a> {
    /// Tags of `src`.
    pub(crate) const fn new(src: &'a [u8]) -> Self {
        Self { src, at: 0 }
    }

    /// Behind what starts with `<!` or `<?` at `open`.
    fn behind(&self, open: usize) -> usize {
        let rest = self.src.get(open..).unwrap_or_default();
        let end = |from: usize, mark: &[u8]| {
            let found = memmem::find(rest.get(from..)?, mark)?;
            Some(open + from + found + mark.len())
        };
        let found = if rest.starts_with(b"<!--") {
            end(4, b"-->")
        } else if rest.starts_with(b"<![CDATA[") {
            end(9, b"]]>")
        } else if rest.starts_with(b"<?") {
            end(2, b"?>")
        } else {
            // A document type may hold declarations; they are passed over, never obeyed.
            let subset = memchr(b'[', rest);
            let close = memchr(b'>', rest).unwrap_or(rest.len());
            match subset {
                Some(at) if at < close => end(at, b"]"),
                _ => Some(open + close + 1),
            }
        };
        found.unwrap_or(self.src.len())
    }

    fn tag(&self, open: usize) -> Option<XmlTag<'a>> {
        let mut close = open + 1;
        // A `>` inside a quoted value does not end the tag.
        loop {
            let rest = self.src.get(close..)?;
            let found = memchr::memchr3(b'>', b'"', b'\'', rest)?;
            let byte = *rest.get(found)?;
            if byte == b'>' {
                close += found;
                break;
            }
            close += found + 1;
            close += memchr(byte, self.src.get(close..)?)? + 1;
        }
        let inside = self.src.get(open + 1..close)?;
        let end = inside.first() == Some(&b'/');
        let inside = inside.get(usize::from(end)..)?;
        let (inside, empty) = inside
            .strip_suffix(b"/")
            .map_or((inside, false), |rest| (rest, true));
        let cut = inside.iter().position(u8::is_ascii_whitespace);
        let (name, attributes) = inside.split_at_checked(cut.unwrap_or(inside.len()))?;
        Some(XmlTag {
            local: local(name),
            name,
            attributes: Attributes::new(attributes),
            end,
            empty: empty && !end,
            from: open,
            to: close + 1,
        })
    }
}

impl<'a> Iterator for XmlTags<'a> {
    type Item = XmlTag<'a>;

    fn next(&mut self) -> Option<XmlTag<'a>> {
        loop {
            let open = self.at + memchr(b'<', self.src.get(self.at..)?)?;
            match self.src.get(open + 1)? {
                b'!' | b'?' => self.at = self.behind(open),
                _ => {
                    let tag = self.tag(open);
                    self.at = tag.as_ref().map_or(self.src.len(), |tag| tag.to);
                    return tag;
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_come_in_order_and_entities_are_not_read() {
        let xml =
            b"<?xml version='1.0'?><!DOCTYPE x [<!ENTITY a \"<b/>\">]><!-- <c> --><x:a k='>'>\
            <![CDATA[<d>]]><e/></x:a>";
        let tags: Vec<_> = XmlTags::new(xml)
            .map(|tag| {
                let name = String::from_utf8_lossy(tag.local).into_owned();
                (name, tag.end, tag.empty)
            })
            .collect();
        let tag = |name: &str, end, empty| (name.to_owned(), end, empty);
        assert_eq!(
            tags,
            [
                tag("a", false, false),
                tag("e", false, true),
                tag("a", true, false)
            ]
        );
    }

    #[test]
    fn what_does_not_end_ends_with_the_text() {
        for xml in [
            "<",
            "<a",
            "<a b='",
            "<!--",
            "<![CDATA[",
            "<?",
            "<!DOCTYPE a [",
            "</",
        ] {
            assert!(XmlTags::new(xml.as_bytes()).next().is_none(), "{xml}");
        }
    }
}
