//! Inline XBRL 1.1: facts, contexts, units.

pub(crate) mod collect;
pub(crate) mod context;
pub(crate) mod facts;
pub(crate) mod number;
mod words;
