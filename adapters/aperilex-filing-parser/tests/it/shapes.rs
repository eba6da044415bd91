//! Time and memory by what an input is made of: attributes, references, headings, facts, plain text,
//! documents. Times are those of the thread on its processor, so that a busy machine changes little;
//! none is asserted, only growth.

use std::process::Command;
use std::time::{Duration, Instant};

use crate::support::try_parse;

/// Bytes of the smaller input, and how many times larger the larger one is.
const SIZE: usize = 192 * 1024;
const TIMES: usize = 4;
/// Names the shape that a child process is to measure.
const CHILD: &str = "APERILEX_TEST_SHAPE";
/// Bytes of the inputs whose memory is measured.
const LARGE: usize = 4 * 1024 * 1024;

/// Memory that a parse may take at its peak, as a multiple of the input. Lines of a single character
/// take the most.
const MOST: usize = 10;

/// A name, what comes first, and what is repeated.
type Shape = (&'static str, &'static str, &'static str);

const SHAPES: [Shape; 11] = [
    ("open brackets", "<html>", "<"),
    ("one attribute", "<html><p title=\"", "x"),
    ("many attributes", "<html><p ", "a='b' "),
    ("characters", "<html><p>", "&#8217;"),
    ("open characters", "<html><p>", "&a"),
    ("headings", "<html>", "<p>Item 1. Business</p><p>x</p>"),
    (
        "entries",
        "<html>",
        "<a href=\"#a\">Item 1. Business</a><a name=a>",
    ),
    (
        "facts",
        "<html>",
        "<ix:nonFraction name=\"a:b\" contextRef=\"c\" unitRef=\"u\">5</ix:nonFraction>",
    ),
    (
        "plain lines",
        "",
        "a
",
    ),
    (
        "plain tables",
        "",
        "<TABLE>
<S> <C>
a 1
</TABLE>
",
    ),
    (
        "documents",
        "",
        "<DOCUMENT><TYPE>EX-1
<TEXT>word</TEXT></DOCUMENT>
",
    ),
];

fn input(shape: &Shape, bytes: usize) -> Vec<u8> {
    let (_, first, piece) = shape;
    format!("{first}{}", piece.repeat(bytes / piece.len())).into_bytes()
}

/// Time of this thread on a processor, where the system tells it.
fn processor_time() -> Option<Duration> {
    let told = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    let nanoseconds = told.split_whitespace().next()?.parse().ok()?;
    Some(Duration::from_nanos(nanoseconds))
}

/// The quickest of some parses.
fn quickest(bytes: &[u8]) -> Duration {
    let once = |_| {
        let (before, clock) = (processor_time(), Instant::now());
        let _ = try_parse("10-K", bytes);
        let spent = before.and_then(|before| Some(processor_time()? - before));
        spent.unwrap_or_else(|| clock.elapsed())
    };
    (0..3).map(once).min().unwrap_or_default()
}

#[test]
fn time_grows_with_the_input_and_not_faster() {
    for shape in &SHAPES {
        let small = quickest(&input(shape, SIZE));
        let large = quickest(&input(shape, SIZE * TIMES));
        // Quadratic work would take 16 times as long; what is short is all noise.
        let most = small * 10 + Duration::from_millis(40);
        assert!(large < most, "{}: {small:?}, then {large:?}", shape.0);
    }
}

/// The most memory this process has held, in bytes.
fn peak() -> Option<usize> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    let kilobytes: usize = line.split_whitespace().nth(1)?.parse().ok()?;
    Some(kilobytes * 1024)
}

/// Measures one shape, if it is called for by the test below.
#[test]
fn one_shape_is_measured_in_a_process_of_its_own() {
    let name = std::env::var(CHILD).unwrap_or_default();
    let Some(shape) = SHAPES.iter().find(|shape| shape.0 == name) else {
        return;
    };
    let bytes = input(shape, LARGE);
    let before = peak().unwrap_or_default();
    let _ = try_parse("10-K", bytes);
    println!(
        "peak: {}",
        peak().unwrap_or_default().saturating_sub(before)
    );
}

#[test]
fn memory_is_within_a_multiple_of_the_input() {
    if peak().is_none() {
        eprintln!("skipped: this system does not tell a process's peak of memory");
        return;
    }
    let this = std::env::current_exe().unwrap();
    for shape in &SHAPES {
        let output = Command::new(&this)
            .args(["--exact", "--nocapture"])
            .arg("shapes::one_shape_is_measured_in_a_process_of_its_own")
            .env(CHILD, shape.0)
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&output.stdout);
        let line = said.lines().find_map(|line| line.split_once("peak: "));
        let peak: usize = line.unwrap().1.trim().parse().unwrap();
        println!("{}: {peak} bytes of {LARGE}", shape.0);
        assert!(peak <= MOST * LARGE, "{}: {peak} of {LARGE}", shape.0);
    }
}
