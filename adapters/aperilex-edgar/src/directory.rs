//! The folder of a filing: what files it has, and the files themselves.

use std::time::Duration;

use aperilex_ports::{AccessionNumber, Cik};
use bytes::Bytes;
use serde::Deserialize;

use crate::client::{EdgarClient, json};
use crate::error::{EdgarError, absent_is_none};
use crate::request::{Host, Request, Shape, checked_name, company_path, folder_path};

/// A folder never changes once the filing is disseminated; this only spares a second look.
const TTL: Duration = Duration::from_secs(30);

/// A file in a filing's folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FolderEntry {
    /// File name.
    pub name: String,
    /// Size in bytes, if the listing tells it.
    pub size: Option<u64>,
    /// When it was put there, as written (`2026-03-06 16:11:25`, New York time).
    pub last_modified: Option<String>,
}

#[derive(Deserialize)]
struct WireIndex {
    directory: WireDirectory,
}

#[derive(Deserialize)]
struct WireDirectory {
    #[serde(default)]
    item: Vec<WireItem>,
}

// `type` is the name of an icon, not the type of the document.
#[derive(Deserialize)]
struct WireItem {
    name: String,
    #[serde(default)]
    size: String,
    #[serde(rename = "last-modified")]
    last_modified: Option<String>,
}

impl EdgarClient {
    /// The files of a filing's folder (`index.json`).
    ///
    /// # Errors
    /// [`EdgarError::NotFound`] if the company has no such folder.
    pub async fn folder(
        &self,
        cik: Cik,
        accession: &AccessionNumber,
    ) -> Result<Vec<FolderEntry>, EdgarError> {
        let path = format!("{}/index.json", folder_path(cik, accession));
        let request = Request::new(Host::Www, &path, Shape::Json);
        let index: WireIndex = self.read(&request, TTL, json).await?;
        let entry = |item: WireItem| FolderEntry {
            name: item.name,
            size: item.size.parse().ok(),
            last_modified: item.last_modified.filter(|date| !date.is_empty()),
        };
        Ok(index.directory.item.into_iter().map(entry).collect())
    }

    /// One file of a filing's folder, byte for byte.
    ///
    /// # Errors
    /// [`EdgarError::TooLarge`] over the cap, [`EdgarError::BadAnswer`] for an error page.
    pub async fn document(
        &self,
        cik: Cik,
        accession: &AccessionNumber,
        name: &str,
    ) -> Result<Bytes, EdgarError> {
        let name = checked_name(name)?;
        let path = format!("{}/{name}", folder_path(cik, accession));
        self.bytes(&Request::new(Host::Www, &path, Shape::Document))
            .await
    }

    /// The full submission: all documents of a filing in one SGML file, byte for byte.
    ///
    /// # Errors
    /// As [`Self::document`].
    pub async fn full_submission(
        &self,
        cik: Cik,
        accession: &AccessionNumber,
    ) -> Result<Bytes, EdgarError> {
        self.submission_text(cik, accession, None).await
    }

    /// The full submission or the start of it, from either of the two places where it is kept.
    pub(crate) async fn submission_text(
        &self,
        cik: Cik,
        accession: &AccessionNumber,
        prefix: Option<usize>,
    ) -> Result<Bytes, EdgarError> {
        // It is never an HTML page, whatever its documents are.
        let ask = |folder: String| {
            let path = format!("{folder}/{accession}.txt");
            let request = Request::new(Host::Www, &path, Shape::Text);
            match prefix {
                Some(prefix) => request.prefix(prefix),
                None => request,
            }
        };
        match self.bytes(&ask(folder_path(cik, accession))).await {
            Err(error) if error.is_absent() => self.bytes(&ask(company_path(cik))).await,
            outcome => outcome,
        }
    }

    /// Whether the source really has this filing's folder or its full submission.
    pub(crate) async fn has_filing(
        &self,
        cik: Cik,
        accession: &AccessionNumber,
    ) -> Result<bool, EdgarError> {
        match self.kept_filings(cik).await? {
            Some(kept) => Ok(kept.has(accession)),
            None => self.probe(cik, accession).await,
        }
    }

    /// Asks for what every filing has.
    pub(crate) async fn probe(
        &self,
        cik: Cik,
        accession: &AccessionNumber,
    ) -> Result<bool, EdgarError> {
        if absent_is_none(self.folder(cik, accession).await)?.is_some() {
            return Ok(true);
        }
        if !self.is_partial() {
            return Ok(false);
        }
        let start = self.submission_text(cik, accession, Some(1)).await;
        Ok(absent_is_none(start)?.is_some())
    }
}
