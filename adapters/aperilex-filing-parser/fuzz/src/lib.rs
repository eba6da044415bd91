//! Fuzzing of the filing parser: what must hold for any input, and mutation of the kept corpus for
//! machines that cannot build libFuzzer.

pub mod lawful;
pub mod mutation;
