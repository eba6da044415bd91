//! A filing taken apart, as one JSON object and as an outline.

use std::collections::BTreeMap;
use std::ops::Range;

use aperilex_core::{
    Cells, DateTime, Document, Exhibit, ExhibitKind, Fact, FilingContent, Footnote, ItemKey, Party,
    Period, RiskFactor, Section, SectionState, Statement, SubmissionHeader, Table, TextRange,
};
use serde::Serialize;

/// What `aperilex parse --format json` prints. All ranges are bytes of the main document's
/// canonical text, whose SHA-256 is `text_sha256`, unless `document` names another one by its place in
/// `documents`; `raw_` ranges are bytes of the file as served.
#[derive(Debug, Serialize)]
pub(crate) struct ContentJson<'c> {
    form: &'c str,
    parser_version: &'c str,
    header: Option<HeaderJson<'c>>,
    documents: Vec<DocumentJson<'c>>,
    text_sha256: Option<String>,
    text_chars: usize,
    sections: Vec<SectionJson<'c>>,
    risk_factors: Vec<RiskFactorJson<'c>>,
    tables: Vec<TableJson<'c>>,
    facts: Vec<FactJson<'c>>,
    footnotes: Vec<FootnoteJson<'c>>,
    exhibits: Vec<ExhibitJson<'c>>,
    items_8k: &'c [String],
    warnings: &'c [String],
}

#[derive(Debug, Serialize)]
struct HeaderJson<'c> {
    accession: Option<String>,
    form: Option<&'c str>,
    period: Option<aperilex_core::Date>,
    filed: Option<aperilex_core::Date>,
    /// New York time.
    accepted: Option<DateTime>,
    items: &'c [String],
    parties: Vec<PartyJson<'c>>,
}

#[derive(Debug, Serialize)]
struct PartyJson<'c> {
    role: &'c str,
    name: Option<&'c str>,
    cik: Option<String>,
    sic: Option<u16>,
    ein: Option<&'c str>,
    state: Option<&'c str>,
    fiscal_year_end: Option<&'c str>,
    file_number: Option<&'c str>,
    former_names: &'c [String],
}

#[derive(Debug, Serialize)]
struct DocumentJson<'c> {
    name: &'c str,
    #[serde(rename = "type")]
    doc_type: Option<&'c str>,
    sequence: Option<u32>,
    description: Option<&'c str>,
    raw_sha256: String,
    raw_bytes: u64,
    raw_start: usize,
    raw_end: usize,
    text_sha256: Option<String>,
    text: Option<&'c str>,
}

/// A place in a canonical text, and what of the file it was made from.
#[derive(Debug, Serialize)]
struct PlaceJson {
    start: usize,
    end: usize,
    raw_start: Option<usize>,
    raw_end: Option<usize>,
}

#[derive(Debug, Serialize)]
struct SectionJson<'c> {
    part: &'c str,
    item: &'c str,
    title: &'c str,
    state: SectionState,
    confidence: f32,
    document: usize,
    #[serde(flatten)]
    place: PlaceJson,
    heading: PlaceJson,
    /// Further places that a cross-reference index names.
    more: Vec<PlaceJson>,
    text: &'c str,
}

#[derive(Debug, Serialize)]
struct RiskFactorJson<'c> {
    part: &'c str,
    item: &'c str,
    group: Option<&'c str>,
    heading: &'c str,
    document: usize,
    /// Of its heading and all that is said of it.
    #[serde(flatten)]
    place: PlaceJson,
    text: &'c str,
}

#[derive(Debug, Serialize)]
struct TableJson<'c> {
    section: Option<&'c ItemKey>,
    document: usize,
    #[serde(flatten)]
    place: PlaceJson,
    caption: &'c str,
    statement: Option<Statement>,
    header_rows: usize,
    rows: &'c Cells,
    /// Of each column.
    periods: &'c [Option<Period>],
    /// Powers of ten that the numbers are told in.
    scale: u8,
    numbers: Vec<NumberJson<'c>>,
}

#[derive(Debug, Serialize)]
struct NumberJson<'c> {
    row: usize,
    column: usize,
    value: &'c str,
    unit: Option<&'c str>,
    start: usize,
    end: usize,
}

#[derive(Debug, Serialize)]
struct FactJson<'c> {
    concept: &'c str,
    value: &'c str,
    /// What its transformation makes of a text, where that differs.
    transformed: Option<&'c str>,
    unit: Option<&'c str>,
    decimals: Option<&'c str>,
    period: Option<&'c Period>,
    dimensions: BTreeMap<&'c str, &'c str>,
    document: usize,
    start: Option<usize>,
    end: Option<usize>,
    raw_start: Option<usize>,
    raw_end: Option<usize>,
    /// Places in `footnotes`.
    footnotes: &'c [usize],
}

#[derive(Debug, Serialize)]
struct FootnoteJson<'c> {
    document: usize,
    text: &'c str,
    start: Option<usize>,
    end: Option<usize>,
}

#[derive(Debug, Serialize)]
struct ExhibitJson<'c> {
    number: &'c str,
    kind: ExhibitKind,
    description: &'c str,
    document: Option<&'c str>,
    url: Option<&'c str>,
}

/// The JSON form.
pub(crate) fn content(content: &FilingContent) -> ContentJson<'_> {
    ContentJson {
        form: content.form.as_str(),
        parser_version: &content.parser_version,
        header: content.header.as_ref().map(header),
        documents: each(&content.documents, document),
        text_sha256: content.main_text().map(|text| text.sha256.to_string()),
        text_chars: content.text().chars().count(),
        sections: each(&content.sections, |it| section(content, it)),
        risk_factors: each(&content.risk_factors, |it| risk_factor(content, it)),
        tables: each(&content.tables, |it| table(content, it)),
        facts: each(&content.facts, |it| fact(content, it)),
        footnotes: each(&content.footnotes, footnote),
        exhibits: each(&content.exhibits, exhibit),
        items_8k: &content.items_8k,
        warnings: &content.warnings,
    }
}

fn each<'c, T, J>(all: &'c [T], json: impl Fn(&'c T) -> J) -> Vec<J> {
    all.iter().map(json).collect()
}

fn place(content: &FilingContent, document: usize, range: &TextRange) -> PlaceJson {
    let raw = raw_range(content, document, range);
    PlaceJson {
        start: range.start,
        end: range.end,
        raw_start: raw.as_ref().map(|raw| raw.start),
        raw_end: raw.map(|raw| raw.end),
    }
}

fn raw_range(content: &FilingContent, document: usize, range: &TextRange) -> Option<Range<usize>> {
    let text = content.documents.get(document)?.text.as_ref()?;
    text.map.raw_range(range)
}

fn header(header: &SubmissionHeader) -> HeaderJson<'_> {
    HeaderJson {
        accession: header.accession.map(|number| number.to_string()),
        form: header.form.as_ref().map(|form| form.as_str()),
        period: header.period,
        filed: header.filed,
        accepted: header.accepted,
        items: &header.items,
        parties: each(&header.parties, party),
    }
}

fn party(party: &Party) -> PartyJson<'_> {
    PartyJson {
        role: &party.role,
        name: party.name.as_deref(),
        cik: party.cik.map(|cik| cik.to_string()),
        sic: party.sic,
        ein: party.ein.as_deref(),
        state: party.state.as_deref(),
        fiscal_year_end: party.fiscal_year_end.as_deref(),
        file_number: party.file_number.as_deref(),
        former_names: &party.former_names,
    }
}

fn document(document: &Document) -> DocumentJson<'_> {
    let text = document.text.as_ref();
    DocumentJson {
        name: &document.name,
        doc_type: document.doc_type.as_deref(),
        sequence: document.sequence,
        description: document.description.as_deref(),
        raw_sha256: document.raw_sha256.to_string(),
        raw_bytes: document.raw_bytes,
        raw_start: document.raw_range.start,
        raw_end: document.raw_range.end,
        text_sha256: text.map(|text| text.sha256.to_string()),
        text: text.map(|text| text.text.as_str()),
    }
}

fn section<'c>(content: &'c FilingContent, section: &'c Section) -> SectionJson<'c> {
    let document = section.document;
    SectionJson {
        part: &section.key.part,
        item: &section.key.item,
        title: &section.title,
        state: section.state,
        confidence: section.confidence,
        document,
        place: place(content, document, &section.range),
        heading: place(content, document, &section.heading),
        more: each(&section.more, |range| place(content, document, range)),
        text: content.section_text(section),
    }
}

fn risk_factor<'c>(content: &'c FilingContent, risk: &'c RiskFactor) -> RiskFactorJson<'c> {
    let document = risk.document;
    let group = risk.group.as_ref();
    RiskFactorJson {
        part: &risk.section.part,
        item: &risk.section.item,
        group: group.map(|group| content.slice(document, group)),
        heading: content.slice(document, &risk.heading),
        document,
        place: place(content, document, &(risk.heading.start..risk.body.end)),
        text: content.slice(document, &risk.body),
    }
}

fn table<'c>(content: &'c FilingContent, table: &'c Table) -> TableJson<'c> {
    let numbers = table.numbers.iter().map(|number| NumberJson {
        row: number.row,
        column: number.column,
        value: &number.value,
        unit: number.unit.as_deref(),
        start: number.range.start,
        end: number.range.end,
    });
    TableJson {
        section: table.section.as_ref(),
        document: table.document,
        place: place(content, table.document, &table.range),
        caption: &table.caption,
        statement: table.statement,
        header_rows: table.header_rows,
        rows: &table.cells,
        periods: &table.periods,
        scale: table.scale,
        numbers: numbers.collect(),
    }
}

fn fact<'c>(content: &'c FilingContent, fact: &'c Fact) -> FactJson<'c> {
    let range = fact.range.as_ref();
    let raw = range.and_then(|range| raw_range(content, fact.document, range));
    let dimensions = fact.dimensions.iter();
    FactJson {
        concept: &fact.concept,
        value: &fact.value,
        transformed: fact.transformed.as_deref(),
        unit: fact.unit.as_deref(),
        decimals: fact.decimals.as_deref(),
        period: fact.period.as_ref(),
        dimensions: dimensions.map(|(a, m)| (a.as_ref(), m.as_ref())).collect(),
        document: fact.document,
        start: range.map(|range| range.start),
        end: range.map(|range| range.end),
        raw_start: raw.as_ref().map(|raw| raw.start),
        raw_end: raw.map(|raw| raw.end),
        footnotes: &fact.footnotes,
    }
}

fn footnote(note: &Footnote) -> FootnoteJson<'_> {
    FootnoteJson {
        document: note.document,
        text: &note.text,
        start: note.range.as_ref().map(|range| range.start),
        end: note.range.as_ref().map(|range| range.end),
    }
}

fn exhibit(exhibit: &Exhibit) -> ExhibitJson<'_> {
    ExhibitJson {
        number: &exhibit.number,
        kind: exhibit.kind(),
        description: &exhibit.description,
        document: exhibit.document.as_deref(),
        url: exhibit.url.as_deref(),
    }
}

/// The outline for people.
pub(crate) fn outline(content: &FilingContent) -> String {
    let mut out = vec![format!(
        "{} · {} documents · {} characters of text · {} risks · {} tables · {} facts · {} exhibits",
        content.form,
        content.documents.len(),
        content.text().chars().count(),
        content.risk_factors.len(),
        content.tables.len(),
        content.facts.len(),
        content.exhibits.len(),
    )];
    for section in &content.sections {
        let state = serde_json::to_value(section.state).unwrap_or_default();
        out.push(format!(
            "{:<40} {:<36} {:>8} bytes  {:.2}  {}",
            section.key.to_string(),
            state.as_str().unwrap_or_default(),
            section.range.len(),
            section.confidence,
            section.title,
        ));
    }
    for table in &content.tables {
        if let Some(statement) = table.statement {
            let word = serde_json::to_value(statement).unwrap_or_default();
            out.push(format!(
                "{:<40} {:>4} rows  {}",
                word.as_str().unwrap_or_default(),
                table.cells.height(),
                table.caption,
            ));
        }
    }
    if !content.items_8k.is_empty() {
        out.push(format!("8-K items: {}", content.items_8k.join(", ")));
    }
    out.extend(
        content
            .warnings
            .iter()
            .map(|warning| format!("warning: {warning}")),
    );
    out.join("\n")
}
