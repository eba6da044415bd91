//! Numbers of tables: values, units and periods.

use aperilex_ports::{Fact, FilingContent, Period, Table, TableNumber, TextRange};

use crate::real;

/// The number that a fact is shown in.
fn number_of<'c>(content: &'c FilingContent, fact: &Fact) -> Option<(&'c Table, &'c TableNumber)> {
    let range = fact.range.as_ref()?;
    let holds = |outer: &TextRange| outer.start <= range.start && range.end <= outer.end;
    let at = content
        .tables
        .partition_point(|t| (t.document, t.range.start) <= (fact.document, range.start));
    let table = content.tables.get(at.checked_sub(1)?)?;
    if table.document != fact.document || !holds(&table.range) {
        return None;
    }
    let at = table
        .numbers
        .partition_point(|n| n.range.start <= range.start);
    let number = table.numbers.get(at.checked_sub(1)?)?;
    holds(&number.range).then_some((table, number))
}

/// Agreement of numbers and facts.
#[derive(Debug, Default)]
struct Score {
    /// Facts alone in a cell of a table.
    facts: usize,
    found: usize,
    values: usize,
    units_told: usize,
    units: usize,
    periods_told: usize,
    periods: usize,
    misses: Vec<String>,
}

impl Score {
    fn add(&mut self, other: &Self) {
        self.facts += other.facts;
        self.found += other.found;
        self.values += other.values;
        self.units_told += other.units_told;
        self.units += other.units;
        self.periods_told += other.periods_told;
        self.periods += other.periods;
    }

    fn row(&self, name: &str) -> String {
        format!(
            "{name:<28} facts {:>6} found {:>6} values {:>6} units {:>6}/{:<6} periods {:>6}/{:<6}",
            self.facts,
            self.found,
            self.values,
            self.units,
            self.units_told,
            self.periods,
            self.periods_told
        )
    }
}

/// `read` against the facts of `known`, which has the same text.
fn score(read: &FilingContent, known: &FilingContent) -> Score {
    let mut score = Score::default();
    let text = known.text();
    for fact in known.facts.iter().filter(|fact| fact.unit.is_some()) {
        let Some(range) = &fact.range else { continue };
        let in_table =
            |table: &Table| table.range.start <= range.start && range.end <= table.range.end;
        if fact.value.is_empty() || !is_alone(text, range) || !read.tables.iter().any(in_table) {
            continue;
        }
        score.facts += 1;
        match number_of(read, fact) {
            Some((table, number)) => score.compare(text, fact, table, number),
            None => score.miss("none", text, fact, ""),
        }
    }
    score
}

/// Whether a cell of the text holds a range and nothing but signs beside it.
fn is_alone(text: &str, range: &TextRange) -> bool {
    let (before, behind) = (&text[..range.start], &text[range.end..]);
    let start = before.rfind(['\n', '\t']).map_or(0, |at| at + 1);
    let end = behind.find(['\n', '\t']).unwrap_or(behind.len());
    let words = |piece: &str| piece.chars().any(char::is_alphanumeric);
    !words(&before[start..]) && !words(&behind[..end])
}

/// Whether a column's period is that of a fact; balances at its start and end are in it.
fn agrees(column: &Period, fact: &Period) -> bool {
    match (column, fact) {
        (Period::Duration { start, end }, Period::Instant { instant }) => {
            instant == end || instant.tomorrow().unwrap() == *start
        }
        _ => column == fact,
    }
}

impl Score {
    fn compare(&mut self, text: &str, fact: &Fact, table: &Table, number: &TableNumber) {
        self.found += 1;
        // The sign of a fact may be the opposite of the one that shows.
        let size = |value: &str| value.trim_start_matches('-').to_owned();
        if size(&number.value) == size(&fact.value) {
            self.values += 1;
        } else {
            self.miss("value", text, fact, &number.value);
        }
        if let Some(unit) = &number.unit {
            self.units_told += 1;
            if Some(unit) == fact.unit.as_ref() {
                self.units += 1;
            } else {
                self.miss("unit", text, fact, unit);
            }
        }
        let period = table.periods.get(number.column).and_then(Option::as_ref);
        if let (Some(period), Some(known)) = (period, &fact.period) {
            self.periods_told += 1;
            if agrees(period, known) {
                self.periods += 1;
            } else {
                self.miss("period", text, fact, &format!("{period:?}"));
            }
        }
    }

    fn miss(&mut self, what: &str, text: &str, fact: &Fact, read: &str) {
        let range = fact.range.clone().unwrap_or_default();
        let label = text[..range.start].rfind('\n').map_or(0, |at| at + 1);
        let label: String = text[label..].chars().take(50).collect();
        self.misses.push(format!(
            "{what}: {:?} is {read:?}, expected {} {:?} {:?} in {label:?}",
            &text[range], fact.value, fact.unit, fact.period
        ));
    }
}

/// Scores over the corpus, with the misses of each filing if `APERILEX_MISSES` names it.
fn over_corpus(blind: bool) -> Option<Score> {
    let mut all = Score::default();
    let show = std::env::var("APERILEX_MISSES").unwrap_or_default();
    for real in real::filings() {
        let bytes = real.bytes();
        if count(&bytes, b"<ix:nonFraction") < 50 {
            continue;
        }
        let known = real.content(bytes.clone());
        let score = if blind {
            score(&real.content(without_facts(&bytes)), &known)
        } else {
            score(&known, &known)
        };
        println!("{}", score.row(&real.name));
        if !show.is_empty() && real.name.contains(&show) {
            for miss in &score.misses {
                println!("      {miss}");
            }
        }
        all.add(&score);
    }
    println!("{}", all.row("all"));
    (all.facts > 0).then_some(all)
}

fn count(bytes: &[u8], word: &[u8]) -> usize {
    bytes
        .windows(word.len())
        .filter(|window| *window == word)
        .count()
}

/// The same document with its numbers no longer marked as facts.
fn without_facts(bytes: &[u8]) -> Vec<u8> {
    let text = String::from_utf8(bytes.to_vec()).unwrap();
    text.replace("ix:nonFraction", "x:nonFraction").into_bytes()
}

/// `part` of `whole` in thousandths.
fn per_mille(part: usize, whole: usize) -> usize {
    part * 1000 / whole.max(1)
}

#[test]
fn numbers_agree_with_the_facts_they_show() {
    let Some(all) = over_corpus(false) else {
        return;
    };
    assert!(per_mille(all.values, all.facts) >= 999);
    assert!(per_mille(all.units, all.units_told) >= 999);
    assert!(per_mille(all.periods, all.periods_told) >= 980);
}

#[test]
fn numbers_agree_with_the_facts_when_these_are_hidden() {
    let Some(all) = over_corpus(true) else { return };
    assert!(per_mille(all.values, all.facts) >= 990);
    assert!(per_mille(all.units, all.units_told) >= 990);
    assert!(per_mille(all.periods, all.periods_told) >= 970);
}
