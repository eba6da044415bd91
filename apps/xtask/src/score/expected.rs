//! What is known of the filings of a corpus: EXPECTED.tsv.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::ensure;

use super::tsv::{Row, Table};

/// What is known of one filing.
#[derive(Debug, Default)]
pub(super) struct Known {
    /// Form type.
    pub(super) form: String,
    /// Accession number, or empty.
    pub(super) accession: String,
    /// The file to read, from the corpus's root.
    pub(super) path: String,
    /// Items in document order.
    pub(super) items: Vec<Item>,
    /// Some of its facts.
    pub(super) facts: Vec<Fact>,
    /// Numbers of its `ix:` tags, by tag.
    pub(super) tags: Vec<(String, usize)>,
    /// 8-K codes with a heading, with commas between.
    pub(super) codes: Option<String>,
}

/// An item that is in the body of a filing.
#[derive(Debug, Clone, Default)]
pub(super) struct Item {
    /// Roman numeral; empty for forms without parts, or if it is not known.
    pub(super) part: String,
    /// Number or slug; the first of a group.
    pub(super) item: String,
    /// The last number of a group of items in one (`10-14`).
    pub(super) last: Option<String>,
    /// Title.
    pub(super) title: String,
    /// State, if it is known.
    pub(super) state: Option<String>,
    /// Where it begins and ends, if that is known.
    pub(super) bounds: Option<Bounds>,
    /// Whether it is no fault not to find it.
    pub(super) optional: bool,
}

/// Where an item begins and ends.
#[derive(Debug, Clone)]
pub(super) enum Bounds {
    /// By its first and last characters, white space left out.
    Words {
        start: String,
        end: String,
        /// Characters in it, runs of white space as one.
        chars: Option<usize>,
    },
    /// By offsets into the raw file, which may end at several places.
    Raw { start: usize, ends: Vec<usize> },
}

/// A fact of inline XBRL.
#[derive(Debug, Clone)]
pub(super) struct Fact {
    pub(super) concept: String,
    pub(super) value: String,
    pub(super) unit: String,
    pub(super) period: String,
}

/// Reads EXPECTED.tsv.
pub(super) fn read(root: &Path, skipped: &mut Vec<String>) -> anyhow::Result<Vec<Known>> {
    ensure!(root.is_dir(), "no corpus at {}", root.display());
    let path = root.join("EXPECTED.tsv");
    let table = Table::read(&path, &["record", "path", "form"])?;
    for column in [
        "accession",
        "part",
        "item",
        "status",
        "start_text",
        "end_text",
        "chars",
        "concept",
        "value",
        "unit",
        "period",
    ] {
        if !table.has(column) {
            skipped.push(format!("EXPECTED.tsv has no column `{column}`"));
        }
    }
    let mut filings: BTreeMap<(&str, &str), Known> = BTreeMap::new();
    let mut unknown: BTreeMap<&str, usize> = BTreeMap::new();
    for row in table.rows() {
        let known = filings
            .entry((row.get("form"), row.get("path")))
            .or_insert_with(|| Known {
                form: row.get("form").to_owned(),
                accession: row.get("accession").to_owned(),
                path: row.get("path").to_owned(),
                ..Known::default()
            });
        if !known.take(row) {
            *unknown.entry(row.get("record")).or_default() += 1;
        }
    }
    ensure!(!filings.is_empty(), "{} has no rows", path.display());
    let told = unknown
        .iter()
        .map(|(record, rows)| format!("{rows} rows of the record `{record}`, which is not known"));
    skipped.extend(told);
    let mut filings: Vec<Known> = filings.into_values().collect();
    filings.iter_mut().for_each(Known::items_of_codes);
    Ok(filings)
}

impl Known {
    /// Takes a row; `false` if it is not one of a known kind.
    fn take(&mut self, row: Row<'_>) -> bool {
        match row.get("record") {
            "item" => self.items.push(item(row)),
            "8k_items" => self.codes = Some(row.get("item").replace(' ', "")),
            "fact" => self.facts.push(Fact {
                concept: row.get("concept").to_owned(),
                value: row.get("value").to_owned(),
                unit: row.get("unit").to_owned(),
                period: row.get("period").to_owned(),
            }),
            "count" => match row.get("value").parse() {
                Ok(count) => self.tags.push((row.get("concept").to_owned(), count)),
                Err(_) => return false,
            },
            _ => return false,
        }
        true
    }

    /// The items of an 8-K are known by their codes alone.
    fn items_of_codes(&mut self) {
        if let (true, Some(codes)) = (self.items.is_empty(), &self.codes) {
            let codes = codes.split(',').filter(|code| !code.is_empty());
            self.items.extend(codes.map(|code| Item {
                item: code.to_owned(),
                ..Item::default()
            }));
        }
    }
}

fn item(row: Row<'_>) -> Item {
    let (first, last) = match row.get("item").split_once('-') {
        Some((first, last)) if is_number(first) && is_number(last) => (first, Some(last)),
        _ => (row.get("item"), None),
    };
    let (start, end) = (squeeze(row.get("start_text")), squeeze(row.get("end_text")));
    let chars = row.get("chars").parse().ok();
    // No text and no length: nothing is known of it.
    let known = !start.is_empty() || !end.is_empty() || chars == Some(0);
    let state = row.get("status").to_lowercase();
    Item {
        part: row.get("part").to_owned(),
        item: first.to_owned(),
        last: last.map(str::to_owned),
        title: row.get("title").to_owned(),
        state: (!state.is_empty()).then_some(state),
        bounds: known.then_some(Bounds::Words { start, end, chars }),
        optional: false,
    }
}

fn is_number(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_digit())
}

/// Without white space, which is how texts are compared.
pub(super) fn squeeze(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_all(text: &str) -> (Vec<Known>, Vec<String>) {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join("EXPECTED.tsv"), text).unwrap();
        let mut skipped = Vec::new();
        (read(dir.path(), &mut skipped).unwrap(), skipped)
    }

    #[test]
    fn columns_may_stand_in_any_order_and_be_missing() {
        let (known, skipped) = read_all(
            "form\trecord\tpath\titem\tpart\tstatus\tchars\n\
             10-K\titem\ta.htm\t10-14\tIII\tPresent\t\n\
             10-K\titem\ta.htm\t16\tIV\treserved\t0\n\
             10-K\trisk\ta.htm\t\t\t\t\n",
        );
        let [filing] = &known[..] else {
            panic!("{known:?}")
        };
        let [group, empty] = &filing.items[..] else {
            panic!("{filing:?}")
        };
        assert_eq!(
            (group.item.as_str(), group.last.as_deref()),
            ("10", Some("14"))
        );
        assert!(group.bounds.is_none() && empty.bounds.is_some());
        assert_eq!(group.state.as_deref(), Some("present"));
        assert!(skipped.iter().any(|told| told.contains("`start_text`")));
        assert!(skipped.iter().any(|told| told.contains("record `risk`")));
    }

    #[test]
    fn facts_counts_and_codes_are_read() {
        let (known, _) = read_all(
            "record\tpath\tform\titem\tconcept\tvalue\tunit\tperiod\n\
             8k_items\ta.htm\t8-K\t5.02, 9.01\t\t\t\t\n\
             fact\ta.htm\t8-K\t\tdei:DocumentType\t8-K\t\t2024-01-02\n\
             count\ta.htm\t8-K\t\tix:nonNumeric\t12\t\t\n\
             count\ta.htm\t8-K\t\tix:nonFraction\tmany\t\t\n",
        );
        assert_eq!(known[0].codes.as_deref(), Some("5.02,9.01"));
        assert_eq!(known[0].items.len(), 2);
        assert_eq!(known[0].facts[0].value, "8-K");
        assert_eq!(known[0].tags, [("ix:nonNumeric".to_owned(), 12)]);
    }

    #[test]
    fn a_corpus_that_is_none_is_refused_in_a_sentence() {
        let dir = tempfile::tempdir().unwrap();
        let told = |root: &Path| read(root, &mut Vec::new()).unwrap_err().to_string();
        assert!(told(&dir.path().join("nowhere")).starts_with("no corpus at "));
        assert!(told(dir.path()).starts_with("no "));
        std::fs::write(dir.path().join("EXPECTED.tsv"), "record\tpath\n").unwrap();
        assert!(told(dir.path()).ends_with("has no column `form`"));
        std::fs::write(dir.path().join("EXPECTED.tsv"), "record\tpath\tform\n").unwrap();
        assert!(told(dir.path()).ends_with("has no rows"));
    }
}
