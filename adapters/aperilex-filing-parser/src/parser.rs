//! The parser: files in, content out.

use aperilex_ports::model::{
    CanonicalText, Digest, Fact, FilingContent, ItemKey, RawDocument, RawFiling, Section,
    SectionState, Table,
};
use aperilex_ports::{FilingParser, ParseFilingError};

use crate::document::{self, Opened, unusable};
use crate::encoding::Source;
use crate::exhibits;
use crate::items::{self, Found};
use crate::meta;
use crate::table::{self, Budget, Titled, statement};
use crate::text::{self, Page};
use crate::xbrl::{self, collect::Collector};

/// Name and version of this parser.
pub const VERSION: &str = "aperilex-parser/3";

/// Documents of the form's own type that are read for items beside the main one.
const MAX_FURTHER: usize = 20;

/// A filing without item headings, tables and facts has at least this many words.
const MIN_WORDS: usize = 20;

/// Takes SEC filings apart. It holds nothing, so one value serves all threads.
#[derive(Debug, Clone, Copy, Default)]
pub struct Parser;

impl FilingParser for Parser {
    fn version(&self) -> &'static str {
        VERSION
    }

    fn parse(&self, filing: &RawFiling) -> Result<FilingContent, ParseFilingError> {
        document::check_size(filing.documents.iter())?;
        let mut opened = Vec::new();
        for file in &filing.documents {
            opened.extend(document::open(file, file.digest())?);
        }
        let mut pages: Vec<Option<Page<'_>>> = opened.iter().map(Opened::page).collect();
        check_text(&pages)?;
        let main = document::main(&filing.meta.form, &opened);
        let mut warnings = Vec::new();
        let xbrl::Found {
            facts, footnotes, ..
        } = facts(&opened, &mut pages, &mut warnings);
        let header = meta::header(&filing.documents);
        let meta = meta::complete(&filing.meta, header.as_ref(), &facts, main);
        let read = |at: usize| {
            let page = pages.get(at).and_then(Option::as_ref);
            page.map_or_else(Found::default, |page| items::find(&meta, at, page))
        };
        let mut found = read(main);
        for other in document::further(&meta.form, &opened, main).take(MAX_FURTHER) {
            found.add(read(other));
        }
        let (mut tables, titles) = tables(&opened, &pages, &facts, &mut warnings);
        if facts.is_empty() && tables.is_empty() && !has_heading(&found.sections) {
            check_words(&pages)?;
        }
        assign_sections(&mut tables, &found.sections);
        statement::assign(&mut tables, &titles, &facts, &pages);
        if found.too_many {
            warnings.push(format!(
                "only the first {} lines that look like item headings are looked at",
                items::candidate::MAX_CANDIDATES
            ));
        }
        warn_missing(&found.sections, &mut warnings);
        let main_page = pages.get(main).and_then(Option::as_ref);
        let own = meta.accession.or(header.as_ref().and_then(|h| h.accession));
        let exhibits = exhibits::read(&opened, main_page, &found.sections, own.as_ref());
        Ok(FilingContent {
            form: meta.form,
            parser_version: VERSION.to_owned(),
            documents: documents(&opened, pages),
            main,
            sections: found.sections,
            tables,
            facts,
            footnotes,
            risk_factors: found.risk_factors,
            exhibits,
            items_8k: found.items_8k,
            header,
            warnings,
        })
    }

    fn canonical_texts(&self, file: &RawDocument) -> Result<Vec<CanonicalText>, ParseFilingError> {
        document::check_size(std::iter::once(file))?;
        // Nothing of the texts tells of the file they are from.
        let opened = document::open(file, Digest::of(&[]))?;
        let texts: Vec<CanonicalText> = opened
            .iter()
            .filter_map(|one| Some(text::canonical(one.source.as_ref()?, one.page()?.built)))
            .collect();
        if texts.iter().all(|text| text.text.is_empty()) {
            return Err(unusable(format!("{} has no text", file.name)));
        }
        Ok(texts)
    }
}

fn check_text(pages: &[Option<Page<'_>>]) -> Result<(), ParseFilingError> {
    if pages.is_empty() {
        return Err(unusable("it has no documents, or a header alone"));
    }
    if pages.iter().all(Option::is_none) {
        return Err(unusable("its documents are empty or binary"));
    }
    if pages
        .iter()
        .flatten()
        .all(|page| page.built.text.is_empty())
    {
        return Err(unusable("its documents have no text that shows"));
    }
    Ok(())
}

fn has_heading(sections: &[Section]) -> bool {
    let found = |section: &Section| section.state != SectionState::NotFound;
    sections.iter().any(found)
}

/// Refuses texts that are too short to be a filing's, where nothing else speaks for one.
fn check_words(pages: &[Option<Page<'_>>]) -> Result<(), ParseFilingError> {
    let texts = || pages.iter().flatten().map(|page| &page.built.text);
    let words = texts().flat_map(|text| text.split_whitespace());
    // Some scripts have no spaces, so a long text counts whatever its words.
    let long = texts().map(String::len).sum::<usize>() >= MIN_WORDS * 20;
    if !long && words.take(MIN_WORDS).count() < MIN_WORDS {
        return Err(unusable(format!(
            "it has no text of a filing: no item heading and fewer than {MIN_WORDS} words"
        )));
    }
    Ok(())
}

/// Tables of all documents and the titles above each, with what to warn of.
fn tables(
    opened: &[Opened<'_>],
    pages: &[Option<Page<'_>>],
    facts: &[Fact],
    warnings: &mut Vec<String>,
) -> (Vec<Table>, Vec<String>) {
    let mut tables: Vec<Titled> = Vec::new();
    for (index, (one, page)) in opened.iter().zip(pages).enumerate() {
        let (Some(source), Some(page)) = (&one.source, page) else {
            continue;
        };
        let mut budget = Budget::new(source.bytes.len(), page.built.text.len());
        // Facts come document by document.
        let first = facts.partition_point(|fact| fact.document < index);
        let end = facts.partition_point(|fact| fact.document <= index);
        let own = facts.get(first..end).unwrap_or_default();
        tables.extend(table::read(index, page, own, &mut budget));
        let name = &one.document.name;
        let told = page_warnings(source, page, &budget);
        warnings.extend(told.iter().map(|warning| format!("{name}: {warning}")));
    }
    tables.into_iter().unzip()
}

/// Facts of all documents and their footnotes, with what to warn of.
fn facts<'a>(
    opened: &'a [Opened<'a>],
    pages: &mut [Option<Page<'a>>],
    warnings: &mut Vec<String>,
) -> xbrl::Found {
    let collectors: Vec<Option<Collector<'a>>> = pages
        .iter_mut()
        .map(|page| page.as_mut().map(|page| std::mem::take(&mut page.xbrl)))
        .collect();
    let inputs = opened.iter().zip(pages.iter()).zip(collectors).enumerate();
    let inputs = inputs.filter_map(|(document, ((one, page), collector))| {
        Some(xbrl::Input {
            document,
            source: one.source.as_ref()?,
            page: page.as_ref()?,
            collector: collector.filter(|collector| !collector.is_empty())?,
        })
    });
    let instances: Vec<_> = opened
        .iter()
        .enumerate()
        .filter_map(|(document, one)| Some((document, one.instance.as_ref()?)))
        .collect();
    let found = xbrl::read(inputs.collect(), &instances);
    for (document, warning) in &found.warnings {
        let name = opened.get(*document).map(|one| one.document.name.as_str());
        warnings.push(format!("{}: {warning}", name.unwrap_or_default()));
    }
    found
}

fn page_warnings(source: &Source<'_>, page: &Page<'_>, budget: &Budget) -> Vec<String> {
    let mut out: Vec<String> = source.note.iter().cloned().collect();
    if page.hidden > 0 {
        out.push(format!("{} bytes of hidden text dropped", page.hidden));
    }
    if page.hiding_rules > 0 {
        out.push(format!(
            "style rules that may hide text and are not read: {}; what they hide is text here",
            page.hiding_rules
        ));
    }
    if page.deceptive > 0 {
        out.push(format!(
            "{} characters that turn or hide text dropped",
            page.deceptive
        ));
    }
    if let Some(what) = page.unended {
        out.push(format!(
            "{what} that never ends hides the rest of the document"
        ));
    }
    if page.built.more_lines {
        out.push(format!(
            "only the first {} lines are looked at",
            text::builder::MAX_LINES
        ));
    }
    if page.tables_left_out > 0 {
        out.push(format!(
            "{} tables left out: there are more than {}",
            page.tables_left_out,
            text::MAX_TABLES
        ));
    }
    if budget.cut > 0 {
        out.push(format!(
            "{} tables cut or left out for their size",
            budget.cut
        ));
    }
    out
}

/// Names the item that each table is in.
fn assign_sections(tables: &mut [Table], sections: &[Section]) {
    let mut places: Vec<(usize, std::ops::Range<usize>, &ItemKey)> = sections
        .iter()
        .filter(|section| !section.range.is_empty())
        .map(|section| (section.document, section.range.clone(), &section.key))
        .collect();
    places.sort_by_key(|(document, range, _)| (*document, range.start));
    for table in tables {
        let place = (table.document, table.range.start);
        let after =
            places.partition_point(|(document, range, _)| (*document, range.start) <= place);
        let found = after.checked_sub(1).and_then(|at| places.get(at));
        table.section = found
            .filter(|(document, range, _)| {
                *document == table.document && range.contains(&table.range.start)
            })
            .map(|(_, _, key)| (*key).clone());
    }
}

fn warn_missing(sections: &[Section], warnings: &mut Vec<String>) {
    let missing: Vec<String> = sections
        .iter()
        .filter(|section| section.state == SectionState::NotFound)
        .map(|section| section.key.to_string())
        .collect();
    if !missing.is_empty() && missing.len() < sections.len() {
        warnings.push(format!("no heading found for {}", missing.join("; ")));
    } else if !missing.is_empty() {
        warnings.push("no item headings found".to_owned());
    }
}

/// The documents with their texts.
fn documents(
    opened: &[Opened<'_>],
    pages: Vec<Option<Page<'_>>>,
) -> Vec<aperilex_ports::model::Document> {
    opened
        .iter()
        .zip(pages)
        .map(|(one, page)| {
            let mut document = one.document.clone();
            if let (Some(source), Some(page)) = (&one.source, page) {
                document.text = Some(text::canonical(source, page.built));
            }
            document
        })
        .collect()
}
