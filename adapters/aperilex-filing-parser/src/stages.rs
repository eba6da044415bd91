//! The stages of the parser one by one, for its benchmark only.

use aperilex_ports::model::{Digest, RawDocument};

use crate::document;

/// Finds the documents of a file and how they are encoded. Answers how many there are.
#[must_use]
pub fn open(file: &RawDocument) -> usize {
    document::open(file, Digest::of(&[])).map_or(0, |opened| opened.len())
}

/// As [`open`], and reads the documents' markup. Answers how long their text is.
#[must_use]
pub fn read(file: &RawDocument) -> usize {
    let Ok(opened) = document::open(file, Digest::of(&[])) else {
        return 0;
    };
    let pages = opened.iter().filter_map(document::Opened::page);
    pages.map(|page| page.built.text.len()).sum()
}
