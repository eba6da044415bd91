#![doc = include_str!("../README.md")]

mod container;
mod document;
mod encoding;
mod exhibits;
mod items;
mod lists;
mod meta;
mod months;
mod parser;
#[doc(hidden)]
pub mod stages;
mod table;
mod text;
mod xbrl;

pub use parser::{Parser, VERSION};
