//! What may be believed: quotes and numbers of a draft, checked against the filing by plain code.
//!
//! A quote is looked for on a ladder of foldings, never by likeness; what is stored are the filing's
//! own words at the place they were found. Folding loses signs and decimals, so every number of a
//! claim must also stand in its cited words, be an XBRL fact, or come out again when computed.

mod certify;
mod evidence;
mod figure;
mod folding;
mod ladder;
mod numbers;
mod recheck;

pub use certify::{Checked, POLICY, check};
pub(crate) use recheck::registrant;
pub use recheck::{Breach, Report, recheck};

use aperilex_ports::{FilingContent, SectionSummary};

/// The items of a filing as an analysis tells of them.
pub(crate) fn section_summaries(content: &FilingContent) -> Vec<SectionSummary> {
    let summary = |section: &aperilex_ports::Section| SectionSummary {
        key: section.key.clone(),
        title: section.title.clone(),
        state: section.state,
        confidence: section.confidence,
        start: section.range.start,
        end: section.range.end,
    };
    content.sections.iter().map(summary).collect()
}
