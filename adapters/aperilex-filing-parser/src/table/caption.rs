//! What stands above a table: its name, the titles of a statement, and the note of its units.

use std::collections::HashMap;

use crate::text::builder::Built;
use crate::text::line::{Line, LineFlags};

use super::number::{self, Class};
use super::period;
use super::units::{self, Note};

/// A caption is at most this long.
pub(crate) const MAX_CAPTION: usize = 300;
/// Lines above that are looked at.
const MAX_LINES: usize = 14;
/// Titles that are kept.
const MAX_TITLES: usize = 5;
/// Longer lines are prose.
const MAX_TITLE: usize = 160;
/// Plain text that is set farther in is centred.
const INDENT: &str = "          ";

/// What was found above a table.
#[derive(Debug, Default)]
pub(crate) struct Above<'t> {
    /// Set lines, the nearest first.
    pub(crate) titles: Vec<&'t str>,
    /// The nearest note of units.
    pub(crate) note: Option<Note>,
    /// Another table is above, but for the edges of a page.
    pub(crate) nothing: bool,
}

impl Above<'_> {
    /// The nearest set line that is more than a time.
    pub(crate) fn caption(&self) -> String {
        let named = self
            .titles
            .iter()
            .find(|title| !is_time(title) && !is_company(title));
        let title = named.or_else(|| self.titles.first()).copied();
        clean(title.unwrap_or_default())
    }

    /// All titles, the farthest first.
    pub(crate) fn words(&self) -> String {
        let titles: Vec<&str> = self.titles.iter().rev().copied().collect();
        titles.join("\n")
    }
}

/// A title on one line.
pub(crate) fn clean(title: &str) -> String {
    let words: Vec<&str> = title.split_ascii_whitespace().collect();
    without_notes(&words.join(" ")).to_owned()
}

/// The name of a filer.
pub(crate) fn is_company(title: &str) -> bool {
    const ENDS: [&str; 11] = [
        "subsidiaries",
        "inc",
        "inc.",
        "corporation",
        "corp.",
        "company",
        "companies",
        "ltd.",
        "llc",
        "l.p.",
        "plc",
    ];
    let lower = title.to_ascii_lowercase();
    let last = lower
        .split_ascii_whitespace()
        .next_back()
        .unwrap_or_default();
    ENDS.contains(&last) && !lower.contains("statement")
}

/// A period or day and little else.
pub(crate) fn is_time(title: &str) -> bool {
    let numbers = title.bytes().filter(u8::is_ascii_digit).count();
    let letters = title.chars().filter(|c| c.is_alphabetic()).count();
    period::told(title).names_time()
        && (numbers * 4 >= letters || title.len() < 40)
        && !["statement", "balance", "sheet", "cash flow"]
            .iter()
            .any(|word| title.to_ascii_lowercase().contains(word))
}

/// What stands above `start`, up to the numbers of another table.
pub(crate) fn above<'t>(text: &'t str, lines: &[Line], start: usize, edges: &Edges) -> Above<'t> {
    let mut out = Above::default();
    let first = lines.partition_point(|line| (line.start as usize) < start);
    let mut prose = 0;
    for line in lines
        .get(..first)
        .unwrap_or_default()
        .iter()
        .rev()
        .take(MAX_LINES)
    {
        let rest = text.get(line.start as usize..start).unwrap_or_default();
        let whole = rest.split('\n').next().unwrap_or_default();
        let words = whole.trim_ascii();
        if is_row(words) {
            out.nothing = prose == 0 && out.titles.is_empty();
            break;
        }
        let is_prose = is_prose(words, line, whole.starts_with(INDENT));
        if out.note.is_none() && (prose == 0 || !is_prose) && out.titles.len() < 3 {
            out.note = units::note(words);
        }
        if is_prose {
            prose += 1;
            if prose > 1 || words.len() > 2 * MAX_TITLE && !out.titles.is_empty() {
                break;
            }
            continue;
        }
        let name = without_notes(words);
        if name.chars().filter(|c| c.is_alphabetic()).count() < 3
            || is_furniture(name)
            || edges.has(words)
        {
            continue;
        }
        out.titles.push(name);
        if out.titles.len() >= MAX_TITLES {
            break;
        }
    }
    out
}

/// A row of a table: columns with numbers that are no days or years.
pub(crate) fn is_row(words: &str) -> bool {
    let bytes = words.as_bytes();
    if !bytes.contains(&b'\t') && !bytes.windows(3).any(|three| three == b"   ") {
        return false;
    }
    let mut month = false;
    words.split_ascii_whitespace().any(|word| {
        let number = number::class(word) == Class::Number && !word.ends_with(',') && !month;
        month = period::is_month(word);
        number
    })
}

/// A sentence, unless it is set as a title.
fn is_prose(words: &str, line: &Line, indented: bool) -> bool {
    if words.len() > MAX_TITLE {
        return true;
    }
    let set = usize::from(line.strong) * 2 > words.len()
        || indented && line.flags.has(LineFlags::PRE)
        || line.flags.has(LineFlags::HEADING)
        || line.flags.has(LineFlags::CENTERED);
    let count = words.split_ascii_whitespace().count();
    let sentence = words
        .trim_end_matches(['"', '”', ')'])
        .ends_with(['.', ';', ','])
        && count > 7;
    let announces = words.ends_with(':') && count > 9;
    let goes_on = words.starts_with(|c: char| c.is_lowercase());
    (sentence || announces || goes_on) && !set || words.ends_with('.') && count > 14
}

/// A line without the notes in brackets at its ends.
fn without_notes(line: &str) -> &str {
    let mut rest = line.trim_ascii().trim_end_matches(':').trim_ascii_end();
    while let Some((before, inside)) = rest
        .strip_suffix(')')
        .and_then(|rest| rest.rsplit_once('('))
        .filter(|(_, inside)| is_note(inside))
    {
        let _ = inside;
        rest = before.trim_ascii_end();
    }
    if rest.len() < 80
        && !rest.contains('(')
        && units::note(rest).is_some_and(|note| note.scale.is_some())
    {
        return "";
    }
    rest
}

fn is_note(inside: &str) -> bool {
    let lower = inside.to_ascii_lowercase();
    lower.contains("unaudited")
        || lower.contains("audited")
        || units::note(&format!("({lower})")).is_some()
        || lower == "continued"
}

/// What is said at the foot of statements, and links back.
fn is_furniture(line: &str) -> bool {
    const STARTS: [&str; 7] = [
        "table of contents",
        "index",
        "see accompanying",
        "see notes",
        "the accompanying notes",
        "the notes are",
        "(",
    ];
    let lower = line.trim_ascii().to_ascii_lowercase();
    STARTS
        .iter()
        .any(|start| lower.starts_with(start) && (*start != "index" || lower.len() < 9))
}

/// Short lines that a document repeats but for their numbers: heads and feet of pages.
#[derive(Debug, Default)]
pub(crate) struct Edges {
    counts: HashMap<u64, u32>,
}

/// A line with a page number is a page's edge if it comes this often.
const MIN_REPEATS: u32 = 6;
/// Longer lines are no heads or feet of pages.
const MAX_EDGE: usize = 100;

impl Edges {
    /// Those of a text.
    pub(crate) fn of(built: &Built) -> Self {
        let mut counts = HashMap::new();
        let starts = built.lines.iter().map(|line| line.start as usize);
        let ends = starts.clone().skip(1).chain([built.text.len()]);
        for (start, end) in starts.zip(ends) {
            if end.saturating_sub(start) > MAX_EDGE + 1 {
                continue;
            }
            let line = built.text.get(start..end).unwrap_or_default();
            if let Some(key) = Self::key(line) {
                *counts.entry(key).or_insert(0) += 1;
            }
        }
        Self { counts }
    }

    fn has(&self, line: &str) -> bool {
        let known = Self::key(line).and_then(|key| self.counts.get(&key));
        known.is_some_and(|count| *count >= MIN_REPEATS)
    }

    /// The letters of a line that begins or ends with a number.
    fn key(line: &str) -> Option<u64> {
        let line = line.trim_ascii();
        let number = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_digit);
        let bytes = line.as_bytes();
        if !(number(bytes.first()) || number(bytes.last()))
            || line.len() > MAX_EDGE
            || bytes.contains(&b'\t')
        {
            return None;
        }
        let mut key = 0xcbf2_9ce4_8422_2325_u64;
        for byte in bytes.iter().filter(|b| !b.is_ascii_digit()) {
            key = (key ^ u64::from(*byte)).wrapping_mul(0x100_0000_01b3);
        }
        Some(key)
    }
}
