//! Which sentences of a text matter most.

mod bm25;
mod select;
mod textrank;

pub(crate) use select::{Request, select};
