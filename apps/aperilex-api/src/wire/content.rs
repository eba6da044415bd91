//! What is in a filing: text, items, single risks, exhibits, header.

use aperilex_core::{
    Document, Exhibit, FilingContent, Party, RiskFactor, Section, SubmissionHeader, TextRange,
};
use poem_openapi::Object;
use serde::Serialize;

use super::text::{Day, Sha256};

/// A place in a document: bytes of its canonical text, and the bytes of the raw file it was made from.
#[derive(Debug, Object)]
#[oai(rename = "Place", skip_serializing_if_is_none)]
pub(crate) struct PlaceDocument {
    /// Name of the document it is in.
    pub(crate) document: String,
    /// First byte in the document's canonical text.
    start: u64,
    /// Behind its last byte.
    end: u64,
    /// First byte in the raw file; absent for a place without text.
    raw_start: Option<u64>,
    /// Behind its last byte.
    raw_end: Option<u64>,
}

/// An item of the form.
#[derive(Debug, Object)]
#[oai(rename = "Section", skip_serializing_if_is_none)]
pub(crate) struct SectionDocument {
    /// Roman numeral; empty for forms without parts (write `-` for it in the address).
    part: String,
    /// Number, or slug of the heading.
    item: String,
    title: String,
    /// What became of it, such as `present`, `reserved` or `not_found`.
    state: String,
    /// How sure the parser is of state and boundaries: the share of sections with this figure that are
    /// right, as far as it was measured. 0 to 1.
    confidence: f32,
    /// Its own text.
    #[oai(flatten)]
    place: PlaceDocument,
    /// Its heading; absent if there is none.
    heading: Option<PlaceDocument>,
    /// Further places that a cross-reference index names.
    more: Vec<PlaceDocument>,
}

/// An item of the form with its text.
#[derive(Debug, Object)]
#[oai(rename = "SectionText")]
pub(crate) struct SectionTextDocument {
    #[oai(flatten)]
    section: SectionDocument,
    /// SHA-256 of the document's canonical text.
    text_sha256: Sha256,
    /// Its own text.
    text: String,
}

/// Items of a filing, in the form's order.
#[derive(Debug, Object)]
#[oai(rename = "SectionList")]
pub(crate) struct SectionList {
    /// Name and version of the parser.
    parser_version: String,
    items: Vec<SectionDocument>,
    /// What the reader should know of the whole filing.
    warnings: Vec<String>,
}

/// A piece of a document's canonical text.
#[derive(Debug, Object)]
#[oai(rename = "DocumentText", skip_serializing_if_is_none)]
pub(crate) struct TextDocument {
    #[oai(flatten)]
    place: PlaceDocument,
    /// Name and version of the parser that made it.
    parser_version: String,
    /// SHA-256 of the whole text.
    text_sha256: Sha256,
    /// Size of the whole text in bytes.
    text_bytes: u64,
    text: String,
    /// `start` of the next piece; absent behind the last.
    next_start: Option<u64>,
}

/// A single risk.
#[derive(Debug, Object)]
#[oai(rename = "RiskFactor", skip_serializing_if_is_none)]
pub(crate) struct RiskFactorDocument {
    /// Part of the section it is in.
    part: String,
    /// The section it is in.
    item: String,
    /// The heading of its group, if the risks are in groups.
    group: Option<String>,
    heading: String,
    /// Its heading and all that is said of it.
    #[oai(flatten)]
    place: PlaceDocument,
    /// What is said of it.
    text: String,
}

/// A page of risks, in document order.
#[derive(Debug, Object)]
#[oai(rename = "RiskFactorPage", skip_serializing_if_is_none)]
pub(crate) struct RiskFactorPage {
    pub(crate) items: Vec<RiskFactorDocument>,
    /// Cursor of the next page; absent on the last.
    pub(crate) next: Option<String>,
}

/// An exhibit.
#[derive(Debug, Object)]
#[oai(rename = "Exhibit", skip_serializing_if_is_none)]
pub(crate) struct ExhibitDocument {
    /// Number by Regulation S-K Item 601.
    number: String,
    /// What kind of exhibit the number makes it, such as `material_contract`.
    kind: String,
    description: String,
    /// Name of its document, if it is attached.
    document: Option<String>,
    /// Address in another filing, where it is incorporated from and the list links to it.
    url: Option<String>,
}

/// Exhibits of a filing.
#[derive(Debug, Object)]
#[oai(rename = "ExhibitList")]
pub(crate) struct ExhibitList {
    pub(crate) items: Vec<ExhibitDocument>,
}

/// What the header of the submission says.
#[derive(Debug, Object)]
#[oai(rename = "SubmissionHeader", skip_serializing_if_is_none)]
pub(crate) struct HeaderDocument {
    /// Accession number.
    accession: Option<String>,
    /// Form type in the SEC's spelling.
    form: Option<String>,
    /// End of the period reported on.
    period: Option<Day>,
    /// Date of filing.
    filed: Option<Day>,
    /// When EDGAR accepted it, in New York time: `2026-02-26T16:31:07`.
    accepted_new_york: Option<String>,
    /// Item codes of a current report.
    items: Vec<String>,
    /// Companies and persons whom it concerns.
    parties: Vec<PartyDocument>,
}

/// A company or person in a header.
#[derive(Debug, Object)]
#[oai(rename = "Party", skip_serializing_if_is_none)]
struct PartyDocument {
    /// `FILER`, `SUBJECT COMPANY`, `REPORTING OWNER` …
    role: String,
    name: Option<String>,
    /// SEC Central Index Key, ten digits.
    cik: Option<String>,
    /// Standard industrial classification.
    sic: Option<u16>,
    /// Employer identification number.
    ein: Option<String>,
    /// State or country of incorporation, in EDGAR's code.
    state: Option<String>,
    /// Month and day at which its fiscal year ends: `1231`.
    fiscal_year_end: Option<String>,
    /// SEC file number.
    file_number: Option<String>,
    /// Earlier names, the latest first.
    former_names: Vec<String>,
}

/// The word that is stored for a value of a closed set.
pub(crate) fn word(value: &impl Serialize) -> String {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(word)) => word,
        _ => String::new(),
    }
}

pub(crate) fn number(n: usize) -> u64 {
    u64::try_from(n).unwrap_or(u64::MAX)
}

impl PlaceDocument {
    pub(crate) fn new(content: &FilingContent, document: usize, range: &TextRange) -> Self {
        let document = content.documents.get(document);
        let text = document.and_then(|document| document.text.as_ref());
        let raw = text.and_then(|text| text.map.raw_range(range));
        Self {
            document: document.map(|d| d.name.clone()).unwrap_or_default(),
            start: number(range.start),
            end: number(range.end),
            raw_start: raw.as_ref().map(|raw| number(raw.start)),
            raw_end: raw.map(|raw| number(raw.end)),
        }
    }
}

impl SectionDocument {
    fn new(content: &FilingContent, section: &Section) -> Self {
        let place = |range| PlaceDocument::new(content, section.document, range);
        Self {
            part: section.key.part.clone(),
            item: section.key.item.clone(),
            title: section.title.clone(),
            state: word(&section.state),
            confidence: section.confidence,
            place: place(&section.range),
            heading: (!section.heading.is_empty()).then(|| place(&section.heading)),
            more: section.more.iter().map(place).collect(),
        }
    }
}

impl From<&FilingContent> for SectionList {
    fn from(content: &FilingContent) -> Self {
        let section = |section| SectionDocument::new(content, section);
        Self {
            parser_version: content.parser_version.clone(),
            items: content.sections.iter().map(section).collect(),
            warnings: content.warnings.clone(),
        }
    }
}

impl SectionTextDocument {
    pub(crate) fn new(content: &FilingContent, section: &Section) -> Self {
        let document = content.documents.get(section.document);
        let text = document.and_then(|document| document.text.as_ref());
        Self {
            section: SectionDocument::new(content, section),
            text_sha256: Sha256(text.map(|text| text.sha256.to_string()).unwrap_or_default()),
            text: content.section_text(section).to_owned(),
        }
    }
}

impl TextDocument {
    /// The piece from `start` on, of at most `most` bytes, cut between characters; none if the document
    /// has no text.
    pub(crate) fn new(
        content: &FilingContent,
        index: usize,
        start: usize,
        most: usize,
    ) -> Option<Self> {
        let document: &Document = content.documents.get(index)?;
        let canonical = document.text.as_ref()?;
        let text = canonical.text.as_str();
        let start = text.ceil_char_boundary(start.min(text.len()));
        let end = text.floor_char_boundary(start.saturating_add(most).min(text.len()));
        Some(Self {
            place: PlaceDocument::new(content, index, &(start..end)),
            parser_version: content.parser_version.clone(),
            text_sha256: Sha256(canonical.sha256.to_string()),
            text_bytes: number(text.len()),
            text: text.get(start..end).unwrap_or_default().to_owned(),
            next_start: (end < text.len()).then(|| number(end)),
        })
    }
}

impl RiskFactorDocument {
    pub(crate) fn new(content: &FilingContent, risk: &RiskFactor) -> Self {
        let whole = risk.heading.start..risk.body.end;
        let slice = |range| content.slice(risk.document, range).to_owned();
        Self {
            part: risk.section.part.clone(),
            item: risk.section.item.clone(),
            group: risk.group.as_ref().map(slice),
            heading: slice(&risk.heading),
            place: PlaceDocument::new(content, risk.document, &whole),
            text: slice(&risk.body),
        }
    }
}

impl From<&Exhibit> for ExhibitDocument {
    fn from(exhibit: &Exhibit) -> Self {
        Self {
            number: exhibit.number.clone(),
            kind: word(&exhibit.kind()),
            description: exhibit.description.clone(),
            document: exhibit.document.clone(),
            url: exhibit.url.clone(),
        }
    }
}

impl From<&SubmissionHeader> for HeaderDocument {
    fn from(header: &SubmissionHeader) -> Self {
        Self {
            accession: header.accession.map(|number| number.to_string()),
            form: header.form.as_ref().map(ToString::to_string),
            period: header.period.map(Day::from),
            filed: header.filed.map(Day::from),
            accepted_new_york: header.accepted.map(|time| time.to_string()),
            items: header.items.clone(),
            parties: header.parties.iter().map(PartyDocument::from).collect(),
        }
    }
}

impl From<&Party> for PartyDocument {
    fn from(party: &Party) -> Self {
        Self {
            role: party.role.clone(),
            name: party.name.clone(),
            cik: party.cik.map(|cik| cik.to_string()),
            sic: party.sic,
            ein: party.ein.clone(),
            state: party.state.clone(),
            fiscal_year_end: party.fiscal_year_end.clone(),
            file_number: party.file_number.clone(),
            former_names: party.former_names.clone(),
        }
    }
}
