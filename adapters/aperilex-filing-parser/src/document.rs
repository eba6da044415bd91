//! The documents of a filing: found in their files, told apart, read.

use std::ops::Range;

use aperilex_ports::model::{Digest, Document, FormType, RawDocument};
use aperilex_ports::{MAX_FILING_BYTES, ParseFilingError};

use crate::container::sniff::{self, Kind};
use crate::container::{self, File, data};
use crate::encoding::Source;
use crate::text::{self, Page};

/// A document and, if it has text, the bytes to read it from.
pub(crate) struct Opened<'a> {
    /// What is known of it; its text is not yet read.
    pub(crate) document: Document,
    kind: Kind,
    /// None for graphics, PDF and other documents without text.
    pub(crate) source: Option<Source<'a>>,
    /// An XBRL instance that is not inline.
    pub(crate) instance: Option<Source<'a>>,
}

pub(crate) fn unusable(reason: impl Into<String>) -> ParseFilingError {
    ParseFilingError::Unusable {
        reason: reason.into(),
    }
}

/// Refuses files that are too large together.
pub(crate) fn check_size<'a>(
    files: impl Iterator<Item = &'a RawDocument>,
) -> Result<(), ParseFilingError> {
    let bytes = files.map(|file| file.bytes.len() as u64).sum();
    if bytes > MAX_FILING_BYTES {
        return Err(ParseFilingError::TooLarge { bytes });
    }
    Ok(())
}

/// The documents in a file, none in a header. The file has this digest: to take it costs a tenth of the
/// reading, and the text alone does not ask for it.
pub(crate) fn open(
    file: &RawDocument,
    sha256: Digest,
) -> Result<Vec<Opened<'_>>, ParseFilingError> {
    if let Some(page) = sniff::error_page(&file.bytes) {
        return Err(unusable(format!("{} is {page}", file.name)));
    }
    let document = |name: String, range: Range<usize>| Document {
        name,
        doc_type: file.doc_type.clone(),
        sequence: file.sequence,
        description: file.description.clone(),
        raw_sha256: sha256,
        raw_bytes: file.bytes.len() as u64,
        raw_range: range,
        text: None,
    };
    let parts = match container::open(&file.bytes) {
        File::Single => {
            let whole = 0..file.bytes.len();
            return Ok(vec![Opened::new(file, document(file.name.clone(), whole))]);
        }
        File::Submission(parts) => parts,
    };
    let single = parts.len() == 1;
    let opened = parts.into_iter().enumerate().map(|(index, part)| {
        let name = part.name.unwrap_or_else(|| {
            if single {
                file.name.clone()
            } else {
                format!("{}#{}", file.name, index + 1)
            }
        });
        let base = document(name, part.content);
        let known = Document {
            doc_type: part.doc_type.or_else(|| base.doc_type.clone()),
            sequence: part.sequence.or(base.sequence),
            description: part.description.or_else(|| base.description.clone()),
            ..base
        };
        Opened::new(file, known)
    });
    Ok(opened.collect())
}

impl<'a> Opened<'a> {
    fn new(file: &'a RawDocument, document: Document) -> Self {
        let bytes = file
            .bytes
            .get(document.raw_range.clone())
            .unwrap_or_default();
        let mut kind = sniff::kind(bytes);
        let mut has_text =
            matches!(kind, Kind::Html | Kind::Plain) && !bytes.trim_ascii().is_empty();
        if has_text && data::is_data(document.doc_type.as_deref(), &document.name) {
            (kind, has_text) = (Kind::Binary, false);
        }
        let source = || Source::new(&file.bytes, &document.raw_range);
        Self {
            source: has_text.then(source),
            instance: (kind == Kind::Instance).then(source),
            document,
            kind,
        }
    }

    /// Reads it, if it has text.
    pub(crate) fn page(&self) -> Option<Page<'_>> {
        self.source
            .as_ref()
            .map(|source| text::read(source, self.kind))
    }

    fn is_type(&self, accept: impl Fn(&str) -> bool) -> bool {
        self.document.doc_type.as_deref().is_some_and(accept)
    }
}

/// The main document: of the form's own type with the lowest sequence; else the first with text
/// that is no exhibit.
pub(crate) fn main(form: &FormType, opened: &[Opened<'_>]) -> usize {
    let typed = |accept: &dyn Fn(&str) -> bool| {
        opened
            .iter()
            .enumerate()
            .filter(|(_, one)| one.source.is_some() && one.is_type(accept))
            .min_by_key(|(index, one)| (one.document.sequence.unwrap_or(u32::MAX), *index))
            .map(|(index, _)| index)
    };
    let family = |doc_type: &str| {
        let found = doc_type.parse::<FormType>();
        !doc_type.starts_with("EX") && found.is_ok_and(|found| found.family() == form.family())
    };
    let readable = |exhibits: bool| {
        opened.iter().position(|one| {
            one.source.is_some() && (exhibits || !one.is_type(|t| t.starts_with("EX-")))
        })
    };
    typed(&|doc_type| doc_type == form.as_str())
        .or_else(|| typed(&family))
        .or_else(|| readable(false))
        .or_else(|| readable(true))
        .unwrap_or(0)
}
