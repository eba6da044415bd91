//! Sections of forms whose headings have titles and no numbers: proxy and registration statements.
//!
//! Blocks set as headings are compared with the titles that such forms have; how headings of the highest
//! level are set is learned from those that are sure, and the table of contents tells which of the rest
//! open sections. Sections are flat: each runs to the next heading, whatever the levels.

pub(crate) mod block;
pub(crate) mod choose;
pub(crate) mod cut;
pub(crate) mod key;
pub(crate) mod label;
mod learn;
mod proposals;
pub(crate) mod toc;

use std::sync::LazyLock;

use aperilex_ports::model::{FormFamily, FormType, ItemKey, Section, SectionState};

use crate::text::Page;

use super::catalog::{proxy, s_1};
use super::lines::Lines;
use super::{Found, risks};
use key::Index;

static PROXY: LazyLock<Index> =
    LazyLock::new(|| Index::new(&[proxy::PROXY, proxy::PROPOSALS, proxy::COMPENSATION]));
static S_1: LazyLock<Index> = LazyLock::new(|| Index::new(&[s_1::S_1, proxy::COMPENSATION]));

/// With fewer sections than this nothing is missed: it may be another kind of document.
const FEW: usize = 5;

/// The sections of a form whose headings have no numbers; none for other forms.
pub(crate) fn find(form: &FormType, document: usize, page: &Page<'_>) -> Found {
    let index = match form.family() {
        FormFamily::Proxy => &*PROXY,
        FormFamily::S1 => &*S_1,
        _ => return Found::default(),
    };
    let lines = Lines::new(&page.built);
    let contents = toc::Contents::read(&lines, page, index);
    let blocks = block::read(&lines, page, |at| contents.has(at));
    let hints = contents.hints(&blocks, index);
    let chosen = choose::Chooser::new(form.family(), &lines, index, &blocks, &hints).choose();
    let cutter = cut::Cutter {
        document,
        lines: &lines,
        blocks: &blocks,
        hints: &hints,
        contents: &contents,
    };
    let mut sections = cutter.cut(&chosen);
    if sections.len() >= FEW && matches!(form.base(), "S-1" | "F-1" | "SB-2") {
        missing(document, index, &mut sections);
    }
    Found {
        risk_factors: risks::read(form.family(), &lines, &sections),
        sections,
        ..Found::default()
    }
}

/// Adds what the form asks for and was not found.
fn missing(document: usize, index: &Index, sections: &mut Vec<Section>) {
    let absent = index
        .headings
        .iter()
        .filter(|heading| heading.asked && sections.iter().all(|s| s.key.item != heading.slug));
    let absent: Vec<Section> = absent
        .map(|heading| Section {
            document,
            key: ItemKey::new("", heading.slug),
            title: heading.title().to_owned(),
            state: SectionState::NotFound,
            confidence: 0.5,
            heading: 0..0,
            range: 0..0,
            more: Vec::new(),
        })
        .collect();
    sections.extend(absent);
}
