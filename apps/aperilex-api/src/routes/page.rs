//! Pages: `limit` and `cursor` of a list.

use aperilex_core::UserId;

use crate::problem::Problem;
use crate::wire::cursor::{self, Position};

/// Entries of a page if the client doesn't say.
const DEFAULT: u16 = 50;

/// Which page of a list is asked for.
pub(crate) struct Page<P> {
    list: String,
    user: UserId,
    /// Where it begins; none for the first.
    pub(crate) from: Option<P>,
    /// How many entries it has at most.
    pub(crate) limit: usize,
}

impl<P: Position> Page<P> {
    /// A page of the list of this name, as an account asks for it.
    pub(crate) fn new(
        list: &str,
        user: UserId,
        limit: Option<u16>,
        cursor: Option<&str>,
    ) -> Result<Self, Problem> {
        let from = cursor
            .map(|cursor| cursor::read(list, user, cursor))
            .transpose()?;
        Ok(Self {
            list: list.to_owned(),
            user,
            from,
            limit: usize::from(limit.unwrap_or(DEFAULT)),
        })
    }

    /// One more than fits, to see whether there is a next page.
    pub(crate) const fn limit_and_one(&self) -> usize {
        self.limit + 1
    }

    /// Cuts the entries read to the page; gives the cursor of the next one, if there is one.
    pub(crate) fn cut<T>(&self, read: &mut Vec<T>, position: impl Fn(&T) -> P) -> Option<String> {
        if read.len() <= self.limit {
            return None;
        }
        read.truncate(self.limit);
        read.last().map(|last| self.cursor(&position(last)))
    }

    /// The cursor of a place in this list.
    pub(crate) fn cursor(&self, position: &P) -> String {
        cursor::write(&self.list, self.user, position)
    }
}

impl Page<u64> {
    /// The part of a list in memory that the page shows, with each entry's number, and the cursor of
    /// the next page.
    pub(crate) fn slice<'a, T>(&self, all: &'a [T]) -> (Vec<(usize, &'a T)>, Option<String>) {
        let from = usize::try_from(self.from.unwrap_or(0)).unwrap_or(usize::MAX);
        let shown: Vec<_> = all.iter().enumerate().skip(from).take(self.limit).collect();
        let end = from.saturating_add(shown.len());
        let next = (end < all.len() && !shown.is_empty())
            .then(|| self.cursor(&u64::try_from(end).unwrap_or(u64::MAX)));
        (shown, next)
    }
}
