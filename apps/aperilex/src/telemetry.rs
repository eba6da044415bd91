//! The log, on standard error: `APERILEX_LOG=debug` or `aperilex_core=trace` says how much.

use std::io::IsTerminal;

use tracing_subscriber::EnvFilter;

use crate::args::Command;

/// Servers and workers tell what they do; other commands only what goes wrong.
pub(crate) fn init(command: &Command) {
    let serving = matches!(command, Command::Serve { .. } | Command::Worker);
    let default = if serving {
        "info,sqlx=warn,sea_orm_migration=warn"
    } else {
        "error"
    };
    let filter =
        EnvFilter::try_from_env("APERILEX_LOG").unwrap_or_else(|_| EnvFilter::new(default));
    let builder = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr);
    if std::io::stderr().is_terminal() {
        builder.init();
    } else {
        builder.json().init();
    }
}
