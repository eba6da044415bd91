//! A clause that is documented is tested, and a test names a clause that is documented.

use std::collections::BTreeSet;

use super::Tree;

/// Suites whose clauses belong to one adapter and are tested there.
const OWN_TESTS: [&str; 3] = ["FP", "FS", "FA"];

pub(super) fn check(tree: &Tree) -> anyhow::Result<Vec<String>> {
    let documented = ids(tree, "aperilex-ports/src/port", "**", "**")?;
    let tested = ids(tree, "aperilex-ports/src/contract", "\"", "\"")?;
    let own = |id: &&String| OWN_TESTS.iter().any(|suite| id.starts_with(suite));
    let untested = documented.difference(&tested).filter(|id| !own(id));
    let unknown = tested.difference(&documented);
    Ok(untested
        .map(|id| format!("clause {id} has no scenario"))
        .chain(unknown.map(|id| format!("a scenario names {id}, which no port documents")))
        .collect())
}

/// Clause ids (`TQ-2`) between two marks.
fn ids(tree: &Tree, folder: &str, open: &str, close: &str) -> anyhow::Result<BTreeSet<String>> {
    let mut found = BTreeSet::new();
    for path in tree.below(folder, ".rs") {
        let text = tree.text(path)?;
        for piece in text.split(open).skip(1) {
            let id = piece.split(close).next().unwrap_or_default();
            let lawful = id.split_once('-').is_some_and(|(suite, number)| {
                suite.len() == 2
                    && suite.bytes().all(|b| b.is_ascii_uppercase())
                    && !number.is_empty()
                    && number.bytes().all(|b| b.is_ascii_digit())
            });
            if lawful {
                found.insert(id.to_owned());
            }
        }
    }
    Ok(found)
}
