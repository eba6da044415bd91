//! `aperilex verify`: checking a stored analysis against the raw filing, offline.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context;
use aperilex_core::verify::{RawFile, recheck};
use aperilex_core::{AnalysisResult, RawDocument};
use aperilex_filing_parser::Parser;

use crate::output;

pub(crate) fn run(analysis: &Path, documents: &[PathBuf]) -> anyhow::Result<ExitCode> {
    let bytes = read(analysis)?;
    let result = AnalysisResult::decode(&bytes)
        .with_context(|| format!("{} cannot be checked", analysis.display()))?;
    let mut files = Vec::with_capacity(documents.len());
    for path in documents {
        let raw = document(path, &result)?;
        let read = RawFile::read(raw, &result, &Parser);
        files.push(read.with_context(|| format!("{} cannot be read", path.display()))?);
    }
    let report = recheck(&result, &files, &Parser);
    for breach in report.breaches.iter().take(20) {
        output::complain(&format!(
            "does not hold: {}\n  in: {}",
            breach.reason, breach.claim
        ));
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

/// The file as a document of the filing. Its own name may differ from the one at the SEC.
fn document(path: &Path, result: &AnalysisResult) -> anyhow::Result<RawDocument> {
    let bytes = read(path)?;
    let digest = aperilex_core::Digest::of(&bytes);
    let named = result
        .documents
        .iter()
        .find(|document| document.raw_sha256 == digest);
    let own = || {
        path.file_name()
            .map(|name| name.to_string_lossy().into_owned())
    };
    let name = named
        .map(|d| d.name.clone())
        .or_else(own)
        .unwrap_or_default();
    Ok(RawDocument {
        name,
        doc_type: None,
        sequence: None,
        description: None,
        bytes: bytes.into(),
    })
}

fn read(path: &Path) -> anyhow::Result<Vec<u8>> {
    std::fs::read(path).with_context(|| format!("cannot read {}", path.display()))
}
