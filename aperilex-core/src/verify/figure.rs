//! Figures: each is a fact that the cited words show.

use aperilex_ports::{Fact, Figure, Period, PriorFigure};

use super::evidence::Evidence;
use super::numbers::Statement;
use crate::number::{Decimal, Token, tokens};

/// Whether a figure is a fact without dimensions that the citations show (or a number in the cited
/// words, where it names no concept), its prior value too, and its change comes out again.
pub(super) fn figure_holds(statement: &Statement<'_>, figure: &Figure, facts: &[Fact]) -> bool {
    let shown = |value: &str, period| is_proved(statement, figure, facts, value, period);
    shown(&figure.value, figure.period.as_ref())
        && figure.prior.as_ref().is_none_or(|prior| {
            shown(&prior.value, prior.period.as_ref())
                && change_holds(&figure.value, prior)
                && in_order(statement.text, &figure.value, &prior.value)
        })
}

/// Whether the citations show this value of the figure in this period.
fn is_proved(
    statement: &Statement<'_>,
    figure: &Figure,
    facts: &[Fact],
    value: &str,
    period: Option<&Period>,
) -> bool {
    let cited = statement.cited_words();
    if figure.concept.is_none() {
        // A number read from text has no unit and period but those in its words.
        let bare = figure.unit.is_none() && period.is_none();
        return bare && decimal(value).is_some_and(|value| cited.has(value));
    }
    facts
        .iter()
        .filter(|fact| is_fact(fact, figure, value, period))
        .any(|fact| is_shown(fact, statement, &cited))
}

/// Whether the words show the figure or its prior value: a quote that does may be short.
pub(super) fn shows(figure: &Figure, facts: &[Fact], statement: &Statement<'_>) -> bool {
    let now = (figure.value.as_str(), figure.period.as_ref());
    let then = figure
        .prior
        .as_ref()
        .map(|p| (p.value.as_str(), p.period.as_ref()));
    let mut values = std::iter::once(now).chain(then);
    values.any(|(value, period)| is_proved(statement, figure, facts, value, period))
}

fn is_fact(fact: &Fact, figure: &Figure, value: &str, period: Option<&Period>) -> bool {
    Some(&*fact.concept) == figure.concept.as_deref()
        && fact.unit.as_deref() == figure.unit.as_deref()
        && fact.period.as_ref() == period
        && fact.dimensions.is_empty()
        && matches!((decimal(&fact.value), decimal(value)), (Some(a), Some(b)) if a == b)
}

/// Inside a citation; what is hidden must be a number in the cited words.
fn is_shown(fact: &Fact, statement: &Statement<'_>, cited: &Evidence) -> bool {
    match &fact.range {
        Some(_) => statement.holds(fact),
        None => decimal(&fact.value).is_some_and(|value| cited.has(value)),
    }
}

fn decimal(text: &str) -> Option<Decimal> {
    text.parse().ok()
}

fn change_holds(value: &str, prior: &PriorFigure) -> bool {
    let (Some(now), Some(then)) = (decimal(value), decimal(&prior.value)) else {
        return false;
    };
    match (&prior.change_pct, now.change_pct(then)) {
        (None, _) => true,
        (Some(claimed), Some(change)) => decimal(claimed) == Some(change),
        _ => false,
    }
}

/// Whether the text says the value before it says the prior one.
fn in_order(text: &str, value: &str, prior: &str) -> bool {
    let tokens = tokens(text);
    let first = |value: &str| {
        let value = decimal(value)?.abs();
        tokens
            .iter()
            .position(|placed| matches!(&placed.token, Token::Number(n) if n.value == value))
    };
    match (first(value), first(prior)) {
        (_, None) => true,
        (Some(now), Some(then)) => now <= then,
        (None, Some(_)) => false,
    }
}
