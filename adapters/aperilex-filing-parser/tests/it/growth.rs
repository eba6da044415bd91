//! Time and memory grow with the input and no faster, up to the largest filing that is taken.

use std::process::Command;
use std::time::Duration;

use aperilex_ports::MAX_FILING_BYTES;

use crate::corpus::corpus;
use crate::support::try_parse;

/// Says in the child process which input to parse.
const CASE: &str = "APERILEX_GROWTH_CASE";

/// Nanoseconds this thread has run.
fn cpu_time() -> u64 {
    let stat = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    let first = stat.split_whitespace().next();
    first.and_then(|text| text.parse().ok()).unwrap_or(0)
}

/// CPU time of the fastest of three parses.
fn time_of(body: &str) -> u64 {
    let bytes = format!("<html>{body}").into_bytes();
    let run = |_| {
        let start = cpu_time();
        let _ = try_parse("10-K", bytes.clone());
        cpu_time() - start
    };
    (0..3).map(run).min().unwrap_or(0)
}

#[test]
fn twice_the_input_takes_twice_the_time() {
    for (start, piece) in [
        ("", "<br>x"),
        ("", "<td>x"),
        ("", "<table><tr><td>x"),
        ("", "<p>Item 1. Business</p>"),
        ("", "a<sup>1</sup>"),
        ("", "<a href='#a%20b'>x</a><a id='ab' name='c'>"),
        ("", "<style>.a{color:red}</style><p class=a>x"),
        ("", "<pre><TABLE><S><C>x"),
        ("", "<p style='padding-left:9pt'>x</p>"),
        // The bold element is deep below what each end tag passes.
        ("<b>", "<i></b><i>"),
        ("<div><p>", "<i><div>"),
        ("<table><tr><td>", "<i><tr>"),
        ("<p>", "<i></tr>"),
    ] {
        let count = 300_000 / piece.len();
        let whole = |count: usize| time_of(&format!("{start}{}", piece.repeat(count)));
        let (once, twice) = (whole(count), whole(2 * count));
        // A millisecond for what does not grow.
        assert!(
            twice < 3 * once + 1_000_000,
            "{piece}: {once} and {twice} ns"
        );
    }
}

/// What the child of a test parses.
fn input(case: &str) -> Vec<u8> {
    let limit = usize::try_from(MAX_FILING_BYTES).unwrap();
    let piece = match case {
        "breaks" => b"<br>x".to_vec(),
        "bold" => b"<b>".to_vec(),
        "cells" => b"<table><tr><td>1".to_vec(),
        path => std::fs::read(path).unwrap(),
    };
    let mut bytes = Vec::with_capacity(limit);
    while bytes.len() + piece.len() <= limit {
        bytes.extend_from_slice(&piece);
    }
    bytes
}

/// Parses in the process that [`peak`] starts; alone it does nothing.
#[test]
fn child() {
    let Ok(case) = std::env::var(CASE) else {
        return;
    };
    let start = cpu_time();
    let outcome = try_parse("10-K", input(&case)).map(|content| content.sections.len());
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let peak = peak.map_or("0", |text| text.trim().trim_end_matches(" kB"));
    println!("{outcome:?}");
    println!("peak_kb {peak} cpu_ms {}", (cpu_time() - start) / 1_000_000);
}

/// Megabytes of memory at most, and seconds of CPU, of a process that parses 50 MB of `case`.
fn peak(case: &str) -> (u64, f64) {
    let output = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "growth::child", "--nocapture"])
        .env(CASE, case)
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let figure = |name: &str| -> u64 {
        let behind = text.split(name).nth(1).unwrap_or_default();
        behind
            .split_whitespace()
            .next()
            .unwrap_or_default()
            .parse()
            .unwrap_or_else(|_| panic!("{text}"))
    };
    let seconds = Duration::from_millis(figure("cpu_ms ")).as_secs_f64();
    (figure("peak_kb ") / 1024, seconds)
}

#[test]
fn fifty_megabytes_of_markup_stay_within_bounds() {
    for case in ["breaks", "bold", "cells"] {
        let (megabytes, seconds) = peak(case);
        println!("{case}: {megabytes} MB, {seconds:.1} s");
        assert!(megabytes <= 448, "{case}: {megabytes} MB");
        assert!(seconds < 30.0, "{case}: {seconds} s");
    }
}

#[test]
fn fifty_megabytes_of_a_real_filing_take_little_more_than_themselves() {
    let Some(root) = corpus() else { return };
    let expected = std::fs::read_to_string(root.join("EXPECTED.tsv")).unwrap();
    let paths = expected
        .lines()
        .skip(1)
        .filter_map(|line| line.split('\t').nth(1));
    let size = |path: &std::path::PathBuf| std::fs::metadata(path).map_or(0, |data| data.len());
    let path = paths.map(|path| root.join(path)).max_by_key(size).unwrap();
    let (megabytes, seconds) = peak(&path.to_string_lossy());
    println!("{megabytes} MB, {seconds:.1} s");
    assert!(megabytes <= 128, "{megabytes} MB");
}
