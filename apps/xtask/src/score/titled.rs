//! What is known of the forms whose sections have titles instead of numbers: headings.tsv.

use std::path::Path;

use super::expected::{Bounds, Item, Known};
use super::manifest::Manifest;
use super::tsv::{Row, Table};

/// Sections that a reader may also count to the section before them, so that it is no fault not to
/// find them. A heading that a listed heading follows at once is another.
const OPTIONAL: [&str; 16] = [
    "about-this-prospectus",
    "annual-report-availability",
    "back-cover",
    "code-of-ethics",
    "compensation-committee-interlocks",
    "cover",
    "delinquent-section-16a-reports",
    "employment-agreements",
    "equity-incentive-plan",
    "industry-and-market-data",
    "other-benefits",
    "part-ii",
    "private-placement",
    "required-vote",
    "risk-factors-summary",
    "voting-recommendations",
];

/// Adds the sections of a file like headings.tsv to what is known. Filings that this corpus does not
/// have are left out, and told.
pub(super) fn add(
    headings: &Path,
    root: &Path,
    manifest: &Manifest,
    filings: &mut Vec<Known>,
    skipped: &mut Vec<String>,
) -> anyhow::Result<()> {
    let needed = ["accession", "form", "document", "key", "text_start", "end"];
    let table = Table::read(headings, &needed)?;
    let mut absent: Vec<&str> = Vec::new();
    for row in table.rows() {
        let (accession, document) = (row.get("accession"), row.get("document"));
        let listed = manifest.path_of(accession, document).map(str::to_owned);
        let Some(path) = listed.or_else(|| search(root, accession, document)) else {
            if !absent.contains(&accession) {
                absent.push(accession);
            }
            continue;
        };
        let Some(item) = item(row) else {
            skipped.push(format!(
                "a row of {accession} in {} without offsets",
                headings.display()
            ));
            continue;
        };
        let at = filings.iter().position(|known| known.path == path);
        let at = at.unwrap_or_else(|| {
            filings.push(Known {
                form: row.get("form").to_owned(),
                accession: accession.to_owned(),
                path,
                ..Known::default()
            });
            filings.len() - 1
        });
        if let Some(known) = filings.get_mut(at) {
            known.items.push(item);
        }
    }
    if !absent.is_empty() {
        skipped.push(format!(
            "{} filings with titled sections that are not in this corpus: {}",
            absent.len(),
            absent.join(", ")
        ));
    }
    Ok(())
}

fn item(row: Row<'_>) -> Option<Item> {
    let start = row.get("text_start").parse().ok()?;
    // Where two ends are right, both are given.
    let ends = row.get("end").split('|').map(|end| end.trim().parse());
    let ends: Vec<usize> = ends.collect::<Result<_, _>>().ok()?;
    let (part, item) = key(row.get("key"));
    Some(Item {
        optional: ends.contains(&start) || OPTIONAL.contains(&item.as_str()),
        part,
        item,
        title: row.get("title").to_owned(),
        bounds: Some(Bounds::Raw { start, ends }),
        ..Item::default()
    })
}

/// `part-ii-item-13` is the numbered item (II, 13); any other slug has no part.
fn key(slug: &str) -> (String, String) {
    let numbered = slug
        .strip_prefix("part-")
        .and_then(|rest| rest.split_once("-item-"));
    numbered.map_or_else(
        || (String::new(), slug.to_owned()),
        |(part, item)| (part.to_uppercase(), item.to_uppercase()),
    )
}

/// A corpus without a manifest is laid out as EDGAR serves it.
fn search(root: &Path, accession: &str, document: &str) -> Option<String> {
    let data = "www.sec.gov/Archives/edgar/data";
    let folder = accession.replace('-', "");
    for company in std::fs::read_dir(root.join(data)).ok()?.flatten() {
        let name = company.file_name().to_string_lossy().into_owned();
        let path = format!("{data}/{name}/{folder}/{document}");
        if root.join(&path).is_file() {
            return Some(path);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sections_go_to_the_filing_they_are_of() {
        let root = tempfile::tempdir().unwrap();
        let folder = "www.sec.gov/Archives/edgar/data/7/000000000124000001";
        std::fs::create_dir_all(root.path().join(folder)).unwrap();
        std::fs::write(root.path().join(folder).join("s1.htm"), "text").unwrap();
        let headings = root.path().join("headings.tsv");
        let rows = "# made up\naccession\tform\tdocument\tkey\ttitle\theading_start\ttext_start\tend\n\
             0000000001-24-000001\tS-1\ts1.htm\tuse-of-proceeds\tUSE OF PROCEEDS\t1\t10\t20|25\n\
             0000000001-24-000001\tS-1\ts1.htm\tpart-ii-item-13\tItem 13\t30\t40\t40\n\
             0000000009-24-000001\tS-1\ts1.htm\texperts\tEXPERTS\t1\t10\t20\n";
        std::fs::write(&headings, rows).unwrap();
        let (mut filings, mut skipped) = (Vec::new(), Vec::new());
        let manifest = Manifest::default();
        add(
            &headings,
            root.path(),
            &manifest,
            &mut filings,
            &mut skipped,
        )
        .unwrap();
        let [filing] = &filings[..] else {
            panic!("{filings:?}")
        };
        assert_eq!(filing.path, format!("{folder}/s1.htm"));
        let [proceeds, thirteen] = &filing.items[..] else {
            panic!("{filing:?}")
        };
        assert_eq!(
            (thirteen.part.as_str(), thirteen.item.as_str()),
            ("II", "13")
        );
        assert!(thirteen.optional && !proceeds.optional);
        let bounds = format!("{:?}", proceeds.bounds);
        assert!(bounds.contains("ends: [20, 25]"), "{bounds}");
        assert!(skipped[0].contains("0000000009-24-000001"), "{skipped:?}");
    }
}
