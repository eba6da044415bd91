//! Tables of contents: what they list, and where their links lead.

use std::collections::{HashMap, HashSet};
use std::ops::Range;

use crate::items::contents::ends_in_page;
use crate::items::lines::Lines;
use crate::text::Page;

use super::block::Block;
use super::key::{Index, key};

/// Lines between two entries of one table of contents.
const MAX_GAP: usize = 8;
/// A table of contents has at least this many entries.
const MIN_ENTRIES: usize = 4;
/// A link leads at least this far on; nearer ones are footnotes and the like.
const MIN_JUMP: usize = 300;
/// Bytes of an entry's title.
const MAX_TITLE: usize = 240;
/// How far behind a link's target its heading may stand.
const REACH: usize = 1500;

/// An entry.
#[derive(Debug)]
pub(crate) struct Entry {
    line: usize,
    title: String,
    target: Option<usize>,
    /// Of the highest level.
    high: bool,
}

/// What the tables of contents say.
#[derive(Debug, Default)]
pub(crate) struct Contents {
    entries: Vec<Entry>,
    /// Lines of a table of contents.
    pub(crate) ranges: Vec<Range<usize>>,
}

/// What a table of contents says of a block.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Hint {
    /// A link leads to it.
    pub(crate) linked: bool,
    /// Its title is listed.
    pub(crate) listed: bool,
    /// At the highest level.
    pub(crate) high: bool,
}

impl Contents {
    /// Reads the tables of contents.
    pub(crate) fn read(lines: &Lines<'_>, page: &Page<'_>, index: &Index) -> Self {
        let targets = targets(lines, page);
        let mut this = Self::default();
        let mut cluster: Vec<Entry> = Vec::new();
        let mut last = 0;
        for at in 0..lines.len() {
            if lines.get(at).len() > 400 || (at - last > MAX_GAP && !cluster.is_empty()) {
                this.take(lines, index, std::mem::take(&mut cluster));
            }
            if let Some(entry) = entry(lines, at, targets.get(&at).copied()) {
                cluster.push(entry);
                last = at;
            } else if lines.is_mark(at) && at == last + 1 && !cluster.is_empty() {
                last = at;
            }
        }
        this.take(lines, index, cluster);
        this
    }

    /// Keeps a cluster if it is a table of contents.
    fn take(&mut self, lines: &Lines<'_>, index: &Index, mut cluster: Vec<Entry>) {
        let (Some(first), Some(last)) = (cluster.first(), cluster.last()) else {
            return;
        };
        let (from, to) = (first.line, last.line + 1);
        let linked = cluster
            .iter()
            .filter(|entry| entry.target.is_some())
            .count();
        let known = cluster
            .iter()
            .filter(|entry| index.find(&entry.title).is_some())
            .count();
        let headed = (from.saturating_sub(6)..from).any(|at| {
            let lower = lines.get(at).to_ascii_lowercase();
            lower.len() < 60 && (lower.contains("contents") || lower.starts_with("index"))
        });
        let real = cluster.len() >= MIN_ENTRIES
            && ((linked >= MIN_ENTRIES && known >= 2) || (headed && known >= 3) || known >= 6);
        if !real {
            return;
        }
        let stands_out = |entry: &Entry| {
            let strong = usize::from(lines.info(entry.line).strong) * 2 > entry.title.len();
            strong || !entry.title.chars().any(char::is_lowercase)
        };
        let high: Vec<bool> = cluster.iter().map(stands_out).collect();
        let mixed = high.contains(&true) && high.contains(&false);
        for (entry, high) in cluster.iter_mut().zip(high) {
            entry.high = high || !mixed;
        }
        self.ranges.push(from..to);
        self.entries.append(&mut cluster);
    }

    /// Whether line `at` is in a table of contents.
    pub(crate) fn has(&self, at: usize) -> bool {
        let next = self.ranges.partition_point(|range| range.start <= at);
        next.checked_sub(1)
            .and_then(|index| self.ranges.get(index))
            .is_some_and(|range| range.contains(&at))
    }

    /// What is said of each block.
    pub(crate) fn hints(&self, blocks: &[Block], index: &Index) -> Vec<Hint> {
        let titles: HashMap<String, bool> = self
            .entries
            .iter()
            .map(|entry| (key(&entry.title), entry.high))
            .collect();
        let keys: Vec<String> = blocks.iter().map(|block| key(&block.text)).collect();
        let listed = |key: &String| {
            let high = titles.get(key).copied();
            Hint {
                linked: false,
                listed: high.is_some(),
                high: high.unwrap_or(false),
            }
        };
        let mut hints: Vec<Hint> = keys.iter().map(listed).collect();
        for entry in &self.entries {
            let Some(target) = entry.target else { continue };
            let from = blocks.partition_point(|block| block.end + 2 < target);
            let near = blocks.iter().enumerate().skip(from).take(6);
            let mut near = near.take_while(|(_, block)| block.start <= target + REACH);
            if let Some((at, _)) = near.find(|(_, block)| is_same(&entry.title, &block.text, index))
                && let Some(hint) = hints.get_mut(at)
            {
                *hint = Hint {
                    linked: true,
                    listed: true,
                    high: hint.high || entry.high,
                };
            }
        }
        // Of equal titles the one that a link leads to is meant.
        let linked: HashSet<&str> = keys
            .iter()
            .zip(&hints)
            .filter(|(_, hint)| hint.linked)
            .map(|(key, _)| key.as_str())
            .collect();
        for (key, hint) in keys.iter().zip(&mut hints) {
            if !hint.linked && linked.contains(key.as_str()) {
                *hint = Hint::default();
            }
        }
        hints
    }
}

/// By line: where the first link on it leads, if it leads on.
fn targets(lines: &Lines<'_>, page: &Page<'_>) -> HashMap<usize, usize> {
    let mut places: HashMap<&[u8], usize> = HashMap::new();
    for anchor in &page.anchors {
        places
            .entry(anchor.target.as_ref())
            .or_insert(anchor.text as usize);
    }
    let mut out = HashMap::new();
    for link in &page.links {
        let at = lines.at(link.text as usize + 1);
        if let Some(place) = places.get(link.target.as_ref())
            && *place > lines.start(at) + MIN_JUMP
        {
            out.entry(at).or_insert(*place);
        }
    }
    out
}

fn entry(lines: &Lines<'_>, at: usize, target: Option<usize>) -> Option<Entry> {
    let text = lines.get(at);
    if text.len() > 400 || lines.is_mark(at) {
        return None;
    }
    let numbered = ends_in_page(text);
    let linked = usize::from(lines.info(at).linked) * 2 >= text.len();
    if !(numbered || linked && target.is_some()) {
        return None;
    }
    let title = title(text, numbered);
    let letters = title.chars().filter(|c| c.is_alphabetic()).count();
    // A row of a table of figures or votes has more cells.
    let cells = title
        .split('\t')
        .filter(|cell| cell.chars().filter(|c| c.is_alphabetic()).count() > 2)
        .count();
    let words = title.split_ascii_whitespace().collect::<Vec<_>>().join(" ");
    let entry = letters >= 3 && words.len() <= MAX_TITLE && !words.contains('•');
    (entry && cells <= 2 && (cells == 1 || super::label::read(title).is_some())).then_some(Entry {
        line: at,
        title: words,
        target,
        high: true,
    })
}

/// The words of an entry without its page number.
fn title(text: &str, numbered: bool) -> &str {
    let cut = if numbered {
        text.rfind('\t')
            .or_else(|| text.find("..."))
            .or_else(|| text.rfind("   "))
    } else {
        None
    };
    let title = cut.and_then(|cut| text.get(..cut)).unwrap_or(text);
    let title = title.trim_matches(|c: char| c.is_whitespace() || matches!(c, '.' | '_'));
    title.trim_end_matches(" .")
}

/// Whether an entry and a heading are the same: equal words, the same known title, or mostly the same words.
fn is_same(entry: &str, heading: &str, index: &Index) -> bool {
    let (one, other) = (key(entry), key(heading));
    let known = |text| index.find(text).map(|known| known.heading);
    if one == other || (known(entry).is_some() && known(entry) == known(heading)) {
        return true;
    }
    let words = |text: &str| {
        text.split(' ')
            .map(str::to_owned)
            .collect::<std::collections::BTreeSet<_>>()
    };
    let (one, other) = (words(&one), words(&other));
    let common = one.intersection(&other).count();
    common * 3 >= one.len().max(other.len()) * 2
}
