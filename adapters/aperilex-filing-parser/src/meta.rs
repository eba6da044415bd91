//! What is known of a filing: from the caller, else from its header, else from its own cover.

use aperilex_ports::model::{Fact, FilingMeta, RawDocument, SubmissionHeader};
use jiff::civil::Date;

use crate::container;

/// The first header among the files.
pub(crate) fn header(files: &[RawDocument]) -> Option<SubmissionHeader> {
    files
        .iter()
        .find_map(|file| container::header::read(&file.bytes))
}

/// What the caller knows, with what he does not from the header and from the facts of the cover.
pub(crate) fn complete(
    known: &FilingMeta,
    header: Option<&SubmissionHeader>,
    facts: &[Fact],
    main: usize,
) -> FilingMeta {
    let mut meta = known.clone();
    if let Some(header) = header {
        meta.period = meta.period.or(header.period);
        meta.filed = meta.filed.or(header.filed);
        if meta.items.is_empty() {
            meta.items.clone_from(&header.items);
        }
    }
    meta.period = meta.period.or_else(|| period(facts, main));
    meta
}

/// The end of the period on the cover: of the main document, else of any.
fn period(facts: &[Fact], main: usize) -> Option<Date> {
    let mut ends = facts
        .iter()
        .filter(|fact| &*fact.concept == "dei:DocumentPeriodEndDate")
        .filter_map(|fact| Some((fact.document, fact.canonical().parse::<Date>().ok()?)));
    let first = ends.next()?;
    if first.0 == main {
        return Some(first.1);
    }
    let own = ends.find(|(document, _)| *document == main);
    Some(own.unwrap_or(first).1)
}
