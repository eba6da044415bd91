//! Scores the parser on a corpus of real filings of which items, bounds, states and facts are known.

mod bounds;
mod compare;
mod details;
mod expected;
mod manifest;
mod report;
#[cfg(test)]
mod scored;
mod tally;
mod titled;
mod tsv;

use std::io::{ErrorKind, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use manifest::Manifest;
use report::Scores;

use crate::shell::root;

/// Headings of the titled forms in the repository's own corpus.
const HEADINGS: &str = "adapters/aperilex-filing-parser/tests/data/headings.tsv";

/// What to score.
#[derive(Debug, clap::Args)]
pub(crate) struct Options {
    /// A mirror of EDGAR with EXPECTED.tsv [default: $APERILEX_CORPUS or ../shared/edgar]
    #[arg(long)]
    corpus: Option<PathBuf>,
    /// Sections of titled forms [default: HEADINGS.tsv of the corpus, or the parser's own]
    #[arg(long)]
    headings: Option<PathBuf>,
    /// Leave out the filings: forms and sums alone
    #[arg(long, conflicts_with = "json")]
    short: bool,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// Prints the scores: 0 whatever they are, 2 if there is no corpus that can be read.
pub(crate) fn run(options: &Options) -> ExitCode {
    let corpus = options
        .corpus
        .clone()
        .or_else(|| std::env::var_os("APERILEX_CORPUS").map(PathBuf::from))
        .unwrap_or_else(|| root().join("../shared/edgar"));
    let shown = score(&corpus, options.headings.as_deref()).and_then(|scores| {
        let text = if options.json {
            format!("{:#}\n", scores.json())
        } else {
            scores.table(options.short)
        };
        match std::io::stdout().lock().write_all(text.as_bytes()) {
            // A reader that has gone away (`| head`) is no fault.
            Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
            written => Ok(written?),
        }
    });
    match shown {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::from(2)
        }
    }
}

fn score(corpus: &Path, headings: Option<&Path>) -> anyhow::Result<Scores> {
    let mut skipped = Vec::new();
    let mut filings = expected::read(corpus, &mut skipped)?;
    let manifest = Manifest::read(corpus, &mut skipped)?;
    let own = [corpus.join("HEADINGS.tsv"), root().join(HEADINGS)];
    let headings = headings.or_else(|| own.iter().map(PathBuf::as_path).find(|p| p.is_file()));
    match headings {
        Some(path) => titled::add(path, corpus, &manifest, &mut filings, &mut skipped)?,
        None => skipped.push("no headings.tsv: titled forms are not scored".to_owned()),
    }
    let mut scored = Vec::new();
    for known in filings {
        if !corpus.join(&known.path).is_file() {
            skipped.push(format!("no file {}", known.path));
            continue;
        }
        let outcome = compare::compare(&known, &manifest.parse(corpus, &known));
        scored.push((known, outcome));
    }
    anyhow::ensure!(
        !scored.is_empty(),
        "none of the files that {} names is there",
        corpus.join("EXPECTED.tsv").display()
    );
    scored.sort_by(|(a, _), (b, _)| (&a.form, &a.path).cmp(&(&b.form, &b.path)));
    Ok(Scores {
        corpus: corpus.display().to_string(),
        parser: aperilex_filing_parser::VERSION.to_owned(),
        filings: scored,
        skipped,
    })
}
