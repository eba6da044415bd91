//! What is beyond the contract: words, signatures, and receivers that are not what they should be.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

#[path = "../support/mod.rs"]
mod support;

mod mails;
mod webhooks;
