//! Lists of words that are looked for together: in one pass over a text, whatever their case.
//!
//! Lists that are asked before others hold the beginnings of words: that is enough to say no, and takes
//! half the memory.

use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, AhoCorasickKind};

/// Lists made when they are first looked for.
pub(crate) type Lists = LazyLock<WordLists>;

/// The words of up to 32 lists.
#[derive(Debug)]
pub(crate) struct WordLists {
    /// None if they are too many for one automaton: they are looked for one by one then.
    automaton: Option<AhoCorasick>,
    words: Vec<(&'static str, u32)>,
}

/// Words in lower case, of which list `n` has the bit `1 << n`.
pub(crate) fn of(lists: &[&[&'static str]]) -> WordLists {
    let bits = std::iter::successors(Some(1_u32), |bit| bit.checked_mul(2));
    let words: Vec<(&'static str, u32)> = lists
        .iter()
        .zip(bits)
        .flat_map(|(list, bit)| list.iter().map(move |word| (*word, bit)))
        .collect();
    let mut builder = AhoCorasick::builder();
    // A tenth of the memory, at half the speed: before several lists one is asked that most texts have
    // no word of.
    let kind = (lists.len() > 1).then_some(AhoCorasickKind::ContiguousNFA);
    let builder = builder.ascii_case_insensitive(true).kind(kind);
    let automaton = builder.build(words.iter().map(|(word, _)| word)).ok();
    WordLists { automaton, words }
}

impl WordLists {
    /// The bits of all lists of which a word is in `text`.
    pub(crate) fn bits(&self, text: &str) -> u32 {
        let Some(automaton) = &self.automaton else {
            let lower = text.to_ascii_lowercase();
            let found = self.words.iter().filter(|(word, _)| lower.contains(word));
            return found.fold(0, |bits, (_, bit)| bits | bit);
        };
        let found = automaton.find_overlapping_iter(text);
        found
            .filter_map(|found| self.words.get(found.pattern().as_usize()))
            .fold(0, |bits, (_, bit)| bits | bit)
    }

    /// Whether a word of any list is in `text`.
    pub(crate) fn is_in(&self, text: &str) -> bool {
        match &self.automaton {
            Some(automaton) => automaton.is_match(text),
            None => self.bits(text) != 0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_the_lists_of_overlapping_words() {
        let lists = of(&[&["per share", "eps"], &["share"], &["shares"]]);
        let mut slow = of(&[&["per share", "eps"], &["share"], &["shares"]]);
        slow.automaton = None;
        for (text, bits) in [
            ("Income PER SHARE", 0b011),
            ("number of Shares", 0b110),
            ("EPS", 0b001),
            ("net sales", 0),
            ("", 0),
        ] {
            assert_eq!((lists.bits(text), slow.bits(text)), (bits, bits), "{text}");
            let any = bits != 0;
            assert_eq!((lists.is_in(text), slow.is_in(text)), (any, any), "{text}");
        }
    }
}
