//! `aperilex verify`: checking a stored analysis against the raw filing, offline.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context;
use aperilex_core::verify::recheck;
use aperilex_core::{AnalysisResult, RawDocument};
use aperilex_filing_parser::Parser;

use crate::output;

pub(crate) fn run(analysis: &Path, documents: &[PathBuf]) -> anyhow::Result<ExitCode> {
    let bytes = read(analysis)?;
    let result = AnalysisResult::decode(&bytes)
        .with_context(|| format!("{} cannot be checked", analysis.display()))?;
    let mut files = Vec::with_capacity(documents.len());
    for path in documents {
        files.push(document(path)?);
    }
    let report =
        recheck(&result, &files, &Parser).context("the files cannot be read as this filing")?;
    if let Some(version) = &report.other_parser {
        output::complain(&format!(
            "made by {version}: quotes are checked at their raw bytes, items are not checked"
        ));
    }
    for breach in report.breaches.iter().take(20) {
        let place = breach.claim.as_deref().unwrap_or("the analysis as a whole");
        output::complain(&format!("does not hold: {}\n  in: {place}", breach.reason));
    }
    let counted = format!("{} claims, {} citations", report.claims, report.citations);
    if report.holds() {
        output::print(&format!("verified: {counted} all hold"))?;
        return Ok(ExitCode::SUCCESS);
    }
    output::complain(&format!(
        "not verified: of {counted}, {} do not hold",
        report.breaches.len()
    ));
    Ok(ExitCode::FAILURE)
}

/// The file under its own name: the analysis tells the one at the SEC.
fn document(path: &Path) -> anyhow::Result<RawDocument> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    Ok(RawDocument {
        name: name.into_owned(),
        doc_type: None,
        sequence: None,
        description: None,
        bytes: read(path)?.into(),
        sha256: None,
    })
}

fn read(path: &Path) -> anyhow::Result<Vec<u8>> {
    std::fs::read(path).with_context(|| format!("cannot read {}", path.display()))
}
