//! `analyze` and `verify` on the sample filing, and attempts to fool the latter.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;
use tempfile::TempDir;

use crate::server::{aperilex, samples};

const RAW: &str = "www.sec.gov/Archives/edgar/data/1999999/000199999926000007/mkwx-20251231.htm";

fn analysis(target: &str, template: &str) -> (TempDir, PathBuf, Value) {
    let dir = tempfile::tempdir().unwrap();
    let (data, source) = (dir.path().join("data"), samples());
    let output = aperilex(&[
        "analyze",
        target,
        "--template",
        template,
        "--format",
        "json",
        "--data-dir",
        data.to_str().unwrap(),
        "--source",
        source.to_str().unwrap(),
    ]);
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let file = dir.path().join("analysis.json");
    fs::write(&file, &output.stdout).unwrap();
    let result = serde_json::from_slice(&output.stdout).unwrap();
    (dir, file, result)
}

fn verified(analysis: &Path, raw: &Path) -> bool {
    let args = [
        "verify",
        analysis.to_str().unwrap(),
        "--document",
        raw.to_str().unwrap(),
    ];
    aperilex(&args).status.success()
}

#[test]
fn every_template_gives_claims_that_verify() {
    for template in ["comprehensive", "financial", "risk", "business"] {
        let (_dir, file, result) = analysis("MKWX", template);
        assert_eq!(result["template"], template);
        assert_eq!(
            result["certificate"]["rejected"], 0,
            "{}",
            result["certificate"]
        );
        assert!(
            result["certificate"]["claims"].as_u64().unwrap() > 0,
            "{template}"
        );
        assert!(verified(&file, &samples().join(RAW)), "{template}");
    }
}

#[test]
fn a_local_file_is_analysed_like_the_filing_it_is() {
    let raw = samples().join(RAW);
    let (_dir, file, result) = analysis(raw.to_str().unwrap(), "comprehensive");
    assert_eq!(result["filing"]["form"], "10-K");
    assert_eq!(result["filing"]["company"], "Meridian Kettle Works, Inc.");
    assert!(verified(&file, &raw));
}

#[test]
fn the_other_forms_of_showing_carry_the_citations() {
    let (dir, source) = (tempfile::tempdir().unwrap(), samples());
    for (format, mark) in [("text", "bytes "), ("markdown", "## Key financials")] {
        let output = aperilex(&[
            "analyze",
            "MKWX",
            "--format",
            format,
            "--data-dir",
            dir.path().to_str().unwrap(),
            "--source",
            source.to_str().unwrap(),
        ]);
        let text = String::from_utf8(output.stdout).unwrap();
        assert!(
            text.contains(mark) && text.contains("mkwx-20251231.htm"),
            "{format}"
        );
        let stages = String::from_utf8(output.stderr).unwrap();
        assert!(
            format == "markdown" || stages.contains("taking it apart"),
            "{stages}"
        );
    }
}

#[test]
fn one_changed_character_in_a_quote_or_in_the_file_is_seen() {
    let (dir, file, result) = analysis("MKWX", "comprehensive");
    let raw = samples().join(RAW);
    let text = fs::read_to_string(&raw).unwrap();
    for (old, new) in [
        ("268,412", "268,413"),
        ("Duluth", "Dulath"),
        ("None.", "Nine."),
    ] {
        let forged = dir.path().join("mkwx-20251231.htm");
        fs::write(&forged, text.replacen(old, new, 1)).unwrap();
        assert!(!verified(&file, &forged), "{old} → {new}");
    }
    let written = fs::read_to_string(&file).unwrap();
    let forged = dir.path().join("renamed.json");
    fs::write(
        &forged,
        written.replace("Meridian Kettle Works, Inc.", "Meridian Kettle Works Ltd."),
    )
    .unwrap();
    assert!(!verified(&forged, &raw), "another company");
    let claims: Vec<&Value> = result
        .as_object()
        .unwrap()
        .values()
        .filter_map(Value::as_array)
        .flatten()
        .filter(|claim| claim["citations"].is_array())
        .collect();
    for claim in claims.iter().step_by(7) {
        let quote = claim["citations"][0]["quote"].as_str().unwrap();
        let spot = quote.find(|c: char| c.is_ascii_alphanumeric()).unwrap();
        let new = if quote[spot..].starts_with('Q') {
            "R"
        } else {
            "Q"
        };
        let changed = format!("{}{new}{}", &quote[..spot], &quote[spot + 1..]);
        let written = fs::read_to_string(&file).unwrap();
        let (old, new) = (
            serde_json::to_string(quote).unwrap(),
            serde_json::to_string(&changed).unwrap(),
        );
        let forged = dir.path().join("forged.json");
        fs::write(
            &forged,
            written.replacen(
                &format!("\"quote\": {old}"),
                &format!("\"quote\": {new}"),
                1,
            ),
        )
        .unwrap();
        assert!(!verified(&forged, &raw), "{quote}");
    }
}
