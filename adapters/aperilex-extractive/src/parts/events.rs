//! What a current report reports: each item's first sentences under its title.

use aperilex_ports::{DraftClaim, Section};

use super::item_titles::title;
use super::{Drawn, Part};
use crate::filing::{Filing, Place, Sentence};

/// Sentences of an item that are told.
const LEAD: usize = 2;

pub(super) fn draw(filing: &Filing<'_>) -> Part {
    let mut claims: Vec<DraftClaim> = Vec::new();
    let mut missing = Vec::new();
    let codes = codes(filing);
    let alone = codes.iter().all(|code| is_exhibits(code));
    for code in codes {
        let Some(title) = title(code).filter(|_| alone || !is_exhibits(code)) else {
            continue;
        };
        let sentences: Vec<Sentence<'_>> = sections(filing, code)
            .flat_map(|section| lead(filing, section))
            .collect();
        if sentences.is_empty() {
            missing.push(format!(
                "item {code} ({title}) has no sentence that can be quoted"
            ));
        }
        let told = sentences
            .iter()
            .filter_map(|s| s.claim_under(filing, Some(title)));
        claims.extend(told);
    }
    if claims.is_empty() && missing.is_empty() {
        return Err("no item was found in the report".to_owned());
    }
    Ok(Drawn { claims, missing })
}

/// All sentences of the items, that of exhibits left out.
pub(super) fn sentences<'c>(filing: &Filing<'c>) -> Vec<Sentence<'c>> {
    codes(filing)
        .into_iter()
        .filter(|code| !is_exhibits(code))
        .flat_map(|code| sections(filing, code).collect::<Vec<_>>())
        .flat_map(|section| filing.statements(&place(section)))
        .collect()
}

/// The lead sentences of the items with these codes.
pub(super) fn leads<'c>(filing: &Filing<'c>, code: &str) -> Vec<Sentence<'c>> {
    sections(filing, code)
        .flat_map(|section| lead(filing, section))
        .collect()
}

/// Codes in the body, then those only the header has.
fn codes<'c>(filing: &Filing<'c>) -> Vec<&'c str> {
    let mut codes: Vec<&str> = Vec::new();
    for code in filing.content.items_8k.iter().chain(&filing.meta.items) {
        if !codes.contains(&code.as_str()) {
            codes.push(code);
        }
    }
    codes
}

fn sections<'c>(filing: &Filing<'c>, code: &str) -> impl Iterator<Item = &'c Section> {
    let code = code.to_owned();
    let sections = filing.content.sections.iter();
    sections.filter(move |section| section.key.item == code && !section.range.is_empty())
}

fn lead<'c>(filing: &Filing<'c>, section: &Section) -> Vec<Sentence<'c>> {
    let mut found = filing.statements(&place(section));
    found.truncate(LEAD);
    found
}

fn place(section: &Section) -> Place {
    Place {
        document: section.document,
        range: section.range.clone(),
    }
}

/// The item that lists exhibits tells nothing of its own.
fn is_exhibits(code: &str) -> bool {
    matches!(code, "9.01" | "7")
}
