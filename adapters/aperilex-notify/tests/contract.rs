//! The contract of every notifier, over the wire where there is one.

mod support;

use std::process::ExitCode;

use aperilex_ports::contract;
use support::{log, smtp, webhook};

fn main() -> ExitCode {
    let suites = [
        contract::notifier("log", log::Log),
        contract::notifier("smtp", smtp::Smtp),
        contract::notifier("webhook", webhook::Webhook),
    ];
    contract::run(suites.into_iter().flatten().collect())
}
