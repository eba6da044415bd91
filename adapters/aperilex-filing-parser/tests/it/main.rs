//! Integration tests of the filing parser.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a test fails by panicking and tells its score on the terminal"
)]

mod bad_filings;
mod container;
mod corpus;
mod exhibits;
mod facts;
mod fuzz_corpus;
mod growth;
mod header;
mod hostile;
mod instance;
mod items;
mod properties;
mod proxy;
mod risks;
mod s_1;
mod shapes;
mod support;
mod tables;
mod text;
mod titled_corpus;
