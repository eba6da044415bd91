#![doc = include_str!("../README.md")]

mod error;
mod graph;
mod local;
mod runtime;
mod select;
pub mod settings;
mod system;
mod universe;

pub use error::WiringError;
pub use graph::Graph;
pub use local::{Owner, local_filing, owner};
pub use runtime::{Loops, Runtime, WakeProbe};
pub use settings::Settings;
