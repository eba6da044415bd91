//! What is beyond the contract: words, signatures, and receivers that are not what they should be.

#[path = "../support/mod.rs"]
mod support;

mod mails;
mod webhooks;
