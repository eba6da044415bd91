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
mod facts;
mod hostile;
mod items;
mod properties;
mod proxy;
mod risks;
mod s_1;
mod support;
mod tables;
mod text;
mod titled_corpus;
