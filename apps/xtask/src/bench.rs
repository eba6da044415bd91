//! The read benchmark: a pooled analysis from our server and from the floor, side by side in one run.
//!
//! Every figure is of this run on this machine; what counts are the ratios. The server's CPU time
//! comes from `/proc`, so a busy client does not distort it.

mod load;
mod server;

use std::fs;
use std::path::Path;

use anyhow::Context;

use crate::postgres::Postgres;
use crate::shell::{cargo, root, run as run_command, there};
use load::{Load, measure};
use server::Server;

/// Rounds of each kind; the medians are reported.
const ROUNDS: usize = 3;
/// Requests before memory is read again.
const WARM_REQUESTS: u64 = 100_000;

/// Runs it and prints the table.
pub(crate) fn run(seconds: u32) -> anyhow::Result<()> {
    tools()?;
    run_command(&mut cargo(&[
        "build",
        "--release",
        "-p",
        "aperilex",
        "-p",
        "aperilex-floor",
    ]))?;
    let work = std::env::temp_dir().join(format!("aperilex-bench-{}", std::process::id()));
    fs::create_dir_all(&work)?;
    let postgres = Postgres::start()?;
    let databases = [
        (
            "sqlite",
            format!("sqlite://{}?mode=rwc", work.join("floor.sqlite3").display()),
        ),
        ("postgres", postgres.url()),
    ];
    let measured = databases
        .iter()
        .try_for_each(|(name, url)| side_by_side(name, url, &work, seconds));
    postgres.stop()?;
    fs::remove_dir_all(&work)?;
    measured
}

fn tools() -> anyhow::Result<()> {
    if there("wrk", "--version") || std::process::Command::new("wrk").output().is_ok() {
        return Ok(());
    }
    let mut install = std::process::Command::new("apt-get");
    run_command(install.args(["install", "-qy", "--no-install-recommends", "wrk", "curl"]))
        .context("install wrk and curl")
}

fn side_by_side(database: &str, url: &str, work: &Path, seconds: u32) -> anyhow::Result<()> {
    let data = work.join(database);
    let aperilex = Server::aperilex(&root(), &data, database, url)?;
    let idle = aperilex.pss()?;
    let analysis = aperilex.analyse_sample()?;
    let body = work.join("body.json");
    fs::write(&body, aperilex.get(&analysis.path)?)?;
    let floor = Server::floor(&root(), url, &body)?;
    println!(
        "\n{database}: one pooled analysis of {} bytes, 64 connections",
        fs::metadata(&body)?.len()
    );
    println!(
        "start to first 200: aperilex {} ms, floor {} ms",
        aperilex.started_ms, floor.started_ms
    );
    println!(
        "memory idle (PSS): aperilex {} kB, floor {} kB",
        idle,
        floor.pss()?
    );
    let kinds = [
        ("read", &aperilex, analysis.path.as_str(), None),
        ("floor", &floor, "/analyses/1", None),
        (
            "304",
            &aperilex,
            analysis.path.as_str(),
            Some(analysis.etag.as_str()),
        ),
    ];
    let mut loads: Vec<Vec<Load>> = vec![Vec::new(); kinds.len()];
    for _ in 0..ROUNDS {
        for (kind, of_kind) in kinds.iter().zip(&mut loads) {
            of_kind.push(measure(kind.1, kind.2, kind.3, seconds)?);
        }
    }
    println!(
        "{:<8} {:>9} {:>9} {:>9} {:>14}",
        "", "req/s", "p50 ms", "p99 ms", "CPU µs/req"
    );
    let medians: Vec<Load> = loads.iter().map(|of_kind| Load::median(of_kind)).collect();
    for (kind, load) in kinds.iter().zip(&medians) {
        println!(
            "{:<8} {:>9.0} {:>9.2} {:>9.2} {:>14.1}",
            kind.0, load.requests_per_s, load.p50_ms, load.p99_ms, load.cpu_us
        );
    }
    if let [read, floor, fresh] = &medians[..] {
        println!(
            "CPU per read: {:.2} x the floor; 304: {:.2} x",
            read.cpu_us / floor.cpu_us,
            fresh.cpu_us / floor.cpu_us
        );
        println!("p99/p50: {:.2}", read.p99_ms / read.p50_ms);
    }
    load::requests(&aperilex, &analysis.path, WARM_REQUESTS)?;
    load::requests(&floor, "/analyses/1", WARM_REQUESTS)?;
    println!(
        "memory after {WARM_REQUESTS} more requests: aperilex {} kB, floor {} kB",
        aperilex.pss()?,
        floor.pss()?
    );
    Ok(())
}
