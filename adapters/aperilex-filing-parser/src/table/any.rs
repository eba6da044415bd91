//! Whether a text has one of some words: in one pass, whatever their case.

use std::sync::LazyLock;

use aho_corasick::AhoCorasick;

/// Words that are looked for together.
pub(crate) type Any = LazyLock<Option<AhoCorasick>>;

/// An automaton for `words`; none if they are too many for one.
pub(crate) fn of(words: &[&str]) -> Option<AhoCorasick> {
    let mut builder = AhoCorasick::builder();
    builder.ascii_case_insensitive(true).build(words).ok()
}

/// Whether one of the words is in `text`; without an automaton one may be.
pub(crate) fn is_in(words: &Any, text: &str) -> bool {
    words.as_ref().is_none_or(|words| words.is_match(text))
}
