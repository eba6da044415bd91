//! Exhibits: documents attached to the filing, and rows of the exhibit index.

use std::collections::HashSet;
use std::ops::Range;

use aperilex_ports::model::{Exhibit, Section};

use crate::document::Opened;
use crate::text::Page;

/// Exhibits that are taken.
const MAX_EXHIBITS: usize = 5000;
/// A description is cut at this length.
const MAX_DESCRIPTION: usize = 1000;

/// The exhibits of a filing: those of the index in its order, then attached ones it does not list.
pub(crate) fn read(
    opened: &[Opened<'_>],
    main: Option<&Page<'_>>,
    sections: &[Section],
) -> Vec<Exhibit> {
    let attached: Vec<Exhibit> = opened.iter().filter_map(attached).collect();
    let mut out: Vec<Exhibit> = Vec::new();
    let mut seen = HashSet::new();
    if let Some(page) = main {
        for range in index_ranges(page, sections) {
            listed(page, &range, opened, &mut out, &mut seen);
        }
    }
    for exhibit in attached {
        let same = out.iter_mut().find(|listed| {
            listed.document == exhibit.document
                || (listed.document.is_none()
                    && listed.number.eq_ignore_ascii_case(&exhibit.number))
        });
        match same {
            Some(listed) => listed.document = exhibit.document,
            None => out.push(exhibit),
        }
    }
    out
}

/// A document of type `EX-…`.
fn attached(opened: &Opened<'_>) -> Option<Exhibit> {
    let doc_type = opened.document.doc_type.as_deref()?;
    let number = doc_type.strip_prefix("EX-")?;
    let description = opened.document.description.clone().unwrap_or_default();
    Some(Exhibit {
        number: number.to_owned(),
        description: if description.eq_ignore_ascii_case(doc_type) {
            String::new()
        } else {
            description
        },
        document: Some(opened.document.name.clone()),
        url: None,
    })
}

/// Where exhibit indexes may be: the items that hold them, and what follows a line that says so.
fn index_ranges(page: &Page<'_>, sections: &[Section]) -> Vec<Range<usize>> {
    let text = page.built.text.as_str();
    let holds = |section: &&Section| {
        matches!(
            (section.key.part.as_str(), section.key.item.as_str()),
            ("IV", "14" | "15") | ("II", "6") | ("III", "19") | ("", "9.01" | "7")
        )
    };
    let mut ranges: Vec<Range<usize>> = sections
        .iter()
        .filter(holds)
        .filter(|section| !section.range.is_empty())
        .map(|section| section.range.clone())
        .collect();
    let last = ranges.iter().map(|range| range.end).max().unwrap_or(0);
    let titles = [
        "exhibit index",
        "index to exhibits",
        "index of exhibits",
        "exhibits index",
    ];
    let behind = page
        .built
        .lines
        .iter()
        .map(|line| line.start as usize)
        .filter(|start| *start >= last)
        .find(|start| {
            let line = text
                .get(*start..)
                .unwrap_or_default()
                .split('\n')
                .next()
                .unwrap_or_default();
            titles
                .iter()
                .any(|title| line.trim().eq_ignore_ascii_case(title))
        });
    ranges.extend(behind.map(|start| start..text.len()));
    ranges
}

/// Rows of an index in `range`.
fn listed(
    page: &Page<'_>,
    range: &Range<usize>,
    opened: &[Opened<'_>],
    out: &mut Vec<Exhibit>,
    seen: &mut HashSet<(String, String)>,
) {
    let text = page.built.text.as_str();
    let mut start = range.start;
    for line in text
        .get(range.clone())
        .unwrap_or_default()
        .split_inclusive('\n')
    {
        let end = start + line.len();
        if out.len() < MAX_EXHIBITS
            && let Some((number, description)) = row(line)
            && seen.insert((number.clone(), description.clone()))
        {
            let document = linked(page, start..end, opened);
            out.push(Exhibit {
                number,
                description,
                document,
                url: None,
            });
        }
        start = end;
    }
}

/// Number and description of an index row: cells, or columns of plain text.
fn row(line: &str) -> Option<(String, String)> {
    let line = line.trim();
    let (first, rest) = line.split_once('\t').or_else(|| line.split_once("  "))?;
    let number = number(first)?;
    let rest = rest.trim_start_matches(|c: char| !c.is_alphanumeric() && c != '(' && c != '“');
    let words: Vec<&str> = rest.split_whitespace().collect();
    let mut description = words.join(" ");
    if description.chars().filter(|c| c.is_alphabetic()).count() < 3 {
        return None;
    }
    if description.len() > MAX_DESCRIPTION {
        let cut = (0..=MAX_DESCRIPTION)
            .rev()
            .find(|at| description.is_char_boundary(*at));
        description.truncate(cut.unwrap_or(0));
    }
    Some((number, description))
}

/// An exhibit number by Item 601: `10.1`, `4(a)`, `101.INS`, with note marks taken off.
fn number(cell: &str) -> Option<String> {
    let cell = cell
        .trim()
        .trim_matches(|c: char| matches!(c, '*' | '†' | '‡' | '+' | '#' | '.' | ' ' | '-' | '–'));
    let cell = cell
        .strip_prefix("Exhibit ")
        .or_else(|| cell.strip_prefix("EXHIBIT "))
        .or_else(|| cell.strip_prefix("EX-"))
        .unwrap_or(cell)
        .trim();
    let digits = cell.bytes().take_while(u8::is_ascii_digit).count();
    let first: u32 = cell.get(..digits)?.parse().ok()?;
    let lawful = cell.len() <= 12
        && cell
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'(' | b')' | b'-'));
    (lawful && (1..=107).contains(&first)).then(|| cell.to_owned())
}

/// The document of this filing that a link in `range` leads to.
fn linked(page: &Page<'_>, range: Range<usize>, opened: &[Opened<'_>]) -> Option<String> {
    let first = page
        .files
        .partition_point(|link| (link.text as usize) + 1 < range.start);
    let link = page
        .files
        .get(first)
        .filter(|link| (link.text as usize) < range.end)?;
    let address = std::str::from_utf8(&link.target).ok()?;
    let name = address.rsplit('/').next()?.split(['#', '?']).next()?;
    opened
        .iter()
        .find(|one| one.document.name.eq_ignore_ascii_case(name))
        .map(|one| one.document.name.clone())
        .or_else(|| (!address.contains('/') && name.contains('.')).then(|| name.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_rows_of_an_index() {
        for (line, expected) in [
            (
                "10.1*\tCredit Agreement, dated May 1",
                Some(("10.1", "Credit Agreement, dated May 1")),
            ),
            (
                "101.INS\tInline XBRL Instance",
                Some(("101.INS", "Inline XBRL Instance")),
            ),
            (
                "   4(a)    Form of Indenture",
                Some(("4(a)", "Form of Indenture")),
            ),
            (
                "Exhibit 99.1\tPress release",
                Some(("99.1", "Press release")),
            ),
            ("2024\tNet sales", None),
            ("10.1\t$ 5", None),
            ("The exhibits listed below", None),
        ] {
            let expected = expected.map(|(n, d)| (n.to_owned(), d.to_owned()));
            assert_eq!(row(line), expected, "{line}");
        }
    }
}
