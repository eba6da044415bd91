//! Lines that may be headings of items.

use std::collections::HashSet;

use crate::text::line::LineFlags;

use super::catalog::{Item, List};
use super::label::{self, Label};
use super::lines::{Lines, is_rule};
use super::named::Named;
use super::title::{self, Title};
use super::words::{self, Match, Word};

/// How many words of a heading are looked at.
const MAX_WORDS: usize = 48;
/// How far a title may run over lines.
const MAX_TITLE_LINES: usize = 5;
/// Candidates that are taken; a filing with every running header has a few thousand.
pub(crate) const MAX_CANDIDATES: usize = 20_000;
/// Bytes of a line on which a title goes on.
const MAX_TITLE_LINE: usize = 160;
/// Items that one heading names behind its first title.
const MAX_NAMED_BEHIND: usize = 5;

/// A line that may be a heading.
#[derive(Debug, Clone)]
pub(crate) struct Candidate {
    /// Its line.
    pub(crate) line: usize,
    /// Where the heading starts.
    pub(crate) start: usize,
    /// Where the text behind heading and title starts.
    pub(crate) body: usize,
    /// Ranks of its items in the form's list; empty for one the form does not know.
    pub(crate) ranks: Vec<usize>,
    /// Its first number.
    pub(crate) number: String,
    /// Its title in its own words.
    pub(crate) title: String,
    /// How well the title agrees with the form's.
    pub(crate) quality: f32,
    /// Bold, underlined, centred or in capitals.
    pub(crate) strong: bool,
    /// Repeats as a running header.
    pub(crate) running: bool,
    /// Says `(continued)`.
    pub(crate) continued: bool,
    /// An entry of a table of contents.
    pub(crate) listed: bool,
    /// The table of contents links to it.
    pub(crate) linked: bool,
    /// The line above belongs to the same paragraph.
    pub(crate) inside: bool,
    /// The form had such an item at the time.
    pub(crate) lawful: bool,
    /// It says `Item` and the number, not only the title.
    pub(crate) labelled: bool,
    /// The table of contents links to it as another item.
    pub(crate) disputed: bool,
}

impl Candidate {
    /// Whether its number is a code of a current report, `2.02`.
    pub(crate) fn is_code(&self) -> bool {
        self.number.contains('.')
    }

    /// Weight in the choice of headings: about 10 for a titled one.
    pub(crate) fn score(&self) -> i32 {
        let title = match self.quality {
            _ if !self.labelled => 6,
            q if q >= 0.6 => 10,
            q if q >= 0.35 => 7,
            _ if self.title.is_empty() => 3,
            _ => 4,
        };
        let mut score = title + if self.strong { 2 } else { 0 } + if self.linked { 3 } else { 0 };
        if self.running || self.continued {
            score -= 5;
        }
        if self.inside {
            score -= 4;
        }
        if !self.lawful {
            score -= 6;
        }
        if self.disputed {
            score -= 3;
        }
        score
    }

    /// A heading that says an item's title and not its number.
    pub(crate) fn named(
        lines: &Lines<'_>,
        rank: usize,
        item: &Item,
        named: &Named,
        linked: bool,
    ) -> Self {
        let start = lines.start(named.line);
        Self {
            line: named.line,
            start,
            body: named.body,
            ranks: vec![rank],
            number: item.number.to_owned(),
            title: title::clean(lines.text.get(start..named.body).unwrap_or_default()),
            quality: named.quality,
            strong: is_strong(lines, named.line),
            running: false,
            continued: false,
            listed: false,
            linked,
            inside: false,
            lawful: true,
            labelled: false,
            disputed: false,
        }
    }
}

/// How many candidates have a title of their item: which of two lists of items a filing follows.
pub(crate) fn titled(candidates: &[Candidate]) -> usize {
    let titled = |candidate: &&Candidate| candidate.quality >= 0.6;
    candidates.iter().filter(titled).count()
}

/// Reads all candidates of a filing of `month`.
pub(crate) fn read(lines: &Lines<'_>, list: &List, month: Option<i32>) -> Vec<Candidate> {
    let mut out: Vec<Candidate> = Vec::new();
    let mut seen = HashSet::new();
    let mut part: Option<String> = None;
    for at in 0..lines.len() {
        let raw = lines.raw(at);
        let first = raw
            .trim_start_matches([' ', '\t', '*', '•', '·', '_', '-', '–'])
            .as_bytes()
            .first();
        if !matches!(first, Some(b'i' | b'I' | b'p' | b'P')) {
            continue;
        }
        if let Some(label) = over_lines(lines, at, label::read(raw)) {
            if label.part.is_some() {
                part.clone_from(&label.part);
            }
            let found = candidate(lines, list, at, label, part.as_deref());
            out.extend(found.map(|mut candidate| {
                let lawful = |rank: &usize| {
                    let item = list.items.get(*rank);
                    item.is_some_and(|item| item.is_lawful(month))
                };
                candidate.lawful = candidate.ranks.iter().all(lawful);
                // Of a line that repeats the first may be the heading.
                candidate.running &= !seen.insert(lines.get(at));
                candidate
            }));
            if out.len() >= MAX_CANDIDATES {
                break;
            }
        } else if let Some(found) = label::part_heading(raw) {
            part = Some(found);
        }
    }
    out
}

/// The label of a line, read with the line below where its numbers go on there: `Items 1 and` above
/// `2. Business and Properties`.
fn over_lines(lines: &Lines<'_>, at: usize, label: Option<Label>) -> Option<Label> {
    let label = label?;
    if !label.plural || label.numbers.len() > 1 || lines.get(at).len() > 60 {
        return Some(label);
    }
    let both = lines.text.get(lines.start(at)..lines.start(at + 2))?;
    let wider = label::read(both).filter(|wider| wider.numbers.len() > 1);
    Some(wider.unwrap_or(label))
}

/// Ranks of the items that a label's first number may mean.
fn possible(items: &[Item], number: &str) -> Vec<usize> {
    let same = |item: &Item| item.number == number;
    items
        .iter()
        .enumerate()
        .filter(|(_, item)| same(item))
        .map(|(rank, _)| rank)
        .collect()
}

/// The number that a Roman numeral in its place stands for.
fn roman(token: &str) -> Option<&'static str> {
    const NUMERALS: [(&str, &str); 16] = [
        ("I", "1"),
        ("II", "2"),
        ("III", "3"),
        ("IV", "4"),
        ("V", "5"),
        ("VI", "6"),
        ("VII", "7"),
        ("VIII", "8"),
        ("IX", "9"),
        ("X", "10"),
        ("XI", "11"),
        ("XII", "12"),
        ("XIII", "13"),
        ("XIV", "14"),
        ("XV", "15"),
        ("XVI", "16"),
    ];
    let found = NUMERALS.iter().find(|(numeral, _)| *numeral == token);
    found.map(|(_, number)| *number)
}

fn candidate(
    lines: &Lines<'_>,
    list: &List,
    at: usize,
    label: Label,
    part: Option<&str>,
) -> Option<Candidate> {
    let items = list.items;
    let mut number = label.numbers.first()?.clone();
    let start = lines.start(at);
    let rest = start + label.rest;
    let title_line = lines.at(rest).max(at);
    let to_line_end = lines.start(title_line + 1).saturating_sub(rest);
    let titled = !lines
        .text
        .get(rest..rest + to_line_end)?
        .trim_ascii()
        .is_empty();
    let window_end = window_end(lines, title_line, titled);
    let window = lines.text.get(rest..window_end).unwrap_or_default();
    let line_end = to_line_end.min(window.len());
    let on_line = window.get(..line_end).unwrap_or_default();
    let own = words::split(on_line, MAX_WORDS);
    let wide = words::split(window, MAX_WORDS);
    let mut possible = possible(items, &number);
    // `Item IV. Controls` is Item 4 if the form calls it so; `Item X` has a name of its own.
    if let Some(digits) = roman(&number) {
        let meant = self::possible(items, digits);
        if choose(items, &meant, &wide, part).1.quality >= 0.6 {
            (number, possible) = (digits.to_owned(), meant);
        }
    }
    if possible.is_empty() && !is_own(list, &number) {
        return None;
    }
    let (mut rank, mut matched) = choose(items, &possible, &own, part);
    let below = window.get(line_end..).unwrap_or_default();
    if matched.quality < 0.6 || !matched.whole || goes_on(on_line, below) {
        (rank, matched) = choose(items, &possible, &wide, part);
    }
    let mut ranks: Vec<usize> = combined(items, rank, &label.numbers);
    matched.words = further_titles(items, &ranks, &wide, matched.words);
    if ranks.len() == 1 && matched.whole {
        named_behind(items, window, &wide, &mut ranks, &mut matched);
    }
    let title = Title::read(on_line, window, &own, &wide, &matched);
    let bare_label = label.marked || number.contains('.') || on_line.trim_ascii().is_empty();
    if title.is_reference || (!bare_label && matched.quality < 0.5) {
        return None;
    }
    let text = lines.get(at);
    let continued =
        text.to_ascii_lowercase().contains("(continued)") || text.ends_with("Continued");
    Some(Candidate {
        line: at,
        start,
        body: rest + title.end,
        ranks,
        number,
        title: title.text,
        quality: matched.quality,
        strong: is_strong(lines, at),
        running: lines.is_running(at),
        continued,
        listed: false,
        linked: false,
        inside: is_inside(lines, at),
        lawful: true,
        labelled: true,
        disputed: false,
    })
}

/// Whether a filer may have given an item of his own this number: `4B`, or letters in place of a number.
/// `Item 405` and `Item 33` are none, and where items have lettered parts `5A` is such a part.
fn is_own(list: &List, number: &str) -> bool {
    let lettered = number.len() == 2 && number.ends_with(|c: char| c.is_ascii_uppercase());
    let token = number.bytes().all(|b| b.is_ascii_uppercase());
    token || (lettered && !list.is_lettered)
}

/// Where the lines that may hold the title end: at a blank line or one that is set otherwise, and before
/// the next label.
fn window_end(lines: &Lines<'_>, first: usize, titled: bool) -> usize {
    let mut title = titled.then_some(first);
    for at in first + 1..first + MAX_TITLE_LINES {
        let line = lines.get(at);
        let unlike = |title: usize| {
            line.is_empty()
                || line.len() > MAX_TITLE_LINE
                || is_bold(lines, at) != is_bold(lines, title)
        };
        if title.is_some_and(unlike) || label::read(line).is_some() {
            return lines.start(at);
        }
        if title.is_none() && !line.is_empty() {
            title = Some(at);
        }
    }
    lines.start(first + MAX_TITLE_LINES)
}

/// Mostly in bold or underlined type.
fn is_bold(lines: &Lines<'_>, at: usize) -> bool {
    usize::from(lines.info(at).strong) * 2 > lines.get(at).len()
}

/// Whether a title goes on on the line below.
fn goes_on(line: &str, below: &str) -> bool {
    let below = below.trim_ascii_start();
    let starts = ["and ", "or ", "of "].iter().any(|word| {
        let next = below.get(..word.len()).unwrap_or_default();
        next.eq_ignore_ascii_case(word)
    });
    let line = line.trim_ascii_end().to_ascii_lowercase();
    let ends = [" and", " of", " the", ",", " &"];
    starts || (!line.is_empty() && ends.iter().any(|word| line.ends_with(word)))
}

/// Adds the items that a heading names behind its first title: `Item 1. Business and Item 2. Properties`.
fn named_behind(
    items: &[Item],
    window: &str,
    words: &[Word<'_>],
    ranks: &mut Vec<usize>,
    matched: &mut Match,
) {
    for _ in 0..MAX_NAMED_BEHIND {
        let behind = matched.words.checked_sub(1).and_then(|at| words.get(at));
        let from = behind.map_or(0, |word| word.end);
        let tail = window.get(from..).unwrap_or_default();
        let bare = tail.trim_start_matches(|c: char| !c.is_alphanumeric());
        let bare = bare
            .strip_prefix("and ")
            .or(bare.strip_prefix("AND "))
            .unwrap_or(bare);
        let Some(label) = label::read(bare) else {
            return;
        };
        let start = window.len() - bare.len() + label.rest;
        let first = words.iter().position(|word| word.end > start);
        let rest = words
            .get(first.unwrap_or(words.len())..)
            .unwrap_or_default();
        let last = ranks.last().copied().unwrap_or(0);
        let number = label.numbers.first().map_or("", String::as_str);
        let next = items
            .iter()
            .enumerate()
            .skip(last + 1)
            .find(|(_, item)| item.number == number);
        let Some((rank, item)) = next else { return };
        let found = words::best(rest, item.titles);
        if found.quality < 0.6 {
            return;
        }
        ranks.push(rank);
        matched.words = first.unwrap_or(0) + found.words;
        matched.whole = found.whole;
    }
}

/// Set as headings are: bold, underlined, centred, in capitals.
pub(crate) fn is_strong(lines: &Lines<'_>, at: usize) -> bool {
    let info = lines.info(at);
    let text = lines.get(at);
    let shown = u16::try_from(text.len()).unwrap_or(u16::MAX);
    info.strong > shown / 2
        || info.flags.has(LineFlags::HEADING)
        || info.flags.has(LineFlags::CENTERED)
        || !text.chars().any(char::is_lowercase)
}

/// In plain text, a line below another of the same paragraph.
fn is_inside(lines: &Lines<'_>, at: usize) -> bool {
    let info = lines.info(at);
    if !info.flags.has(LineFlags::PRE) || info.flags.has(LineFlags::NEW_PAGE) {
        return false;
    }
    at.checked_sub(1).is_some_and(|before| {
        let line = lines.get(before);
        !lines.is_furniture(before) && !is_rule(line) && label::part_heading(line).is_none()
    })
}

/// The item that title and part speak for.
fn choose(
    items: &[Item],
    possible: &[usize],
    words: &[Word<'_>],
    part: Option<&str>,
) -> (Option<usize>, Match) {
    let mut best: (Option<usize>, Match, bool) = (None, Match::default(), false);
    for rank in possible {
        let Some(item) = items.get(*rank) else {
            continue;
        };
        let found = words::best(words, item.titles);
        let here = part == Some(item.part);
        let better = found.quality > best.1.quality + 0.2
            || (found.quality > best.1.quality - 0.2 && here && !best.2);
        if best.0.is_none() || better {
            best = (Some(*rank), found, here);
        }
    }
    (best.0, best.1)
}

/// The ranks of a combined heading's items, from the one the title spoke for.
fn combined(items: &[Item], rank: Option<usize>, numbers: &[String]) -> Vec<usize> {
    let Some(rank) = rank else { return Vec::new() };
    let mut out = vec![rank];
    for number in numbers.iter().skip(1) {
        let next = items
            .iter()
            .enumerate()
            .skip(out.last().copied().unwrap_or(0) + 1)
            .find(|(_, item)| item.number == number);
        out.extend(next.map(|(rank, _)| rank));
    }
    out
}

/// Behind the titles of a combined heading's further items.
fn further_titles(items: &[Item], ranks: &[usize], words: &[Word<'_>], from: usize) -> usize {
    let mut at = from;
    for item in ranks.iter().skip(1).filter_map(|rank| items.get(*rank)) {
        let rest = words.get(at..).unwrap_or_default();
        let found = words::best(rest, item.titles);
        if found.quality >= 0.6 {
            at += found.words;
        }
    }
    at
}
