//! The scores as an aligned table and as JSON.

use std::fmt::Write as _;

use serde_json::{Value, json};

use super::compare::Outcome;
use super::expected::Known;
use super::tally::{BINS, Share, Tally};

/// All that was scored.
#[derive(Debug)]
pub(super) struct Scores {
    pub(super) corpus: String,
    pub(super) parser: String,
    /// Filings with what came of them, by form.
    pub(super) filings: Vec<(Known, Outcome)>,
    /// What could not be scored, and why.
    pub(super) skipped: Vec<String>,
}

const HEAD: [&str; 17] = [
    "form",
    "filing",
    "items",
    "extra",
    "precision",
    "recall",
    "F1",
    "start",
    "end",
    "both",
    "length",
    "state",
    "index",
    "facts",
    "codes",
    "tags",
    "wrong at >= 0.9",
];

impl Scores {
    /// Forms in order with their sums.
    fn forms(&self) -> Vec<(&str, Tally)> {
        let mut forms: Vec<(&str, Tally)> = Vec::new();
        for (known, outcome) in &self.filings {
            match forms.iter_mut().find(|(form, _)| *form == known.form) {
                Some((_, tally)) => tally.add(&outcome.tally),
                None => forms.push((&known.form, outcome.tally.clone())),
            }
        }
        forms.sort_by_key(|(form, _)| *form);
        forms
    }

    fn total(&self) -> Tally {
        let mut total = Tally::default();
        for (_, outcome) in &self.filings {
            total.add(&outcome.tally);
        }
        total
    }

    /// As a table: by filing with what does not agree below it, by form, and in all; in short without
    /// the filings.
    pub(super) fn table(&self, short: bool) -> String {
        let mut rows: Vec<Vec<String>> = vec![HEAD.iter().map(|&cell| cell.to_owned()).collect()];
        let filings = if short { &[] } else { self.filings.as_slice() };
        for (known, outcome) in filings {
            rows.push(row(&known.form, name(known), &outcome.tally));
        }
        if !filings.is_empty() {
            rows.push(Vec::new());
        }
        for (form, tally) in self.forms() {
            rows.push(row(form, &count(tally.filings), &tally));
        }
        let total = self.total();
        rows.push(row("all", &count(total.filings), &total));
        let mut out = aligned(&rows);
        let _ = write!(out, "\n{}", reliability(&total));
        for (known, outcome) in filings {
            if !outcome.misses.is_empty() {
                let _ = writeln!(out, "\n{} {} {}", known.form, name(known), known.path);
            }
            for miss in &outcome.misses {
                let _ = writeln!(out, "  {miss}");
            }
        }
        if !self.skipped.is_empty() {
            out.push_str("\nleft out\n");
        }
        for told in &self.skipped {
            let _ = writeln!(out, "  {told}");
        }
        out
    }

    /// As JSON. Keys are only ever added.
    pub(super) fn json(&self) -> Value {
        let filings = self.filings.iter().map(|(known, outcome)| {
            json!({
                "form": known.form,
                "accession": known.accession,
                "path": known.path,
                "score": scores(&outcome.tally),
                "misses": outcome.misses,
            })
        });
        let forms = self.forms().into_iter();
        let forms = forms.map(|(form, tally)| (form.to_owned(), scores(&tally)));
        json!({
            "corpus": self.corpus,
            "parser": self.parser,
            "total": scores(&self.total()),
            "forms": forms.collect::<serde_json::Map<_, _>>(),
            "filings": filings.collect::<Vec<_>>(),
            "skipped": self.skipped,
        })
    }
}

fn name(known: &Known) -> &str {
    let file = known.path.rsplit('/').next().unwrap_or(&known.path);
    match known.accession.as_str() {
        "" => file,
        accession => accession,
    }
}

fn count(filings: usize) -> String {
    let plural = if filings == 1 { "" } else { "s" };
    format!("{filings} filing{plural}")
}

fn row(form: &str, name: &str, tally: &Tally) -> Vec<String> {
    let ratio = |ratio: Option<f64>| ratio.map_or_else(|| "-".to_owned(), |r| format!("{r:.4}"));
    let share = |share: Share| {
        let filled = share.of > 0;
        if filled {
            format!("{}/{}", share.right, share.of)
        } else {
            "-".to_owned()
        }
    };
    let wrong = tally.sure_wrong_per_1000().map_or_else(
        || "-".to_owned(),
        |per| format!("{}/{} = {per:.1} ‰", tally.sure_wrong(), tally.sure.of),
    );
    vec![
        form.to_owned(),
        name.to_owned(),
        share(tally.items),
        tally.extra.to_string(),
        ratio(tally.precision()),
        ratio(tally.items.ratio()),
        ratio(tally.f1()),
        share(tally.starts),
        share(tally.ends),
        share(tally.both),
        share(tally.lengths),
        share(tally.states),
        share(tally.indexed),
        share(tally.facts),
        share(tally.codes),
        share(tally.tags),
        wrong,
    ]
}

/// The share of right sections by the confidence they were reported with.
fn reliability(tally: &Tally) -> String {
    let mut rows = vec![
        ["confidence", "sections", "right", "share"]
            .map(str::to_owned)
            .to_vec(),
    ];
    for (bin, range) in tally.bins.iter().zip(ranges()) {
        rows.push(vec![
            format!("{:.3} - {:.3}", range.0, range.1),
            bin.of.to_string(),
            bin.right.to_string(),
            bin.ratio()
                .map_or_else(|| "-".to_owned(), |r| format!("{r:.4}")),
        ]);
    }
    aligned(&rows)
}

/// Lower and upper bounds of the bins.
fn ranges() -> impl Iterator<Item = (f32, f32)> {
    let uppers = BINS.iter().skip(1).copied().chain([1.0]);
    BINS.iter().copied().zip(uppers)
}

/// Columns aligned: words to the left, figures to the right.
fn aligned(rows: &[Vec<String>]) -> String {
    let columns = rows.iter().map(Vec::len).max().unwrap_or_default();
    let width = |column: usize| {
        let cells = rows.iter().filter_map(|row| row.get(column));
        cells.map(|cell| cell.chars().count()).max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..columns).map(width).collect();
    let mut out = String::new();
    for row in rows {
        let mut line = String::new();
        for (column, (cell, width)) in row.iter().zip(&widths).enumerate() {
            let figures = cell.starts_with(|c: char| c.is_ascii_digit() || c == '-');
            let _ = if column < 2 || !figures && column == 0 {
                write!(line, "{cell:<width$}  ")
            } else {
                write!(line, "{cell:>width$}  ")
            };
        }
        out.push_str(line.trim_end());
        out.push('\n');
    }
    out
}

/// 0.9, and not the nearest 32-bit float to it.
fn plain(number: f32) -> Option<f64> {
    number.to_string().parse().ok()
}

fn scores(tally: &Tally) -> Value {
    let share = |share: Share| json!({ "right": share.right, "of": share.of });
    let bins = tally.bins.iter().zip(ranges());
    let bins = bins.map(|(bin, (from, to))| {
        json!({ "from": plain(from), "to": plain(to), "sections": bin.of, "right": bin.right })
    });
    json!({
        "filings": tally.filings,
        "items": {
            "expected": tally.items.of,
            "found": tally.items.right,
            "extra": tally.extra,
            "precision": tally.precision(),
            "recall": tally.items.ratio(),
            "f1": tally.f1(),
        },
        "boundaries": {
            "start": share(tally.starts),
            "end": share(tally.ends),
            "both": share(tally.both),
            "length": share(tally.lengths),
            "indexed": share(tally.indexed),
        },
        "states": share(tally.states),
        "facts": {
            "all": share(tally.facts),
            "value": share(tally.fact_values),
            "unit": share(tally.fact_units),
            "period": share(tally.fact_periods),
        },
        "codes_8k": share(tally.codes),
        "ix_tags": share(tally.tags),
        "confidence": {
            "sure": tally.sure.of,
            "sure_wrong": tally.sure_wrong(),
            "sure_wrong_per_1000": tally.sure_wrong_per_1000(),
            "reliability": bins.collect::<Vec<_>>(),
        },
    })
}
