//! The numbers of a claim: each must stand in the cited words, be a fact, or be computed again.

use aperilex_ports::{Fact, Figure, Period, TextRange, row_words};

use super::evidence::Evidence;
use super::figure::figure_holds;
use crate::number::{Decimal, Kind, tokens};

/// How the numbers of a claim came out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Tally {
    pub(super) numbers: u32,
    pub(super) verified: u32,
}

impl Tally {
    pub(super) const fn holds(self) -> bool {
        self.numbers == self.verified
    }

    pub(super) const fn add(&mut self, other: Self) {
        self.numbers = self.numbers.saturating_add(other.numbers);
        self.verified = self.verified.saturating_add(other.verified);
    }
}

/// What a claim says, and what it cites.
#[derive(Debug)]
pub(super) struct Statement<'a> {
    pub(super) text: &'a str,
    pub(super) figure: Option<&'a Figure>,
    /// Index of the document, range and words of each citation.
    pub(super) cited: Vec<(usize, TextRange, &'a str)>,
}

impl Statement<'_> {
    /// What stands in the cited words.
    pub(super) fn cited_words(&self) -> Evidence {
        let mut evidence = Evidence::default();
        for (_, _, words) in &self.cited {
            evidence.cite(words);
        }
        evidence
    }

    /// Whether a fact is shown inside a citation.
    pub(super) fn holds(&self, fact: &Fact) -> bool {
        fact.range.as_ref().is_some_and(|range| {
            self.cited.iter().any(|(document, cited, _)| {
                *document == fact.document && range.start >= cited.start && range.end <= cited.end
            })
        })
    }

    /// Whether the text is one of the quotes, white space folded, maybe behind a label without any
    /// number: its numbers are then the filing's own.
    pub(super) fn is_quote(&self) -> bool {
        let text = folded(self.text);
        self.cited.iter().any(|(_, _, words)| {
            [folded(words), row_words(words)].iter().any(|words| {
                text.strip_suffix(words.as_str())
                    .is_some_and(|label| !words.is_empty() && is_label(label))
            })
        })
    }
}

fn folded(text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    words.join(" ")
}

/// Nothing, or words without numbers, a colon and a space.
fn is_label(label: &str) -> bool {
    label.is_empty() || (label.ends_with(": ") && tokens(label).is_empty())
}

/// Checks every number of a statement. A figure counts as one number beside those of the text.
pub(super) fn tally(statement: &Statement<'_>, facts: &[Fact]) -> Tally {
    let mut evidence = statement.cited_words();
    for fact in facts
        .iter()
        .filter(|fact| fact.unit.is_some() && statement.holds(fact))
    {
        add(&mut evidence, &fact.value, Kind::Plain);
    }
    let mut tally = Tally::default();
    if let Some(figure) = statement.figure {
        tally.numbers += 1;
        if figure_holds(statement, figure, facts) {
            tally.verified += 1;
            add_figure(&mut evidence, figure);
        }
    }
    let verbatim = statement.is_quote();
    let text = without_dates(statement.text, statement.figure);
    for placed in tokens(&text) {
        tally.numbers += 1;
        if verbatim || evidence.proves(&placed.token, &text, &placed.range) {
            tally.verified += 1;
        }
    }
    tally
}

fn add(evidence: &mut Evidence, value: &str, kind: Kind) {
    if let Ok(value) = value.parse::<Decimal>() {
        evidence.add(value, kind);
    }
}

fn add_figure(evidence: &mut Evidence, figure: &Figure) {
    add(evidence, &figure.value, Kind::Plain);
    if let Some(prior) = &figure.prior {
        add(evidence, &prior.value, Kind::Plain);
        if let Some(change) = &prior.change_pct {
            add(evidence, change, Kind::Percent);
        }
    }
}

/// The text without the dates of the figure's periods: they are checked with the figure.
fn without_dates(text: &str, figure: Option<&Figure>) -> String {
    let Some(figure) = figure else {
        return text.to_owned();
    };
    let prior = figure
        .prior
        .as_ref()
        .and_then(|prior| prior.period.as_ref());
    let dates = figure
        .period
        .iter()
        .chain(prior)
        .flat_map(|period| match period {
            Period::Instant { instant } => vec![*instant],
            Period::Duration { start, end } => vec![*start, *end],
        });
    dates.fold(text.to_owned(), |text, date| {
        text.replace(&date.to_string(), " ")
    })
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use aperilex_ports::PriorFigure;

    use super::*;

    fn fact(concept: &str, value: &str, end: &str, range: Option<TextRange>) -> Fact {
        Fact {
            document: 0,
            concept: concept.into(),
            value: value.into(),
            transformed: None,
            unit: Some("iso4217:USD".into()),
            decimals: Some("-6".into()),
            period: Some(Period::Instant {
                instant: end.parse().unwrap(),
            }),
            dimensions: Arc::default(),
            range,
            footnotes: vec![],
        }
    }

    fn figure(value: &str, prior: &str, change: &str) -> Figure {
        let period = |end: &str| {
            Some(Period::Instant {
                instant: end.parse().unwrap(),
            })
        };
        Figure {
            concept: Some("us-gaap:Assets".into()),
            value: value.into(),
            unit: Some("iso4217:USD".into()),
            period: period("2024-09-28"),
            prior: Some(PriorFigure {
                value: prior.into(),
                period: period("2023-09-30"),
                change_pct: Some(change.into()),
            }),
        }
    }

    fn count(text: &str, figure: Option<&Figure>, quote: &str) -> (u32, u32) {
        let facts = [
            fact("us-gaap:Assets", "364980000000", "2024-09-28", Some(13..20)),
            fact("us-gaap:Assets", "352583000000", "2023-09-30", Some(21..28)),
        ];
        let statement = Statement {
            text,
            figure,
            cited: vec![(0, 0..quote.len(), quote)],
        };
        let tally = tally(&statement, &facts);
        (tally.numbers, tally.verified)
    }

    #[test]
    fn a_number_stands_in_the_cited_words() {
        let quote = "Net sales rose to $1,577 million in 2024, or (3)%";
        for (text, outcome) in [
            ("Sales were 1,577 million in 2024.", (2, 2)),
            ("Sales were 1.577 billion.", (1, 1)),
            ("Sales were 1,578 million.", (1, 0)),
            ("Sales were 1,577 dollars.", (1, 0)),
            ("Sales fell -3 %.", (1, 1)),
            ("Sales moved 3 %.", (1, 0)),
            ("Sales fell 3 %.", (1, 1)),
            ("Sales fell -1,577 million.", (1, 0)),
        ] {
            assert_eq!(count(text, None, quote), outcome, "{text}");
        }
    }

    #[test]
    fn a_figure_is_a_fact_and_its_change_is_computed_again() {
        let quote = "Total assets 364,980 352,583";
        let text = "Assets: 364,980 million at 2024-09-28, 352,583 million at 2023-09-30 (+3.5 %)";
        let good = figure("364980000000", "352583000000", "3.5");
        assert_eq!(count(text, Some(&good), quote), (4, 4));
        for bad in [
            figure("364980000001", "352583000000", "3.5"),
            figure("364980000000", "352583000001", "3.5"),
            figure("364980000000", "352583000000", "3.6"),
        ] {
            let (numbers, verified) = count(text, Some(&bad), quote);
            assert!(verified < numbers);
        }
    }
}
