//! What the contract does not ask: first boots, crashes, other processes, lost connections.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stderr,
    reason = "a test fails by panicking, and says what it skips"
)]

#[allow(dead_code, reason = "each test binary uses some of it")]
#[path = "../support/mod.rs"]
mod support;

mod crash;
mod damage;
mod desk;
mod guards;
mod migrate;
mod processes;
mod quota;
mod races;
mod storm;
