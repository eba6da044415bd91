//! Tests of the client through its public face.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    reason = "a test fails by panicking, and says on stderr why it is skipped"
)]

mod corpus;
mod endpoints;
mod mirror;
mod source;
mod support;
mod transport;
