//! The API from outside: in one process with everything in memory, and over real sockets where the
//! socket matters.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod access;
mod access_table;
mod admin;
mod agreements;
mod any_input;
mod bad_input;
mod description;
mod events;
mod faults;
mod gate;
mod metrics;
mod operations;
mod own_key;
mod payments;
mod pool;
mod quotes;
mod rows;
mod server;
mod sign_in;
mod socket;
mod usage;
mod wire;
mod world;
