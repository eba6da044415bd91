//! Blocks set as headings are.

use crate::items::contents::ends_in_page;
use crate::items::lines::{Lines, is_rule};
use crate::text::Page;
use crate::text::line::LineFlags;

use super::label::{self, Label};

/// Blocks that are taken; a long prospectus has two thousand.
const MAX_BLOCKS: usize = 20_000;
/// Bytes of a heading.
const MAX_HEADING: usize = 340;
/// Lines of a heading.
const MAX_LINES: usize = 5;
/// Indentation at which a line of plain text counts as centred.
const INDENT: usize = 12;

/// A line of capitals this long in plain text leaves no room to centre it.
const FULL_LINE: usize = 56;

/// How a heading is set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Style {
    /// Largest type, in half points; 0 unknown.
    pub(crate) size: u8,
    /// An `h1` to `h6`.
    pub(crate) heading: bool,
    /// In capitals.
    pub(crate) caps: bool,
    /// Bold or underlined as a whole.
    pub(crate) strong: bool,
    /// Centred.
    pub(crate) centred: bool,
    /// In italics as a whole.
    pub(crate) italic: bool,
}

impl Style {
    /// Stands out from the text by itself.
    pub(crate) const fn stands_out(self) -> bool {
        self.heading || self.caps || self.strong
    }
}

/// Lines that are set as a heading.
#[derive(Debug, Clone)]
pub(crate) struct Block {
    /// Its first line.
    pub(crate) first: usize,
    /// Its last line.
    pub(crate) last: usize,
    /// Where its text starts.
    pub(crate) start: usize,
    /// Where its text ends.
    pub(crate) end: usize,
    /// Its words in one line.
    pub(crate) text: String,
    /// The number it begins with.
    pub(crate) label: Option<Label>,
    /// How it is set.
    pub(crate) style: Style,
    /// Only furniture stands between it and the page's edge.
    pub(crate) at_edge: bool,
}

/// The blocks of a page, in order. `listed` tells lines of tables of contents.
pub(crate) fn read(
    lines: &Lines<'_>,
    page: &Page<'_>,
    listed: impl Fn(usize) -> bool,
) -> Vec<Block> {
    let grids = Grids::new(page);
    let mut out: Vec<Block> = Vec::new();
    let mut at = 0;
    while at < lines.len() && out.len() < MAX_BLOCKS {
        let found = if listed(at) {
            None
        } else {
            style(lines, &grids, at)
        };
        let Some(style) = found else {
            at += 1;
            continue;
        };
        let last = last_line(lines, &grids, at, style, &listed);
        if !lines.info(at).flags.has(LineFlags::PRE) || stands_alone(lines, at, last) {
            out.push(block(lines, at, last, style));
        }
        at = last + 1;
    }
    out
}

fn block(lines: &Lines<'_>, first: usize, last: usize, style: Style) -> Block {
    let raw = lines.raw(first);
    let start = lines.start(first) + (raw.len() - raw.trim_ascii_start().len());
    let end = lines.start(last) + lines.raw(last).trim_ascii_end().len();
    let shown = lines.text.get(start..end).unwrap_or_default();
    let joined = |text: &str| text.split_ascii_whitespace().collect::<Vec<_>>().join(" ");
    let text = joined(shown);
    // A line of its own sets a label apart from the words of the next.
    let above = joined(lines.get(first));
    let label = label::read(&above).filter(|label| label.rest >= above.len() || last == first);
    let label = label.or_else(|| label::read(&text));
    Block {
        first,
        last,
        start,
        end,
        text,
        label,
        style,
        at_edge: at_edge(lines, first),
    }
}

/// Whether only furniture stands above `at` on its page.
fn at_edge(lines: &Lines<'_>, at: usize) -> bool {
    let mut above = at;
    for _ in 0..4 {
        if above == 0 || lines.info(above).flags.has(LineFlags::NEW_PAGE) {
            return true;
        }
        above -= 1;
        if !lines.is_mark(above) {
            return false;
        }
    }
    false
}

/// Places of tables, to tell headings from cells.
struct Grids(Vec<(usize, usize)>);

impl Grids {
    fn new(page: &Page<'_>) -> Self {
        let mut places: Vec<(usize, usize)> = page
            .tables
            .iter()
            .filter(|table| !table.nests)
            .map(|table| (table.start as usize, table.end as usize))
            .collect();
        places.sort_unstable();
        Self(places)
    }

    /// Whether line `at` stands in a table among rows with several cells.
    fn has(&self, lines: &Lines<'_>, at: usize) -> bool {
        let start = lines.start(at);
        let next = self.0.partition_point(|(from, _)| *from <= start + 1);
        let Some((from, to)) = next.checked_sub(1).and_then(|index| self.0.get(index)) else {
            return false;
        };
        let row = |other: usize| {
            let place = lines.start(other);
            *from <= place + 1 && place < *to && lines.get(other).contains('\t')
        };
        start < *to && (row(at + 1) || row(at + 2) || at.checked_sub(1).is_some_and(row))
    }
}

/// How line `at` is set, if it may be (part of) a heading.
fn style(lines: &Lines<'_>, grids: &Grids, at: usize) -> Option<Style> {
    let text = lines.get(at);
    let letters = text.chars().filter(|c| c.is_alphabetic()).count();
    if letters < 3 || text.len() > MAX_HEADING || text.ends_with([',', ';']) || is_mark(lines, at) {
        return None;
    }
    let info = lines.info(at);
    let plain = info.flags.has(LineFlags::PRE);
    let in_row = text.contains('\t');
    if in_row && (label::read(text).is_none() || text.matches('\t').count() > 2) {
        return None;
    }
    if ends_in_page(text) && (in_row || plain) {
        return None;
    }
    if info.flags.has(LineFlags::TABLE) && !in_row && grids.has(lines, at) {
        return None;
    }
    let caps = !text.chars().any(char::is_lowercase);
    let style = Style {
        size: info.size,
        heading: info.flags.has(LineFlags::HEADING),
        caps,
        strong: is_whole(info.strong, text),
        centred: info.flags.has(LineFlags::CENTERED)
            || (plain && (indent(lines.raw(at)) >= INDENT || (caps && text.len() >= FULL_LINE))),
        italic: is_whole(info.italic, text),
    };
    let sentence = text.ends_with('.') && text.split_ascii_whitespace().count() > 10;
    let short = text.len() <= 120;
    let set = style.heading || style.strong || style.italic || (short && (caps || style.centred));
    let titled = short && (plain || info.flags.has(LineFlags::TARGET)) && is_title_case(text);
    ((set && !sentence) || titled).then_some(style)
}

/// `PART II` alone is a heading here.
fn is_mark(lines: &Lines<'_>, at: usize) -> bool {
    lines.is_mark(at) && !label::is_part_two(lines.get(at))
}

/// Whether nearly all of `text` is in the type that `bytes` of it are in.
fn is_whole(bytes: u16, text: &str) -> bool {
    let shown = text.bytes().filter(|b| !b.is_ascii_whitespace()).count();
    usize::from(bytes) * 20 >= shown * 17
}

fn indent(raw: &str) -> usize {
    raw.len() - raw.trim_start_matches(' ').len()
}

/// `Certain Relationships and Related Transactions`: long words begin with capitals.
fn is_title_case(text: &str) -> bool {
    let mut long = text
        .split_ascii_whitespace()
        .filter(|word| word.len() > 3 && word.starts_with(char::is_alphabetic))
        .peekable();
    let first = text.chars().find(|c| c.is_alphanumeric());
    let minor = |word: &str| {
        matches!(
            word,
            "with" | "from" | "upon" | "under" | "into" | "that" | "versus"
        )
    };
    !text.ends_with('.')
        && first.is_some_and(|c| !c.is_lowercase())
        && long.peek().is_some()
        && long.all(|word| minor(word) || !word.starts_with(char::is_lowercase))
}

/// The last line of a heading that begins on line `first`.
fn last_line(
    lines: &Lines<'_>,
    grids: &Grids,
    first: usize,
    set: Style,
    listed: &impl Fn(usize) -> bool,
) -> usize {
    let plain = lines.info(first).flags.has(LineFlags::PRE);
    let mut last = first;
    while last + 1 < lines.len() && last + 1 - first < MAX_LINES {
        let next = last + 1;
        let info = lines.info(next);
        if lines.get(next).is_empty()
            || is_rule(lines.get(next))
            || info.flags.has(LineFlags::NEW_PAGE)
            || listed(next)
        {
            break;
        }
        let Some(found) = style(lines, grids, next) else {
            break;
        };
        if info.flags.has(LineFlags::PRE) != plain
            || lines.start(next + 1) - lines.start(first) > MAX_HEADING
        {
            break;
        }
        let text = lines.get(last);
        let bare =
            asks_for_title(text) && found.stands_out() && label::read(lines.get(next)).is_none();
        let like = Style {
            caps: set.caps,
            ..found
        } == set
            && (found.caps == set.caps || last > first);
        let goes_on = (found == set || like) && wraps(text, lines.get(next));
        let together = plain && found.caps == set.caps;
        if !(bare || goes_on || together) {
            break;
        }
        last = next;
    }
    last
}

/// A label that stands alone: its title is on the next line.
fn asks_for_title(line: &str) -> bool {
    let label = label::read(line).is_some_and(|label| label.rest >= line.len());
    label || (label::is_part_two(line) && line.len() <= 8)
}

/// Whether a line goes on in the next.
fn wraps(line: &str, next: &str) -> bool {
    const MINOR: &[&str] = &[
        "and", "or", "of", "to", "for", "in", "on", "by", "with", "under", "upon", "the", "a",
        "an", "from", "at", "&",
    ];
    let word = |word: Option<&str>| {
        word.is_some_and(|word| MINOR.contains(&word.to_ascii_lowercase().as_str()))
    };
    let small = next.starts_with(char::is_lowercase);
    small
        || line.ends_with(['—', '–', '-', '/', '’'])
        || word(line.split_ascii_whitespace().last())
        || word(next.split_ascii_whitespace().next())
}

/// In plain text a heading has blank lines around it.
fn stands_alone(lines: &Lines<'_>, first: usize, last: usize) -> bool {
    let blank = |at: usize| at >= lines.len() || lines.get(at).is_empty() || is_rule(lines.get(at));
    let top = first == 0 || lines.info(first).flags.has(LineFlags::NEW_PAGE) || blank(first - 1);
    top && (blank(last + 1) || lines.info(last + 1).flags.has(LineFlags::NEW_PAGE))
}
