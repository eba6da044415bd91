//! Throughput over the main documents of a corpus of real filings, side by side in one run: the full
//! parse, the text stage alone, and a bare `lol_html` pass that only visits text.
//!
//! `cargo bench -p aperilex-filing-parser`; the corpus is found as in the tests (`APERILEX_CORPUS`).
//! First come CPU times by stage (medians of interleaved passes) and the peak memory of a process for
//! each large file; `-- --ratios` stops there, `--no-memory` leaves out the second. Then criterion's
//! rates by the wall clock.

#![allow(
    clippy::print_stdout,
    reason = "a bench tells its figures on the terminal"
)]

use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::time::Duration;

use aperilex_filing_parser::{Parser, stages};
use aperilex_ports::{Digest, FilingId, FilingMeta, FilingParser as _, RawDocument, RawFiling};
use criterion::{Criterion, Throughput};

/// The first argument of the processes whose memory is measured.
const CHILD: &str = "--child";
/// A small filing of all kinds of parts: it brings in the program itself, with what it makes once.
const SAMPLE: &str = "<html><body><p><b>Item 1. Business</b></p><p>We make kettles, in the United States.</p>\
    <p><b>Item 1A. Risk Factors</b></p><p><b>We depend on a few retailers.</b></p><p>They may leave us.</p>\
    <p><b>Item 8. Financial Statements</b></p><p>Consolidated Balance Sheets</p>\
    <p>(in thousands, except per share data)</p><table><tr><td></td><td>December 31, 2025</td><td>2024</td></tr>\
    <tr><td>Cash</td><td>$ 1,234</td><td>$ (567)</td></tr><tr><td>Net income per share</td><td>1.25</td>\
    <td>&#8212;</td></tr><tr><td>Total assets</td><td>12%</td><td>15,000(1)</td></tr></table></body></html>";
/// Passes for the ratios.
const PASSES: usize = 7;

fn corpus() -> PathBuf {
    let default = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/edgar");
    std::env::var_os("APERILEX_CORPUS").map_or(default, PathBuf::from)
}

/// Paths and forms of the filings named in EXPECTED.tsv, in its order.
fn paths(root: &Path) -> Vec<(String, String)> {
    let expected = std::fs::read_to_string(root.join("EXPECTED.tsv")).unwrap_or_default();
    let mut paths: Vec<(String, String)> = Vec::new();
    for line in expected.lines().skip(1) {
        let mut fields = line.split('\t').skip(1);
        if let (Some(path), Some(form)) = (fields.next(), fields.next())
            && !paths.iter().any(|known| known.0 == path)
        {
            paths.push((path.to_owned(), form.to_owned()));
        }
    }
    paths
}

fn filings(root: &Path) -> Vec<RawFiling> {
    let paths = paths(root);
    let filings = paths
        .iter()
        .filter_map(|(path, form)| filing(root, path, form));
    filings.collect()
}

fn filing(root: &Path, path: &str, form: &str) -> Option<RawFiling> {
    made(std::fs::read(root.join(path)).ok()?, path, form)
}

fn made(bytes: Vec<u8>, path: &str, form: &str) -> Option<RawFiling> {
    Some(RawFiling {
        meta: FilingMeta {
            id: FilingId::of_content(&Digest::of(path.as_bytes())),
            accession: None,
            cik: None,
            company: None,
            ticker: None,
            form: form.parse().ok()?,
            filed: None,
            period: None,
            items: Vec::new(),
            primary_document: None,
            url: None,
        },
        documents: vec![RawDocument {
            name: path.rsplit('/').next()?.to_owned(),
            doc_type: None,
            sequence: None,
            description: None,
            // A store checks the digest of what it gives, and hands it on.
            sha256: Some(Digest::of(&bytes)),
            bytes: bytes.into(),
        }],
    })
}

fn full(filings: &[RawFiling]) -> usize {
    let parsed = filings
        .iter()
        .filter_map(|filing| Parser.parse(filing).ok());
    parsed
        .map(|content| content.sections.len() + content.facts.len() + content.tables.len())
        .sum()
}

fn text(filings: &[RawFiling]) -> usize {
    let documents = filings.iter().flat_map(|filing| &filing.documents);
    documents
        .filter_map(|document| Parser.canonical_texts(document).ok())
        .flatten()
        .map(|text| text.text.len())
        .sum()
}

fn lol(filings: &[RawFiling]) -> usize {
    let mut bytes = 0;
    for document in filings.iter().flat_map(|filing| &filing.documents) {
        let handler = lol_html::doc_text!(|chunk| {
            bytes += chunk.as_str().len();
            Ok(())
        });
        let mut rewriter = lol_html::HtmlRewriter::new(
            lol_html::Settings::new().append_document_content_handler(handler),
            |_: &[u8]| {},
        );
        let _ = rewriter.write(&document.bytes);
        let _ = rewriter.end();
    }
    bytes
}

/// One of the stages over all files.
fn stage(filings: &[RawFiling], stage: impl Fn(&RawDocument) -> usize) -> usize {
    let documents = filings.iter().flat_map(|filing| &filing.documents);
    documents.map(stage).sum()
}

/// Seconds this thread has run.
fn cpu() -> f64 {
    // The kernel counts up to now when a thread yields.
    std::thread::yield_now();
    let stat = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    let nanoseconds = stat
        .split_whitespace()
        .next()
        .and_then(|text| text.parse().ok());
    Duration::from_nanos(nanoseconds.unwrap_or(0)).as_secs_f64()
}

/// CPU seconds of one pass.
fn time(pass: impl Fn() -> usize) -> f64 {
    let start = cpu();
    black_box(pass());
    cpu() - start
}

fn median(mut times: Vec<f64>) -> f64 {
    times.sort_by(f64::total_cmp);
    times.get(times.len() / 2).copied().unwrap_or_default()
}

/// Rates by stage: each is what it takes beyond the stage before.
#[allow(clippy::cast_precision_loss, reason = "megabytes for people")]
fn ratios(filings: &[RawFiling], bytes: u64) {
    let mut times: [Vec<f64>; 5] = Default::default();
    for _ in 0..PASSES {
        let passes = [
            time(|| stage(filings, stages::open)),
            time(|| stage(filings, stages::read)),
            time(|| text(filings)),
            time(|| full(filings)),
            time(|| lol(filings)),
        ];
        for (times, pass) in times.iter_mut().zip(passes) {
            times.push(pass);
        }
    }
    let [open, read, text, full, lol] = times.map(median);
    println!("{:<28} {:>9} {:>9}", "stage", "ms", "MB/s");
    for (name, seconds) in [
        ("container and encoding", open),
        ("markup to text", read - open),
        ("map and digest", text - read),
        ("text stage, all of these", text),
        ("items, tables, facts", full - text),
        ("full parse", full),
        ("lol_html text pass", lol),
    ] {
        let rate = bytes as f64 / 1e6 / seconds;
        println!("{name:<28} {:>9.1} {rate:>9.0}", seconds * 1e3);
    }
    println!("full/lol {:.2}, text/lol {:.2}", lol / full, lol / text);
}

/// Peak memory of a process that parses one file, in its own size beyond itself.
#[allow(clippy::cast_precision_loss, reason = "megabytes for people")]
fn peaks(root: &Path) {
    let baseline = peak(&[]);
    println!("{:<28} {:>9} {:>9}", "peak memory", "MB", "of size");
    let mut rows: Vec<(f64, String)> = Vec::new();
    for (path, form) in paths(root) {
        let file = root.join(&path);
        let size = std::fs::metadata(&file).map_or(0, |data| data.len() / 1024);
        // A small one says more of the allocator than of the parser.
        if size < 512 {
            continue;
        }
        let file = file.to_string_lossy();
        let more = peak(&[&file, &form]).saturating_sub(baseline + size);
        let ratio = more as f64 / size as f64;
        let name = path.rsplit('/').next().unwrap_or(&path);
        let row = format!("{name:<28} {:>9.1} {ratio:>9.2}", more as f64 / 1024.0);
        rows.push((ratio, row));
    }
    rows.sort_by(|one, other| other.0.total_cmp(&one.0));
    for (_, row) in rows.iter().take(8) {
        println!("{row}");
    }
    let mean = rows.iter().map(|(ratio, _)| ratio).sum::<f64>() / rows.len().max(1) as f64;
    println!("{:<28} {:>9} {mean:>9.2}", "mean", "");
}

/// Kilobytes at the peak of a process that parses this file of this form, or nothing: the median, for where
/// the system puts a program differs by some pages.
fn peak(arguments: &[&str]) -> u64 {
    let mut peaks: Vec<u64> = (0..PASSES).map(|_| peak_once(arguments)).collect();
    peaks.sort_unstable();
    peaks.get(PASSES / 2).copied().unwrap_or(0)
}

fn peak_once(arguments: &[&str]) -> u64 {
    let exe = std::env::current_exe().unwrap_or_default();
    let output = std::process::Command::new(exe)
        .arg(CHILD)
        .args(arguments)
        .output();
    let text = output.map(|output| output.stdout).unwrap_or_default();
    String::from_utf8_lossy(&text).trim().parse().unwrap_or(0)
}

/// What the process of [`peak`] does.
fn child(arguments: &[String]) {
    let filing = match arguments {
        [path, form] => filing(Path::new(""), path, form),
        _ => made(SAMPLE.as_bytes().to_vec(), "sample.htm", "10-K"),
    };
    black_box(full(filing.as_slice()));
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    println!(
        "{}",
        peak.unwrap_or_default().trim().trim_end_matches(" kB")
    );
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if arguments.first().is_some_and(|first| first == CHILD) {
        return child(arguments.get(1..).unwrap_or_default());
    }
    let filings = filings(&corpus());
    let documents = filings.iter().flat_map(|filing| &filing.documents);
    let bytes: u64 = documents.map(|document| document.bytes.len() as u64).sum();
    if bytes == 0 {
        println!("skipped: no corpus, set APERILEX_CORPUS");
        return;
    }
    let wants = |name: &str| arguments.iter().any(|argument| argument == name);
    ratios(&filings, bytes);
    if !wants("--no-memory") {
        peaks(&corpus());
    }
    if wants("--ratios") {
        return;
    }
    let mut criterion = Criterion::default().configure_from_args().sample_size(10);
    let mut group = criterion.benchmark_group("corpus");
    group.throughput(Throughput::Bytes(bytes));
    group.bench_function("full parse", |b| b.iter(|| full(&filings)));
    group.bench_function("text stage", |b| b.iter(|| text(&filings)));
    group.bench_function("lol_html text pass", |b| b.iter(|| lol(&filings)));
    group.finish();
    criterion.final_summary();
}
