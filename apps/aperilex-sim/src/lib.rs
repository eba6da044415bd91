#![doc = include_str!("../README.md")]

pub mod actors;
pub mod gate;
pub mod gated;
pub mod reckoning;
pub mod schedule;
pub mod world;
