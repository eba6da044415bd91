//! The domain in a world of memory: the order of decisions, the run, and what survives a crash.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stderr,
    reason = "a test fails by panicking"
)]

mod billing;
mod costs;
mod crash_points;
mod left_lying;
mod money;
mod quotes;
mod request_analysis;
mod run_analysis;
mod throttle;
mod verify;
mod verify_claims;
mod verify_forgeries;
mod world;
