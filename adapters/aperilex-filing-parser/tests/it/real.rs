//! The filings of the corpus.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use aperilex_filing_parser::Parser;
use aperilex_ports::{FilingContent, FilingParser as _};

use crate::support::{file, filing};

/// A main document of the corpus.
pub(crate) struct Real {
    pub(crate) form: String,
    /// File name.
    pub(crate) name: String,
    path: PathBuf,
}

impl Real {
    /// Folder and file name.
    pub(crate) fn key(&self) -> String {
        let parts: Vec<_> = self.path.iter().rev().take(2).collect();
        let part = |at: usize| {
            parts
                .get(at)
                .map(|part| part.to_string_lossy().into_owned())
        };
        format!(
            "{}/{}",
            part(1).unwrap_or_default(),
            part(0).unwrap_or_default()
        )
    }

    pub(crate) fn bytes(&self) -> Vec<u8> {
        std::fs::read(&self.path).unwrap()
    }

    /// Its content, read as that of its form.
    pub(crate) fn content(&self, bytes: Vec<u8>) -> FilingContent {
        let documents = vec![file(&self.name, None, bytes)];
        Parser.parse(&filing(&self.form, None, documents)).unwrap()
    }
}

/// The main documents with known items or facts; none where there is no corpus.
pub(crate) fn filings() -> Vec<Real> {
    let default = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/edgar");
    let root = std::env::var_os("APERILEX_CORPUS").map_or(default, PathBuf::from);
    let Ok(expected) = std::fs::read_to_string(root.join("EXPECTED.tsv")) else {
        return Vec::new();
    };
    let field = |line: &str, at: usize| line.split('\t').nth(at).unwrap_or_default().to_owned();
    let known: BTreeSet<(String, String)> = expected
        .lines()
        .skip(1)
        .map(|line| (field(line, 2), field(line, 1)))
        .collect();
    known
        .into_iter()
        .map(|(form, path)| Real {
            form,
            name: path.rsplit('/').next().unwrap_or_default().to_owned(),
            path: root.join(path),
        })
        .collect()
}
