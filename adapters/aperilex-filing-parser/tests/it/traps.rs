//! The known traps of item headings, one small filing each.

mod contents;
mod forms;
mod headings;
mod states;

use crate::support::{file, filing};
use aperilex_filing_parser::Parser;
use aperilex_ports::{FilingContent, FilingParser as _, SectionState};

/// A filing of bold headings with a paragraph each; a heading without text gets none.
pub(crate) fn body(items: &[(&str, &str)]) -> String {
    let paragraph = |(heading, text): &(&str, &str)| {
        let text = if text.is_empty() {
            String::new()
        } else {
            format!("<p>{text}</p>")
        };
        format!("<p><b>{heading}</b></p>{text}")
    };
    let items: String = items.iter().map(paragraph).collect();
    format!("<html><body>{items}<p>SIGNATURES</p><p>/s/ A. Person</p></body></html>")
}

/// Parses an HTML body as a form for a period.
pub(crate) fn dated(form: &str, period: &str, body: impl Into<Vec<u8>>) -> FilingContent {
    let document = file("main.htm", None, body);
    Parser
        .parse(&filing(form, Some(period), vec![document]))
        .unwrap()
}

/// Keys of what was found, in order.
pub(crate) fn keys(content: &FilingContent) -> Vec<String> {
    let found = content
        .sections
        .iter()
        .filter(|section| section.state != SectionState::NotFound);
    found
        .map(|section| format!("{} {}", section.key.part, section.key.item))
        .map(|key| key.trim().to_owned())
        .collect()
}

/// Keys of what was missed, in order.
pub(crate) fn missed(content: &FilingContent) -> Vec<String> {
    let missing = content
        .sections
        .iter()
        .filter(|section| section.state == SectionState::NotFound);
    missing
        .map(|section| format!("{} {}", section.key.part, section.key.item))
        .collect()
}
