//! The parser: files in, content out.

use std::ops::Range;

use aperilex_ports::model::{
    CanonicalText, Digest, Document, FilingContent, FormType, RawDocument, RawFiling,
};
use aperilex_ports::{FilingParser, MAX_FILING_BYTES, ParseFilingError};

use crate::container::sniff::{self, Kind};
use crate::container::{self, File};
use crate::encoding::Source;
use crate::items;
use crate::table::{self, Budget};
use crate::text::{self, Page};
use crate::xbrl::facts;

/// Name and version of this parser.
pub const VERSION: &str = "aperilex-parser/1";

/// Takes SEC filings apart. It holds nothing, so one value serves all threads.
#[derive(Debug, Clone, Copy, Default)]
pub struct Parser;

/// A document of the filing before it is read.
struct Opened<'a> {
    document: Document,
    kind: Kind,
    source: Option<Source<'a>>,
}

fn unusable(reason: impl Into<String>) -> ParseFilingError {
    ParseFilingError::Unusable {
        reason: reason.into(),
    }
}

fn check_size<'a>(files: impl Iterator<Item = &'a RawDocument>) -> Result<(), ParseFilingError> {
    let bytes = files.map(|file| file.bytes.len() as u64).sum();
    if bytes > MAX_FILING_BYTES {
        return Err(ParseFilingError::TooLarge { bytes });
    }
    Ok(())
}

/// The documents in a file.
fn open(file: &RawDocument) -> Result<Vec<Opened<'_>>, ParseFilingError> {
    let whole = 0..file.bytes.len();
    let digest = Digest::of(&file.bytes);
    let document = |name: String, range: Range<usize>| Document {
        name,
        doc_type: file.doc_type.clone(),
        sequence: file.sequence,
        description: file.description.clone(),
        raw_sha256: digest,
        raw_bytes: file.bytes.len() as u64,
        raw_range: range,
        text: None,
    };
    let parts = match container::open(&file.bytes) {
        File::Single => return Ok(vec![Opened::new(file, document(file.name.clone(), whole))]),
        File::Submission(parts) => parts,
    };
    if parts.is_empty() {
        return Err(unusable(format!(
            "{} is a submission header without documents",
            file.name
        )));
    }
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
        Opened::new(
            file,
            Document {
                doc_type: part.doc_type.or_else(|| base.doc_type.clone()),
                sequence: part.sequence.or(base.sequence),
                description: part.description.or_else(|| base.description.clone()),
                ..base
            },
        )
    });
    Ok(opened.collect())
}

impl<'a> Opened<'a> {
    fn new(file: &'a RawDocument, document: Document) -> Self {
        let bytes = file
            .bytes
            .get(document.raw_range.clone())
            .unwrap_or_default();
        let kind = sniff::kind(bytes);
        let source = (kind != Kind::Binary && !bytes.trim_ascii().is_empty())
            .then(|| Source::new(&file.bytes, &document.raw_range));
        Self {
            document,
            kind,
            source,
        }
    }

    fn page(&self) -> Option<Page<'_>> {
        self.source
            .as_ref()
            .map(|source| text::read(source, self.kind))
    }
}

/// The main document: of the form's own type with the lowest sequence; else the first with text
/// that is no exhibit.
fn main_document(form: &FormType, opened: &[Opened<'_>]) -> usize {
    let typed = |matches: &dyn Fn(&str) -> bool| {
        opened
            .iter()
            .enumerate()
            .filter(|(_, one)| one.source.is_some())
            .filter(|(_, one)| one.document.doc_type.as_deref().is_some_and(matches))
            .min_by_key(|(index, one)| (one.document.sequence.unwrap_or(u32::MAX), *index))
            .map(|(index, _)| index)
    };
    let family = |doc_type: &str| {
        doc_type
            .parse::<FormType>()
            .is_ok_and(|found| found.family() == form.family())
    };
    let readable = |exhibits: bool| {
        opened.iter().position(|one| {
            let exhibit = one
                .document
                .doc_type
                .as_deref()
                .is_some_and(|t| t.starts_with("EX-"));
            one.source.is_some() && (exhibits || !exhibit)
        })
    };
    typed(&|doc_type| doc_type == form.as_str())
        .or_else(|| typed(&|doc_type| !doc_type.starts_with("EX") && family(doc_type)))
        .or_else(|| readable(false))
        .or_else(|| readable(true))
        .unwrap_or(0)
}

impl FilingParser for Parser {
    fn version(&self) -> &'static str {
        VERSION
    }

    fn parse(&self, filing: &RawFiling) -> Result<FilingContent, ParseFilingError> {
        check_size(filing.documents.iter())?;
        let mut opened = Vec::new();
        for file in &filing.documents {
            opened.extend(open(file)?);
        }
        let mut content = FilingContent {
            form: filing.meta.form.clone(),
            parser_version: VERSION.to_owned(),
            documents: Vec::new(),
            main: 0,
            sections: Vec::new(),
            tables: Vec::new(),
            facts: Vec::new(),
            exhibits: Vec::new(),
            items_8k: Vec::new(),
            warnings: Vec::new(),
        };
        content.main = main_document(&filing.meta.form, &opened);
        for (index, one) in opened.iter().enumerate() {
            let mut document = one.document.clone();
            if let (Some(source), Some(page)) = (&one.source, one.page()) {
                document.text = Some(text::canonical(source, &page.built));
                let mut budget = Budget::new(source.bytes.len(), page.built.text.len());
                content
                    .tables
                    .extend(table::read(index, &page, &mut budget));
                let read = facts::read(index, source, &page, &[]);
                content.facts.extend(read.facts);
                content.warnings.extend(read.warnings);
                if index == content.main {
                    let end = filing.meta.period.or(filing.meta.filed);
                    let found = items::find(&filing.meta.form, index, &page, end);
                    content.sections = found.sections;
                    content.items_8k = found.items_8k;
                }
            }
            content.documents.push(document);
        }
        Ok(content)
    }

    fn canonical_texts(&self, file: &RawDocument) -> Result<Vec<CanonicalText>, ParseFilingError> {
        check_size(std::iter::once(file))?;
        let opened = open(file)?;
        Ok(opened
            .iter()
            .filter_map(|one| {
                let source = one.source.as_ref()?;
                Some(text::canonical(source, &one.page()?.built))
            })
            .collect())
    }
}
