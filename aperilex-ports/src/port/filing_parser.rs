//! Taking a filing apart.

use std::fmt::Debug;

use crate::model::{CanonicalText, FilingContent, RawDocument, RawFiling};

/// Largest filing that is taken, over all its documents: 50 MiB.
pub const MAX_FILING_BYTES: u64 = 50 * 1024 * 1024;

/// Why a filing cannot be taken apart. All are final: the same bytes fail the same way.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ParseFilingError {
    /// More than [`MAX_FILING_BYTES`].
    #[error("the filing has {bytes} bytes, more than the {MAX_FILING_BYTES} that are taken")]
    TooLarge {
        /// Its size.
        bytes: u64,
    },
    /// Nothing in it can be read: empty, binary, or an error page.
    #[error("the filing cannot be used: {reason}")]
    Unusable {
        /// What was found instead of a filing.
        reason: String,
    },
}

/// Takes filings apart: bytes in, [`FilingContent`] out. No I/O, no clock.
///
/// # Contract
/// - **FP-1** the same bytes give the same content, byte for byte, under one `version`.
/// - **FP-2** every range lies on character boundaries inside the text it names.
/// - **FP-3** every non-empty piece of text that came from the filing maps to raw bytes that hold it.
/// - **FP-4** no input panics; work and memory grow linearly with its size.
/// - **FP-5** an item the form asks for is listed even if it is not found.
pub trait FilingParser: Debug + Send + Sync + 'static {
    /// Name and version, `aperilex-parser/1`: changes whenever the same bytes may give other content.
    fn version(&self) -> &'static str;

    /// Takes a filing apart.
    ///
    /// # Errors
    /// [`ParseFilingError`]: the filing is too large or cannot be used.
    fn parse(&self, filing: &RawFiling) -> Result<FilingContent, ParseFilingError>;

    /// Canonical text of one raw file by itself, every document in it: what a reader of a stored
    /// analysis needs to check its citations against the file the SEC serves.
    ///
    /// # Errors
    /// [`ParseFilingError`]: the file is too large or cannot be used.
    fn canonical_texts(&self, file: &RawDocument) -> Result<Vec<CanonicalText>, ParseFilingError>;
}
