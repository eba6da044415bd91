//! How results are shown.

mod analysis;
mod content;

pub(crate) use analysis::{markdown, text};
pub(crate) use content::{content, outline};
