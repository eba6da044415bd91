//! The loops on a world in memory whose time is real.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod loops;
mod secrets;
mod sign_in;
mod world;
