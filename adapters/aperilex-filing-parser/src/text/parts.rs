//! What the attributes of a start tag say to the reader.

use super::attr::Attributes;
use super::size;
use super::state::State;
use super::style::{self, Style};
use super::table_draft::span;
use super::tag::Tag;

/// The parts of a start tag that matter.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Parts<'a> {
    /// `style`, `align` and `hidden`.
    pub(crate) style: Style,
    /// `id`, or `name` of an anchor.
    pub(crate) id: Option<&'a [u8]>,
    /// `href` of an anchor.
    pub(crate) href: Option<&'a [u8]>,
    /// Columns a cell spans.
    pub(crate) colspan: u8,
    /// Rows a cell spans.
    pub(crate) rowspan: u8,
}

impl Default for Parts<'_> {
    fn default() -> Self {
        Self {
            style: Style::default(),
            id: None,
            href: None,
            colspan: 1,
            rowspan: 1,
        }
    }
}

/// Reads attributes. They repeat thousands of times in a filing, so the last reading of each is kept
/// by a cheap hash of its bytes.
#[derive(Debug)]
pub(crate) struct PartsCache<'a> {
    slots: Vec<(&'a [u8], Tag, Parts<'a>)>,
}

const SLOTS: usize = 512;

impl<'a> PartsCache<'a> {
    /// An empty cache.
    pub(crate) fn new() -> Self {
        Self {
            slots: vec![(&[], Tag::Inline, Parts::default()); SLOTS],
        }
    }

    /// The parts in the bytes behind the name of `tag`.
    pub(crate) fn read(&mut self, attributes: &'a [u8], tag: Tag) -> Parts<'a> {
        if attributes.is_empty() {
            return Parts::default();
        }
        let Some(slot) = self.slots.get_mut(hash(attributes) % SLOTS) else {
            return read(attributes, tag);
        };
        if slot.1 != tag || slot.0 != attributes {
            *slot = (attributes, tag, read(attributes, tag));
        }
        slot.2
    }
}

/// A few bytes from all over the attributes.
fn hash(bytes: &[u8]) -> usize {
    let len = bytes.len();
    [
        len / 4,
        len / 2,
        len / 4 * 3,
        len.saturating_sub(3),
        len.saturating_sub(9),
    ]
    .iter()
    .map(|at| usize::from(bytes.get(*at).copied().unwrap_or(0)))
    .fold(len, |hash, byte| hash.wrapping_mul(31).wrapping_add(byte))
}

fn read(attributes: &[u8], tag: Tag) -> Parts<'_> {
    let anchor = tag == Tag::Anchor;
    let mut own = Style::default();
    let mut parts = Parts::default();
    for (name, value) in Attributes::new(attributes) {
        let is = |known: &str| name.eq_ignore_ascii_case(known.as_bytes());
        match name.len() {
            2 if is("id") => parts.id = Some(value),
            4 if anchor && is("name") => parts.id = Some(value),
            4 if anchor && is("href") => parts.href = Some(value),
            4 if tag == Tag::Font && is("size") => parts.style.size = size::of_font(value),
            5 if is("style") => own = style::read(value),
            5 if is("align") => {
                let centered = value.eq_ignore_ascii_case(b"center");
                parts.style.put(State::CENTERED, centered);
            }
            6 if is("hidden") => parts.style.put(State::HIDDEN, true),
            7 if is("colspan") => parts.colspan = span(value),
            7 if is("rowspan") => parts.rowspan = span(value),
            _ => {}
        }
    }
    // A style speaks over the other attributes.
    parts.style.add(own);
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_repeated_tag_reads_as_before() {
        let mut cache = PartsCache::new();
        let cell = b" colspan=\"3\" style=\"font-weight:700\" id=x";
        for _ in 0..2 {
            let parts = cache.read(cell, Tag::Cell);
            assert_eq!(
                (parts.colspan, parts.rowspan, parts.id),
                (3, 1, Some(&b"x"[..]))
            );
            assert!(parts.style.set.has(State::BOLD));
        }
        let link = b" href=\"#a\" name=\"b\"";
        assert_eq!(cache.read(link, Tag::Span).href, None);
        assert_eq!(cache.read(link, Tag::Anchor).href, Some(&b"#a"[..]));
    }
}
