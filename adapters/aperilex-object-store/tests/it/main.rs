//! Objects in a directory, and in stores that fail.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test fails by panicking"
)]

mod crash;
mod faults;
mod faulty;
mod local;

use std::fs;
use std::path::{Path, PathBuf};

use aperilex_object_store::{ObjectDocuments, ObjectStoreConfig, OpenError};
use aperilex_ports::Digest;

async fn open(path: &Path) -> Result<ObjectDocuments, OpenError> {
    ObjectDocuments::open(&ObjectStoreConfig { path: path.into() }).await
}

/// Where an object of the directory is.
fn file_of(base: &Path, digest: &Digest) -> PathBuf {
    let digits = digest.to_string();
    base.join("sha256").join(&digits[..2]).join(&digits[2..])
}

/// All files below the directory but the lock.
fn files(base: &Path) -> Vec<PathBuf> {
    let shards = fs::read_dir(base.join("sha256")).unwrap();
    let entries = shards.flat_map(|shard| fs::read_dir(shard.unwrap().path()).unwrap());
    entries.map(|entry| entry.unwrap().path()).collect()
}
