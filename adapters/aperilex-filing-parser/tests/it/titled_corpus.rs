//! Scores sections of proxy and registration statements on filings with known headings.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

use aperilex_filing_parser::Parser;
use aperilex_ports::{FilingContent, FilingParser as _, Section, SectionState, TextRange};

use crate::corpus::corpus;
use crate::support::{file, filing};

/// Rows: accession, form, document, key, title, start of heading, start of text, end; in raw bytes.
const HEADINGS: &str = include_str!("../data/headings.tsv");

/// Not finding one of these is no fault; finding it where it is not listed is one.
const OPTIONAL: &[&str] = &[
    "cover",
    "back-cover",
    "required-vote",
    "code-of-ethics",
    "delinquent-section-16a-reports",
    "compensation-committee-interlocks",
    "annual-report-availability",
    "other-benefits",
    "employment-agreements",
    "equity-incentive-plan",
    "about-this-prospectus",
    "industry-and-market-data",
    "private-placement",
    "voting-recommendations",
    "risk-factors-summary",
    "part-ii",
    "executive-compensation",
    "other-matters",
];

#[derive(Debug)]
struct Row<'a> {
    key: &'a str,
    title: &'a str,
    heading: usize,
    text: usize,
    /// Ends that are right.
    ends: Vec<usize>,
}

#[derive(Debug, Default)]
struct Score {
    expected: usize,
    found: usize,
    extra: usize,
    starts: usize,
    ends: usize,
    sure_and_wrong: usize,
    sure: usize,
    told: String,
}

impl Score {
    fn add(&mut self, other: &Self) {
        self.expected += other.expected;
        self.found += other.found;
        self.extra += other.extra;
        self.starts += other.starts;
        self.ends += other.ends;
        self.sure += other.sure;
        self.sure_and_wrong += other.sure_and_wrong;
    }

    fn row(&self, name: &str) -> String {
        format!(
            "{name:<36} found {:>3}/{:<3} +{:<2} starts {:>3} ends {:>3} sure {:>3} sure and wrong {}",
            self.found,
            self.expected,
            self.extra,
            self.starts,
            self.ends,
            self.sure,
            self.sure_and_wrong,
        )
    }
}

fn filings() -> BTreeMap<(&'static str, &'static str, &'static str), Vec<Row<'static>>> {
    let mut out: BTreeMap<_, Vec<Row<'_>>> = BTreeMap::new();
    let lines = HEADINGS.lines().filter(|line| !line.starts_with('#'));
    for line in lines.skip(1) {
        let fields: Vec<&str> = line.split('\t').collect();
        let [accession, form, document, key, title, heading, text, end] = fields[..] else {
            panic!("{line}");
        };
        let row = Row {
            key,
            title,
            heading: heading.parse().unwrap(),
            text: text.parse().unwrap(),
            ends: end.split('|').map(|end| end.parse().unwrap()).collect(),
        };
        out.entry((accession, form, document))
            .or_default()
            .push(row);
    }
    out
}

/// The key of a section in the words of the table.
fn key(section: &Section) -> String {
    match section.key.part.as_str() {
        "" => section.key.item.clone(),
        part => format!("part-{}-item-{}", part.to_lowercase(), section.key.item),
    }
}

/// A range's text without white space.
fn shown(content: &FilingContent, range: &TextRange) -> String {
    let text = content.slice(content.main, range);
    text.chars().filter(|c| !c.is_whitespace()).collect()
}

/// The section of a row: of its key, and its heading (or its text, where it has none) starts there.
fn position(
    content: &FilingContent,
    sections: &[&Section],
    taken: &[bool],
    row: &Row<'_>,
) -> Option<usize> {
    let map = &content.main_text().unwrap().map;
    let place = map.text_range(&(row.heading..row.text.max(row.heading + 1)));
    let place = place.unwrap().start;
    let start = |section: &Section| {
        if row.title.is_empty() {
            section.range.start
        } else {
            section.heading.start
        }
    };
    let is_it = |section: &Section| key(section) == row.key && start(section).abs_diff(place) <= 2;
    (0..sections.len()).find(|at| !taken[*at] && is_it(sections[*at]))
}

/// Whether the text of a section begins and ends as the row says.
fn bounds(content: &FilingContent, section: &Section, row: &Row<'_>, score: &mut Score) {
    let map = &content.main_text().unwrap().map;
    let texts: Vec<String> = row
        .ends
        .iter()
        .map(|end| map.text_range(&(row.text..*end)))
        .map(|range| range.map_or(String::new(), |range| shown(content, &range)))
        .collect();
    let one = shown(content, &section.range);
    let head = |text: &str| text.chars().take(60).collect::<String>();
    let tail = |text: &str| {
        let last: Vec<char> = text.chars().rev().take(60).collect();
        last.into_iter().rev().collect::<String>()
    };
    let start = texts.iter().any(|text| head(text) == head(&one));
    let end = texts.iter().any(|text| tail(text) == tail(&one));
    let sure = section.confidence >= 0.9;
    score.starts += usize::from(start);
    score.ends += usize::from(end);
    score.sure += usize::from(sure);
    score.sure_and_wrong += usize::from(sure && !(start && end));
    let other = texts.first().map_or("", String::as_str);
    let mut tell = |what: &str, got: String, expected: String| {
        let _ = writeln!(
            score.told,
            "      {} {what} {got:?}, expected {expected:?}",
            row.key
        );
    };
    if !start {
        tell("starts", head(&one), head(other));
    }
    if !end {
        tell("ends", tail(&one), tail(other));
    }
}

fn score(content: &FilingContent, rows: &[Row<'_>]) -> Score {
    let mut score = Score::default();
    let found = |section: &&Section| section.state != SectionState::NotFound;
    let sections: Vec<&Section> = content.sections.iter().filter(found).collect();
    let mut taken = vec![false; sections.len()];
    for row in rows {
        let Some(at) = position(content, &sections, &taken, row) else {
            if !OPTIONAL.contains(&row.key) {
                score.expected += 1;
                let _ = writeln!(score.told, "      missing {} {:?}", row.key, row.title);
            }
            continue;
        };
        taken[at] = true;
        score.expected += 1;
        score.found += 1;
        bounds(content, sections[at], row, &mut score);
    }
    for (section, _) in sections.iter().zip(&taken).filter(|(_, taken)| !**taken) {
        score.extra += 1;
        score.sure_and_wrong += usize::from(section.confidence >= 0.9);
        let _ = writeln!(
            score.told,
            "      not expected: {} {:?} {} at {}",
            key(section),
            section.title,
            section.confidence,
            section.heading.start
        );
    }
    score
}

fn find(root: &Path, accession: &str, document: &str) -> std::path::PathBuf {
    let folder = root.join("www.sec.gov/Archives/edgar/data");
    let companies = std::fs::read_dir(folder).unwrap();
    let places = companies.map(|entry| {
        entry
            .unwrap()
            .path()
            .join(accession.replace('-', ""))
            .join(document)
    });
    places
        .into_iter()
        .find(|path| path.is_file())
        .unwrap_or_else(|| panic!("no {accession}/{document}"))
}

#[test]
fn sections_with_titles_are_found_with_both_ends() {
    let Some(root) = corpus() else { return };
    let mut all = Score::default();
    let mut table = String::new();
    for ((accession, form, document), rows) in filings() {
        let bytes = std::fs::read(find(&root, accession, document)).unwrap();
        let content = Parser
            .parse(&filing(form, None, vec![file(document, None, bytes)]))
            .unwrap();
        let score = score(&content, &rows);
        let _ = writeln!(table, "{form:<8} {}", score.row(document));
        table.push_str(&score.told);
        all.add(&score);
    }
    println!("{table}{}", all.row("all"));
    assert!(all.found * 100 >= all.expected * 95, "{table}");
    assert!(all.found * 100 >= (all.found + all.extra) * 95, "{table}");
    assert!(all.starts * 100 >= all.found * 95, "{table}");
    assert!(all.ends * 100 >= all.found * 95, "{table}");
    assert_eq!(all.sure_and_wrong, 0, "{table}");
}
