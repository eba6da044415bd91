//! Tools of this repository: `cargo xtask --help`.
#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a tool speaks to its terminal"
)]

mod bench;
mod corpus;
mod fuzz;
mod postgres;
mod score;
mod shell;
mod test;
mod tidy;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Tools of this repository.
#[derive(Debug, Parser)]
#[command(name = "cargo xtask")]
struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Check the rules of the house: dependencies, files, clauses, links
    Tidy,
    /// Install and start what the tests need, and run all of them
    Test,
    /// Start a private Postgres and print its URL; it runs until the machine stops
    Services,
    /// Analyse and verify every 10-K, 10-Q and 8-K of a corpus, and try to fool the verifier
    Corpus {
        /// A mirror of EDGAR with EXPECTED.tsv [default: $APERILEX_CORPUS or ../shared/edgar]
        #[arg(long)]
        corpus: Option<PathBuf>,
        /// Use the optimised build
        #[arg(long)]
        release: bool,
    },
    /// Score the parser on a corpus: items, bounds, states, facts, confidence
    Score(score::Options),
    /// Fuzz the parser for a while, beginning at the kept corpus
    Fuzz(fuzz::Options),
    /// Play seeded schedules of clients, workers and faults: `cargo xtask sim --help`
    #[command(disable_help_flag = true)]
    Sim {
        /// What the simulator is told
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        options: Vec<String>,
    },
    /// Write the OpenAPI document anew
    Openapi,
    /// Measure reads, starts and memory against a minimal server
    Bench {
        /// Seconds for each run
        #[arg(long, default_value_t = 5)]
        seconds: u32,
    },
}

fn main() -> ExitCode {
    let result = match Args::parse().command {
        Command::Tidy => tidy::run(),
        Command::Test => test::run(),
        Command::Services => postgres::Postgres::start().map(|postgres| {
            println!("APERILEX_TEST_POSTGRES_URL={}", postgres.url());
        }),
        Command::Corpus { corpus, release } => corpus::run(corpus, release),
        Command::Score(options) => return score::run(&options),
        Command::Fuzz(options) => fuzz::run(&options),
        Command::Sim { options } => sim(&options),
        Command::Openapi => openapi(),
        Command::Bench { seconds } => bench::run(seconds),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn sim(options: &[String]) -> anyhow::Result<()> {
    let build = ["run", "-q", "--profile", "sim", "-p", "aperilex-sim", "--"];
    let mut command = shell::cargo(&build);
    command.args(options);
    shell::run(&mut command)
}

fn openapi() -> anyhow::Result<()> {
    let document = shell::output(&mut shell::cargo(&[
        "run", "-qp", "aperilex", "--", "openapi",
    ]))?;
    std::fs::write(
        shell::root().join("apps/aperilex-api/openapi.json"),
        document,
    )?;
    Ok(())
}
