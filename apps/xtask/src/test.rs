//! All tests, with the services they need.

use std::process::Command;

use crate::postgres::Postgres;
use crate::shell::{self, cargo, there};

/// Installs and starts what the tests need, and runs all of them.
pub(crate) fn run() -> anyhow::Result<()> {
    let postgres = Postgres::start()?;
    let tested = tests(&postgres.url());
    let stopped = postgres.stop();
    tested.and(stopped)
}

fn tests(postgres: &str) -> anyhow::Result<()> {
    shell::run(service(
        &mut cargo(&[
            "test",
            "--doc",
            "-p",
            "aperilex-ports",
            "-p",
            "aperilex-core",
        ]),
        postgres,
    ))?;
    let mut all = if there("cargo-nextest", "--version") {
        let profile = if std::env::var_os("CI").is_some() {
            "ci"
        } else {
            "default"
        };
        cargo(&[
            "nextest",
            "run",
            "--workspace",
            "--all-features",
            "--profile",
            profile,
        ])
    } else {
        cargo(&[
            "test",
            "--workspace",
            "--all-features",
            "--lib",
            "--bins",
            "--tests",
        ])
    };
    shell::run(service(&mut all, postgres))
}

/// Names what must be there: a test that misses it fails instead of being passed over.
fn service<'c>(command: &'c mut Command, postgres: &str) -> &'c mut Command {
    let mut required = std::env::var("APERILEX_REQUIRE").unwrap_or_default();
    if !required.split(',').any(|name| name == "postgres") {
        required = format!("{required},postgres")
            .trim_start_matches(',')
            .to_owned();
    }
    command
        .env("APERILEX_TEST_POSTGRES_URL", postgres)
        .env("APERILEX_REQUIRE", required)
}
