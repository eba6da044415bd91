//! The contract of every notifier, over the wire where there is one.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "it/log.rs"]
mod log;

use std::process::ExitCode;

use aperilex_ports::contract;

fn main() -> ExitCode {
    let suites = [contract::notifier("log", log::Log)];
    contract::run(suites.into_iter().flatten().collect())
}
