//! The companies that plans name, as replaceable files.

use std::path::Path;

use aperilex_core::{Cik, Universe, Universes};

use crate::error::WiringError;
use crate::settings::UniverseFiles;

const SMALL: &str = include_str!("../data/sp500.tsv");
const LARGE: &str = include_str!("../data/russell1000.tsv");

/// Reads both universes; the small one is part of the large one.
pub(crate) fn load(files: &UniverseFiles) -> Result<Universes, WiringError> {
    let small = read("universes.small", files.small.as_deref(), SMALL)?;
    let mut large = read("universes.large", files.large.as_deref(), LARGE)?;
    large.extend(&small);
    Ok(Universes {
        small: Universe::from_iter(small),
        large: Universe::from_iter(large),
    })
}

fn read(path: &str, file: Option<&Path>, built_in: &str) -> Result<Vec<Cik>, WiringError> {
    let text = match file {
        None => built_in.to_owned(),
        Some(file) => std::fs::read_to_string(file).map_err(|error| {
            let place = file.display();
            WiringError::setting(path, format!("{place} cannot be read: {}", error.kind()))
        })?,
    };
    rows(&text).map_err(|wrong| {
        let place = file.map_or_else(String::new, |file| format!("{}, ", file.display()));
        WiringError::setting(path, format!("{place}{wrong}"))
    })
}

/// The companies of a file: a header line that begins with `cik`, then a company a line, its CIK first and
/// what else is known of it behind tabs. Empty lines count for nothing.
fn rows(text: &str) -> Result<Vec<Cik>, String> {
    let first = |line: &str| {
        line.split('\t')
            .next()
            .unwrap_or_default()
            .trim()
            .to_owned()
    };
    let mut lines = text.trim_start_matches('\u{feff}').lines();
    let header = lines.next().map(first).unwrap_or_default();
    if !header.eq_ignore_ascii_case("cik") {
        return Err("line 1: expected a header whose first column is `cik`".to_owned());
    }
    let mut companies = Vec::new();
    for (index, line) in lines.enumerate() {
        if line.trim().is_empty() {
            continue;
        }
        let cik = first(line).parse::<Cik>();
        let number = index.saturating_add(2);
        companies.push(cik.map_err(|_| {
            format!("line {number}: expected a CIK of 1 to 10 digits first, and a tab behind it")
        })?);
    }
    if companies.is_empty() {
        return Err("expected at least one company below the header".to_owned());
    }
    Ok(companies)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_built_in_universes_hold_their_companies() {
        let universes = load(&UniverseFiles::default()).unwrap();
        let apple: Cik = "320193".parse().unwrap();
        assert!(universes.small.contains(apple) && universes.large.contains(apple));
        assert!(!universes.large.contains("1".parse().unwrap()));
    }

    #[test]
    fn a_file_that_cannot_be_one_is_refused_with_the_place() {
        let no_cik = "line 3: expected a CIK of 1 to 10 digits first, and a tab behind it";
        let no_header = "line 1: expected a header whose first column is `cik`";
        let no_company = "expected at least one company below the header";
        for (text, wrong) in [
            ("cik\tticker\n0000320193\tAAPL\nApple\t\n", no_cik),
            ("cik\n1\n12345678901\n", no_cik),
            ("cik\n1\n320193,AAPL\n", no_cik),
            ("cik\n1\n-5\n", no_cik),
            ("320193\tAAPL\n", no_header),
            ("", no_header),
            ("cik\tticker\n", no_company),
            ("cik\n\n  \n", no_company),
        ] {
            assert_eq!(rows(text).unwrap_err(), wrong, "{text:?}");
        }
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("u.tsv");
        for bytes in [&b"cik\n\xff\xfe\n"[..], b"cik\nx\n"] {
            std::fs::write(&file, bytes).unwrap();
            let files = UniverseFiles {
                small: Some(file.clone()),
                large: None,
            };
            let error = load(&files).unwrap_err().to_string();
            assert!(
                error.contains("`universes.small`") && error.contains("u.tsv"),
                "{error}"
            );
        }
    }

    #[test]
    fn what_editors_and_spreadsheets_leave_does_no_harm() {
        let text = "\u{feff}CIK\tname\r\n320193\tApple\r\n\r\n0000001800\tAbbott\r\n";
        let ciks = ["320193", "1800"].map(|cik| cik.parse::<Cik>().unwrap());
        assert_eq!(rows(text).unwrap(), ciks);
    }
}
