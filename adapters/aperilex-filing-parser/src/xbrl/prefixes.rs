//! The namespaces that a document's root element binds to prefixes.

use super::xml::XmlTags;

/// How far into a document its root element may start.
const WINDOW: usize = 64 * 1024;
/// Namespaces that are remembered; custom taxonomies bring some dozens.
const MAX_PREFIXES: usize = 256;

/// Whose rules turn what is shown into a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Registry {
    /// XBRL International's Transformation Registries, 1 to 5.
    Xbrl,
    /// The SEC's.
    Sec,
    /// Either of them, as the document does not say.
    Undeclared,
    /// Another one.
    Other,
}

/// Prefixes and their namespaces.
#[derive(Debug, Default)]
pub(crate) struct Prefixes<'a> {
    bound: Vec<(&'a [u8], &'a [u8])>,
    /// That of inline XBRL (1.0 or 1.1), if it is not the usual one.
    pub(crate) inline: Option<&'a [u8]>,
}

fn holds(uri: &[u8], piece: &[u8]) -> bool {
    memchr::memmem::find(uri, piece).is_some()
}

impl<'a> Prefixes<'a> {
    /// Those of the first element of `src`.
    pub(crate) fn of(src: &'a [u8]) -> Self {
        let head = src.get(..WINDOW).unwrap_or(src);
        let bound = XmlTags::new(head)
            .next()
            .into_iter()
            .flat_map(|root| root.attributes)
            .filter_map(|(name, uri)| Some((name.strip_prefix(b"xmlns:")?, uri)))
            .take(MAX_PREFIXES)
            .collect::<Vec<_>>();
        let inline = bound
            .iter()
            .find(|(_, uri)| uri.ends_with(b"/inlineXBRL"))
            .map(|(prefix, _)| *prefix)
            .filter(|prefix| !prefix.eq_ignore_ascii_case(b"ix"));
        Self { bound, inline }
    }

    /// The registry that a format's prefix stands for.
    pub(crate) fn registry(&self, prefix: &[u8]) -> Registry {
        let bound = self.bound.iter().find(|(known, _)| *known == prefix);
        match bound {
            None => Registry::Undeclared,
            Some((_, uri)) if !holds(uri, b"/inlineXBRL/transformation") => Registry::Other,
            Some((_, uri)) if holds(uri, b"www.sec.gov/") => Registry::Sec,
            Some((_, uri)) if holds(uri, b"www.xbrl.org/") => Registry::Xbrl,
            Some(_) => Registry::Other,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_root_binds_prefixes() {
        let prefixes = Prefixes::of(
            b"<?xml version='1.0'?><!-- <a> --><html xmlns='x' xmlns:i=\"http://www.xbrl.org/2008/inlineXBRL\"\n \
              xmlns:t='http://www.xbrl.org/inlineXBRL/transformation/2020-02-12' \
              xmlns:s='http://www.sec.gov/inlineXBRL/transformation/2015-08-31' xmlns:o='urn:other'><p>",
        );
        assert_eq!(prefixes.inline, Some(&b"i"[..]));
        assert_eq!(prefixes.registry(b"t"), Registry::Xbrl);
        assert_eq!(prefixes.registry(b"s"), Registry::Sec);
        assert_eq!(prefixes.registry(b"o"), Registry::Other);
        assert_eq!(prefixes.registry(b"ixt"), Registry::Undeclared);
        assert_eq!(Prefixes::of(b"no markup").inline, None);
    }
}
