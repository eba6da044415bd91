//! Tests of the memory adapters, and of the contract by means of them.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod broken;
mod contract_has_teeth;
mod faults;
mod parser;
mod source;
mod suite_is_complete;
