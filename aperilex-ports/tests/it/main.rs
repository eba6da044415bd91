//! Shapes that are stored or queued: what was written once is read for ever.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod analysis_result;
mod contract;
mod task_envelope;
mod vocabulary;

/// A golden file. Once released it is never changed: a new version gets a new file.
fn golden(path: &str) -> Vec<u8> {
    let file = format!("{}/tests/fixtures/{path}", env!("CARGO_MANIFEST_DIR"));
    std::fs::read(&file).unwrap_or_else(|error| panic!("{file}: {error}"))
}
