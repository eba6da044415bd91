//! Load by wrk, and what it did to the server.

use std::process::Command;

use anyhow::{Context, ensure};

use super::server::Server;
use crate::shell::output;

/// One measurement.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Load {
    pub(crate) requests_per_s: f64,
    pub(crate) p50_ms: f64,
    pub(crate) p99_ms: f64,
    /// CPU time of the server per request, in microseconds.
    pub(crate) cpu_us: f64,
}

impl Load {
    /// The median of each figure.
    pub(crate) fn median(loads: &[Self]) -> Self {
        let of = |figure: fn(&Self) -> f64| {
            let mut figures: Vec<f64> = loads.iter().map(figure).collect();
            figures.sort_by(f64::total_cmp);
            figures.get(figures.len() / 2).copied().unwrap_or_default()
        };
        Self {
            requests_per_s: of(|load| load.requests_per_s),
            p50_ms: of(|load| load.p50_ms),
            p99_ms: of(|load| load.p99_ms),
            cpu_us: of(|load| load.cpu_us),
        }
    }
}

/// Reads `path` with 64 connections for some seconds.
pub(crate) fn measure(
    server: &Server,
    path: &str,
    etag: Option<&str>,
    seconds: u32,
) -> anyhow::Result<Load> {
    let before = server.cpu_us()?;
    let mut wrk = Command::new("wrk");
    wrk.args(["-t1", "-c64", "--latency", &format!("-d{seconds}s")]);
    wrk.args(["-H", &server.authorization()]);
    if let Some(etag) = etag {
        wrk.args(["-H", &format!("If-None-Match: {etag}")]);
    }
    let report = output(wrk.arg(server.url(path)))?;
    let cpu = server.cpu_us()? - before;
    ensure!(
        etag.is_some() || !report.contains("Non-2xx"),
        "some reads failed:\n{report}"
    );
    let total = word_before(&report, "requests in").context("wrk counted nothing")?;
    Ok(Load {
        requests_per_s: word_after(&report, "Requests/sec:").context("no rate")?,
        p50_ms: latency(&report, "50%").context("no median")?,
        p99_ms: latency(&report, "99%").context("no 99th percentile")?,
        cpu_us: cpu / total,
    })
}

/// Makes at least `count` requests.
pub(crate) fn requests(server: &Server, path: &str, count: u64) -> anyhow::Result<()> {
    let mut made = 0.0;
    #[allow(
        clippy::cast_precision_loss,
        reason = "a count of requests is far below 2^52"
    )]
    while made < count as f64 {
        made += measure(server, path, None, 2)?.requests_per_s * 2.0;
    }
    Ok(())
}

fn word_before(report: &str, mark: &str) -> Option<f64> {
    report
        .split(mark)
        .next()?
        .split_whitespace()
        .next_back()?
        .parse()
        .ok()
}

fn word_after(report: &str, mark: &str) -> Option<f64> {
    report
        .split(mark)
        .nth(1)?
        .split_whitespace()
        .next()?
        .parse()
        .ok()
}

fn latency(report: &str, percentile: &str) -> Option<f64> {
    let line = report
        .lines()
        .find(|line| line.trim_start().starts_with(percentile))?;
    let value = line.split_whitespace().nth(1)?;
    let split = value.find(|c: char| c.is_ascii_alphabetic())?;
    let (number, unit) = value.split_at(split);
    let factor = match unit {
        "us" => 0.001,
        "ms" => 1.0,
        "s" => 1000.0,
        _ => return None,
    };
    Some(number.parse::<f64>().ok()? * factor)
}
