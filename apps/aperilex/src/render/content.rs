//! A filing taken apart, as one JSON object and as an outline.

use std::collections::BTreeMap;

use aperilex_core::{Document, Exhibit, Fact, FilingContent, ItemKey, Period, Section, Table};
use serde::Serialize;

/// What `aperilex parse --format json` prints. All ranges are bytes of the main document's
/// canonical text, whose SHA-256 is `text_sha256`, unless `document` names another one.
#[derive(Debug, Serialize)]
pub(crate) struct ContentJson<'c> {
    form: &'c str,
    parser_version: &'c str,
    documents: Vec<DocumentJson<'c>>,
    text_sha256: Option<String>,
    text_chars: usize,
    sections: Vec<SectionJson<'c>>,
    tables: Vec<TableJson<'c>>,
    facts: Vec<FactJson<'c>>,
    exhibits: Vec<ExhibitJson<'c>>,
    items_8k: &'c [String],
    warnings: &'c [String],
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
}

#[derive(Debug, Serialize)]
struct SectionJson<'c> {
    part: &'c str,
    item: &'c str,
    title: &'c str,
    state: aperilex_core::SectionState,
    confidence: f32,
    document: usize,
    start: usize,
    end: usize,
    text: &'c str,
}

#[derive(Debug, Serialize)]
struct TableJson<'c> {
    section: Option<&'c ItemKey>,
    document: usize,
    start: usize,
    end: usize,
    caption: &'c str,
    header_rows: usize,
    rows: &'c [Vec<String>],
}

#[derive(Debug, Serialize)]
struct FactJson<'c> {
    concept: &'c str,
    value: &'c str,
    unit: Option<&'c str>,
    decimals: Option<&'c str>,
    period: Option<&'c Period>,
    dimensions: BTreeMap<&'c str, &'c str>,
    document: usize,
    start: Option<usize>,
    end: Option<usize>,
}

#[derive(Debug, Serialize)]
struct ExhibitJson<'c> {
    number: &'c str,
    description: &'c str,
    document: Option<&'c str>,
}

/// The JSON form.
pub(crate) fn content(content: &FilingContent) -> ContentJson<'_> {
    ContentJson {
        form: content.form.as_str(),
        parser_version: &content.parser_version,
        documents: content.documents.iter().map(document).collect(),
        text_sha256: content.main_text().map(|text| text.sha256.to_string()),
        text_chars: content.text().chars().count(),
        sections: content
            .sections
            .iter()
            .map(|section| self::section(content, section))
            .collect(),
        tables: content.tables.iter().map(table).collect(),
        facts: content.facts.iter().map(fact).collect(),
        exhibits: content.exhibits.iter().map(exhibit).collect(),
        items_8k: &content.items_8k,
        warnings: &content.warnings,
    }
}

fn document(document: &Document) -> DocumentJson<'_> {
    DocumentJson {
        name: &document.name,
        doc_type: document.doc_type.as_deref(),
        sequence: document.sequence,
        description: document.description.as_deref(),
        raw_sha256: document.raw_sha256.to_string(),
        raw_bytes: document.raw_bytes,
        raw_start: document.raw_range.start,
        raw_end: document.raw_range.end,
        text_sha256: document.text.as_ref().map(|text| text.sha256.to_string()),
    }
}

fn section<'c>(content: &'c FilingContent, section: &'c Section) -> SectionJson<'c> {
    SectionJson {
        part: &section.key.part,
        item: &section.key.item,
        title: &section.title,
        state: section.state,
        confidence: section.confidence,
        document: section.document,
        start: section.range.start,
        end: section.range.end,
        text: content.section_text(section),
    }
}

fn table(table: &Table) -> TableJson<'_> {
    TableJson {
        section: table.section.as_ref(),
        document: table.document,
        start: table.range.start,
        end: table.range.end,
        caption: &table.caption,
        header_rows: table.header_rows,
        rows: &table.rows,
    }
}

fn fact(fact: &Fact) -> FactJson<'_> {
    FactJson {
        concept: &fact.concept,
        value: &fact.value,
        unit: fact.unit.as_deref(),
        decimals: fact.decimals.as_deref(),
        period: fact.period.as_ref(),
        dimensions: fact
            .dimensions
            .iter()
            .map(|(a, m)| (a.as_ref(), m.as_ref()))
            .collect(),
        document: fact.document,
        start: fact.range.as_ref().map(|range| range.start),
        end: fact.range.as_ref().map(|range| range.end),
    }
}

fn exhibit(exhibit: &Exhibit) -> ExhibitJson<'_> {
    ExhibitJson {
        number: &exhibit.number,
        description: &exhibit.description,
        document: exhibit.document.as_deref(),
    }
}

/// The outline for people.
pub(crate) fn outline(content: &FilingContent) -> String {
    let mut out = vec![format!(
        "{} · {} documents · {} characters of text · {} tables · {} facts · {} exhibits",
        content.form,
        content.documents.len(),
        content.text().chars().count(),
        content.tables.len(),
        content.facts.len(),
        content.exhibits.len(),
    )];
    for section in &content.sections {
        let state = serde_json::to_value(section.state).unwrap_or_default();
        out.push(format!(
            "{:<20} {:<36} {:>8} bytes  {:.2}  {}",
            section.key.to_string(),
            state.as_str().unwrap_or_default(),
            section.range.len(),
            section.confidence,
            section.title,
        ));
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
