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
        Some(file) => std::fs::read_to_string(file)
            .map_err(|e| WiringError::setting(path, format!("cannot be read: {}", e.kind())))?,
    };
    let rows = text.lines().skip(1).filter(|line| !line.trim().is_empty());
    rows.enumerate()
        .map(|(index, line)| {
            let cik = line.split('\t').next().unwrap_or_default();
            let wrong =
                |_| WiringError::setting(path, format!("line {}: expected a CIK first", index + 2));
            cik.parse::<Cik>().map_err(wrong)
        })
        .collect()
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
    fn a_bad_line_is_named() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("u.tsv");
        std::fs::write(&file, "cik\tticker\n0000320193\tAAPL\nApple\t\n").unwrap();
        let files = UniverseFiles {
            small: Some(file),
            large: None,
        };
        let error = load(&files).unwrap_err().to_string();
        assert_eq!(
            error,
            "setting `universes.small`: line 3: expected a CIK first"
        );
    }
}
