//! Aperilex: SEC filings in, verified analyses out.

mod args;
mod command;
mod exit;
mod output;
mod patience;
mod progress;
mod render;
mod target;
mod telemetry;

use std::process::ExitCode;
use std::time::Duration;

use clap::Parser;

fn main() -> ExitCode {
    let args = args::Args::parse();
    telemetry::init(&args.command);
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build();
    let result = match runtime {
        Ok(runtime) => {
            let result = runtime.block_on(command::run(args));
            // What was handed back may still compute; nobody waits for it.
            runtime.shutdown_timeout(Duration::from_secs(1));
            result
        }
        Err(error) => Err(error.into()),
    };
    match result {
        Ok(code) => code,
        Err(error) => exit::report(&error),
    }
}
