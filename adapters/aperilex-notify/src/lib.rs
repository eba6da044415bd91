#![doc = include_str!("../README.md")]
#![warn(missing_docs)]

mod log;

pub use log::LogNotifier;
