//! The table of contents as a witness of its own: which items it lists, and where its links lead.

use std::collections::{HashMap, HashSet};

use crate::text::Page;

use super::candidate::Candidate;
use super::catalog::Item;
use super::lines::Lines;
use super::{contents, named, words};

/// How far a link leads at the least; a shorter one is no entry's.
const MIN_LEAP: usize = 900;
/// Lines below the place where a link arrives on which the heading may stand.
const REACH: usize = 6;
/// Bytes above a heading where a link to it may arrive: inside the paragraph or table around it.
const ABOVE: usize = 120;
/// Entries that are looked at.
const MAX_ENTRIES: usize = 5000;
/// Links that land on another item's heading, from which on none is trusted: the anchors are shifted.
const MIN_SHIFTED: usize = 3;

/// Lines with a link, and where it arrives, by line.
pub(crate) type Links = Vec<(usize, usize)>;

/// The links of a page that lead elsewhere in it: the first of each line.
pub(crate) fn links(lines: &Lines<'_>, page: &Page<'_>) -> Links {
    let mut places: HashMap<&[u8], usize> = HashMap::new();
    for anchor in &page.anchors {
        places
            .entry(anchor.target.as_ref())
            .or_insert(anchor.text as usize);
    }
    let leads = page.links.iter().filter_map(|link| {
        let line = lines.at(link.text as usize + 1);
        Some((line, *places.get(link.target.as_ref())?))
    });
    let mut out: Links = leads.collect();
    out.dedup_by_key(|(line, _)| *line);
    out
}

/// An entry of a table of contents.
#[derive(Debug, Clone)]
pub(crate) struct Entry {
    /// Rank of its item.
    pub(crate) rank: usize,
    /// Its line.
    pub(crate) line: usize,
    /// Where its link arrives.
    pub(crate) place: Option<usize>,
    /// It says the item's number.
    pub(crate) labelled: bool,
}

/// The entries that name items.
#[derive(Debug, Default)]
pub(crate) struct Toc {
    /// In order of place.
    pub(crate) entries: Vec<Entry>,
    /// Whether the links arrive where they say.
    pub(crate) trusted: bool,
}

impl Toc {
    /// Reads the entries, marks the candidates at which they arrive, and tells whether they can be trusted.
    pub(crate) fn read(
        candidates: &mut [Candidate],
        lines: &Lines<'_>,
        links: &Links,
        items: &[Item],
    ) -> Self {
        let mut toc = Self {
            entries: entries(candidates, lines, links, items),
            trusted: true,
        };
        toc.mark(candidates);
        toc
    }

    /// Marks candidates at which an entry arrives: its own, or another's.
    fn mark(&mut self, candidates: &mut [Candidate]) {
        let mut arrivals: Vec<(usize, usize)> = self
            .entries
            .iter()
            .filter_map(|entry| Some((entry.place?, entry.rank)))
            .collect();
        arrivals.sort_unstable();
        let (mut own, mut shifted) = (0, 0);
        for candidate in candidates
            .iter_mut()
            .filter(|c| !c.listed && !c.ranks.is_empty())
        {
            let from = candidate.start.saturating_sub(ABOVE);
            let first = arrivals.partition_point(|(place, _)| *place < from);
            let here = arrivals.iter().skip(first);
            let mut here = here.take_while(|(place, _)| *place <= candidate.start + 1);
            let (mut agrees, mut differs) = (false, false);
            for (_, rank) in here.by_ref().take(16) {
                agrees |= candidate.ranks.contains(rank);
                differs |= !candidate.ranks.contains(rank);
            }
            candidate.linked = agrees;
            candidate.disputed = differs && !agrees;
            own += usize::from(agrees);
            shifted += usize::from(candidate.disputed);
        }
        self.trusted = shifted < MIN_SHIFTED || shifted < own;
        if !self.trusted {
            for candidate in candidates {
                candidate.linked = false;
                candidate.disputed = false;
            }
        }
    }

    /// Headings without a number at which entries arrive.
    pub(crate) fn headings(
        &self,
        candidates: &[Candidate],
        lines: &Lines<'_>,
        items: &[Item],
    ) -> Vec<Candidate> {
        if !self.trusted {
            return Vec::new();
        }
        let near = |rank: usize, line: usize| {
            let from = candidates.partition_point(|c| c.line + REACH < line);
            let here = candidates
                .iter()
                .skip(from)
                .take_while(|c| c.line <= line + REACH);
            here.into_iter()
                .any(|c| c.ranks.contains(&rank) && !c.listed)
        };
        // A mere title in the contents is no item's where the item has a heading with its number.
        let own = |c: &&Candidate| !c.listed && !c.running && !c.inside && c.quality >= 0.35;
        let headed: HashSet<usize> = candidates
            .iter()
            .filter(own)
            .flat_map(|c| c.ranks.iter().copied())
            .collect();
        let mut out: Vec<Candidate> = Vec::new();
        for entry in self
            .entries
            .iter()
            .filter(|e| e.labelled || !headed.contains(&e.rank))
        {
            let (Some(place), Some(item)) = (entry.place, items.get(entry.rank)) else {
                continue;
            };
            let line = lines.at(place);
            let taken = out
                .iter()
                .rev()
                .take(4)
                .any(|c| c.ranks.first() == Some(&entry.rank));
            if taken || near(entry.rank, line) {
                continue;
            }
            let found = named::find(lines, item.titles, line..line + REACH, true);
            out.extend(found.map(|found| Candidate::named(lines, entry.rank, item, &found, true)));
        }
        out
    }
}

/// Lines at which the headings stand that links lead to by their titles, in rising order.
pub(crate) fn bounds(lines: &Lines<'_>, links: &Links) -> Vec<usize> {
    let far = links
        .iter()
        .enumerate()
        .filter(|(at, _)| leap(lines, links, *at).is_some());
    let heading = |(_, (line, place)): (usize, &(usize, usize))| {
        let titles = [title(lines.get(*line))?];
        let from = lines.at(*place);
        Some(named::find(lines, &titles, from..from + REACH, false)?.line)
    };
    let mut out: Vec<usize> = far.take(MAX_ENTRIES).filter_map(heading).collect();
    out.sort_unstable();
    out.dedup();
    out
}

/// Where the link at index `at` arrives, if it leads away: far, or over other links.
pub(crate) fn leap(lines: &Lines<'_>, links: &Links, at: usize) -> Option<usize> {
    let (line, place) = *links.get(at)?;
    let far = place.abs_diff(lines.start(line)) > MIN_LEAP;
    let over = || {
        let next = links.get(at + 1);
        place > lines.start(line + 1) && next.is_some_and(|(next, _)| lines.start(*next) < place)
    };
    // Of a heading that goes on with a reference only a few words are a link.
    let most = usize::from(lines.info(line).linked) * 4 >= lines.get(line).len();
    ((most || contents::ends_in_page(lines.get(line))) && (far || over())).then_some(place)
}

/// Where the link of `line` arrives, if it leads away.
pub(crate) fn arrival(lines: &Lines<'_>, links: &Links, line: usize) -> Option<usize> {
    let at = links.binary_search_by_key(&line, |(line, _)| *line).ok()?;
    leap(lines, links, at)
}

/// The title in an entry, page numbers aside.
fn title(line: &str) -> Option<&str> {
    let title = line
        .split('\t')
        .find(|cell| cell.contains(char::is_alphabetic))?;
    let end = |c: char| c.is_ascii_digit() || matches!(c, '.' | ' ' | '-');
    Some(title.trim_end_matches(end)).filter(|title| title.len() <= 200)
}

/// Entries: candidates in a list, and linked lines with the title of an item.
fn entries(
    candidates: &[Candidate],
    lines: &Lines<'_>,
    links: &Links,
    items: &[Item],
) -> Vec<Entry> {
    let mut out: Vec<Entry> = Vec::new();
    for candidate in candidates.iter().filter(|c| c.listed) {
        out.extend(candidate.ranks.iter().map(|rank| Entry {
            rank: *rank,
            line: candidate.line,
            place: arrival(lines, links, candidate.line),
            labelled: true,
        }));
    }
    let labelled = out.len();
    let mut last = None;
    for (at, (line, _)) in links.iter().enumerate().take(MAX_ENTRIES) {
        let known = candidates.binary_search_by_key(line, |c| c.line).is_ok();
        let Some(place) = leap(lines, links, at).filter(|_| !known && !lines.is_running(*line))
        else {
            continue;
        };
        if let Some(rank) = titled(lines.get(*line), items, last) {
            last = Some(rank);
            out.push(Entry {
                rank,
                line: *line,
                place: Some(place),
                labelled: false,
            });
        }
    }
    if out.len() > labelled {
        out.sort_by_key(|entry| entry.line);
    }
    out
}

/// The item whose title a line is, page numbers aside. Of several the next behind `last`.
fn titled(line: &str, items: &[Item], last: Option<usize>) -> Option<usize> {
    let title = title(line)?;
    let mut words: Option<Vec<words::Word>> = None;
    let mut best: Option<(usize, f32)> = None;
    for (rank, item) in items.iter().enumerate() {
        if !item.asked || !named::begins_alike(title, item.titles) {
            continue;
        }
        let words = words.get_or_insert_with(|| words::split(title, 32));
        let found = words::best(words, item.titles);
        if found.quality < 0.75 || !found.whole || words.len() > found.words + 2 {
            continue;
        }
        let behind = |rank: usize| last.is_none_or(|last| rank > last);
        let better = best.is_none_or(|(old, quality)| {
            found.quality > quality + 0.1
                || (found.quality > quality - 0.1 && !behind(old) && behind(rank))
        });
        if better {
            best = Some((rank, found.quality));
        }
    }
    best.map(|(rank, _)| rank)
}
