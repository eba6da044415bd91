//! The open elements, and what is inherited from them.

use super::state::State;
use super::tag::{TAGS, Tag};

/// No element.
const NONE: u32 = u32::MAX;

/// An open element.
#[derive(Debug, Clone, Copy)]
struct Open {
    tag: Tag,
    /// Size of its type in half points, 0 if unknown.
    size: u8,
    /// What its content inherits.
    state: State,
    /// The one of the same tag that was open before it.
    previous: u32,
}

/// The open elements. Twelve bytes each, so that millions of unclosed ones do no harm; for every tag
/// the innermost one is known, so that none is ever looked for.
#[derive(Debug)]
pub(crate) struct Stack {
    open: Vec<Open>,
    last: [u32; TAGS],
    top: (State, u8),
}

impl Default for Stack {
    fn default() -> Self {
        Self {
            open: Vec::new(),
            last: [NONE; TAGS],
            top: (State::default(), 0),
        }
    }
}

impl Stack {
    /// What content at this place inherits.
    pub(crate) const fn state(&self) -> State {
        self.top.0
    }

    /// The size of type at this place in half points, 0 if unknown.
    pub(crate) const fn size(&self) -> u8 {
        self.top.1
    }

    /// Opens an element.
    #[inline]
    pub(crate) fn push(&mut self, tag: Tag, state: State, size: u8) {
        let at = u32::try_from(self.open.len()).unwrap_or(NONE);
        let Some(last) = self.last.get_mut(tag as usize) else {
            return;
        };
        self.open.push(Open {
            tag,
            size,
            state,
            previous: *last,
        });
        *last = at;
        self.top = (state, size);
    }

    /// Closes the innermost `tag` and all inside it. Answers its state, if there is one that an end tag here
    /// can reach: past parts of a table only their own end tags reach, past a table only its own.
    #[inline]
    pub(crate) fn end(&mut self, tag: Tag) -> Option<State> {
        if let Some(top) = self.open.last()
            && top.tag == tag
        {
            let state = top.state;
            self.pop();
            self.set_top();
            return Some(state);
        }
        if self.last(tag) == NONE {
            return None;
        }
        let barrier = match tag {
            Tag::Table => NONE,
            _ if tag.is_table_part() => self.last(Tag::Table),
            _ => self.last_table_part(),
        };
        let index = self.above(tag, barrier)?;
        let state = self.open.get(index as usize).map(|open| open.state);
        self.truncate(index);
        state
    }

    /// A block start closes an open paragraph.
    #[inline]
    pub(crate) fn close_paragraph(&mut self) {
        if self.last(Tag::Paragraph) == NONE {
            return;
        }
        let barrier = higher(self.last_table_part(), self.last(Tag::Block));
        if let Some(index) = self.above(Tag::Paragraph, barrier) {
            self.truncate(index);
        }
    }

    /// A row or cell start closes the row or cell before it, up to its table.
    pub(crate) fn close_to_table(&mut self, tag: Tag) {
        let closes: &[Tag] = match tag {
            Tag::Cell => &[Tag::Cell, Tag::HeaderCell],
            Tag::Row => &[Tag::Cell, Tag::HeaderCell, Tag::Row],
            _ => &[Tag::Cell, Tag::HeaderCell, Tag::Row, Tag::RowGroup],
        };
        // Each is open at most once above its table, for it closes the one before.
        let table = self.last(Tag::Table);
        let lowest = closes
            .iter()
            .filter_map(|tag| self.above(*tag, table))
            .min();
        if let Some(index) = lowest {
            self.truncate(index);
        }
    }

    fn last(&self, tag: Tag) -> u32 {
        self.last.get(tag as usize).copied().unwrap_or(NONE)
    }

    fn last_table_part(&self) -> u32 {
        [
            Tag::Table,
            Tag::RowGroup,
            Tag::Row,
            Tag::Cell,
            Tag::HeaderCell,
        ]
        .iter()
        .fold(NONE, |highest, tag| higher(highest, self.last(*tag)))
    }

    /// The innermost `tag` if it was opened behind `barrier`.
    fn above(&self, tag: Tag, barrier: u32) -> Option<u32> {
        let index = self.last(tag);
        (index != NONE && (barrier == NONE || index > barrier)).then_some(index)
    }

    #[inline]
    fn pop(&mut self) {
        if let Some(open) = self.open.pop()
            && let Some(last) = self.last.get_mut(open.tag as usize)
        {
            *last = open.previous;
        }
    }

    fn truncate(&mut self, len: u32) {
        while self.open.len() > len as usize {
            self.pop();
        }
        self.set_top();
    }

    #[inline]
    fn set_top(&mut self) {
        self.top = self
            .open
            .last()
            .map_or((State::default(), 0), |open| (open.state, open.size));
    }
}

const fn higher(one: u32, other: u32) -> u32 {
    if one == NONE || (other != NONE && other > one) {
        other
    } else {
        one
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stack(tags: &[Tag]) -> Stack {
        let mut stack = Stack::default();
        for tag in tags {
            stack.push(*tag, State::default(), 0);
        }
        stack
    }

    fn tags(stack: &Stack) -> Vec<Tag> {
        stack.open.iter().map(|open| open.tag).collect()
    }

    #[test]
    fn an_element_is_twelve_bytes() {
        assert_eq!(size_of::<Open>(), 12);
    }

    #[test]
    fn end_tags_close_what_is_inside_and_stop_at_tables() {
        use Tag::{Block, Bold, Cell, Paragraph, Row, Span, Table};
        let mut deep = vec![Bold];
        deep.extend([Span; 1000]);
        let mut open = stack(&deep);
        assert!(open.end(Bold).is_some(), "however deep it is");
        assert!(tags(&open).is_empty());
        let mut open = stack(&[Bold, Table, Row, Cell, Span]);
        assert!(open.end(Bold).is_none());
        assert!(open.end(Row).is_some());
        assert_eq!(tags(&open), [Bold, Table]);
        assert!(open.end(Row).is_none());
        assert!(open.end(Table).is_some());
        assert!(open.end(Bold).is_some());
        let mut open = stack(&[Cell, Table, Block]);
        assert!(open.end(Cell).is_none());
        let mut open = stack(&[Paragraph, Block, Span]);
        open.close_paragraph();
        assert_eq!(tags(&open).len(), 3);
        let mut open = stack(&[Block, Paragraph, Span]);
        open.close_paragraph();
        assert_eq!(tags(&open), [Block]);
    }

    #[test]
    fn rows_and_cells_close_up_to_their_table() {
        use Tag::{Cell, HeaderCell, Row, RowGroup, Span, Table};
        let mut open = stack(&[Table, Row, Cell, Table, RowGroup, Row, HeaderCell, Span]);
        open.close_to_table(Cell);
        assert_eq!(tags(&open), [Table, Row, Cell, Table, RowGroup, Row]);
        open.close_to_table(Row);
        open.close_to_table(RowGroup);
        open.close_to_table(RowGroup);
        assert_eq!(tags(&open), [Table, Row, Cell, Table]);
    }
}
