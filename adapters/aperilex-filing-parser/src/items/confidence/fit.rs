//! Fits the table of confidences to a corpus: points against what was right, leaving one filing out at a
//! time. Damaged copies, in which one heading is struck out, show what the points are worth where a
//! heading is missed.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::print_stderr,
    clippy::indexing_slicing,
    clippy::cast_precision_loss,
    reason = "a test fails by panicking and prints what it fitted"
)]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use aperilex_ports::model::{Digest, FilingId, FilingMeta, RawDocument, SectionState};

use super::SURE;
use crate::document;
use crate::items::{self, Found};
use crate::text;

/// A row of the ground truth: part, item, state, start, end, length.
struct Truth {
    part: String,
    item: String,
    state: String,
    start: String,
    end: String,
    len: String,
}

/// Sections of one filing: points, and whether all of it was right.
type Outcome = Vec<(u8, bool)>;

#[test]
#[ignore = "prints a table for the source; it checks nothing"]
fn calibrates() {
    let Some(root) = std::env::var_os("APERILEX_CORPUS").map(PathBuf::from) else {
        return;
    };
    let dates = dates(&root);
    let mut filings: BTreeMap<(String, String), Vec<Truth>> = BTreeMap::new();
    for line in std::fs::read_to_string(root.join("EXPECTED.tsv"))
        .unwrap()
        .lines()
    {
        let f: Vec<&str> = line.split('\t').collect();
        if f[0] == "item" {
            let key = (f[2].to_owned(), f[1].to_owned());
            filings.entry(key).or_default().push(Truth {
                part: f[4].to_owned(),
                item: f[5].split('-').next().unwrap().to_owned(),
                state: f[7].to_lowercase().replace('_', ""),
                start: squeeze(f[8]),
                end: squeeze(f[9]),
                len: f[10].to_owned(),
            });
        }
    }
    let (mut whole, mut damaged): (Vec<Outcome>, Vec<Outcome>) = (Vec::new(), Vec::new());
    for ((form, path), truths) in &filings {
        let bytes = std::fs::read(root.join(path)).unwrap();
        let meta = meta(form, dates.get(path));
        whole.push(outcome(&meta, &bytes, truths));
        damaged.push(struck(&bytes, &meta, truths, path.len()));
    }
    let mut held_out = Vec::new();
    for left_out in 0..whole.len() {
        let both = whole.iter().zip(&damaged).enumerate();
        let rest = both.filter(|(at, _)| *at != left_out);
        let table = fit(rest.flat_map(|(_, (one, other))| one.iter().chain(other)));
        let scored = |(p, right): &(u8, bool)| (table[usize::from(*p)], *right);
        held_out.extend(whole[left_out].iter().map(scored));
    }
    reliability("left out", &held_out);
    let table = fit(whole.iter().chain(&damaged).flatten());
    let told = |outcomes: &[Outcome]| -> Vec<(f32, bool)> {
        let all = outcomes.iter().flatten();
        all.map(|(p, right)| (super::of(*p), *right)).collect()
    };
    reliability("as in the source", &told(&whole));
    reliability("one heading struck out", &told(&damaged));
    println!("const CALIBRATION: [f32; 11] = {table:.3?};");
}

/// Shares of right sections by points: pooled until they rise, smoothed as if one in each pool was wrong
/// and one right, and capped.
fn fit<'o>(outcomes: impl Iterator<Item = &'o (u8, bool)>) -> [f32; 11] {
    let mut counts = [(0_u32, 0_u32); 11];
    for (points, right) in outcomes {
        let slot = &mut counts[usize::from((*points).min(SURE))];
        slot.0 += 1;
        slot.1 += u32::from(*right);
    }
    let share = |(all, right): (u32, u32)| (right as f32 + 1.0) / (all as f32 + 2.0);
    // Pools of neighbouring points: how many, and their counts.
    let mut pools: Vec<(usize, (u32, u32))> = Vec::new();
    for count in counts {
        pools.push((1, count));
        while pools.len() > 1 && share(pools[pools.len() - 2].1) > share(pools[pools.len() - 1].1) {
            let (n, (all, right)) = pools.pop().unwrap();
            let before = pools.last_mut().unwrap();
            *before = (before.0 + n, (before.1.0 + all, before.1.1 + right));
        }
    }
    let mut table = [0.0; 11];
    let mut at = 0;
    for (n, count) in pools {
        for slot in table.iter_mut().skip(at).take(n) {
            *slot = share(count).min(0.99);
        }
        at += n;
    }
    table
}

fn reliability(name: &str, told: &[(f32, bool)]) {
    println!("{name}: {} sections", told.len());
    for (from, to) in [
        (0.0, 0.5),
        (0.5, 0.7),
        (0.7, 0.8),
        (0.8, 0.9),
        (0.9, 0.95),
        (0.95, 1.0),
    ] {
        let bin: Vec<_> = told
            .iter()
            .filter(|(c, _)| (from..to).contains(c))
            .collect();
        let right = bin.iter().filter(|(_, right)| *right).count();
        println!("  {from:.2} to {to:.2}: {right} of {} right", bin.len());
    }
}

/// What became of the items of copies in which the letters of one heading are struck out.
fn struck(bytes: &[u8], meta: &FilingMeta, truths: &[Truth], seed: usize) -> Outcome {
    let raw = raw(bytes);
    let opened = document::open(&raw, Digest::of(b"any")).unwrap();
    let main = document::main(&meta.form, &opened);
    let (source, page) = (
        opened[main].source.as_ref().unwrap(),
        opened[main].page().unwrap(),
    );
    let found = items::find(meta, main, &page);
    let canonical = text::canonical(source, page.built);
    let headed: Vec<_> = found
        .sections
        .iter()
        .filter(|s| !s.heading.is_empty())
        .collect();
    let mut out = Vec::new();
    for step in 0..headed.len().min(3) {
        let section = headed[(seed + step * 7) % headed.len()];
        let mut copy = bytes.to_vec();
        for at in section.heading.clone() {
            let letter = canonical.text.as_bytes()[at].is_ascii_alphanumeric();
            if letter && let Some(place) = canonical.map.raw_range(&(at..at + 1)) {
                copy[place].fill(b'x');
            }
        }
        let left: Vec<&Truth> = truths
            .iter()
            .filter(|t| t.part != section.key.part || t.item != section.key.item)
            .collect();
        out.extend(outcome_of(meta, &copy, &left));
    }
    out
}

fn outcome(meta: &FilingMeta, bytes: &[u8], truths: &[Truth]) -> Outcome {
    outcome_of(meta, bytes, &truths.iter().collect::<Vec<_>>())
}

fn outcome_of(meta: &FilingMeta, bytes: &[u8], truths: &[&Truth]) -> Outcome {
    let raw = raw(bytes);
    let opened = document::open(&raw, Digest::of(b"any")).unwrap();
    let main = document::main(&meta.form, &opened);
    let page = opened[main].page().unwrap();
    let Found {
        sections, points, ..
    } = items::find(meta, main, &page);
    let mut out = Vec::new();
    for (section, points) in sections.iter().zip(points) {
        let nested = !section.key.part.is_empty() && section.key.item.contains('.');
        if section.state == SectionState::NotFound || nested {
            continue;
        }
        let known = truths
            .iter()
            .find(|t| t.part == section.key.part && t.item == section.key.item);
        let Some(truth) = known else { continue };
        let text = squeeze(
            page.built
                .text
                .get(section.range.clone())
                .unwrap_or_default(),
        );
        let bounds = match truth.len.as_str() {
            "" => true,
            "0" => text.is_empty(),
            _ => text.starts_with(&truth.start) && text.ends_with(&truth.end),
        };
        let state = format!("{:?}", section.state).to_lowercase();
        let right = bounds && state == truth.state;
        if !right && points >= 8 {
            println!(
                "wrong at {points}: {} {:?} {bounds} {state}, {}",
                section.key, section.title, truth.state
            );
        }
        out.push((points, right));
    }
    out
}

fn squeeze(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace()).collect()
}

fn raw(bytes: &[u8]) -> RawDocument {
    RawDocument {
        name: "main".to_owned(),
        doc_type: None,
        sequence: None,
        description: None,
        bytes: bytes.to_vec().into(),
        sha256: None,
    }
}

fn meta(form: &str, dates: Option<&(String, String)>) -> FilingMeta {
    FilingMeta {
        id: FilingId::of_content(&Digest::of(form.as_bytes())),
        accession: None,
        cik: None,
        company: None,
        ticker: None,
        form: form.parse().unwrap(),
        filed: dates.and_then(|(filed, _)| filed.parse().ok()),
        period: dates.and_then(|(_, period)| period.parse().ok()),
        items: Vec::new(),
        primary_document: None,
        url: None,
    }
}

/// Filing date and period by path.
fn dates(root: &Path) -> BTreeMap<String, (String, String)> {
    let text = std::fs::read_to_string(root.join("MANIFEST.tsv")).unwrap();
    let row = |line: &str| {
        let f: Vec<&str> = line.split('\t').collect();
        (f[0].to_owned(), (f[6].to_owned(), f[7].to_owned()))
    };
    text.lines().skip(1).map(row).collect()
}
