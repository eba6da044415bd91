//! Lettered parts of items that are sections of their own inside their item: `3.D`.

use aperilex_ports::model::{ItemKey, Section, SectionState};

use super::catalog::{List, SubItem};
use super::confidence::{SURE, Scored};
use super::lines::Lines;
use super::{candidate, label, section, state, words};

/// Bytes of a line that is the heading of a part.
const MAX_HEADING: usize = 120;

/// The parts that are found in the sections of their items. Each is the last part of its item, so it ends
/// where the item ends.
pub(crate) fn read(lines: &Lines<'_>, list: &List, sections: &[Scored]) -> Vec<Scored> {
    let find = |sub: &SubItem| {
        let of = |one: &&Scored| {
            let key = &one.section.key;
            (key.part.as_str(), key.item.as_str()) == sub.of
        };
        let item = sections.iter().find(of)?;
        nested(lines, sub, item)
    };
    list.sub_items.iter().filter_map(find).collect()
}

fn nested(lines: &Lines<'_>, sub: &SubItem, parent: &Scored) -> Option<Scored> {
    let item = &parent.section;
    let within = lines.at(item.range.start)..lines.at(item.range.end);
    let heading = |lettered: bool| {
        let mut own = within
            .clone()
            .filter(|at| lines.start(*at) >= item.range.start);
        own.find(|at| is_heading(lines, *at, sub, lettered))
    };
    let (at, doubt) = match heading(true) {
        Some(at) => (at, 0),
        None => (heading(false)?, 2),
    };
    let range = section::trim(lines, lines.start(at + 1), item.range.end);
    let text = lines.text.get(range.clone()).unwrap_or_default();
    let nothing = state::says_nothing(&text.to_ascii_lowercase());
    let section = Section {
        document: item.document,
        key: ItemKey::new(
            item.key.part.as_str(),
            format!("{}.{}", sub.of.1, sub.letter),
        ),
        title: candidate::clean(lines.get(at)),
        state: if nothing {
            SectionState::NoneOrNotApplicable
        } else {
            SectionState::Present
        },
        confidence: 0.0,
        heading: lines.start(at)..lines.start(at) + lines.raw(at).len(),
        range,
        more: Vec::new(),
    };
    let points = parent.bounds.saturating_sub(doubt);
    Some(Scored::new(section, &[points], SURE))
}

/// Whether a line is the part's title, behind its letter or set as a heading.
fn is_heading(lines: &Lines<'_>, at: usize, sub: &SubItem, lettered: bool) -> bool {
    let line = lines.get(at);
    if line.len() > MAX_HEADING || lines.is_running(at) {
        return false;
    }
    let title = if lettered {
        let long = label::read(line).and_then(|label| {
            let number = label.numbers.first()?;
            let own = number.strip_prefix(sub.of.1)?;
            own.starts_with(sub.letter).then_some(label.rest)
        });
        long.or_else(|| {
            let (digits, letter, rest) = label::lettered(line)?;
            let here = digits.is_empty() || digits == sub.of.1;
            (here && letter == sub.letter).then_some(rest)
        })
    } else {
        candidate::is_strong(lines, at).then_some(0)
    };
    let Some(title) = title.and_then(|from| line.get(from..)) else {
        return false;
    };
    let words = words::split(title, 12);
    let found = words::best(&words, sub.titles);
    found.quality >= 0.75 && found.whole && found.words == words.len()
}
