//! The simulator as it is used; and, over the same gate, one story that is struck at every call and random
//! acts that are held against a naive model, on every database.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a test fails by panicking, and says what it has seen"
)]

mod failpoints;
mod money;
mod sim;
mod stage;
mod story;
