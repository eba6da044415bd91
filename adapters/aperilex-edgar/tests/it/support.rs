//! What several tests need.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// The development corpus, if it is here. Says so if not, and fails where it is required.
pub(crate) fn corpus() -> Option<PathBuf> {
    let default = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/edgar");
    let path = std::env::var_os("APERILEX_CORPUS").map_or(default, PathBuf::from);
    if path.join("EXPECTED.tsv").is_file() {
        return Some(path);
    }
    let required = std::env::var("APERILEX_REQUIRE").unwrap_or_default();
    assert!(
        !required.split(',').any(|name| name.trim() == "corpus"),
        "APERILEX_REQUIRE names the corpus, and {} is none",
        path.display()
    );
    eprintln!(
        "SKIPPED: no corpus at {} (set APERILEX_CORPUS)",
        path.display()
    );
    None
}

/// Rows of a tab-separated file with a heading, as field by name.
pub(crate) fn rows(file: &Path) -> Vec<BTreeMap<String, String>> {
    let text = std::fs::read_to_string(file).unwrap();
    let mut lines = text.lines();
    let heads: Vec<&str> = lines.next().unwrap().split('\t').collect();
    lines
        .map(|line| {
            let fields = line.split('\t').map(str::to_owned);
            heads
                .iter()
                .map(|head| (*head).to_owned())
                .zip(fields)
                .collect()
        })
        .collect()
}

/// SHA-256 of each corpus file.
pub(crate) fn digests(corpus: &Path) -> BTreeMap<String, String> {
    rows(&corpus.join("MANIFEST.tsv"))
        .into_iter()
        .map(|row| (row["path"].clone(), row["sha256"].clone()))
        .collect()
}

/// Accession, form and path of the main document of every 10-K, 10-Q and 8-K of the corpus.
pub(crate) fn filings(corpus: &Path) -> BTreeSet<(String, String, String)> {
    let filings: BTreeSet<_> = rows(&corpus.join("EXPECTED.tsv"))
        .into_iter()
        .filter(|row| ["10-K", "10-K405", "10-Q", "8-K"].contains(&row["form"].as_str()))
        .map(|row| {
            (
                row["accession"].clone(),
                row["form"].clone(),
                row["path"].clone(),
            )
        })
        .collect();
    assert!(filings.len() > 40, "the corpus has filings");
    filings
}
