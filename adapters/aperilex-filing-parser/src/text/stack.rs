//! The open elements, and what is inherited from them.

use super::state::State;
use super::tag::{TAGS, Tag};

/// How far down an end tag looks for its start: bounds the work of badly nested markup.
const REACH: usize = 256;

#[derive(Debug, Clone, Copy)]
struct Open {
    tag: Tag,
    size: u8,
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

    /// The size of type at this place in half points, 0 if unknown.
    pub(crate) fn size(&self) -> u8 {
        self.open.last().map_or(0, |open| open.size)
    }

    /// Opens an element.
    pub(crate) fn push(&mut self, tag: Tag, state: State, size: u8) {
        self.open.push(Open { tag, size, state });
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
