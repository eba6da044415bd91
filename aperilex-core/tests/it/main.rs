//! The domain in a world of memory: the order of decisions, the run, and what survives a crash.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stderr,
    reason = "a test fails by panicking"
)]

mod abuse;
mod billing;
mod change_tier;
mod conduct;
mod costs;
mod crash_points;
mod import_bulk;
mod import_money;
mod left_lying;
mod notices;
mod own_key;
mod proof;
mod quotes;
mod request_analysis;
mod retract;
mod run_analysis;
mod sign_in;
mod throttle;
mod usage;
mod verify;
mod verify_claims;
mod verify_forgeries;
mod world;
