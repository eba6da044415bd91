#![doc = include_str!("../README.md")]
#![warn(missing_docs)]

mod analyst;
mod figures;
mod filing;
mod parts;
mod plan;
mod rank;
mod text;

pub use analyst::ExtractiveAnalyst;
