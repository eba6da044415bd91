//! Throughput over the main documents of a corpus of real filings, side by side in one run: the full
//! parse, the text stage alone, and a bare `lol_html` pass that only visits text.
//!
//! `cargo bench -p aperilex-filing-parser`; the corpus is found as in the tests (`APERILEX_CORPUS`).
//! Rates are criterion's; the last line gives the ratios of the medians of interleaved passes.

#![allow(
    clippy::print_stdout,
    reason = "a bench tells its figures on the terminal"
)]

use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::time::Instant;

use aperilex_filing_parser::Parser;
use aperilex_ports::{Digest, FilingId, FilingMeta, FilingParser as _, RawDocument, RawFiling};
use criterion::{Criterion, Throughput};

/// Passes for the ratios.
const PASSES: usize = 7;

fn corpus() -> PathBuf {
    let default = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/edgar");
    std::env::var_os("APERILEX_CORPUS").map_or(default, PathBuf::from)
}

/// The filings named in EXPECTED.tsv, in its order.
fn filings(root: &Path) -> Vec<RawFiling> {
    let Ok(expected) = std::fs::read_to_string(root.join("EXPECTED.tsv")) else {
        return Vec::new();
    };
    let mut paths: Vec<(&str, &str)> = Vec::new();
    for line in expected.lines().skip(1) {
        let mut fields = line.split('\t').skip(1);
        if let (Some(path), Some(form)) = (fields.next(), fields.next())
            && paths.last().is_none_or(|last| last.0 != path)
            && !paths.iter().any(|known| known.0 == path)
        {
            paths.push((path, form));
        }
    }
    paths
        .iter()
        .filter_map(|(path, form)| filing(root, path, form))
        .collect()
}

fn filing(root: &Path, path: &str, form: &str) -> Option<RawFiling> {
    let bytes = std::fs::read(root.join(path)).ok()?;
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

/// Seconds of one pass.
fn time(pass: impl Fn() -> usize) -> f64 {
    let start = Instant::now();
    black_box(pass());
    start.elapsed().as_secs_f64()
}

fn median(mut times: Vec<f64>) -> f64 {
    times.sort_by(f64::total_cmp);
    times.get(times.len() / 2).copied().unwrap_or_default()
}

#[allow(clippy::cast_precision_loss, reason = "megabytes for people")]
fn ratios(filings: &[RawFiling], bytes: u64) {
    let mut times = [Vec::new(), Vec::new(), Vec::new()];
    for _ in 0..PASSES {
        times[0].push(time(|| full(filings)));
        times[1].push(time(|| text(filings)));
        times[2].push(time(|| lol(filings)));
    }
    let [full, text, lol] = times.map(median);
    let rate = |seconds: f64| bytes as f64 / 1e6 / seconds;
    println!(
        "full parse {:.0} MB/s, text {:.0} MB/s, lol_html {:.0} MB/s: full/lol {:.2}, text/lol {:.2}",
        rate(full),
        rate(text),
        rate(lol),
        lol / full,
        lol / text
    );
}

fn main() {
    let filings = filings(&corpus());
    let documents = filings.iter().flat_map(|filing| &filing.documents);
    let bytes: u64 = documents.map(|document| document.bytes.len() as u64).sum();
    if bytes == 0 {
        println!("skipped: no corpus, set APERILEX_CORPUS");
        return;
    }
    ratios(&filings, bytes);
    if std::env::args().any(|arg| arg == "--ratios") {
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
