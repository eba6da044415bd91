//! The real binary: its commands, its server on SQLite and Postgres, and its death at every step.

mod analyze;
mod cli;
mod crash;
mod flow;
mod server;
