//! Rows of the financial statements, found by label, where a filing has no XBRL.

use aperilex_ports::{DraftClaim, Table, row_words};

use super::concepts::{METRICS, Metric};
use crate::filing::{Filing, Place, Sentence};

/// Words in a caption of a financial statement.
const STATEMENTS: &[&str] = &[
    "statements of income",
    "statement of income",
    "statements of operations",
    "statement of operations",
    "statements of earnings",
    "statement of earnings",
    "income statement",
    "balance sheet",
    "financial position",
    "cash flow",
];

const MAX_ROW: usize = 400;

/// The rows of the metrics, in their order, each as the filing shows it.
pub(crate) fn rows(filing: &Filing<'_>) -> Vec<DraftClaim> {
    let mut tables: Vec<(u8, &Table)> =
        filing.content.tables.iter().map(|t| (rank(t), t)).collect();
    tables.sort_by_key(|(rank, _)| *rank);
    let lines: Vec<Sentence<'_>> = tables
        .iter()
        .flat_map(|(_, table)| lines(filing, table))
        .collect();
    METRICS
        .iter()
        .filter_map(|metric| find(metric, &lines)?.1.row_claim(filing))
        .collect()
}

/// Statements first, then what stands in the items of figures, then the rest.
fn rank(table: &Table) -> u8 {
    let caption = table.caption.to_lowercase();
    if STATEMENTS.iter().any(|words| caption.contains(words)) {
        return 0;
    }
    match table
        .section
        .as_ref()
        .map(|key| (key.part.as_str(), key.item.as_str()))
    {
        Some(("II", "8") | ("I", "1") | ("III", "17" | "18")) => 1,
        Some(("II", "6")) => 2,
        Some(_) => 3,
        None => 2,
    }
}

fn lines<'c>(filing: &Filing<'c>, table: &Table) -> Vec<Sentence<'c>> {
    let place = Place {
        document: table.document,
        range: table.range.clone(),
    };
    let Some(text) = filing.text(place.document).get(place.range.clone()) else {
        return Vec::new();
    };
    let mut at = place.range.start;
    let mut found = Vec::new();
    for line in text.split_inclusive('\n') {
        let start = at + (line.len() - line.trim_start().len());
        let end = at + line.trim_end().len();
        at += line.len();
        let quotable = start < end && end - start <= MAX_ROW;
        found.extend(
            quotable
                .then(|| filing.sentence(place.document, start..end))
                .flatten(),
        );
    }
    found
}

/// The row with the best label of a metric, the first of its kind.
fn find<'l, 'c>(metric: &Metric, lines: &'l [Sentence<'c>]) -> Option<(usize, &'l Sentence<'c>)> {
    let ranked = lines.iter().filter_map(|line| {
        let label = label(line.text);
        let rank = metric.labels.iter().position(|known| *known == label)?;
        is_row(line.text).then_some((rank, line))
    });
    ranked.min_by_key(|(rank, _)| *rank)
}

/// What stands before the figures: lower case, without parentheses, leaders and marks.
fn label(row: &str) -> String {
    let end = row
        .find('\t')
        .or_else(|| row.find("  "))
        .or_else(|| row.find(|c: char| c.is_ascii_digit() || c == '$'))
        .unwrap_or(row.len());
    let words = row.get(..end).unwrap_or_default();
    let mut label = String::new();
    let mut depth = 0_usize;
    for c in words.chars() {
        match c {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            _ if depth == 0 => label.push(c),
            _ => {}
        }
    }
    let words: Vec<&str> = label.split_whitespace().collect();
    let label = words.join(" ").to_lowercase();
    label
        .trim_end_matches(['.', ':', ' ', '*', '$', '-', '–', '—'])
        .to_owned()
}

/// Whether a line shows two numbers or more, and can be quoted: five words, or cells.
fn is_row(line: &str) -> bool {
    let cells = line.split(|c: char| c.is_whitespace());
    let numbers = cells.filter(|cell| {
        let digits = cell.chars().filter(char::is_ascii_digit).count();
        digits > 0 && !cell.contains(char::is_alphabetic)
    });
    let quotable = line.contains('\t') || line.split_whitespace().count() >= 5;
    quotable && numbers.count() >= 2
}

impl Sentence<'_> {
    /// The claim that the filing shows this row: its cells, empty ones left out.
    fn row_claim(&self, filing: &Filing<'_>) -> Option<DraftClaim> {
        let mut claim = self.claim(filing)?;
        if self.text.contains('\t') {
            claim.text = row_words(self.text);
        }
        Some(claim)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_lose_what_varies() {
        for (row, expected) in [
            ("Net income (loss)\t$\t(5\t)", "net income"),
            ("Total assets ........  5,000  4,000", "total assets"),
            ("Net sales (Note 3):\t1\t2", "net sales"),
            ("Revenues $ 5 $ 6", "revenues"),
        ] {
            assert_eq!(label(row), expected);
        }
    }

    #[test]
    fn a_row_shows_numbers() {
        assert!(is_row("Net income\t5\t6"));
        assert!(is_row("Net income 5,000 6,000 7,000"));
        assert!(!is_row("Net income 5 6"));
        assert!(!is_row("Net sales:"));
        assert!(!is_row("Net income\tin 2023"));
    }
}
