//! What a corpus says of its files: the dates that the rules of a form depend on.

use std::collections::BTreeMap;
use std::path::Path;

use aperilex_filing_parser::Parser;
use aperilex_ports::{
    Digest, FilingContent, FilingId, FilingMeta, FilingParser as _, RawDocument, RawFiling,
};
use jiff::civil::Date;

use super::expected::Known;
use super::tsv::Table;

/// Dates of the files, by path from the corpus's root.
#[derive(Debug, Default)]
pub(super) struct Manifest {
    files: BTreeMap<String, Entry>,
}

#[derive(Debug, Default, Clone)]
struct Entry {
    accession: String,
    filed: Option<Date>,
    period: Option<Date>,
}

impl Manifest {
    /// Reads MANIFEST.tsv, if the corpus has one.
    pub(super) fn read(root: &Path, skipped: &mut Vec<String>) -> anyhow::Result<Self> {
        let path = root.join("MANIFEST.tsv");
        if !path.is_file() {
            skipped.push("no MANIFEST.tsv: filing dates and periods are unknown".to_owned());
            return Ok(Self::default());
        }
        let table = Table::read(&path, &["path"])?;
        for column in ["filing_date", "period"] {
            if !table.has(column) {
                skipped.push(format!("MANIFEST.tsv has no column `{column}`"));
            }
        }
        let entry = |row: super::tsv::Row<'_>| Entry {
            accession: row.get("accession").to_owned(),
            filed: row.get("filing_date").parse().ok(),
            period: row.get("period").parse().ok(),
        };
        let files = table.rows();
        Ok(Self {
            files: files
                .map(|row| (row.get("path").to_owned(), entry(row)))
                .collect(),
        })
    }

    /// The path of a document of a filing.
    pub(super) fn path_of(&self, accession: &str, document: &str) -> Option<&str> {
        let mut files = self.files.iter();
        let named = |path: &str| path.rsplit('/').next() == Some(document);
        files
            .find(|(path, entry)| entry.accession == accession && named(path))
            .map(|(path, _)| path.as_str())
    }

    /// Reads a filing's file and takes it apart. The reason, if that cannot be done.
    pub(super) fn parse(&self, root: &Path, known: &Known) -> Result<FilingContent, String> {
        let bytes =
            std::fs::read(root.join(&known.path)).map_err(|error| format!("not read: {error}"))?;
        let entry = self.files.get(&known.path).cloned().unwrap_or_default();
        let name = known.path.rsplit('/').next().unwrap_or(&known.path);
        let form = known
            .form
            .parse()
            .map_err(|error| format!("not read: {error}"))?;
        let filing = RawFiling {
            meta: FilingMeta {
                id: FilingId::of_content(&Digest::of(known.path.as_bytes())),
                accession: known.accession.parse().ok(),
                cik: None,
                company: None,
                ticker: None,
                form,
                filed: entry.filed,
                period: entry.period,
                items: Vec::new(),
                primary_document: None,
                url: None,
            },
            documents: vec![RawDocument {
                name: name.to_owned(),
                doc_type: None,
                sequence: None,
                description: None,
                bytes: bytes.into(),
                sha256: None,
            }],
        };
        // A corpus is scored to its end even if one of its filings breaks the parser.
        std::panic::catch_unwind(|| Parser.parse(&filing))
            .map_err(|_| "the parser panicked".to_owned())?
            .map_err(|error| format!("not parsed: {error}"))
    }
}
