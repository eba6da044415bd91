#![doc = include_str!("../README.md")]
#![warn(missing_docs)]

pub mod audit;
#[cfg(feature = "contract")]
pub mod contract;
mod error;
pub mod model;
mod port;
mod ports;
pub mod wallet;

pub use error::{BoxError, Retry};
pub use model::*;
pub use port::*;
pub use ports::{Ports, Stores};
