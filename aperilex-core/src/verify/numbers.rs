//! The numbers of a claim: each must stand in the cited words, be a fact, or be computed again.

use aperilex_ports::{Fact, Figure, Period, PriorFigure, TextRange};

use crate::number::{Decimal, Number, numbers};

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
}

/// What a claim says, and what it cites.
#[derive(Debug)]
pub(super) struct Statement<'a> {
    pub(super) text: &'a str,
    pub(super) figure: Option<&'a Figure>,
    /// Index of the document, range and words of each citation.
    pub(super) cited: Vec<(usize, TextRange, &'a str)>,
}

/// Checks every number of a statement. A figure that does not hold counts as one number that is not
/// verified, even if the text does not show it.
pub(super) fn tally(statement: &Statement<'_>, facts: &[Fact]) -> Tally {
    let cited: Vec<Number> = statement
        .cited
        .iter()
        .flat_map(|(_, _, words)| numbers(words))
        .collect();
    let mut lawful = lawful_values(statement, facts);
    let mut tally = Tally::default();
    if let Some(figure) = statement.figure {
        tally.numbers += 1;
        if figure_holds(figure, facts, &cited) {
            tally.verified += 1;
            lawful.extend(figure_values(figure));
        }
    }
    let text = without_dates(statement.text, statement.figure);
    for number in numbers(&text) {
        let said = |value: &Decimal| {
            value.abs() == number.value.abs() && (!number.negative || value.is_negative())
        };
        let quoted = |n: &Number| n.value == number.value && (!number.negative || n.negative);
        tally.numbers += 1;
        if cited.iter().any(quoted) || lawful.iter().any(said) {
            tally.verified += 1;
        }
    }
    tally
}

/// Values of the facts that are shown inside the cited words.
fn lawful_values(statement: &Statement<'_>, facts: &[Fact]) -> Vec<Decimal> {
    let inside = |fact: &&Fact| {
        fact.range.as_ref().is_some_and(|range| {
            statement.cited.iter().any(|(document, cited, _)| {
                *document == fact.document && range.start >= cited.start && range.end <= cited.end
            })
        })
    };
    facts
        .iter()
        .filter(inside)
        .filter_map(|fact| fact.value.parse().ok())
        .collect()
}

fn figure_values(figure: &Figure) -> Vec<Decimal> {
    let prior = figure.prior.as_ref();
    [
        Some(figure.value.as_str()),
        prior.map(|prior| prior.value.as_str()),
        prior.and_then(|prior| prior.change_pct.as_deref()),
    ]
    .into_iter()
    .flatten()
    .filter_map(|value| value.parse().ok())
    .collect()
}

/// Whether a figure is a fact of the filing (or stands in the cited words, where it names no
/// concept), its prior value too, and its change comes out again.
fn figure_holds(figure: &Figure, facts: &[Fact], cited: &[Number]) -> bool {
    let holds = |value: &str, period: Option<&Period>| match &figure.concept {
        Some(concept) => facts.iter().any(|fact| {
            fact.concept == *concept
                && fact.unit == figure.unit
                && fact.period.as_ref() == period
                && same(&fact.value, value)
        }),
        None => value.parse::<Decimal>().is_ok_and(|value| {
            cited
                .iter()
                .any(|n| n.value == value.abs() && n.negative == value.is_negative())
        }),
    };
    holds(&figure.value, figure.period.as_ref())
        && figure.prior.as_ref().is_none_or(|prior| {
            holds(&prior.value, prior.period.as_ref()) && change_holds(&figure.value, prior)
        })
}

fn same(a: &str, b: &str) -> bool {
    matches!((a.parse::<Decimal>(), b.parse::<Decimal>()), (Ok(a), Ok(b)) if a == b)
}

fn change_holds(value: &str, prior: &PriorFigure) -> bool {
    let (Ok(now), Ok(then)) = (value.parse::<Decimal>(), prior.value.parse::<Decimal>()) else {
        return false;
    };
    let claimed = prior.change_pct.as_deref().map(str::parse::<Decimal>);
    match (claimed, now.change_pct(then)) {
        (None, _) => true,
        (Some(Ok(claimed)), Some(change)) => claimed == change,
        _ => false,
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
    use super::*;

    fn fact(concept: &str, value: &str, end: &str, range: Option<TextRange>) -> Fact {
        Fact {
            document: 0,
            concept: concept.into(),
            value: value.into(),
            unit: Some("iso4217:USD".into()),
            decimals: Some("-6".into()),
            period: Some(Period::Instant {
                instant: end.parse().unwrap(),
            }),
            dimensions: vec![],
            range,
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
            fact("us-gaap:Assets", "352583000000", "2023-09-30", None),
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
            ("Sales moved 3 %.", (1, 1)),
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
