//! The raw documents of a filing.

use aperilex_ports::{AccessionNumber, Cik, FilingMeta, RawDocument, RawFiling, SubmissionHeader};
use bytes::Bytes;

use crate::client::EdgarClient;
use crate::error::{EdgarError, absent_is_none};
use crate::header;
use crate::index_page::IndexedDocument;

impl EdgarClient {
    /// The main document first, then the exhibits that are text; or the full submission alone.
    pub(crate) async fn raw_filing(&self, meta: &FilingMeta) -> Result<RawFiling, EdgarError> {
        let accession = meta
            .accession
            .ok_or_else(|| EdgarError::not_found("a filing without an accession number"))?;
        let cik = match meta.cik {
            Some(cik) => cik,
            None => self.locate(&accession).await?,
        };
        if let Some(name) = &meta.primary_document {
            match self.document(cik, &accession, name).await {
                // A mirror may have the full submission only.
                Err(error) if error.is_absent() => {}
                outcome => {
                    let main = outcome?;
                    let documents = self
                        .with_exhibits(meta, (cik, &accession), name, main)
                        .await?;
                    return Ok(RawFiling {
                        meta: meta.clone(),
                        documents,
                    });
                }
            }
        }
        self.whole_submission(meta, cik, &accession).await
    }

    /// The full submission as the one document; its header tells what lists do not.
    async fn whole_submission(
        &self,
        meta: &FilingMeta,
        cik: Cik,
        accession: &AccessionNumber,
    ) -> Result<RawFiling, EdgarError> {
        let bytes = self.full_submission(cik, accession).await?;
        let header = check_header(cik, accession, &bytes)?;
        if is_cut(&bytes) {
            let what = format!("filing {accession}");
            return Err(EdgarError::bad(what, "its end is missing"));
        }
        let mut meta = meta.clone();
        if let Some(header) = header {
            meta.filed = meta.filed.or(header.filed);
            meta.period = meta.period.or(header.period);
            if meta.items.is_empty() {
                meta.items = header.items;
            }
        }
        Ok(RawFiling {
            meta,
            documents: vec![RawDocument {
                name: format!("{accession}.txt"),
                doc_type: None,
                sequence: None,
                description: None,
                bytes,
                sha256: None,
            }],
        })
    }

    async fn with_exhibits(
        &self,
        meta: &FilingMeta,
        (cik, accession): (Cik, &AccessionNumber),
        name: &str,
        bytes: Bytes,
    ) -> Result<Vec<RawDocument>, EdgarError> {
        check_header(cik, accession, &bytes)?;
        let page = absent_is_none(self.index_page(cik, accession).await)?.unwrap_or_default();
        let row = page
            .documents
            .iter()
            .find(|row| row.name.as_deref() == Some(name));
        let mut total = bytes.len() as u64;
        let mut documents = vec![RawDocument {
            name: name.to_owned(),
            doc_type: Some(meta.form.as_str().to_owned()),
            sequence: row.and_then(|row| row.sequence).or(Some(1)),
            description: row.and_then(|row| row.description.clone()),
            bytes,
            sha256: None,
        }];
        for row in page
            .documents
            .iter()
            .filter(|row| is_wanted(row, meta, name))
        {
            let Some(file) = &row.name else { continue };
            // What the page says of its size spares fetching what cannot be taken anyway.
            self.check_total(total.saturating_add(row.size.unwrap_or(0)))?;
            let Some(bytes) = absent_is_none(self.document(cik, accession, file).await)? else {
                tracing::warn!(%accession, file, "a listed exhibit is missing at the source");
                continue;
            };
            total = total.saturating_add(bytes.len() as u64);
            self.check_total(total)?;
            documents.push(RawDocument {
                name: file.clone(),
                doc_type: row.doc_type.clone(),
                sequence: row.sequence,
                description: row.description.clone(),
                bytes,
                sha256: None,
            });
        }
        Ok(documents)
    }

    fn check_total(&self, bytes: u64) -> Result<(), EdgarError> {
        let limit = self.max_document_bytes();
        if bytes > limit {
            Err(EdgarError::TooLarge { limit })
        } else {
            Ok(())
        }
    }
}

/// Exhibits in HTML or text, and further documents of the form itself (a second inline XBRL
/// document); no graphics, data files or renderings.
fn is_wanted(row: &IndexedDocument, meta: &FilingMeta, main: &str) -> bool {
    let (Some(name), Some(doc_type)) = (row.name.as_deref(), row.doc_type.as_deref()) else {
        return false;
    };
    let exhibit = doc_type.starts_with("EX-") && !doc_type.starts_with("EX-101");
    let lower = name.to_ascii_lowercase();
    let text = [".htm", ".html", ".txt"]
        .iter()
        .any(|end| lower.ends_with(end));
    name != main && text && (exhibit || doc_type == meta.form.as_str())
}

/// A header, where there is one, must be that of this filing.
fn check_header(
    cik: Cik,
    accession: &AccessionNumber,
    bytes: &[u8],
) -> Result<Option<SubmissionHeader>, EdgarError> {
    let Some(header) = header::read(bytes) else {
        return Ok(None);
    };
    let what = format!("filing {accession}");
    if header.accession.is_some_and(|number| number != *accession) {
        return Err(EdgarError::bad(what, "its header names another filing"));
    }
    if !header.concerns(cik) {
        return Err(EdgarError::bad(what, "its header names another company"));
    }
    Ok(Some(header))
}

/// Whether a submission lacks its end. Only today's container is sure to have one.
fn is_cut(bytes: &[u8]) -> bool {
    bytes.starts_with(b"<SEC-DOCUMENT>") && !bytes.trim_ascii_end().ends_with(b"</SEC-DOCUMENT>")
}
