#![doc = include_str!("../README.md")]
#![warn(missing_docs)]

mod event_bus;

pub use event_bus::InProcessEvents;
