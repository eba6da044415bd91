//! A filing taken apart: canonical text, sections, tables, facts, exhibits.
//!
//! All ranges are byte ranges of the canonical text (UTF-8) of the document they name, on character
//! boundaries. The map of a [`CanonicalText`] turns them into byte ranges of the raw document.

use std::ops::Range;

use serde::{Deserialize, Serialize};

use super::{CanonicalText, Digest, Exhibit, Fact, Footnote, FormType, SubmissionHeader, Table};

/// A byte range of a canonical text.
pub type TextRange = Range<usize>;

/// A filing, taken apart.
#[derive(Debug, Clone)]
pub struct FilingContent {
    /// The form it was read as.
    pub form: FormType,
    /// Name and version of the parser: the same raw bytes and version give the same content.
    pub parser_version: String,
    /// Documents in filing order; [`FilingContent::main`] is the index of the main one.
    pub documents: Vec<Document>,
    /// Index of the main document.
    pub main: usize,
    /// Items of the form in canonical order of the form, those not found included.
    pub sections: Vec<Section>,
    /// Tables in document order.
    pub tables: Vec<Table>,
    /// XBRL facts in document order.
    pub facts: Vec<Fact>,
    /// Footnotes that facts refer to.
    pub footnotes: Vec<Footnote>,
    /// Single risks of the risk factors, in document order.
    pub risk_factors: Vec<RiskFactor>,
    /// Exhibits, attached or listed.
    pub exhibits: Vec<Exhibit>,
    /// 8-K item codes with a heading in the body, in order of appearance.
    pub items_8k: Vec<String>,
    /// What the submission's own header says, if one of the files has it.
    pub header: Option<SubmissionHeader>,
    /// What the reader should know: replaced bytes, dropped hidden text, missing parts.
    pub warnings: Vec<String>,
}

impl FilingContent {
    /// The main document's canonical text; empty if there is none.
    #[must_use]
    pub fn text(&self) -> &str {
        self.main_text().map_or("", |text| text.text.as_str())
    }

    /// The main document's canonical text with its map.
    #[must_use]
    pub fn main_text(&self) -> Option<&CanonicalText> {
        self.documents.get(self.main)?.text.as_ref()
    }

    /// The text of a section in one piece; empty where it has none. Where an index sends the reader to
    /// several places, this is the first.
    #[must_use]
    pub fn section_text(&self, section: &Section) -> &str {
        self.slice(section.document, &section.range)
    }

    /// A range of a document's canonical text; empty where there is none.
    #[must_use]
    pub fn slice(&self, document: usize, range: &TextRange) -> &str {
        let text = self.documents.get(document).and_then(|d| d.text.as_ref());
        text.and_then(|t| t.text.get(range.clone()))
            .unwrap_or_default()
    }
}

/// One document of a filing.
#[derive(Debug, Clone)]
pub struct Document {
    /// File name.
    pub name: String,
    /// EDGAR document type (`10-K`, `EX-99.1`), if known.
    pub doc_type: Option<String>,
    /// Place in the submission, from 1, if known.
    pub sequence: Option<u32>,
    /// The filer's description.
    pub description: Option<String>,
    /// SHA-256 of the file the document was served in. Documents inside one full submission share it.
    pub raw_sha256: Digest,
    /// Size of that file in bytes.
    pub raw_bytes: u64,
    /// Where in that file the document's own content lies.
    pub raw_range: Range<usize>,
    /// Its canonical text; none for graphics, PDF and other binary content.
    pub text: Option<CanonicalText>,
}

/// What became of an item. The words are those of the filings' own practice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum SectionState {
    /// The item has text of its own.
    Present,
    /// "None" or "Not applicable".
    NoneOrNotApplicable,
    /// "\[Reserved\]".
    Reserved,
    /// Only a reference to another document (a proxy statement, an annual report).
    IncorporatedByReference,
    /// Text of its own and a reference to another document.
    PartlyIncorporatedByReference,
    /// Points to another place of the same document.
    PointerInternal,
    /// Points to another filing.
    RefersToOtherFiling,
    /// The form has a cross-reference index instead of headings.
    CrossReferenceIndex,
    /// Left out under General Instruction J (asset-backed issuers).
    #[serde(rename = "omitted_general_instruction_J")]
    OmittedGeneralInstructionJ,
    /// The form asks for it and no heading was found.
    NotFound,
}

/// An item of the form.
#[derive(Debug, Clone, PartialEq)]
pub struct Section {
    /// Index of the document it is in.
    pub document: usize,
    /// Part and item.
    pub key: super::ItemKey,
    /// Title: the heading's own words, or the form's where there is no heading.
    pub title: String,
    /// What became of it.
    pub state: SectionState,
    /// How sure the parser is of state and boundaries: the share of sections with this figure that are
    /// right, as far as it was measured. 0 to 1.
    pub confidence: f32,
    /// Where its heading is, title included; empty if there is none.
    pub heading: TextRange,
    /// From behind heading and title to the next heading; empty if not found.
    pub range: TextRange,
    /// Further places that a cross-reference index names, in its order.
    pub more: Vec<TextRange>,
}

/// A single risk of the risk factors.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RiskFactor {
    /// Index of the document it is in.
    pub document: usize,
    /// The section it is in.
    pub section: super::ItemKey,
    /// The heading of the group it is in, if the risks are in groups.
    pub group: Option<TextRange>,
    /// Its own heading.
    pub heading: TextRange,
    /// What is said of it, up to the next heading.
    pub body: TextRange,
}
