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
mod numbers;
mod properties;
mod proxy;
mod real;
mod risks;
mod s_1;
mod shapes;
mod statements;
mod support;
mod tables;
mod text;
mod titled_corpus;
mod traps;
