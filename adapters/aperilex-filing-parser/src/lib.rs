#![doc = include_str!("../README.md")]

mod container;
mod encoding;
mod items;
mod parser;
mod table;
mod text;
mod xbrl;

pub use parser::{Parser, VERSION};
