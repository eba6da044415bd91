//! The simulator as it is used.

mod sim;
