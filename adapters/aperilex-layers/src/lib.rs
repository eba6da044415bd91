#![doc = include_str!("../README.md")]
#![warn(missing_docs)]

mod first_line;
mod refusals;
mod windows;

pub use first_line::{FirstLine, FirstLineCounts};
