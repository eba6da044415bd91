//! Scores the parser on a corpus of real filings with known items, boundaries, states and facts.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use aperilex_filing_parser::Parser;
use aperilex_ports::{
    Digest, FilingContent, FilingId, FilingMeta, FilingParser as _, Period, RawDocument, RawFiling,
    Section, SectionState,
};

use crate::support::{check_map, file, filing};

/// The corpus, or none after saying so; a failure where it is required.
pub(crate) fn corpus() -> Option<PathBuf> {
    let default = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/edgar");
    let root = std::env::var_os("APERILEX_CORPUS").map_or(default, PathBuf::from);
    if root.join("EXPECTED.tsv").is_file() {
        return Some(root);
    }
    let required = std::env::var("APERILEX_REQUIRE").unwrap_or_default();
    assert!(
        !required.split(',').any(|name| name.trim() == "corpus"),
        "no corpus at {}: set APERILEX_CORPUS",
        root.display()
    );
    eprintln!(
        "skipped: no corpus at {}, set APERILEX_CORPUS",
        root.display()
    );
    None
}

/// Sections with at least this confidence are relied on.
const SURE: f32 = 0.9;

/// One row of EXPECTED.tsv.
pub(crate) struct Row {
    fields: Vec<String>,
}

impl Row {
    pub(crate) fn get(&self, column: usize) -> &str {
        self.fields.get(column).map_or("", String::as_str)
    }
}

pub(crate) fn rows(path: &Path) -> Vec<Row> {
    let text = std::fs::read_to_string(path).unwrap();
    let row = |line: &str| Row {
        fields: line.split('\t').map(str::to_owned).collect(),
    };
    text.lines().skip(1).map(row).collect()
}

fn squeeze(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace()).collect()
}

/// What was counted for one filing or for all.
#[derive(Debug, Default, Clone)]
struct Score {
    expected: usize,
    found: usize,
    extra: usize,
    starts: usize,
    ends: usize,
    both: usize,
    bounded: usize,
    states: usize,
    facts: usize,
    facts_expected: usize,
    counts: usize,
    counts_expected: usize,
    codes: usize,
    codes_expected: usize,
    sure_and_right: usize,
    sure_and_wrong: usize,
    misses: Vec<String>,
}

impl Score {
    fn add(&mut self, other: &Self) {
        self.expected += other.expected;
        self.found += other.found;
        self.extra += other.extra;
        self.starts += other.starts;
        self.ends += other.ends;
        self.both += other.both;
        self.bounded += other.bounded;
        self.states += other.states;
        self.facts += other.facts;
        self.facts_expected += other.facts_expected;
        self.counts += other.counts;
        self.counts_expected += other.counts_expected;
        self.codes += other.codes;
        self.codes_expected += other.codes_expected;
        self.sure_and_right += other.sure_and_right;
        self.sure_and_wrong += other.sure_and_wrong;
    }

    #[allow(clippy::cast_precision_loss, reason = "counts are small")]
    fn f1(&self) -> f64 {
        let found = self.found as f64;
        2.0 * found / (self.expected as f64 + found + self.extra as f64).max(1.0)
    }

    fn row(&self, name: &str) -> String {
        format!(
            "{name:<44} {:>3}/{:<3} +{:<2} start {:>3} end {:>3} both {:>3}/{:<3} state {:>3} sure {:>3} sure&wrong {:>2} facts {:>3}/{:<3} counts {}/{} codes {}/{}",
            self.found,
            self.expected,
            self.extra,
            self.starts,
            self.ends,
            self.both,
            self.bounded,
            self.states,
            self.sure_and_right,
            self.sure_and_wrong,
            self.facts,
            self.facts_expected,
            self.counts,
            self.counts_expected,
            self.codes,
            self.codes_expected,
        )
    }
}

fn state_name(state: SectionState) -> String {
    format!("{state:?}")
        .chars()
        .fold(String::new(), |mut name, c| {
            if c.is_uppercase() && !name.is_empty() {
                name.push('_');
            }
            name.push(c.to_ascii_lowercase());
            name
        })
}

fn parse(root: &Path, path: &str, form: &str, manifest: &BTreeMap<String, Row>) -> FilingContent {
    let bytes = std::fs::read(root.join(path)).unwrap();
    let known = manifest.get(path);
    let date = |column: usize| known.and_then(|row| row.get(column).parse().ok());
    let name = path.rsplit('/').next().unwrap_or(path).to_owned();
    let filing = RawFiling {
        meta: FilingMeta {
            id: FilingId::of_content(&Digest::of(path.as_bytes())),
            accession: None,
            cik: None,
            company: None,
            ticker: None,
            form: form.parse().unwrap(),
            filed: date(6),
            period: date(7),
            items: Vec::new(),
            primary_document: None,
            url: None,
        },
        documents: vec![RawDocument {
            name,
            doc_type: None,
            sequence: None,
            description: None,
            bytes: bytes.into(),
            sha256: None,
        }],
    };
    Parser.parse(&filing).unwrap()
}

fn score(content: &FilingContent, rows: &[&Row]) -> Score {
    let mut score = Score::default();
    let known: Vec<(&str, &str)> = rows
        .iter()
        .filter(|row| row.get(0) == "item")
        .map(|row| (row.get(4), row.get(5)))
        .collect();
    for row in rows {
        match row.get(0) {
            "item" => score_item(content, row, &mut score),
            "fact" => score_fact(content, row, &mut score),
            "count" => score_count(content, row, &mut score),
            "8k_items" => {
                score.codes_expected += 1;
                if content.items_8k.join(",") == row.get(5) {
                    score.codes += 1;
                } else {
                    score.misses.push(format!(
                        "codes {:?}, expected {}",
                        content.items_8k,
                        row.get(5)
                    ));
                }
            }
            _ => {}
        }
    }
    if !known.is_empty() {
        // Items of a combined heading share the range of the first and count with it.
        let shared = |section: &Section| {
            content.sections.iter().any(|other| {
                other.range == section.range
                    && !other.range.is_empty()
                    && known.iter().any(|(p, i)| {
                        other.key.part == *p && (other.key.item == *i || i.contains('-'))
                    })
            })
        };
        for section in content
            .sections
            .iter()
            .filter(|s| s.state != SectionState::NotFound)
        {
            let key = (section.key.part.as_str(), section.key.item.as_str());
            // The ground truth knows no lettered parts.
            let nested = !key.0.is_empty() && key.1.contains('.');
            if !known.contains(&key) && !shared(section) && !nested {
                score.extra += 1;
                score.sure_and_wrong += usize::from(section.confidence >= SURE);
                score
                    .misses
                    .push(format!("not expected: {} {:?}", section.key, section.title));
            }
        }
    }
    score
}

fn score_item(content: &FilingContent, row: &Row, score: &mut Score) {
    score.expected += 1;
    let (part, item) = (row.get(4), row.get(5));
    let first = item.split('-').next().unwrap_or(item);
    let found = content
        .sections
        .iter()
        .find(|s| s.key.part == part && s.key.item == first && s.state != SectionState::NotFound);
    let Some(section) = found else {
        score
            .misses
            .push(format!("missing {part} {item} {}", row.get(6)));
        return;
    };
    score.found += 1;
    let state = state_name(section.state);
    let right_state = state == row.get(7).to_lowercase();
    let sure = section.confidence >= SURE;
    if right_state {
        score.states += 1;
    } else {
        score.misses.push(format!(
            "{part} {item}: state {state}, expected {} ({})",
            row.get(7),
            row.get(10)
        ));
    }
    if row.get(10).is_empty() {
        score.sure_and_right += usize::from(sure && right_state);
        score.sure_and_wrong += usize::from(sure && !right_state);
        return;
    }
    score.bounded += 1;
    let text = squeeze(content.section_text(section));
    let (start, end) = (squeeze(row.get(8)), squeeze(row.get(9)));
    let empty = row.get(10) == "0";
    let starts = if empty {
        text.is_empty()
    } else {
        text.starts_with(&start)
    };
    let ends = if empty {
        text.is_empty()
    } else {
        text.ends_with(&end)
    };
    score.starts += usize::from(starts);
    score.ends += usize::from(ends);
    score.both += usize::from(starts && ends);
    let right = starts && ends && right_state;
    score.sure_and_right += usize::from(sure && right);
    score.sure_and_wrong += usize::from(sure && !right);
    let head: String = text.chars().take(50).collect();
    let tail = text.char_indices().rev().nth(49).map_or(0, |(at, _)| at);
    let tail = text.get(tail..).unwrap_or_default();
    if !starts {
        score.misses.push(format!(
            "{part} {item}: starts {head:?}, expected {:?}",
            row.get(8)
        ));
    }
    if !ends {
        score.misses.push(format!(
            "{part} {item}: ends {tail:?}, expected {:?}",
            row.get(9)
        ));
    }
}

fn score_fact(content: &FilingContent, row: &Row, score: &mut Score) {
    score.facts_expected += 1;
    let (concept, value, unit, period) = (row.get(11), row.get(12), row.get(13), row.get(14));
    let found = content.facts.iter().any(|fact| {
        let shown = match &fact.period {
            Some(Period::Instant { instant }) => instant.to_string(),
            Some(Period::Duration { start, end }) => format!("{start}/{end}"),
            None => String::new(),
        };
        *fact.concept == *concept
            && squeezed(&fact.value) == value
            && fact.unit.as_deref().unwrap_or_default() == unit
            && shown == period
    });
    score.facts += usize::from(found);
    if !found {
        let near: Vec<_> = content
            .facts
            .iter()
            .filter(|f| *f.concept == *concept)
            .take(3)
            .collect();
        score
            .misses
            .push(format!("fact {concept} {value} {unit} {period}: {near:?}"));
    }
}

fn squeezed(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn score_count(content: &FilingContent, row: &Row, score: &mut Score) {
    score.counts_expected += 1;
    let numbers = row.get(11) == "ix:nonFraction";
    let count = content
        .facts
        .iter()
        .filter(|fact| fact.unit.is_some() == numbers)
        .count();
    if count.to_string() == row.get(12) {
        score.counts += 1;
    } else {
        score
            .misses
            .push(format!("{} {count}, expected {}", row.get(11), row.get(12)));
    }
}

/// The scores by form, and the table.
fn run(root: &Path) -> (BTreeMap<String, Score>, String) {
    let manifest: BTreeMap<String, Row> = rows(&root.join("MANIFEST.tsv"))
        .into_iter()
        .map(|row| (row.get(0).to_owned(), row))
        .collect();
    let expected = rows(&root.join("EXPECTED.tsv"));
    let mut by_filing: BTreeMap<(&str, &str), Vec<&Row>> = BTreeMap::new();
    for row in &expected {
        by_filing
            .entry((row.get(2), row.get(1)))
            .or_default()
            .push(row);
    }
    let mut forms: BTreeMap<String, Score> = BTreeMap::new();
    let mut table = String::new();
    for ((form, path), rows) in &by_filing {
        let content = parse(root, path, form, &manifest);
        let score = score(&content, rows);
        let name: Vec<&str> = path.rsplit('/').take(2).collect();
        let _ = writeln!(
            table,
            "{form:<8} {}",
            score.row(name.first().unwrap_or(path))
        );
        for miss in &score.misses {
            let _ = writeln!(table, "      {miss}");
        }
        forms.entry((*form).to_owned()).or_default().add(&score);
    }
    for (form, score) in &forms {
        let _ = writeln!(table, "{form:<8} {} f1 {:.4}", score.row("all"), score.f1());
    }
    (forms, table)
}

/// `part` of `whole` in thousandths.
fn per_mille(part: usize, whole: usize) -> usize {
    part * 1000 / whole.max(1)
}

#[test]
fn reads_the_corpus_at_least_as_well_as_before() {
    let Some(root) = corpus() else { return };
    let (forms, table) = run(&root);
    println!("{table}");
    let mut all = Score::default();
    for family in [&["10-K", "10-K405"][..], &["10-Q"], &["20-F"], &["8-K"]] {
        let mut one = Score::default();
        for form in family {
            one.add(forms.get(*form).unwrap_or(&Score::default()));
        }
        // Of current reports the ground truth has the codes.
        if one.expected > 0 {
            assert!(one.f1() >= 0.995, "{family:?}\n{table}");
            assert!(
                per_mille(one.found, one.expected) >= 995,
                "{family:?}\n{table}"
            );
            assert!(
                per_mille(one.both, one.bounded) >= 995,
                "{family:?}\n{table}"
            );
            assert!(
                per_mille(one.sure_and_right, one.found) >= 850,
                "{family:?}\n{table}"
            );
        }
        assert_eq!(one.sure_and_wrong, 0, "{family:?}\n{table}");
        all.add(&one);
    }
    println!("{} f1 {:.4}", all.row("10-K, 10-Q, 8-K, 20-F"), all.f1());
    assert!(per_mille(all.both, all.bounded) >= 998, "{table}");
    assert!(per_mille(all.states, all.found) >= 990, "{table}");
    assert!(per_mille(all.sure_and_right, all.found) >= 910, "{table}");
    assert_eq!(all.facts, all.facts_expected, "{table}");
    assert_eq!(all.counts, all.counts_expected, "{table}");
    assert_eq!(all.codes, all.codes_expected, "{table}");
}

#[test]
fn every_text_of_the_corpus_maps_to_its_raw_bytes() {
    let Some(root) = corpus() else { return };
    let expected = rows(&root.join("EXPECTED.tsv"));
    let paths: std::collections::BTreeSet<&str> = expected.iter().map(|row| row.get(1)).collect();
    let mut checked = 0;
    for path in paths {
        let bytes = std::fs::read(root.join(path)).unwrap();
        // The larger ones are of the same makes.
        if bytes.len() > 900_000 {
            continue;
        }
        let files = vec![file(path, None, bytes)];
        let content = Parser.parse(&filing("10-K", None, files.clone())).unwrap();
        check_map(&content, &files);
        checked += 1;
    }
    assert!(checked > 20, "{checked}");
}
