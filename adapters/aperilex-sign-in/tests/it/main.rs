//! Signing in, against tokens and identity providers that lie.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod challenge;
mod jwt;
mod oidc;
mod password;
mod signer;
