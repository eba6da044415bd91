//! The real binary: its commands, its server on SQLite and Postgres, and its death at every step.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stderr,
    reason = "a test fails by panicking"
)]

mod addresses;
mod analyze;
mod cli;
mod config;
mod contract;
mod crash;
mod flow;
mod goodbye;
mod interrupt;
mod ledger;
mod mirror;
mod operate;
mod payments;
mod races;
mod run;
mod secrets;
mod server;
