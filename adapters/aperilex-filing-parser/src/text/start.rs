//! Start tags: what their names and attributes say to the reader.

use memchr::memchr;

use super::attr::Attributes;
use super::color::{Color, Colors};
use super::rules::Rules;
use super::size::{self, Size};
use super::state::State;
use super::style::{self, Acts, Style};
use super::table_draft::span;
use super::tag::Tag;

/// What a start tag does to the text.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Start {
    /// The element.
    pub(crate) tag: Tag,
    /// What its name, its attributes and the rules for it set.
    pub(crate) style: Style,
    /// Columns a cell spans.
    pub(crate) colspan: u8,
    /// Rows a cell spans.
    pub(crate) rowspan: u8,
    /// Ends in `/>`.
    pub(crate) closed: bool,
}

/// What a start tag names.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Names<'a> {
    /// `id`.
    pub(crate) id: Option<&'a [u8]>,
    /// `name` of an anchor.
    pub(crate) name: Option<&'a [u8]>,
    /// `href` of an anchor.
    pub(crate) href: Option<&'a [u8]>,
}

impl Names<'_> {
    const fn is_empty(&self) -> bool {
        self.id.is_none() && self.name.is_none() && self.href.is_none()
    }
}

/// Reads the start tag of an element of the lower-case `name` with these attributes.
pub(crate) fn read<'a>(name: &[u8], attributes: &'a [u8], rules: &Rules) -> (Start, Names<'a>) {
    let tag = Tag::of(name);
    let mut names = Names::default();
    let mut start = Start {
        tag,
        style: of_element(tag, name),
        colspan: 1,
        rowspan: 1,
        closed: attributes.last() == Some(&b'/'),
    };
    let (mut own, mut class, mut colors) = (Style::default(), None, Colors::default());
    for (name, value) in Attributes::new(attributes) {
        let is = |known: &str| name.eq_ignore_ascii_case(known.as_bytes());
        match name.len() {
            2 if is("id") => names.id = Some(value),
            4 if tag == Tag::Anchor && is("name") => names.name = Some(value),
            4 if tag == Tag::Anchor && is("href") => names.href = Some(value),
            4 if tag == Tag::Font && is("size") => start.style.size = size::of_font(value),
            5 if is("style") => own = style::read(value),
            5 if is("class") => class = Some(value),
            5 if is("align") => {
                let centered = value.eq_ignore_ascii_case(b"center");
                start.style.put(State::CENTERED, centered);
            }
            5 if tag == Tag::Font && is("color") => colors.ink = Color::read(value),
            7 if is("bgcolor") => colors.ground = Color::read(value),
            10 if is("background") => colors.picture = true,
            6 if is("hidden") => start.style.put(State::HIDDEN, true),
            7 if is("colspan") => start.colspan = span(value),
            7 if is("rowspan") => start.rowspan = span(value),
            _ => {}
        }
    }
    colors.finish(&mut start.style);
    // Links have a colour of their own, and so, in old modes of browsers, has the type of a table.
    if tag == Tag::Table || names.href.is_some() {
        start.style.put(State::WHITE.and(State::DROWNED), false);
    }
    if !rules.is_empty() {
        rules.add(name, class, names.id, &mut start.style);
    }
    // The attribute `style` speaks over all else.
    start.style.add(own);
    start.style = lawful(tag, start.style);
    (start, names)
}

/// What an element sets by itself.
fn of_element(tag: Tag, name: &[u8]) -> Style {
    let mut style = Style::default();
    match tag {
        Tag::Bold | Tag::HeaderCell => style.put(State::BOLD, true),
        Tag::Italic => style.put(State::ITALIC, true),
        Tag::Underline => style.put(State::UNDERLINED, true),
        Tag::Raised => style.put(State::RAISED, true),
        Tag::Pre => style.put(State::PRE, true),
        Tag::Big => style.size = Size::Percent(120),
        Tag::Small => style.size = Size::Percent(83),
        Tag::Heading => {
            style.put(State::HEADING.and(State::BOLD), true);
            style.size = Size::of_heading(name.last().copied().unwrap_or(b'6'));
        }
        Tag::Head | Tag::Dropped => style.put(State::HIDDEN.and(State::QUIET), true),
        Tag::Body => style.put(State::HIDDEN, false),
        _ => {}
    }
    style
}

/// Takes away what means something only for elements in the line.
fn lawful(tag: Tag, mut style: Style) -> Style {
    let block_in_line = tag == Tag::Block && style.acts.has(Acts::INLINE);
    if tag.is_table_part() || tag.is_void() || (tag.is_block() && !block_in_line) {
        style.acts.clear(Acts::GAP);
        style.set.clear(State::OWN.and(State::RAISED));
    } else if block_in_line {
        style.set.set(State::IN_LINE);
    }
    style
}

/// The start tags met last. Nine of ten in a filing repeat one before byte for byte: those are not
/// read again. Tags that name something are never kept.
#[derive(Debug)]
pub(crate) struct StartCache<'a> {
    src: &'a [u8],
    slots: Vec<Slot>,
}

#[derive(Debug, Clone, Copy)]
struct Slot {
    at: u32,
    len: u16,
    start: Start,
}

const EMPTY: Slot = Slot {
    at: 0,
    len: 0,
    start: Start {
        tag: Tag::Inline,
        style: Style::NONE,
        colspan: 1,
        rowspan: 1,
        closed: false,
    },
};

/// Slots for the largest documents.
const SLOTS: usize = 2048;
/// Longer tags are not kept.
const MAX_LEN: usize = 1024;

impl<'a> StartCache<'a> {
    /// An empty cache for tags in `src`, the smaller the smaller it is.
    pub(crate) fn new(src: &'a [u8]) -> Self {
        let count = (src.len() / 128).next_power_of_two().clamp(8, SLOTS);
        Self {
            src,
            slots: vec![EMPTY; count],
        }
    }

    /// The tag at `open`, if it was met before: what it says, and where it ends.
    #[inline]
    pub(crate) fn find(&self, open: usize) -> Option<(Start, usize)> {
        let rest = self.src.get(open..)?;
        let len = memchr(b'>', rest)? + 1;
        let tag = rest.get(..len)?;
        let slot = self.slots.get(self.index(tag))?;
        let at = slot.at as usize;
        let known = self.src.get(at..at + usize::from(slot.len))?;
        // What was read as a tag before ends where it did before.
        (known == tag).then_some((slot.start, open + len))
    }

    /// Keeps the tag from `open` to `end`.
    pub(crate) fn keep(&mut self, open: usize, end: usize, start: Start, names: &Names<'_>) {
        let tag = self.src.get(open..end).unwrap_or_default();
        let (Ok(at), Ok(len)) = (u32::try_from(open), u16::try_from(tag.len())) else {
            return;
        };
        if !names.is_empty() || tag.len() > MAX_LEN {
            return;
        }
        let index = self.index(tag);
        if let Some(slot) = self.slots.get_mut(index) {
            *slot = Slot { at, len, start };
        }
    }

    /// Forgets all, for other rules hold from here on.
    pub(crate) fn clear(&mut self) {
        self.slots.fill(EMPTY);
    }

    /// Mixes the length with six words from all over the tag: tags of one filing differ in a digit.
    #[inline]
    fn index(&self, tag: &[u8]) -> usize {
        let len = tag.len();
        let mixed = if len <= 8 {
            tag.iter()
                .fold(0, |word, byte| word << 8 | u64::from(*byte))
        } else {
            let step = |part: usize| word(tag, (len - 8) * part / 6);
            MIXERS.iter().enumerate().fold(0, |sum: u64, (at, by)| {
                sum.wrapping_add(step(at + 1).wrapping_mul(*by))
            })
        };
        let hash = (mixed ^ len as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        // The slots are a power of two.
        (hash >> 40) as usize & (self.slots.len() - 1)
    }
}

/// Odd numbers without a pattern.
const MIXERS: [u64; 6] = [
    0x9E37_79B9_7F4A_7C15,
    0xBF58_476D_1CE4_E5B9,
    0x94D0_49BB_1331_11EB,
    0xD6E8_FEB8_6659_FD93,
    0xA076_1D64_78BD_642F,
    0xE703_7ED1_A0B4_28DB,
];

/// Eight bytes of `bytes`, which has at least nine.
#[inline]
fn word(bytes: &[u8], at: usize) -> u64 {
    bytes
        .get(at..)
        .and_then(|rest| rest.first_chunk::<8>())
        .map_or(0, |chunk| u64::from_le_bytes(*chunk))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_repeated_tag_reads_as_before() {
        let src =
            b"<td colspan=3 style=\"font-weight:700\"><td colspan=3 style=\"font-weight:700\">";
        let half = src.len() / 2;
        let (start, names) = read(
            b"td",
            b" colspan=3 style=\"font-weight:700\"",
            &Rules::default(),
        );
        assert!(start.style.set.has(State::BOLD));
        let mut cache = StartCache::new(src);
        assert!(cache.find(0).is_none());
        cache.keep(0, half, start, &names);
        let (found, end) = cache.find(half).unwrap();
        assert_eq!((found.tag, found.colspan, end), (Tag::Cell, 3, src.len()));
        cache.clear();
        assert!(cache.find(half).is_none());
    }

    #[test]
    fn names_are_read_and_never_kept() {
        let (start, names) = read(b"a", b" href='#x' name=y id=\"z\"", &Rules::default());
        assert_eq!(names.href, Some(&b"#x"[..]));
        assert_eq!((names.name, names.id), (Some(&b"y"[..]), Some(&b"z"[..])));
        let (_, none) = read(b"span", b" href='#x' name=y", &Rules::default());
        assert!(none.is_empty());
        let src = b"<a id=z>";
        let mut cache = StartCache::new(src);
        cache.keep(0, src.len(), start, &names);
        assert!(cache.find(0).is_none());
    }

    #[test]
    fn gaps_of_blocks_and_cells_are_no_gaps_in_the_line() {
        let padded = b" style='padding:0 9pt;position:relative;top:-2pt'";
        let read = |name: &[u8]| read(name, padded, &Rules::default()).0.style;
        assert!(read(b"span").acts.has(Acts::GAP) && read(b"span").set.has(State::RAISED));
        for name in [&b"td"[..], b"div", b"p"] {
            assert!(!read(name).acts.has(Acts::GAP) && !read(name).set.has(State::OWN));
            assert!(!read(name).set.has(State::RAISED));
        }
    }
}
