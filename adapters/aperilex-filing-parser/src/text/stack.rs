//! The open elements, and what is inherited from them.

use super::tag::{TAGS, Tag};

/// How far down an end tag looks for its start: bounds the work of badly nested markup.
const REACH: usize = 256;

/// What an element hands down to its content.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct State(u16);

impl State {
    /// Bold.
    pub(crate) const BOLD: Self = Self(1);
    /// Underlined.
    pub(crate) const UNDERLINED: Self = Self(2);
    /// In a link to the same document.
    pub(crate) const LINKED: Self = Self(4);
    /// Not shown.
    pub(crate) const HIDDEN: Self = Self(8);
    /// Not shown unless an inner element says otherwise.
    pub(crate) const INVISIBLE: Self = Self(16);
    /// Centred.
    pub(crate) const CENTERED: Self = Self(32);
    /// Preformatted.
    pub(crate) const PRE: Self = Self(64);
    /// In a heading element.
    pub(crate) const HEADING: Self = Self(128);
    /// Hidden by design (head, XBRL header): nothing to warn of.
    pub(crate) const QUIET: Self = Self(256);

    /// Whether `other` is set.
    pub(crate) const fn has(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    /// Sets `other`.
    pub(crate) const fn set(&mut self, other: Self) {
        self.0 |= other.0;
    }

    /// Clears `other`.
    pub(crate) const fn clear(&mut self, other: Self) {
        self.0 &= !other.0;
    }

    /// Sets or clears `other` if there is something to say.
    pub(crate) const fn put(&mut self, other: Self, on: Option<bool>) {
        match on {
            Some(true) => self.set(other),
            Some(false) => self.clear(other),
            None => {}
        }
    }
}

#[derive(Debug, Clone, Copy)]
struct Open {
    tag: Tag,
    state: State,
}

/// The open elements. Four bytes each, so that millions of unclosed ones do no harm.
#[derive(Debug)]
pub(crate) struct Stack {
    open: Vec<Open>,
    counts: [u32; TAGS],
}

impl Default for Stack {
    fn default() -> Self {
        Self {
            open: Vec::new(),
            counts: [0; TAGS],
        }
    }
}

impl Stack {
    /// What content at this place inherits.
    pub(crate) fn state(&self) -> State {
        self.open
            .last()
            .map_or_else(State::default, |open| open.state)
    }

    /// Opens an element.
    pub(crate) fn push(&mut self, tag: Tag, state: State) {
        self.open.push(Open { tag, state });
        if let Some(count) = self.counts.get_mut(tag as usize) {
            *count += 1;
        }
    }

    /// Closes the innermost `tag` and all inside it. False if there is none in reach.
    pub(crate) fn end(&mut self, tag: Tag) -> bool {
        if self
            .counts
            .get(tag as usize)
            .is_none_or(|count| *count == 0)
        {
            return false;
        }
        let found = self
            .in_reach()
            .take_while(|(_, open)| {
                open.tag == tag || !open.tag.is_table_part() || tag.is_table_part()
            })
            .take_while(|(_, open)| open.tag == tag || open.tag != Tag::Table || tag == Tag::Table)
            .find(|(_, open)| open.tag == tag)
            .map(|(index, _)| index);
        found.is_some_and(|index| {
            self.truncate(index);
            true
        })
    }

    /// A block start closes an open paragraph.
    pub(crate) fn close_paragraph(&mut self) {
        if self
            .counts
            .get(Tag::Paragraph as usize)
            .is_none_or(|count| *count == 0)
        {
            return;
        }
        let found = self
            .in_reach()
            .take_while(|(_, open)| !open.tag.is_table_part() && open.tag != Tag::Block)
            .find(|(_, open)| open.tag == Tag::Paragraph)
            .map(|(index, _)| index);
        if let Some(index) = found {
            self.truncate(index);
        }
    }

    /// A row or cell start closes the row or cell before it, up to its table.
    pub(crate) fn close_to_table(&mut self, tag: Tag) {
        let closes = |open: Tag| match tag {
            Tag::Cell => matches!(open, Tag::Cell | Tag::HeaderCell),
            Tag::Row => matches!(open, Tag::Cell | Tag::HeaderCell | Tag::Row),
            _ => open.is_table_part() && open != Tag::Table,
        };
        let lowest = self
            .in_reach()
            .take_while(|(_, open)| open.tag != Tag::Table)
            .filter(|(_, open)| closes(open.tag))
            .last()
            .map(|(index, _)| index);
        if let Some(index) = lowest {
            self.truncate(index);
        }
    }

    fn in_reach(&self) -> impl Iterator<Item = (usize, &Open)> {
        self.open.iter().enumerate().rev().take(REACH)
    }

    fn truncate(&mut self, len: usize) {
        while self.open.len() > len {
            if let Some(open) = self.open.pop()
                && let Some(count) = self.counts.get_mut(open.tag as usize)
            {
                *count -= 1;
            }
        }
    }
}
