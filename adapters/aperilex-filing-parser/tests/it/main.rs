//! Integration tests of the filing parser.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a test fails by panicking and tells its score on the terminal"
)]

mod container;
mod corpus;
mod exhibits;
mod facts;
mod growth;
mod header;
mod hostile;
mod instance;
mod items;
mod properties;
mod support;
mod tables;
mod text;
