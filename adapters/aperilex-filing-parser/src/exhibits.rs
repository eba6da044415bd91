//! Exhibits: documents attached to the filing, and rows of the exhibit index.

use std::collections::HashSet;
use std::ops::Range;

use aperilex_ports::model::{AccessionNumber, Exhibit, ExhibitKind, Section};

use crate::document::Opened;
use crate::text::Page;

/// Exhibits that are taken.
const MAX_EXHIBITS: usize = 5000;
/// A description is cut at this length.
const MAX_DESCRIPTION: usize = 1000;

/// The exhibits of a filing: those of the index in its order, then attached ones it does not list.
/// The filing's own number, if it is known, tells links to it from links to others.
pub(crate) fn read(
    opened: &[Opened<'_>],
    main: Option<&Page<'_>>,
    sections: &[Section],
    own: Option<&AccessionNumber>,
) -> Vec<Exhibit> {
    let attached: Vec<Exhibit> = opened.iter().filter_map(attached).collect();
    let mut out: Vec<Exhibit> = Vec::new();
    let mut seen = HashSet::new();
    if let Some(page) = main {
        for range in index_ranges(page, sections) {
            listed(page, &range, &Links { opened, own }, &mut out, &mut seen);
        }
    }
    for exhibit in attached {
        let same_file = out.iter().position(|one| one.document == exhibit.document);
        let elsewhere = |one: &Exhibit| own.is_some() && one.url.is_some();
        let same = same_file.or_else(|| {
            out.iter().position(|one| {
                one.document.is_none()
                    && !elsewhere(one)
                    && one.number.eq_ignore_ascii_case(&exhibit.number)
            })
        });
        match same.and_then(|index| out.get_mut(index)) {
            Some(listed) => listed.document = exhibit.document,
            // Data files that come with inline XBRL say nothing to a reader.
            None if exhibit.kind() == ExhibitKind::Xbrl => {}
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
            ("IV", "14" | "15") | ("II", "6" | "16") | ("III", "19") | ("", "9.01" | "7")
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
    let lines = &page.built.lines;
    let first = lines.partition_point(|line| (line.start as usize) < last);
    let starts = || lines.iter().skip(first).map(|line| line.start as usize);
    let ends = starts().skip(1).chain([text.len()]);
    let behind = starts().zip(ends).find(|(start, end)| {
        let line = text.get(*start..*end).unwrap_or_default();
        line.len() <= 100
            && titles
                .iter()
                .any(|title| line.trim_ascii().eq_ignore_ascii_case(title))
    });
    let behind = behind.map(|(start, _)| start);
    ranges.extend(behind.map(|start| start..text.len()));
    ranges
}

/// Rows of an index in `range`.
fn listed(
    page: &Page<'_>,
    range: &Range<usize>,
    links: &Links<'_, '_>,
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
            let (document, url) = links.of(page, start..end);
            out.push(Exhibit {
                number,
                description,
                document,
                url,
            });
        }
        start = end;
    }
}

/// Number and description of an index row: cells, or columns of plain text. Cells behind the
/// description tell where it is incorporated from.
fn row(line: &str) -> Option<(String, String)> {
    let line = line.trim_ascii();
    let gap = if line.contains('\t') { "\t" } else { "  " };
    let is_mark = |cell: &&str| !cell.contains(|c: char| c.is_alphanumeric());
    let mut cells = line.split(gap).skip_while(is_mark);
    let number = number(cells.next()?)?;
    let letters = |cell: &str| cell.chars().filter(|c| c.is_alphabetic()).count();
    let cell = if gap == "\t" {
        cells.find(|cell| letters(cell) >= 3)?.to_owned()
    } else {
        // Sentences of plain text have gaps of two spaces, columns wider ones.
        let rest: Vec<&str> = cells.skip_while(is_mark).collect();
        let rest = rest.join("  ");
        rest.split("    ").next().unwrap_or_default().to_owned()
    };
    let cell = cell.trim_start_matches(|c: char| !c.is_alphanumeric() && c != '(' && c != '“');
    let words: Vec<&str> = cell.split_ascii_whitespace().collect();
    let mut description = words.join(" ");
    if letters(&description) < 3 {
        return None;
    }
    description.truncate(description.floor_char_boundary(MAX_DESCRIPTION));
    Some((number, description))
}

/// An exhibit number by Item 601: `10.1`, `4(a)`, `101.INS`, with note marks and brackets taken off.
fn number(cell: &str) -> Option<String> {
    let cell = cell
        .trim_ascii()
        .trim_matches(|c: char| matches!(c, '*' | '†' | '‡' | '+' | '#' | '.' | ' ' | '-' | '–'));
    let cell = cell
        .strip_prefix("Exhibit ")
        .or_else(|| cell.strip_prefix("EXHIBIT "))
        .or_else(|| cell.strip_prefix("EX-"))
        .unwrap_or(cell)
        .trim_ascii();
    let bare = cell
        .strip_prefix('(')
        .and_then(|rest| rest.split_once(')'))
        .map(|(inside, rest)| [inside, rest].concat());
    let cell = bare.as_deref().unwrap_or(cell);
    let digits = cell.bytes().take_while(u8::is_ascii_digit).count();
    let first: u32 = cell.get(..digits)?.parse().ok()?;
    let lawful = cell.len() <= 12
        && cell
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'(' | b')' | b'-'));
    (lawful && (1..=107).contains(&first)).then(|| cell.to_owned())
}

/// What links of the index are held against.
struct Links<'r, 'a> {
    opened: &'r [Opened<'a>],
    own: Option<&'r AccessionNumber>,
}

impl Links<'_, '_> {
    /// The document of this filing, or the address in another, that a link in `range` leads to.
    fn of(&self, page: &Page<'_>, range: Range<usize>) -> (Option<String>, Option<String>) {
        let first = page
            .files
            .partition_point(|link| (link.text as usize) + 1 < range.start);
        let link = page
            .files
            .get(first)
            .filter(|link| (link.text as usize) < range.end);
        let address = link.and_then(|link| std::str::from_utf8(&link.target).ok());
        address.map_or((None, None), |address| self.to(address.trim_ascii()))
    }

    fn to(&self, address: &str) -> (Option<String>, Option<String>) {
        // EDGAR's viewer of inline XBRL shows what its query names.
        let address = match address.split_once("/ix?doc=") {
            Some((_, shown)) if shown.starts_with('/') => shown,
            _ => address,
        };
        let address = address.split(['#', '?', '&']).next().unwrap_or_default();
        let address = address.strip_prefix("./").unwrap_or(address);
        if !address.contains('/') {
            let plausible = address.contains('.') && !address.contains(':');
            return (plausible.then(|| self.attached(address)), None);
        }
        let Some(path) = archive_path(address) else {
            return (None, None);
        };
        let mut parts = path.rsplit('/');
        let (name, folder) = (parts.next().unwrap_or_default(), parts.next());
        let accession = folder.and_then(|folder| folder.parse::<AccessionNumber>().ok());
        if accession.is_some() && accession.as_ref() == self.own {
            return (Some(self.attached(name)), None);
        }
        (None, Some(format!("https://www.sec.gov{path}")))
    }

    /// The name of a file of this filing, as it is spelled there.
    fn attached(&self, name: &str) -> String {
        let mut names = self.opened.iter().map(|one| &one.document.name);
        let found = names.find(|known| known.eq_ignore_ascii_case(name));
        found.cloned().unwrap_or_else(|| name.to_owned())
    }
}

/// The path of an address in EDGAR's archives.
fn archive_path(address: &str) -> Option<&str> {
    let rest = address
        .strip_prefix("https://")
        .or_else(|| address.strip_prefix("http://"));
    let path = match rest {
        Some(rest) => {
            let host = rest.find('/')?;
            let (host, path) = rest.split_at_checked(host)?;
            let known = ["www.sec.gov", "sec.gov"];
            known
                .iter()
                .any(|known| host.eq_ignore_ascii_case(known))
                .then_some(path)?
        }
        None => address,
    };
    path.starts_with("/Archives/edgar/").then_some(path)
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
            (
                "*\t10.2\t†\tLease\t10-K\t001-00001\t10.1\t5/2/2020",
                Some(("10.2", "Lease")),
            ),
            (
                "(10)(a)\tu\tPension Plan\t8-K\tMarch 1, 2020",
                Some(("10(a)", "Pension Plan")),
            ),
            (
                "  (31.1)   Certification of an officer.  Filed herewith.        57",
                Some(("31.1", "Certification of an officer. Filed herewith.")),
            ),
            ("2024\tNet sales", None),
            ("10.1\t$ 5", None),
            ("The exhibits listed below", None),
        ] {
            let expected = expected.map(|(n, d)| (n.to_owned(), d.to_owned()));
            assert_eq!(row(line), expected, "{line}");
        }
    }

    #[test]
    fn links_lead_to_this_filing_or_to_another() {
        let own: AccessionNumber = "0000000001-24-000002".parse().unwrap();
        let archives = "https://www.sec.gov/Archives/edgar/data/1";
        let same = format!("{archives}/000000000124000002/ex10.htm#a");
        let other = format!("{archives}/000000000123000009/ex10.htm");
        let links = |own| Links { opened: &[], own };
        let (known, unknown) = (links(Some(&own)), links(None));
        let name = |name: &str| (Some(name.to_owned()), None);
        let url = |url: &str| (None, Some(url.to_owned()));
        assert_eq!(known.to(&same), name("ex10.htm"));
        assert_eq!(known.to(&other), url(&other));
        assert_eq!(unknown.to(&other), url(&other));
        let old = "http://sec.gov/Archives/edgar/data/1/0000000001-23-000009.txt";
        let new = "https://www.sec.gov/Archives/edgar/data/1/0000000001-23-000009.txt";
        assert_eq!(known.to(old), url(new));
        let viewer = other.replace("/Archives", "/ix?doc=/Archives");
        assert_eq!(known.to(&viewer), url(&other));
        assert_eq!(known.to("./ex10.htm"), name("ex10.htm"));
        for nowhere in [
            "https://example.com/Archives/edgar/ex10.htm",
            "../ex10.htm",
            "mailto:a@b.c",
            "javascript:void(0)",
            "#top",
            "",
        ] {
            assert_eq!(known.to(nowhere), (None, None), "{nowhere}");
        }
    }
}
