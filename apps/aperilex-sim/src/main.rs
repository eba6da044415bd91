#![doc = include_str!("../README.md")]
#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a tool speaks to its terminal"
)]

mod actors;
mod gate;
mod gated;
mod schedule;
mod world;

use std::process::ExitCode;
use std::time::Instant;

use clap::Parser;

use schedule::Told;
use world::Store;

/// Play seeded schedules of clients, workers and faults, and prove the books after each
#[derive(Debug, Parser)]
#[command(name = "cargo xtask sim")]
struct Args {
    /// How many schedules
    #[arg(long, default_value_t = 1000)]
    schedules: u64,
    /// The seed of the first; each has the next
    #[arg(long, default_value_t = 0)]
    seed: u64,
    /// Steps of a schedule before the quiet phase
    #[arg(long, default_value_t = 150)]
    steps: u64,
    /// Where the stores are
    #[arg(long, value_enum, default_value = "memory")]
    store: Store,
}

fn main() -> ExitCode {
    match run(&Args::parse()) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// Plays them all. False if one failed.
fn run(args: &Args) -> anyhow::Result<bool> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let begun = Instant::now();
    let mut sum = Told::default();
    for seed in (args.seed..).take(usize::try_from(args.schedules)?) {
        let dir = tempfile::tempdir()?;
        let told = runtime.block_on(schedule::play(args.store, seed, args.steps, dir.path()))?;
        if !told.found.is_empty() {
            report(args, seed, &told);
            return Ok(false);
        }
        sum.steps += told.steps;
        sum.calls += told.calls;
        sum.crashes += told.crashes;
        sum.completed += told.completed;
        sum.entries += told.entries;
    }
    println!(
        "{} schedules of {} steps, {:.1} s: {} port calls, {} crashes, {} tasks completed, {} ledger entries; no breach",
        args.schedules,
        args.steps,
        begun.elapsed().as_secs_f64(),
        sum.calls,
        sum.crashes,
        sum.completed,
        sum.entries,
    );
    Ok(true)
}

fn report(args: &Args, seed: u64, told: &Told) {
    println!("seed {seed} fails; its last steps:");
    for line in &told.last {
        println!("{line}");
    }
    for line in &told.found {
        println!("BREACH {line}");
    }
    let store = match args.store {
        Store::Memory => "memory",
        Store::Sqlite => "sqlite",
    };
    println!(
        "again: cargo xtask sim --schedules 1 --seed {seed} --steps {} --store {store}",
        args.steps
    );
}
