//! The acceptance run over a corpus: every 10-K, 10-Q and 8-K ends in a completed analysis of which
//! every claim holds, and the verifier cannot be fooled.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

use anyhow::{Context, ensure};
use serde_json::Value;

mod forgery;

use crate::shell::{cargo, root};

/// After so many filings every forgery was tried.
const TURNS: usize = 8;

/// A filing of the corpus.
#[derive(Debug, Clone)]
struct Case {
    form: String,
    accession: String,
    /// The raw main document, from the corpus's root.
    path: String,
}

/// Runs it and prints a table; fails if anything does not hold.
pub(crate) fn run(corpus: Option<PathBuf>, release: bool) -> anyhow::Result<()> {
    let corpus = corpus
        .or_else(|| std::env::var_os("APERILEX_CORPUS").map(PathBuf::from))
        .unwrap_or_else(|| root().join("../shared/edgar"));
    let corpus = corpus
        .canonicalize()
        .with_context(|| format!("no corpus at {}", corpus.display()))?;
    let binary = build(release)?;
    let work = std::env::temp_dir().join(format!("aperilex-corpus-{}", std::process::id()));
    fs::create_dir_all(&work)?;
    let cases = cases(&corpus)?;
    ensure!(!cases.is_empty(), "the corpus lists no 10-K, 10-Q or 8-K");
    println!(
        "{:<8} {:<20}  {:>6} {:>6} {:>5} {:>7} {:>6}  outcome",
        "form", "accession", "claims", "cites", "rej.", "fooled", "s"
    );
    let mut failed = 0;
    for (turn, case) in cases.iter().enumerate() {
        let started = Instant::now();
        let outcome = check(&binary, &corpus, &work, case, turn);
        let seconds = started.elapsed().as_secs_f32();
        let (row, verdict) = match &outcome {
            Ok(row) => (*row, "verified".to_owned()),
            Err(error) => (Row::default(), format!("FAILED: {error:#}")),
        };
        failed += usize::from(outcome.is_err());
        println!(
            "{:<8} {:<20}  {:>6} {:>6} {:>5} {:>7} {seconds:>6.1}  {verdict}",
            case.form,
            case.accession,
            row.claims,
            row.citations,
            row.rejected,
            format!("0/{}", row.forgeries),
        );
    }
    fs::remove_dir_all(&work)?;
    println!("{} passed, {failed} failed", cases.len() - failed);
    ensure!(failed == 0, "{failed} filings of the corpus did not hold");
    Ok(())
}

fn build(release: bool) -> anyhow::Result<PathBuf> {
    let mut command = cargo(&[
        "build",
        "-p",
        "aperilex",
        "--message-format=json-render-diagnostics",
    ]);
    if release {
        command.arg("--release");
    }
    let output = command.stderr(Stdio::inherit()).output()?;
    ensure!(output.status.success(), "the binary does not build");
    let lines = String::from_utf8(output.stdout)?;
    lines
        .lines()
        .filter_map(|line| serde_json::from_str::<Value>(line).ok())
        .filter_map(|message| message["executable"].as_str().map(PathBuf::from))
        .next_back()
        .context("cargo named no binary")
}

fn cases(corpus: &Path) -> anyhow::Result<Vec<Case>> {
    let table = fs::read_to_string(corpus.join("EXPECTED.tsv"))?;
    let mut cases = BTreeMap::new();
    for line in table.lines().skip(1) {
        let fields: Vec<&str> = line.split('\t').collect();
        let [_, path, form, accession, ..] = fields[..] else {
            continue;
        };
        if ["10-K", "10-Q", "8-K"]
            .iter()
            .any(|known| form.starts_with(known))
        {
            let (form, path) = (form.to_owned(), path.to_owned());
            let accession = accession.to_owned();
            cases
                .entry((form.clone(), accession.clone()))
                .or_insert(Case {
                    form,
                    accession,
                    path,
                });
        }
    }
    Ok(cases.into_values().collect())
}

#[derive(Debug, Clone, Copy, Default)]
struct Row {
    claims: usize,
    citations: usize,
    rejected: u64,
    forgeries: usize,
}

fn check(
    binary: &Path,
    corpus: &Path,
    work: &Path,
    case: &Case,
    turn: usize,
) -> anyhow::Result<Row> {
    let output = Command::new(binary)
        .args(["analyze", &case.accession, "--format", "json", "--source"])
        .arg(corpus)
        .arg("--data-dir")
        .arg(work.join("data"))
        .output()?;
    let said = String::from_utf8_lossy(&output.stderr);
    ensure!(
        output.status.success(),
        "{}",
        said.lines().last().unwrap_or("no word")
    );
    let result: Value = serde_json::from_slice(&output.stdout)?;
    ensure!(
        result["method"] == "extractive",
        "the method is {}",
        result["method"]
    );
    let claims = claims(&result);
    ensure!(!claims.is_empty(), "the analysis claims nothing");
    for claim in &claims {
        let status = claim["status"].as_str().unwrap_or_default();
        ensure!(
            matches!(status, "verified" | "repaired"),
            "a claim is {status}"
        );
    }
    let citations = claims
        .iter()
        .filter_map(|claim| claim["citations"].as_array())
        .map(Vec::len)
        .sum();
    let raw = corpus.join(&case.path);
    let analysis = work.join("analysis.json");
    fs::write(&analysis, &output.stdout)?;
    ensure!(
        verify(binary, &analysis, &raw)?,
        "the verifier does not confirm it"
    );
    let forgeries = forge(binary, work, &result, &raw, turn)?;
    let rejected = result["certificate"]["rejected"]
        .as_u64()
        .unwrap_or_default();
    Ok(Row {
        claims: claims.len(),
        citations,
        rejected,
        forgeries,
    })
}

fn claims(result: &Value) -> Vec<&Value> {
    let parts = result.as_object().into_iter().flatten();
    let lists = parts.filter_map(|(_, value)| value.as_array()).flatten();
    lists
        .filter(|claim| claim["citations"].is_array() && claim["status"].is_string())
        .collect()
}

fn verify(binary: &Path, analysis: &Path, raw: &Path) -> anyhow::Result<bool> {
    let mut command = Command::new(binary);
    command
        .arg("verify")
        .arg(analysis)
        .arg("--document")
        .arg(raw);
    Ok(command
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()?
        .success())
}

/// Changes fields of citations and claims, the certificate, the header and the raw file, one at a
/// time; none may pass. The forgeries take turns: each filing gets its share of them.
fn forge(
    binary: &Path,
    work: &Path,
    result: &Value,
    raw: &Path,
    turn: usize,
) -> anyhow::Result<usize> {
    let forged = work.join("forged.json");
    let all = forgery::of(result).into_iter();
    let forgeries: Vec<_> = all.skip(turn % TURNS).step_by(TURNS).collect();
    for (what, changed) in &forgeries {
        fs::write(&forged, serde_json::to_vec(changed)?)?;
        ensure!(!verify(binary, &forged, raw)?, "a changed {what} passes");
    }
    fs::write(&forged, serde_json::to_vec(result)?)?;
    let mut tried = forgeries.len();
    let bytes = fs::read(raw)?;
    let spots = bytes
        .iter()
        .enumerate()
        .filter(|(_, byte)| byte.is_ascii_alphanumeric());
    let spots: Vec<usize> = spots.map(|(at, _)| at).collect();
    for share in [3, 2] {
        let Some(at) = spots.get(spots.len() / share) else {
            continue;
        };
        let mut changed = bytes.clone();
        changed[*at] = if changed[*at] == b'7' { b'8' } else { b'7' };
        let file = work.join(raw.file_name().unwrap_or_default());
        fs::write(&file, changed)?;
        ensure!(
            !verify(binary, &forged, &file)?,
            "a changed raw file passes"
        );
        tried += 1;
    }
    Ok(tried)
}
