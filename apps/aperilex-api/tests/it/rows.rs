//! The matrix of bad input is whole: each of its rows about the API, money, settings and events of payments
//! has an executable case that names it, as a function `b17_…`.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// The rows, and what each is about.
const ROWS: [(u8, &str); 55] = [
    (1, "bodies that are no object"),
    (2, "bodies of great depth"),
    (3, "texts that are no Unicode"),
    (4, "control characters"),
    (5, "numbers where texts are due"),
    (6, "unknown fields"),
    (7, "doubled keys"),
    (8, "numbers out of range"),
    (9, "a body over the limit by its length"),
    (10, "a body over the limit by what comes"),
    (11, "packed bodies"),
    (12, "bodies of another kind"),
    (13, "answers of another kind"),
    (14, "ids that are none or of something else"),
    (15, "ids of what is others'"),
    (16, "numbers of companies"),
    (17, "symbols of companies"),
    (18, "e-mail addresses"),
    (19, "form types"),
    (20, "days and moments"),
    (21, "pages and cursors"),
    (22, "filters and orders"),
    (23, "paid requests without a key"),
    (24, "keys of requests that are none"),
    (25, "keys of other requests"),
    (26, "keys of requests long ago"),
    (27, "credits that do not suffice, prices that changed"),
    (28, "filings that the plan does not cover"),
    (29, "more requests than the plan allows"),
    (30, "tasks withdrawn late or twice"),
    (31, "imports of nothing, of doubles, of too much"),
    (32, "addresses of filings that are not fetched"),
    (33, "no credentials, or two, or others"),
    (34, "access tokens that are none"),
    (35, "API keys that are no longer or nearly right"),
    (36, "paths, long addresses, many header fields"),
    (37, "methods"),
    (38, "event streams"),
    (39, "heads that can be read two ways"),
    (40, "names of stored documents in addresses"),
    (71, "settings that cannot be read"),
    (72, "providers that are not in this build, or two"),
    (73, "times that do not fit together"),
    (74, "figures that no plan may have"),
    (75, "signing secrets that are weak or the same"),
    (76, "services that are away at start"),
    (77, "an EDGAR user agent without an address"),
    (78, "secrets over a network in the clear"),
    (79, "events that are not signed"),
    (80, "events that were not signed just now"),
    (81, "events that come ten times"),
    (82, "events out of order"),
    (83, "events that make no sense"),
    (84, "events too large or too many"),
    (85, "receivers of notices that are private, slow or down"),
];

/// Where this product answers otherwise than the row, and why; what there is of the row has its cases.
const OTHERWISE: [(u8, &str); 7] = [
    (
        19,
        "form types are open: 10-K405 is one, and not found where a company has none",
    ),
    (
        23,
        "only what moves money by itself needs a key; without one an account that asks again joins its own task, and no filing is paid twice",
    ),
    (
        30,
        "the code is not-cancellable, for tasks that run as well",
    ),
    (
        72,
        "providers have no list of fallbacks that could be circular",
    ),
    (
        73,
        "no function runs in this build, and heartbeats are a third of the lease, not a setting; documents are local, without retries",
    ),
    (
        75,
        "there are no keys of a demonstration that could be left in",
    ),
    (
        76,
        "secrets are read from the settings at start: what may be away is the database",
    ),
];

/// Sources of this workspace's crates, but for this file.
fn sources(folder: &Path, all: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap();
        if path.is_dir() && name != "target" && !name.starts_with('.') {
            sources(&path, all);
        } else if name.ends_with(".rs") && !path.ends_with("apps/aperilex-api/tests/it/rows.rs") {
            all.push(path);
        }
    }
}

/// The rows that tests name: functions that are marked as tests, are run, and begin with the row's number.
fn named(source: &str) -> Vec<u8> {
    let lines: Vec<_> = source.lines().map(str::trim).collect();
    let mut rows = Vec::new();
    for (at, line) in lines.iter().enumerate() {
        let function = line.strip_prefix("async ").unwrap_or(line);
        let Some(name) = function.strip_prefix("fn b") else {
            continue;
        };
        let marks = lines[..at].iter().rev().take_while(|mark| !mark.is_empty());
        let marks: Vec<_> = marks.take(4).collect();
        let marked = |with: &str| marks.iter().any(|mark| mark.contains(with));
        // What is not run by itself shows nothing.
        let is_case = marked("test]") && !marked("#[ignore");
        if let (Some(number), true) = (name.get(..2), is_case && name.get(2..3) == Some("_")) {
            rows.extend(number.parse::<u8>());
        }
    }
    rows
}

fn cases() -> BTreeMap<u8, usize> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let root = root.canonicalize().unwrap();
    let mut all = Vec::new();
    for part in ["apps", "adapters"] {
        sources(&root.join(part), &mut all);
    }
    let mut cases = BTreeMap::new();
    for path in all {
        for row in named(&fs::read_to_string(path).unwrap()) {
            *cases.entry(row).or_insert(0) += 1;
        }
    }
    cases
}

#[test]
fn every_row_has_a_case_that_names_it() {
    let cases = cases();
    let without: Vec<_> = ROWS
        .iter()
        .filter(|(row, _)| !cases.contains_key(row))
        .collect();
    assert!(without.is_empty(), "rows without a case: {without:?}");
    let unknown = |row: &u8| ROWS.iter().all(|(known, _)| known != row) && !(41..=70).contains(row);
    let unknown: Vec<_> = cases.keys().filter(|row| unknown(row)).collect();
    assert!(
        unknown.is_empty(),
        "cases of rows that there are not: {unknown:?}"
    );
    for (row, why) in OTHERWISE {
        assert!(cases.contains_key(&row) && !why.is_empty(), "B{row:02}");
    }
}

#[test]
fn only_a_test_that_is_run_is_a_case() {
    // The ignored one is part of the sample that is read here: it must not be counted.
    let source = "#[test]\nfn b01_one() {}\n\n#[tokio::test]\n#[ignore]\nasync fn b02_two() {}\n\n\
        fn b03_no_test() {}\n// fn b04_nothing()\n\n#[test]\nfn b5_five() {}\n\n#[test]\nfn beta() {}\n\n#[tokio::test]\nasync fn b06_six() {}\n";
    assert_eq!(named(source), [1, 6]);
}
