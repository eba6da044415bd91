//! The facts of a document by their place, for what lies in a table.

use std::ops::Range;

use aperilex_ports::model::Fact;

/// Facts that are numbers, in order of place.
#[derive(Debug, Default)]
pub(crate) struct Known<'f> {
    facts: Vec<(usize, &'f Fact)>,
}

impl<'f> Known<'f> {
    /// The numbers among the facts of a document.
    pub(crate) fn of(facts: &'f [Fact], document: usize) -> Self {
        let shown = |fact: &'f Fact| Some((fact.range.as_ref()?.start, fact));
        let mut facts: Vec<_> = facts
            .iter()
            .filter(|fact| fact.document == document && fact.unit.is_some())
            .filter_map(shown)
            .collect();
        facts.sort_by_key(|(start, _)| *start);
        Self { facts }
    }

    /// Those that start in a range.
    pub(crate) fn within(&self, range: &Range<usize>) -> impl Iterator<Item = &'f Fact> + '_ {
        let from = self
            .facts
            .partition_point(|(start, _)| *start < range.start);
        let to = self.facts.partition_point(|(start, _)| *start < range.end);
        let found = self.facts.get(from..to).unwrap_or_default();
        found.iter().map(|(_, fact)| *fact)
    }

    /// The fact that a number with these digits shows.
    pub(crate) fn shown(&self, range: &Range<usize>, digits: &str) -> Option<&'f Fact> {
        let same = |fact: &&Fact| same_digits(&fact.value, digits);
        self.within(range).find(same)
    }

    /// The unit in which dollars are told.
    pub(crate) fn dollar(&self) -> Option<&'static str> {
        const DOLLARS: [&str; 6] = ["USD", "CAD", "AUD", "HKD", "SGD", "TWD"];
        let mut counts = [0_usize; DOLLARS.len()];
        for (_, fact) in &self.facts {
            let code = fact.unit.as_deref().and_then(|unit| unit.get(8..11));
            let at = DOLLARS.iter().position(|dollar| Some(*dollar) == code);
            if let Some(count) = at.and_then(|at| counts.get_mut(at)) {
                *count += 1;
            }
        }
        let most = counts.iter().zip(DOLLARS).max_by_key(|(count, _)| **count);
        most.filter(|(count, _)| **count > 0).map(|(_, code)| code)
    }
}

/// Whether two decimals are the same but for sign, commas and powers of ten.
fn same_digits(a: &str, b: &str) -> bool {
    fn significant(value: &str) -> impl Iterator<Item = u8> + '_ {
        let value = value.trim_start_matches(['-', '0', '.', ',']);
        let value = value.trim_end_matches(['-', '0', '.', ',']);
        value.bytes().filter(u8::is_ascii_digit)
    }
    significant(a).eq(significant(b))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_are_compared_without_powers_of_ten() {
        for (a, b, same) in [
            ("1234000", "1234", true),
            ("-0.125", "12.50", true),
            ("0", "-", true),
            ("1200", "12", true),
            ("10000000", "10,000,000", true),
            ("12345", "12,345", true),
            ("1203", "123", false),
            ("12.5", "0", false),
        ] {
            assert_eq!(same_digits(a, b), same, "{a} {b}");
        }
    }
}
