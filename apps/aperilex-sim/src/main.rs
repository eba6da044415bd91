//! The simulator's command line.
#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a tool speaks to its terminal"
)]

use std::path::Path;
use std::process::ExitCode;
use std::time::Instant;

use anyhow::Context as _;
use aperilex_memory::Bug;
use clap::Parser;
use tempfile::TempDir;
use tokio::runtime::Runtime;

use aperilex_sim::schedule::{self, Told};
use aperilex_sim::world::Store;

/// Each of so many is played twice, and must take the same way.
const AGAIN: u64 = 20;

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
    /// Schedules played at the same time, each by itself
    #[arg(long, default_value_t = 2)]
    jobs: u8,
    /// Plant this bug into the stores in memory: a schedule must fail
    #[arg(long, value_parser = bug, conflicts_with = "bugs")]
    bug: Option<Bug>,
    /// Plant each bug in turn: each must be caught within so many schedules
    #[arg(long)]
    bugs: bool,
}

fn bug(name: &str) -> Result<Bug, String> {
    let found = Bug::ALL.iter().find(|bug| bug.name() == name);
    let names = || Bug::ALL.iter().map(|bug| bug.name()).collect::<Vec<_>>();
    found
        .copied()
        .ok_or_else(|| format!("expected one of {}", names().join(", ")))
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

/// Plays them all. False if one failed, or a planted bug was not found.
fn run(args: &Args) -> anyhow::Result<bool> {
    if args.bugs || args.bug.is_some() {
        let runtime = runtime()?;
        let asked = args.bug.as_ref().map_or(Bug::ALL, std::slice::from_ref);
        return hunt(args, &runtime, asked);
    }
    let begun = Instant::now();
    let jobs = u64::from(args.jobs.max(1));
    let parts = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..jobs)
            .map(|job| scope.spawn(move || part(args, job, jobs)))
            .collect();
        let ended = threads.into_iter().map(std::thread::ScopedJoinHandle::join);
        ended.collect::<Vec<_>>()
    });
    let (mut sum, mut failed, mut replayed) = (Told::default(), None, 0);
    for part in parts {
        let part = part.map_err(|_| anyhow::anyhow!("a schedule panicked"))??;
        match part {
            Part::Holds(told, twice) => {
                sum.add(&told);
                replayed += twice;
            }
            Part::Fails(seed, told) => {
                let first = failed.as_ref().is_none_or(|(known, _)| seed < *known);
                failed = if first { Some((seed, told)) } else { failed };
            }
        }
    }
    if let Some((seed, told)) = failed {
        report(args, seed, &told);
        return Ok(false);
    }
    println!(
        "{} schedules of {} steps, {:.1} s: {} port calls, {} crashes, {} tasks completed, {} ledger entries, {} months passed, {replayed} played twice alike; no breach",
        args.schedules,
        args.steps,
        begun.elapsed().as_secs_f64(),
        sum.calls,
        sum.crashes,
        sum.completed,
        sum.entries,
        sum.months,
    );
    Ok(true)
}

/// How the schedules of one thread ended.
enum Part {
    /// All is well; so many were played twice.
    Holds(Told, u64),
    Fails(u64, Told),
}

/// Plays every `jobs`-th schedule.
fn part(args: &Args, job: u64, jobs: u64) -> anyhow::Result<Part> {
    let runtime = runtime()?;
    let (mut sum, mut replayed) = (Told::default(), 0);
    let last = args.seed.saturating_add(args.schedules);
    for seed in (args.seed + job..last).step_by(usize::try_from(jobs)?) {
        let told = play(args, &runtime, None, seed).with_context(|| format!("seed {seed}"))?;
        if !told.found.is_empty() {
            return Ok(Part::Fails(seed, told));
        }
        if seed % AGAIN == 0 {
            let again = play(args, &runtime, None, seed)?;
            anyhow::ensure!(
                again.log == told.log,
                "seed {seed} took another way the second time"
            );
            replayed += 1;
        }
        sum.add(&told);
    }
    Ok(Part::Holds(sum, replayed))
}

fn runtime() -> std::io::Result<Runtime> {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
}

fn play(args: &Args, runtime: &Runtime, bug: Option<Bug>, seed: u64) -> anyhow::Result<Told> {
    let dir = place()?;
    let played = schedule::play((args.store, bug), seed, args.steps, dir.path());
    runtime.block_on(played)
}

/// A directory for one database: in memory where there is one, since nothing here asks whether the disk
/// keeps what it was given.
fn place() -> std::io::Result<TempDir> {
    let memory = Path::new("/dev/shm");
    match tempfile::tempdir_in(memory) {
        Ok(dir) => Ok(dir),
        Err(_) => tempfile::tempdir(),
    }
}

/// Says which schedule finds each bug.
fn hunt(args: &Args, runtime: &Runtime, bugs: &[Bug]) -> anyhow::Result<bool> {
    let mut missed = 0_usize;
    for bug in bugs {
        let mut caught = None;
        for (n, seed) in (1_u64..)
            .zip(args.seed..)
            .take(usize::try_from(args.schedules)?)
        {
            // A bug may break the stores so that the schedule cannot go on: that is found as well.
            let found = match play(args, runtime, Some(*bug), seed) {
                Ok(told) => told.found.into_iter().next(),
                Err(error) => Some(format!("{error:#}")),
            };
            if let Some(found) = found {
                caught = Some((n, found));
                break;
            }
        }
        match caught {
            Some((n, found)) => println!("{:<26} schedule {n:<5} {found}", bug.name()),
            None => {
                println!(
                    "{:<26} NOT FOUND in {} schedules",
                    bug.name(),
                    args.schedules
                );
                missed = missed.saturating_add(1);
            }
        }
    }
    let caught = bugs.len().saturating_sub(missed);
    println!("{caught} of {} planted bugs caught", bugs.len());
    Ok(missed == 0)
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
