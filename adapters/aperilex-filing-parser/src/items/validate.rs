//! Second thoughts: what the sections say of each other lowers their confidence.

use aperilex_ports::model::{FormFamily, Section, SectionState};

use super::candidate::Candidate;
use super::catalog::Item;

/// Confidence of a section that is not to be relied on.
const DOUBTFUL: f32 = 0.4;

/// Lowers the confidence of sections that hold a heading of another item: two were merged.
pub(crate) fn foreign_headings(
    sections: &mut [Section],
    items: &[Item],
    candidates: &[Candidate],
    chosen: &[usize],
) {
    let foreign = candidates.iter().enumerate().filter(|(index, candidate)| {
        let repeats = candidate.running || candidate.continued;
        let titled = candidate.quality >= 0.6 && candidate.strong;
        titled && !repeats && !candidate.listed && !candidate.inside && !chosen.contains(index)
    });
    for (_, candidate) in foreign {
        let Some(item) = candidate.ranks.first().and_then(|rank| items.get(*rank)) else {
            continue;
        };
        for section in sections
            .iter_mut()
            .filter(|s| s.range.contains(&candidate.start))
        {
            if section.key.item != item.number || section.key.part != item.part {
                section.confidence = section.confidence.min(0.7);
            }
        }
    }
}

/// If one section is nearly all of a long text, the headings were entries of a list.
pub(crate) fn sizes(sections: &mut [Section], text: usize) {
    let most = sections
        .iter()
        .map(|section| section.range.len())
        .max()
        .unwrap_or(0);
    let found = sections
        .iter()
        .filter(|section| !section.range.is_empty())
        .count();
    if found >= 5 && text > 20_000 && most * 100 > text * 85 {
        for section in sections {
            section.confidence = section.confidence.min(DOUBTFUL);
        }
    }
}

/// A section before an item that was not found may hold its text too. In canonical order.
pub(crate) fn neighbours(sections: &mut [Section], family: FormFamily) {
    if family != FormFamily::TenK {
        return;
    }
    let mut missing = false;
    for section in sections.iter_mut().rev() {
        if section.state == SectionState::NotFound {
            missing = true;
        } else if !section.range.is_empty() && std::mem::take(&mut missing) {
            section.confidence = (section.confidence - 0.1).max(0.05);
        }
    }
}
